"""The language of label rules: what can be said, what is refused and where, and how it is written."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core import ontology_yaml
from labelwright.core.errors import InvalidOntology
from labelwright.core.ontology import AttributeSpec, Category, Ontology, Option, RelationSpec, succeed
from labelwright.core.rules import (
    KINDS,
    Count,
    MinimumSize,
    MustNotOverlap,
    MustTouch,
    Related,
    RequiredAttribute,
    Rule,
    meets,
)

COLOR = AttributeSpec(
    id="color", name="Color", kind="choice", options=(Option(id="r", name="red"), Option(id="b", name="blue"))
)
OCCLUDED = AttributeSpec(id="occluded", name="Occluded", kind="flag")
CAR = Category(id="car", name="Car", attributes=(COLOR, OCCLUDED))
WHEEL = Category(id="wheel", name="Front wheel")
PART = RelationSpec(id="part", name="part of")


def ontology(*rules: Rule, categories: tuple[Category, ...] = (CAR, WHEEL)) -> Ontology:
    return Ontology(categories=categories, relations=(PART,), rules=rules)


def rule(kind: str, **fields: Any) -> Rule:
    return msgspec.convert({"id": "it", "kind": kind, "categories": ["car"], **fields}, KINDS[kind])


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (rule("minimum_size"), "needs a width, height, area or length"),
        (rule("maximum_size", width=0), "each above 0"),
        (rule("must_touch", others=["wheel"], within=-1), "“within” is 0 or more"),
        (rule("must_touch", others=[]), "needs another category"),
        (rule("must_not_overlap", others=["car"], above=1), "share from 0 to less than 1"),
        (rule("inside"), "needs either another category or “image: true”"),
        (rule("inside", others=["wheel"], image=True), "needs either"),
        (rule("inside", image=True, share=0), "above 0 and at most 1"),
        (rule("count"), "“at_least” or “at_most”"),
        (rule("count", at_least=3, at_most=2), "“at_least” is more than “at_most”"),
        (rule("count", at_most=-1), "a count is 0 or more"),
        (rule("at_least_points", points=0), "1 or more"),
        (rule("required_attribute", attribute="size"), "“Car” has no attribute “size”"),
        (rule("related", relation="near", others=["wheel"]), "the relation “near” is not in the ontology"),
        (rule("requires", others=["bike"]), "category “bike”, which is not in the ontology"),
        (rule("one_per_image", categories=["bike"]), "category “bike”"),
        (rule("one_per_image", categories=[]), "needs a category"),
        (rule("one_per_image", id=" "), "needs an id"),
        (rule("minimum_size", width=4, when={"color": "green"}), "“Color” wants one of its options"),
        (rule("minimum_size", width=4, when={"occluded": "no"}), "“Occluded” wants yes or no"),
        (rule("minimum_size", width=4, when={"size": 3}), "no attribute “size”"),
        (MinimumSize(id="it", categories=("car",), width=float("inf")), "not finite"),
    ],
)
def test_a_rule_that_cannot_be_kept_to_is_refused_by_name_and_place(made: Rule, words: str) -> None:
    with pytest.raises(InvalidOntology) as refused:
        ontology(rule("one_per_image", id="first"), made)

    assert words in refused.value.message
    assert refused.value.message.startswith("Rule 2")
    assert refused.value.place == "rules[1]"
    assert refused.value.remedy


def test_there_is_an_end_to_rules() -> None:
    with pytest.raises(InvalidOntology, match="there is room for 200"):
        ontology(*(rule("one_per_image", id=str(number)) for number in range(201)))


def test_two_rules_cannot_have_one_id() -> None:
    with pytest.raises(InvalidOntology, match="stands twice"):
        ontology(rule("one_per_image"), rule("one_per_image"))


def test_a_rule_follows_its_category_when_that_is_merged() -> None:
    before = ontology(
        MustTouch(id="1", categories=("wheel",), others=("car", "truck")),
        MustNotOverlap(id="2", categories=("truck",), others=("truck",)),
        categories=(CAR, WHEEL, Category(id="truck", name="Truck")),
    )

    after, change = succeed(before, [CAR, WHEEL], {"truck": "car"})

    assert after.rules == (
        MustTouch(id="1", categories=("wheel",), others=("car",)),
        MustNotOverlap(id="2", categories=("car",), others=("car",)),
    )
    assert change.rules


def test_a_category_that_a_rule_names_cannot_be_deleted() -> None:
    before = ontology(MustTouch(id="touch", categories=("wheel",), others=("car",)))

    with pytest.raises(InvalidOntology, match=r"Rule 1 “touch” .*names the category “car”") as refused:
        succeed(before, [WHEEL], {})

    assert "delete the rule first" in refused.value.remedy
    after, change = succeed(before, [WHEEL], {}, rules=[])
    assert after.rules == ()
    assert change.rules


def test_rules_stay_where_none_are_given() -> None:
    before = ontology(rule("one_per_image"))

    after, change = succeed(before, [CAR, WHEEL], {})

    assert after.rules == before.rules
    assert not change.rules


def test_an_attribute_that_a_rule_asks_for_cannot_be_taken_away() -> None:
    before = ontology(RequiredAttribute(id="1", categories=("car",), attribute="color"))

    with pytest.raises(InvalidOntology, match="“Car” has no attribute “color”"):
        succeed(before, [msgspec.structs.replace(CAR, attributes=(OCCLUDED,)), WHEEL], {})


@pytest.mark.parametrize(
    ("when", "attributes", "met"),
    [
        ({}, {}, True),
        ({"a": False}, {}, False),
        ({"a": False}, {"a": False}, True),
        ({"a": ("x", "y")}, {"a": "y"}, True),
        ({"a": "x"}, {"a": ("y", "x")}, True),
        ({"a": "x", "b": 1.0}, {"a": "x", "b": 2.0}, False),
    ],
)
def test_conditions(when: dict[str, Any], attributes: dict[str, Any], met: bool) -> None:
    assert meets(when, attributes) is met


WRITTEN = """
categories:
  - {name: Car, id: car, attributes: [
      {name: Color, kind: choice, options: [red, blue]}, {name: Occluded, kind: flag}]}
  - {name: Front wheel, id: wheel}
relations: [part of]
rules:
  - {rule: minimum size, category: Front wheel, width: 4, height: 4}
  - {rule: must touch, category: wheel, other: Car, within: 2, severity: warning}
  - {rule: Must not overlap, categories: [Car, Front wheel], other: [Car], above: 0.5}
  - {rule: required attribute, category: Car, attribute: Color, when: {Occluded: false}}
  - {rule: count, category: Car, at_least: 1, when: {Color: [red, blue]}, message: One car at least.}
  - {rule: related, category: Front wheel, relation: part of, other: Car, id: wheels-belong}
  - {rule: inside, category: Car, image: true}
  - {rule: inside, category: Front wheel, other: Car, share: 0.9}
"""


def test_yaml_is_read_by_names() -> None:
    read = ontology_yaml.read(WRITTEN)

    assert read.rules[1] == MustTouch(
        id="must-touch-front-wheel", categories=("wheel",), others=("car",), within=2, severity="warning"
    )
    assert read.rules[3] == RequiredAttribute(
        id="required-attribute-car", categories=("car",), attribute="color", when={"occluded": False}
    )
    assert read.rules[4] == Count(
        id="count-car",
        categories=("car",),
        at_least=1,
        when={"color": ("red", "blue")},
        message="One car at least.",
    )
    assert read.rules[5] == Related(
        id="wheels-belong", categories=("wheel",), relation="part-of", others=("car",)
    )
    assert [entry.id for entry in read.rules][-2:] == ["inside-car", "inside-front-wheel"]


def test_yaml_comes_back_as_it_went() -> None:
    read = ontology_yaml.read(WRITTEN)

    text = ontology_yaml.write(read)

    assert ontology_yaml.read(text) == read
    assert "category: Front wheel" in text
    assert "rule: must touch" in text


def test_a_file_without_rules_keeps_those_that_are_there_and_an_empty_list_takes_them_away() -> None:
    before = ontology_yaml.read(WRITTEN)
    without, _, _ = WRITTEN.partition("rules:")

    assert ontology_yaml.read(without, before).rules == before.rules
    assert ontology_yaml.read(without + "rules: []", before).rules == ()


@pytest.mark.parametrize(
    ("line", "words", "remedy"),
    [
        ("{rule: smallest, category: Car}", "there is no rule “smallest”", "minimum size"),
        ("{rule: count, category: Bike, at_least: 1}", "no category “Bike”", "Car, Front wheel"),
        ("{rule: count, at_least: 1}", "needs a “category”", "Name the category"),
        ("{rule: count, category: Car, at_lest: 1}", "unknown field `at_lest`", "label-rules.md"),
        ("{rule: minimum size, category: Car, width: wide}", "Expected `float", "label-rules.md"),
        ("{rule: required attribute, category: Car, attribute: Size}", "no attribute “Size”", "Color"),
        ("{rule: minimum size, category: Car, width: 4, when: [x]}", "“when” is no list", "attribute: value"),
        ("{rule: related, category: Car, relation: near, other: Car}", "no relation “near”", "relations"),
        ("minimum size", "is no entry", "{rule:"),
        ("{rule: minimum size, category: Car, width: .nan}", "not finite", "Correct"),
    ],
)
def test_a_fault_in_yaml_names_the_rule_and_the_remedy(line: str, words: str, remedy: str) -> None:
    text = WRITTEN.replace(
        "  - {rule: minimum size, category: Front wheel, width: 4, height: 4}", f"  - {line}"
    )

    with pytest.raises(InvalidOntology) as refused:
        ontology_yaml.read(text)

    assert words in refused.value.message
    assert refused.value.message.startswith("Rule 1")
    assert refused.value.place == "rules[0]"
    assert remedy in refused.value.remedy


def test_rules_that_are_no_list_are_refused() -> None:
    with pytest.raises(InvalidOntology, match="“rules” is no list"):
        ontology_yaml.read("categories: [Car]\nrules: {rule: count}")


name = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=8)


@given(name, name, st.sampled_from(["error", "warning"]), st.floats(0.1, 1e6), name)
def test_any_names_survive_yaml(one: str, other: str, severity: str, width: float, message: str) -> None:
    if one == other or one.casefold() == "b":
        return
    categories = (Category(id="a", name=one), Category(id="b", name=other))
    made = Ontology(
        categories=categories,
        rules=(
            msgspec.convert(
                {
                    "id": "1",
                    "kind": "minimum_size",
                    "categories": ["b", "a"],
                    "width": width,
                    "severity": severity,
                },
                MinimumSize,
            ),
            MustTouch(id="2", categories=("a",), others=("b",), message=message),
        ),
    )

    assert ontology_yaml.read(ontology_yaml.write(made)).rules == made.rules
