"""Words of a file become words of the project, as the mapping says; undo takes back what was made."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput
from labelwright.core.ontology import AttributeSpec, Category, Ontology, Option
from labelwright.services.label_mapping import LabelMapping
from labelwright.services.label_suggestions import for_categories, plain_word
from tests.services.conftest import World
from tests.services.test_label_import import bring, coco, names_of, said, start, undo

BOX: list[float] = [1, 2, 10, 10]


def mapping(**parts: Any) -> LabelMapping:
    return msgspec.convert(parts, LabelMapping)


def ontology_of(world: World, project: str) -> Ontology:
    return world.services.ontologies.get(world.owner, project).ontology


def said_first(world: World, project: str) -> list[str]:
    item = world.services.items.list(world.owner, project).items[0]
    return [category for category, _ in said(world, item.id)]


def attributes_first(world: World, project: str) -> list[dict[str, Any]]:
    item = world.services.items.list(world.owner, project).items[0]
    row = world.services.items.row(world.owner, item.id)
    document = world.services.items.document(world.owner, str(row.document_id)).document
    return [annotation.attributes for annotation in document.annotations]


def with_attributes(folder: Path, name: str, *values: dict[str, Any], category: str = "Cell") -> Path:
    """A COCO file of one item with an annotation for each set of attributes."""
    boxes = [(category, [index * 5.0, 2.0, 10.0, 10.0]) for index in range(len(values))]
    place = coco(folder, {name: boxes}) / "labels.json"
    content = json.loads(place.read_text())
    for entry, attributes in zip(content["annotations"], values, strict=True):
        entry["attributes"] = attributes
    place.write_text(json.dumps(content))
    return folder


def test_categories_are_renamed_merged_ignored_and_created(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    words = ["Zelle", "cells", "junk", "van"]
    source = coco(tmp_path / "in", {name: [(word, [n * 12.0, 2, 10, 10]) for n, word in enumerate(words)]})
    wanted = mapping(
        categories={
            "Zelle": {"do": "map", "to": "cell"},
            "cells": {"do": "map", "to": "Cell"},
            "junk": {"do": "ignore"},
            "van": {"do": "create", "name": "Van", "color": "#112233"},
        }
    )

    report = bring(world, project, source, mapping=wanted).report

    assert said_first(world, project) == ["cell", "cell", "van"]
    assert report["ignored"] == [{"category": "junk", "annotations": 1}]
    assert report["unknown_categories"] == []
    made = ontology_of(world, project).categories[-1]
    assert (made.name, made.color) == ("Van", "#112233")


def test_several_words_may_become_one_new_category(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    source = coco(tmp_path / "in", {name: [("bus", BOX), ("truck", BOX)]})
    wanted = {word: {"do": "create", "name": "Large"} for word in ("bus", "truck")}

    report = bring(world, project, source, mapping=mapping(categories=wanted)).report

    assert report["created_categories"] == ["Large"]
    assert said_first(world, project) == ["large", "large"]


def test_what_a_mapping_does_not_name_finds_its_namesake_or_is_unknown(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    source = coco(tmp_path / "in", {name: [("CELL", BOX), ("ghost", BOX)]})

    report = bring(world, project, source, mapping=mapping(categories={"x": {"do": "ignore"}})).report

    assert said_first(world, project) == ["cell"]
    assert report["unknown_categories"] == [{"category": "ghost", "annotations": 1}]


def test_a_mapping_that_leads_nowhere_is_refused_before_anything_starts(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    source = coco(tmp_path / "in", {})

    with pytest.raises(InvalidInput, match="no such category") as refused:
        start(world, project, source, mapping=mapping(categories={"a": {"do": "map", "to": "nothing"}}))
    with pytest.raises(InvalidInput, match="kind of attribute"):
        start(world, project, source, mapping=mapping(attributes={"a": {"do": "create", "kind": "poem"}}))
    assert refused.value.place == "mapping.categories.a"
    assert world.services.imports.list(world.owner, project) == []


def test_attributes_are_mapped_ignored_and_created_from_what_was_seen(world: World, tmp_path: Path) -> None:
    stage = AttributeSpec(id="stage", name="Stage", kind="choice", options=(Option(id="s1", name="Early"),))
    cell = Category(id="cell", name="Cell", attributes=(stage,))
    ontology = Ontology(categories=(cell,))
    project = world.services.projects.create(world.owner, "Attributes", ontology=ontology).id
    world.add_items(project, 1)
    (name,) = names_of(world, project)
    source = with_attributes(
        tmp_path / "in",
        name,
        {"phase": "early", "color": "red", "size": 3, "seen": True, "id": "a1"},
        {"phase": "early", "color": "blue", "size": 4, "seen": False, "id": "a2"},
    )
    wanted = mapping(
        attributes={
            "phase": {"do": "map", "to": "Stage"},
            "color": {"do": "create", "kind": "choice", "name": "Color"},
            "size": {"do": "create", "kind": "number"},
            "seen": {"do": "create", "kind": "flag"},
            "id": {"do": "ignore"},
        }
    )

    report = bring(world, project, source, mapping=wanted).report

    specs = {spec.name: spec for spec in ontology_of(world, project).categories[0].attributes}
    assert list(specs) == ["Stage", "Color", "size", "seen"]
    assert [option.name for option in specs["Color"].options] == ["blue", "red"]
    first = attributes_first(world, project)[0]
    assert first == {"stage": "s1", specs["Color"].id: "red", specs["size"].id: 3, specs["seen"].id: True}
    assert report["created_attributes"] == ["Color", "size", "seen"]
    assert {"attribute": "id", "annotations": 2} in report["ignored"]


def test_a_choice_of_more_values_than_anybody_reads_becomes_a_text(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    values = [{"note": f"n{index}"} for index in range(600)]
    source = with_attributes(tmp_path / "in", names_of(world, project)[0], *values)
    for entry in (content := json.loads((source / "labels.json").read_text()))["annotations"]:
        entry["bbox"] = BOX
    (source / "labels.json").write_text(json.dumps(content))

    report = bring(
        world, project, source, mapping=mapping(attributes={"note": {"do": "create", "kind": "choice"}})
    ).report

    assert ontology_of(world, project).categories[0].attributes[0].kind == "text"
    assert any("more than 500 values" in note for note in report["notes"])


def test_undo_takes_back_what_was_made_for_an_import(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    before = ontology_of(world, project).categories
    source = with_attributes(tmp_path / "in", names_of(world, project)[0], {"seen": True})
    wanted = mapping(attributes={"seen": {"do": "create", "kind": "flag"}})

    made = bring(world, project, source, mapping=wanted)
    between = ontology_of(world, project).categories
    undone = undo(world, made)

    assert between != before
    assert ontology_of(world, project).categories == before
    assert undone["removed_attributes"] == ["seen"]


def test_an_attribute_that_is_used_meanwhile_stays(world: World, tmp_path: Path) -> None:
    project = world.project(items=2, review=False).id
    names = names_of(world, project)
    wanted = mapping(attributes={"seen": {"do": "create", "kind": "flag"}})
    made = bring(world, project, with_attributes(tmp_path / "one", names[0], {"seen": True}), mapping=wanted)
    bring(world, project, with_attributes(tmp_path / "two", names[1], {"seen": False}), mapping=wanted)

    undone = undo(world, made)

    assert undone["removed_attributes"] == []
    assert [spec.name for spec in ontology_of(world, project).categories[0].attributes] == ["seen"]


def test_a_preview_lists_the_words_of_the_file_with_suggestions(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    (name,) = names_of(world, project)
    source = coco(tmp_path / "in", {name: [("cells", BOX), ("CELL", BOX), ("dirtt", BOX), ("ghost", BOX)]})

    report = bring(world, project, source, dry_run=True).report

    told = {
        entry["name"]: (entry["goes_to"], entry["suggestion"], entry["similar"])
        for entry in report["file_categories"]
    }
    assert told == {
        "cells": (None, "cell", False),
        "CELL": ("cell", "cell", False),
        "dirtt": (None, "dirt", True),
        "ghost": (None, None, False),
    }
    assert report["format"] == "coco"
    assert report["recognized"]


def test_the_mapping_of_the_last_import_of_a_format_is_remembered(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    source = coco(tmp_path / "in", {names_of(world, project)[0]: [("Zelle", BOX)]})
    wanted = mapping(categories={"Zelle": {"do": "map", "to": "cell"}})
    first = bring(world, project, source, dry_run=True).report["remembered"]
    done = bring(world, project, source, mapping=wanted)

    remembered = bring(world, project, source, dry_run=True).report["remembered"]

    assert first is None
    assert remembered["mapping"] == msgspec.to_builtins(wanted)
    assert remembered["import"] == done.id


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("traffic_light", "Traffic light"),
        ("TrafficLights", "traffic light"),
        ("traffic-lights", "Traffic Light"),
        ("Berries", "berry"),
        ("boxes", "Box"),
        ("glass", "Glass"),
    ],
)
def test_case_plural_and_separators_do_not_count(word: str, name: str) -> None:
    found = for_categories([word], Ontology(categories=(Category(id="it", name=name),)))

    assert found == {word: ("it", False)}


def test_short_words_are_not_taken_for_one_another() -> None:
    assert for_categories(["cat"], Ontology(categories=(Category(id="car", name="car"),))) == {}


@given(st.lists(st.from_regex(r"[b-df-hj-np-rt-z]{2,8}", fullmatch=True), min_size=1, max_size=4))
def test_words_are_the_same_however_they_are_joined(parts: list[str]) -> None:
    joined = {plain_word(mark.join(parts)) for mark in (" ", "_", "-", ".", "/", "  ")}
    humped = plain_word("".join(part.capitalize() for part in parts))

    assert joined == {humped} == {plain_word("_".join(parts).upper())}
