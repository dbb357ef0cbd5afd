"""The ontology: stable ids, no contradiction, and edits that lose no annotation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core import ontology_yaml
from labelwright.core.document import Annotation, Document
from labelwright.core.errors import InvalidOntology
from labelwright.core.ontology import AttributeSpec, Category, Ontology, Option, succeed
from labelwright.core.shapes import Box

BOX = Box(left=0, top=0, right=1, bottom=1)


def category(name: str, **options: object) -> Category:
    return Category(id=name.lower(), name=name, **options)


def document(*categories: str) -> Document:
    return Document(
        annotations=tuple(
            Annotation(id=str(i), category=name, shape=BOX) for i, name in enumerate(categories)
        )
    )


def test_an_edit_says_what_it_does() -> None:
    before = Ontology(categories=(category("A"), category("B"), category("C"), category("D")))
    edited = [
        category("B", color="#123456"),
        Category(id="a", name="Alpha"),
        category("E"),
    ]

    after, change = succeed(before, edited, {"c": "b"})

    assert change.added == ("e",)
    assert change.renamed == ("a",)
    assert change.recolored == ("b",)
    assert change.deleted == ("d",)
    assert change.merged == {"c": "b"}
    assert change.reordered
    assert after.retired == {"c": "b", "d": None}


def test_older_documents_are_read_through_merges_and_deletions() -> None:
    first = Ontology(categories=(category("A"), category("B"), category("C")))
    second, _ = succeed(first, [category("B"), category("C")], {"a": "b"})
    third, _ = succeed(second, [category("C")], {"b": "c"})

    read = third.resolve(document("a", "b", "c"))

    assert [annotation.category for annotation in read.annotations] == ["c", "c", "c"]


def test_undoing_a_deletion_brings_every_annotation_back() -> None:
    first = Ontology(categories=(category("A"), category("B")))
    second, _ = succeed(first, [category("B")], {})
    given = document("a", "b")

    hidden = second.resolve(given)

    assert [a.category for a in hidden.annotations] == ["b"]
    assert first.resolve(given) == given


def test_a_retired_id_is_never_used_again() -> None:
    before, _ = succeed(Ontology(categories=(category("A"),)), [], {})

    with pytest.raises(InvalidOntology, match="removed"):
        succeed(before, [category("A")], {})


@pytest.mark.parametrize(
    ("categories", "reason"),
    [
        ([category("A"), Category(id="x", name="A")], "stands twice"),
        ([category("A", shortcut="q"), category("B", shortcut="q")], "shortcut"),
        ([category("A", color="red")], "#RRGGBB"),
        ([category("A", shapes=("blob",))], "shapes"),
        ([category("A", attributes=(AttributeSpec(id="k", name="K", kind="choice"),))], "options"),
        (
            [category("A", attributes=(AttributeSpec(id="k", name="K", kind="flag", default="x"),))],
            "yes or no",
        ),
    ],
)
def test_contradictions_are_named(categories: list[Category], reason: str) -> None:
    with pytest.raises(InvalidOntology, match=reason):
        Ontology(categories=tuple(categories))


def test_annotations_are_held_to_the_ontology() -> None:
    size = AttributeSpec(id="size", name="Size", kind="number", minimum=0, maximum=9, required=True)
    kind = AttributeSpec(id="kind", name="Kind", kind="choice", options=(Option(id="x", name="X"),))
    ontology = Ontology(categories=(category("A", shapes=("box",), attributes=(size, kind)),))

    def faults(**options: object) -> list[str]:
        return ontology.faults(Annotation(id="1", category="a", **options))

    assert faults(shape=BOX, attributes={"size": 3.0, "kind": "x"}) == []
    assert faults(shape=BOX) == ["“Size” is required"]
    assert faults(attributes={"size": 3.0}) == ["“A” is marked as box, not as tag"]
    assert faults(shape=BOX, attributes={"size": 10.0, "kind": "y"}) == [
        "“Size” wants a number in its range",
        "“Kind” wants one of its options",
    ]


specs = st.sampled_from(
    [
        AttributeSpec(id="s", name="Size", kind="number", minimum=0),
        AttributeSpec(id="k", name="Kind", kind="choice", options=(Option(id="o", name="O"),), default="o"),
        AttributeSpec(id="f", name="Flag", kind="flag", required=True),
    ]
)
words = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)


@given(st.lists(words, unique_by=str.casefold, max_size=6), st.lists(specs, unique=True, max_size=3))
def test_yaml_says_the_same_as_the_editor(names: list[str], attributes: list[AttributeSpec]) -> None:
    ontology = Ontology(
        categories=tuple(
            Category(id=f"c{i}", name=name, attributes=tuple(attributes)) for i, name in enumerate(names)
        )
    )

    assert ontology_yaml.read(ontology_yaml.write(ontology)) == ontology


def test_a_handwritten_yaml_keeps_the_ids_of_categories_it_names() -> None:
    before = Ontology(categories=(Category(id="id-1", name="Red cell"),))

    read = ontology_yaml.read("categories: [Red cell, {name: Größe!, shapes: [tag]}]", before)

    assert [(entry.id, entry.name) for entry in read.categories] == [
        ("id-1", "Red cell"),
        ("grösse", "Größe!"),
    ]


@pytest.mark.parametrize(
    "text",
    ["a: [", "just text", "categories: 3", "- {color: red}", "- {name: A, x: 1}", "[&a {name: A}, *a]"],
)
def test_yaml_that_is_no_ontology_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidOntology):
        ontology_yaml.read(text)
