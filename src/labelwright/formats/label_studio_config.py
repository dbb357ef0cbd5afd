"""Label Studio's labeling configuration: which labels and questions a project has, as XML.

Every kind of shape has a control of its own with the labels that may have it; `order` and `skeleton` are
attributes of a label that Label Studio passes over. Attributes are controls that are asked for each region.
The layout: Label Studio's documentation of its tags.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import msgspec

from labelwright.core.errors import InvalidOntology
from labelwright.core.ontology import (
    AttributeSpec,
    Category,
    Ontology,
    Option,
    RelationSpec,
    SkeletonTemplate,
)
from labelwright.formats.cvat_xml import COLOR, quoted
from labelwright.formats.folder import Source
from labelwright.formats.report import Fault
from labelwright.formats.xml_reading import Element, xml_files, xml_of

FILE, IMAGE = "label_config.xml", "image"
TAGS = "tags"
CONTROLS = {
    "box": ("box", "RectangleLabels"),
    "rotated_box": ("box", "RectangleLabels"),
    "ellipse": ("ellipse", "EllipseLabels"),
    "polygon": ("polygon", "PolygonLabels"),
    "polyline": ("polygon", "PolygonLabels"),
    "mask": ("mask", "BrushLabels"),
    "points": ("points", "KeyPointLabels"),
    "skeleton": ("keypoints", "KeyPointLabels"),
    "tag": (TAGS, "Choices"),
}
"""The name and the tag of the control for each kind."""
YES, NO = "yes", "no"
_KINDS = {control: kind for kind, (_, control) in reversed(CONTROLS.items()) if kind != "skeleton"}
RESERVED = frozenset(name for name, _ in CONTROLS.values()) | {IMAGE}


def control_names(ontology: Ontology) -> dict[str, str]:
    """A name of a control for each name of an attribute, none that another control has."""
    specs = (spec.name for category in ontology.categories for spec in category.attributes)
    return {name: f"{name} (attribute)" if name in RESERVED else name for name in dict.fromkeys(specs)}


def config_lines(ontology: Ontology, used: dict[str, set[str]]) -> Iterator[str]:
    """The configuration; `used` has the kinds of shapes that categories have besides those they may have."""
    yield "<View>"
    yield f'  <Image name="{IMAGE}" value="${IMAGE}"/>'
    for name, control in dict.fromkeys(CONTROLS.values()):
        if name == "keypoints":
            drawn = [c.skeleton for c in ontology.categories if c.skeleton and "skeleton" in used[c.id]]
            points = (point.name for template in drawn for point in template.keypoints)
            labels = [f"<Label value={quoted(point)}/>" for point in dict.fromkeys(points)]
        else:
            labels = [
                _label(category, order, "Choice" if name == TAGS else "Label")
                for order, category in enumerate(ontology.categories)
                if name in _controls(category, used[category.id])
            ]
        if labels:
            more = ' choice="multiple"' if name == TAGS else ""
            yield f'  <{control} name="{name}" toName="{IMAGE}"{more}>'
            yield from (f"    {label}" for label in labels)
            yield f"  </{control}>"
    yield from _attributes(ontology)
    if ontology.relations:
        yield "  <Relations>"
        for one in ontology.relations:
            yield f"    <Relation value={quoted(one.name)} directed={quoted(str(one.directed).lower())}/>"
        yield "  </Relations>"
    yield "</View>"


def _controls(category: Category, used: set[str]) -> set[str]:
    # Label Studio's COCO export makes one category of all that key points may have: only where they do.
    kinds = ({*category.shapes} - {"points", "skeleton"} | used) & CONTROLS.keys()
    return {CONTROLS[kind][0] for kind in kinds} - {"keypoints"} or {CONTROLS["polygon"][0]}


def _label(category: Category, order: int, tag: str) -> str:
    drawn = ""
    if category.skeleton is not None:
        drawn = f" skeleton={quoted(msgspec.json.encode(category.skeleton).decode())}"
    color = f" background={quoted(category.color.lower())}" if COLOR.fullmatch(category.color) else ""
    return f'<{tag} value={quoted(category.name)}{color} order="{order}"{drawn}/>'


def _attributes(ontology: Ontology) -> Iterator[str]:
    names = control_names(ontology)
    for name, control in names.items():
        owners = [c for c in ontology.categories if any(spec.name == name for spec in c.attributes)]
        spec = next(spec for spec in owners[0].attributes if spec.name == name)
        listed = quoted(",".join(category.name for category in owners))
        of = "" if control == name else f" attribute={quoted(name)}"
        start = f'name={quoted(control)} toName="{IMAGE}" perRegion="true" whenLabelValue={listed}{of}'
        match spec.kind:
            case "number":
                sides = (("min", spec.minimum), ("max", spec.maximum))
                bounds = "".join(f' {side}="{value:g}"' for side, value in sides if value is not None)
                yield f"  <Number {start}{bounds}/>"
            case "text":
                yield f"  <TextArea {start}/>"
            case _:
                of_all = [s for c in owners for s in c.attributes if s.name == name]
                options = dict.fromkeys(o.name for s in of_all for o in s.options)
                yield f'  <Choices {start} choice="{"multiple" if spec.kind == "choices" else "single"}">'
                for option in options or (YES, NO):
                    yield f"    <Choice value={quoted(option)}/>"
                yield "  </Choices>"


@dataclass
class Config:
    """What a configuration says: images by their names, categories, controls by their names."""

    images: dict[str, str] = field(default_factory=dict[str, str])
    categories: dict[str, Category] = field(default_factory=dict[str, Category])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    several: set[str] = field(default_factory=set[str])
    yes_or_no: set[str] = field(default_factory=set[str])
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    relations: dict[str, RelationSpec] = field(default_factory=dict[str, RelationSpec])

    def attribute(self, control: str) -> str:
        """The attribute that a control asks for."""
        return self.attributes.get(control, control)


def is_config(start: bytes) -> bool:
    """Whether a file begins as a configuration does."""
    return b"<View" in start[:2000] and (b"toName=" in start or b"<Image " in start)


def config_of(source: Source, faults: list[Fault]) -> Config:
    """The configuration beside the tasks; of several files all."""
    config = Config()
    orders: dict[str, float] = {}
    for file in xml_files(source):
        root = xml_of(source, file, faults) if is_config(source.start(file)) else None
        for element in () if root is None else root.iter():
            name = element.get("name") or ""
            if element.tag == "Image" and name:
                config.images[name] = (element.get("value") or element.get("valueList") or "").lstrip("$")
            elif element.tag == "Relation" and element.get("value"):
                value = element.get("value")
                is_directed = element.get("directed") != "false"
                config.relations[value] = RelationSpec(id=value, name=value, directed=is_directed)
            elif name and element.get("toName"):
                _take_control(config, element, name, orders)
    config.categories = {
        word: config.categories[word] for word in sorted(config.categories, key=lambda word: orders[word])
    }
    _take_attributes(config, source)
    return config


def _take_control(config: Config, element: Element, name: str, orders: dict[str, float]) -> None:
    config.tags[name] = element.tag
    if element.get("attribute"):
        config.attributes[name] = element.get("attribute")
    if element.get("choice") == "multiple":
        config.several.add(name)
    is_question = element.tag in ("Choices", "Taxonomy", "TextArea", "Number", "Rating", "DateTime")
    values = [child.get("value") for child in element.iter() if child.tag in ("Label", "Choice")]
    if element.get("perRegion") == "true":
        if values == [YES, NO] and element.get("choice") == "single":
            config.yes_or_no.add(name)
        return
    if name == "keypoints" and not any(child.get("order") for child in element.iter("Label")):
        return
    kind = "tag" if is_question else _KINDS.get(element.tag)
    for child in element.iter():
        word = child.get("value")
        if child.tag not in ("Label", "Choice") or not word:
            continue
        try:
            orders.setdefault(word, float(child.get("order") or len(orders)))
        except ValueError:
            orders.setdefault(word, len(orders))
        known = config.categories.get(word) or Category(id=word, name=word, shapes=())
        shapes = known.shapes if kind is None or kind in known.shapes else (*known.shapes, kind)
        color = child.get("background") or ""
        template = known.skeleton or _template(child.get("skeleton"))
        config.categories[word] = msgspec.structs.replace(
            known,
            shapes=shapes,
            color=color.upper() if COLOR.fullmatch(color) else known.color,
            skeleton=template,
        )


def _template(text: str | None) -> SkeletonTemplate | None:
    try:
        return None if text is None else msgspec.json.decode(text, type=SkeletonTemplate)
    except (msgspec.DecodeError, InvalidOntology):
        return None


def _take_attributes(config: Config, source: Source) -> None:
    """What is asked for each region becomes attributes of the categories that it is asked for."""
    for file in xml_files(source):
        root = xml_of(source, file, []) if is_config(source.start(file)) else None
        for element in () if root is None else root.iter():
            if element.get("perRegion") != "true" or not element.get("name"):
                continue
            spec = _spec(config, element)
            listed = element.get("whenLabelValue")
            for word in _among(listed, config.categories) if listed else list(config.categories):
                known = config.categories[word]
                if all(spec.name not in (one.id, one.name) for one in known.attributes):
                    more = (*known.attributes, spec)
                    config.categories[word] = msgspec.structs.replace(known, attributes=more)


def _among(listed: str, categories: Collection[str]) -> list[str]:
    # Names are joined by commas, which they may have themselves.
    return [word for word in categories if f",{word}," in f",{listed},"]


def _spec(config: Config, element: Element) -> AttributeSpec:
    name = config.attribute(element.get("name"))
    options = tuple(
        Option(id=value, name=value)
        for value in dict.fromkeys(child.get("value") for child in element.iter("Choice"))
        if value
    )
    if element.get("name") in config.yes_or_no:
        return AttributeSpec(id=name, name=name, kind="flag")
    if element.tag == "Choices" and options:
        kind = "choices" if element.get("name") in config.several else "choice"
        return AttributeSpec(id=name, name=name, kind=kind, options=options)
    return AttributeSpec(id=name, name=name, kind="number" if element.tag in ("Number", "Rating") else "text")
