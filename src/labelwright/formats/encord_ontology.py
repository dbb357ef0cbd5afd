"""Encord's ontology beside its labels: the order of the classes, their answers and skeletons."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any, cast

from labelwright.core.errors import InvalidOntology, UnreadableLabels
from labelwright.core.ontology import (
    AttributeSpec,
    Category,
    Ontology,
    RelationSpec,
    SkeletonPoint,
    SkeletonTemplate,
)
from labelwright.formats.extras import Bonds, specs_of
from labelwright.formats.figures import SHAPES
from labelwright.formats.folder import Source
from labelwright.formats.json_reading import json_of, number

Record = dict[str, Any]
SHAPE_NAMES = {
    "box": "bounding_box", "rotated_box": "rotatable_bounding_box", "polygon": "polygon",
    "polyline": "polyline", "points": "point", "skeleton": "skeleton", "mask": "bitmask",
}  # fmt: skip
TYPES = {"choice": "radio", "choices": "checklist", "flag": "radio", "text": "text", "number": "text"}


def hash_of(word: str) -> str:
    """Eight characters that stand for a feature, the same each time."""
    return b64encode(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:6]).decode()


def written_ontology(ontology: Ontology) -> Record:
    """The ontology as Encord has it: an object for each shape of a category, one classification of tags."""
    objects: list[Record] = []
    tags: list[str] = []
    for category in ontology.categories:
        if "tag" in category.shapes:
            tags.append(category.name)
        shapes = [SHAPE_NAMES[kind] for kind in category.shapes if kind in SHAPE_NAMES] or ["bounding_box"]
        for shape in shapes:
            number_of = str(len(objects) + 1)
            asked = [_attribute(spec, f"{number_of}.{n}") for n, spec in enumerate(category.attributes, 1)]
            said: Record = {"id": number_of, "name": category.name, "color": category.color, "shape": shape}
            objects.append({**said, "featureNodeHash": hash_of(category.name), "attributes": asked})
    options = [
        {"id": f"1.1.{n}", "label": name, "value": name, "featureNodeHash": hash_of(name)}
        for n, name in enumerate(tags, 1)
    ]
    question = {
        "id": "1.1",
        "name": "Tags",
        "type": "checklist",
        "featureNodeHash": hash_of("Tags"),
        "options": options,
    }
    classification = {"id": "1", "featureNodeHash": hash_of("Tags classification"), "attributes": [question]}
    skeletons = [c for c in ontology.categories if c.skeleton is not None]
    bonds = Bonds(ontology).listed
    return {
        **({"relations": bonds} if bonds else {}),
        "objects": objects,
        "classifications": [classification] if tags else [],
        "skeleton_templates": [{"template": _template(c, c.skeleton)} for c in skeletons if c.skeleton],
    }


def ontology_beside(
    source: Source,
) -> tuple[list[str], dict[str, Category], tuple[RelationSpec, ...]]:
    """Of an ontology beside the labels, the classes in their order, those with a skeleton, and relations."""
    names: dict[str, None] = {}
    relations: tuple[RelationSpec, ...] = ()
    definitions: dict[str, Category] = {}
    for file in source.names():
        start = source.start(file, 8192) if file.lower().endswith(".json") else b""
        if b'"featureNodeHash"' not in start or b'"data_units"' in start:
            continue
        try:
            said: Record = json_of(source, file, Record)
        except UnreadableLabels:
            continue
        names.update(dict.fromkeys(_classes(said)))
        relations = specs_of(said.get("relations")) or relations
        for entry in _list(said.get("skeleton_templates")):
            inner = cast("Record", entry).get("template", entry) if isinstance(entry, dict) else None
            made = _category(cast("Record", inner)) if isinstance(inner, dict) else None
            if made is not None:
                definitions[made.name] = made
    return list(names), definitions, relations


def _classes(said: Record) -> Iterator[str]:
    for entry in _list(said.get("objects")):
        name = cast("Record", entry).get("name") if isinstance(entry, dict) else None
        if isinstance(name, str) and name.strip():
            yield name
    for entry in _list(said.get("classifications")):
        asked = _list(cast("Record", entry).get("attributes")) if isinstance(entry, dict) else []
        for attribute in asked:
            options = _list(cast("Record", attribute).get("options")) if isinstance(attribute, dict) else []
            for option in options:
                label = cast("Record", option).get("label") if isinstance(option, dict) else None
                if isinstance(label, str) and label.strip():
                    yield label


def _attribute(spec: AttributeSpec, place: str) -> Record:
    words = ["yes", "no"] if spec.kind == "flag" else [option.name for option in spec.options]
    said: Record = {"id": place, "name": spec.name, "type": TYPES[spec.kind], "required": spec.required}
    said |= {"dynamic": False, "featureNodeHash": hash_of(spec.name)}
    return {**said, "options": _options(place, words)} if words else said


def _options(place: str, words: Sequence[str]) -> list[Record]:
    return [
        {"id": f"{place}.{n}", "label": word, "value": word, "featureNodeHash": hash_of(word)}
        for n, word in enumerate(words, 1)
    ]


def _template(category: Category, template: SkeletonTemplate) -> Record:
    edges: dict[str, Record] = {}
    for a, b in template.edges:
        edges.setdefault(str(a), {})[str(b)] = {"color": "#000000"}
    points = {
        str(n): {
            "x": point.x,
            "y": point.y,
            "name": point.name,
            "value": point.name,
            "color": "#000000",
            "featureHash": hash_of(f"{category.name} {point.name}"),
        }
        for n, point in enumerate(template.keypoints)
    }
    said: Record = {"name": category.name, "shape": "skeleton", "width": 1, "height": 1}
    kept = {"swaps": [list(pair) for pair in template.swaps]} if template.swaps else {}
    return {
        **said,
        "skeleton": points,
        "skeletonEdges": edges,
        "feature_node_hash": hash_of(category.name),
        **kept,
    }


def _category(said: Record) -> Category | None:
    """The category of a template, or None if that contradicts itself."""
    try:
        points = cast("Record", said["skeleton"])
        keys = sorted(points, key=int)
        keypoints = tuple(_keypoint(points[key]) for key in keys)
        places = {key: place for place, key in enumerate(keys)}
        joined = cast("dict[str, Record]", said.get("skeletonEdges") or {})
        edges = tuple((places[a], places[b]) for a, ends in joined.items() for b in ends)
        swaps = tuple((int(a), int(b)) for a, b in said.get("swaps") or ())
        template = SkeletonTemplate(keypoints=keypoints, edges=edges, swaps=swaps)
        made = Category(id=str(said["name"]), name=str(said["name"]), shapes=SHAPES, skeleton=template)
        Ontology(categories=(made,))
    except (InvalidOntology, KeyError, TypeError, ValueError, AttributeError):
        return None
    return made


def _keypoint(said: Record) -> SkeletonPoint:
    return SkeletonPoint(name=str(said["name"]), x=_inside(said["x"]), y=_inside(said["y"]))


def _inside(value: object) -> float:
    return min(1.0, max(0.0, number(value)))


def _list(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []
