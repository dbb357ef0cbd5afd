"""CVAT's XML 1.1: what its images and its videos have in common, labels and the elements of shapes.

Points are pixels from the upper left corner, as here; angles are degrees, clockwise, about the center. A mask
is runs of its window, row by row, beginning with what is clear. A skeleton is an element of points, each with
the label of its keypoint; the drawing of the skeleton is an SVG in its label. What CVAT has no place for
(the group's name, flags, relations, ids that relations need) is written as further XML attributes, which it
passes over. Layout: CVAT's documentation of its format “CVAT for images 1.1” and “CVAT for videos 1.1”.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from math import degrees, pi, radians
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape, quoteattr

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from labelwright.core.document import Annotation, AttributeValue
from labelwright.core.errors import InvalidOntology
from labelwright.core.ontology import (
    PALETTE,
    SHAPE_KINDS,
    AttributeSpec,
    Category,
    Ontology,
    Option,
    SkeletonTemplate,
)
from labelwright.core.shapes import (
    ABSENT,
    OCCLUDED,
    VISIBLE,
    Box,
    Cuboid,
    Ellipse,
    Keypoint,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    Ring,
    RotatedBox,
    Shape,
    Skeleton,
    polygon_of,
)
from labelwright.formats.extras import Bonds, flags_of, relations_of
from labelwright.formats.figures import template_of
from labelwright.formats.fitting import Place
from labelwright.formats.format import named_attributes
from labelwright.formats.json_reading import number
from labelwright.formats.report import Fault
from labelwright.formats.xml_reading import Element

PLACE = Place(kinds=frozenset(SHAPE_KINDS), holes=False, parts=False, whole_masks=False)
SHAPES = ("box", "polygon", "polyline", "points", "ellipse", "mask", "skeleton", "cuboid", "tag")
CORNERS = ("tl", "tr", "br", "bl")
INPUTS = {"choice": "select", "choices": "select", "flag": "checkbox", "number": "number"}
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
UNTOLD = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def quoted(value: object) -> str:
    """A value as an XML attribute with its quotes; what XML 1.0 cannot hold is replaced."""
    return quoteattr(UNTOLD.sub("�", str(value)), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def text(value: str) -> str:
    """A text of an element."""
    return escape(UNTOLD.sub("�", value), {"\r": "&#13;"})


# Labels


def label_lines(ontology: Ontology) -> Iterator[str]:
    """The <labels> of the ontology, in its order; keypoints are labels with a parent."""
    yield "<labels>"
    for category in ontology.categories:
        yield "<label>"
        yield f"<name>{text(category.name)}</name><color>{category.color.lower()}</color>"
        yield f"<type>{'skeleton' if category.skeleton else 'any'}</type>"
        yield "<attributes>"
        for spec in category.attributes:
            yield _spec_line(spec)
        yield "</attributes>"
        if category.skeleton is not None:
            yield f"<svg>{text(_drawing(category.skeleton))}</svg>"
        yield "</label>"
        for point in category.skeleton.keypoints if category.skeleton else ():
            yield f"<label><name>{text(point.name)}</name><color></color><type>points</type><attributes>"
            yield f"</attributes><parent>{text(category.name)}</parent></label>"
    yield "</labels>"


def _spec_line(spec: AttributeSpec) -> str:
    kind = {"choice": "select", "choices": "select", "flag": "checkbox", "number": "number"}.get(
        spec.kind, "text"
    )
    values = [option.name for option in spec.options]
    if kind == "number":
        low = 0 if spec.minimum is None else spec.minimum
        values = [f"{low:g}", f"{100 if spec.maximum is None else spec.maximum:g}", "1"]
    if kind == "checkbox":
        values = ["false", "true"]
    first = values[0] if values else ""
    return (
        f"<attribute><name>{text(spec.name)}</name><mutable>False</mutable><input_type>{kind}</input_type>"
        f"<default_value>{text(first)}</default_value><values>{text(chr(10).join(values))}</values></attribute>"
    )


def _drawing(template: SkeletonTemplate) -> str:
    lines = [
        f'<line x1="{a.x * 100:g}" y1="{a.y * 100:g}" x2="{b.x * 100:g}" y2="{b.y * 100:g}" data-type="edge" '
        f'data-node-from="{start + 1}" data-node-to="{end + 1}"></line>'
        for start, end in template.edges
        for a, b in [(template.keypoints[start], template.keypoints[end])]
    ]
    points = [
        f'<circle r="1.5" cx="{point.x * 100:g}" cy="{point.y * 100:g}" data-type="element node" '
        f'data-element-id="{place}" data-node-id="{place}" data-label-name={quoted(point.name)}></circle>'
        for place, point in enumerate(template.keypoints, 1)
    ]
    swaps = ",".join(f"{a + 1}-{b + 1}" for a, b in template.swaps)
    return "".join([*lines, *points, f'<desc data-swaps="{swaps}"></desc>' if swaps else ""])


def categories_of(root: Element, file: str, faults: list[Fault]) -> dict[str, Category]:
    """The labels of a file in their order, with what it says of each; keypoints are no categories."""
    elements = [element for element in root.iter("label") if _word(element, "name")]
    parts: dict[str, list[str]] = {}
    for element in elements:
        if _word(element, "parent"):
            parts.setdefault(_word(element, "parent"), []).append(_word(element, "name"))
    found: dict[str, Category] = {}
    for index, element in enumerate(elements):
        name = _word(element, "name")
        if _word(element, "parent") or name in found:
            continue
        try:
            found[name] = _category(element, name, index, parts.get(name, []))
        except (InvalidOntology, ValueError) as error:
            faults.append(Fault(file=file, place=f"label “{name}”", reason=str(error)))
            found[name] = Category(id=name, name=name)
    return found


def _category(element: Element, name: str, index: int, parts: list[str]) -> Category:
    color = _word(element, "color")
    specs = {spec.name: spec for spec in map(_spec, element.iterfind("attributes/attribute")) if spec}
    made = Category(
        id=name,
        name=name,
        color=color if COLOR.fullmatch(color) else PALETTE[index % len(PALETTE)],
        shapes=SHAPE_KINDS if parts else tuple(kind for kind in SHAPE_KINDS if kind != "skeleton"),
        attributes=tuple(specs.values()),
        skeleton=_template(element, parts) if parts else None,
    )
    Ontology(categories=(made,))
    return made


def _spec(element: Element) -> AttributeSpec | None:
    name, kind = _word(element, "name"), _word(element, "input_type")
    if not name:
        return None
    words = dict.fromkeys(word for word in _word(element, "values").split("\n") if word)
    if kind in ("select", "radio") and words:
        options = tuple(Option(id=word, name=word) for word in words)
        return AttributeSpec(id=name, name=name, kind="choice", options=options)
    return AttributeSpec(id=name, name=name, kind={"checkbox": "flag", "number": "number"}.get(kind, "text"))


def _template(element: Element, names: list[str]) -> SkeletonTemplate:
    """The template of a skeleton, with places and edges where its drawing tells them."""
    try:
        drawing = fromstring(f"<svg>{element.findtext('svg') or ''}</svg>", forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return template_of(names)
    nodes = {node.get("data-node-id"): node for node in drawing.iter("circle")}
    order = [node.get("data-label-name") for node in nodes.values()]
    if sorted(map(str, order)) != sorted(names):
        return template_of(names)
    places = {key: place for place, key in enumerate(nodes)}
    ends = [(line.get("data-node-from"), line.get("data-node-to")) for line in drawing.iter("line")]
    edges = [(places[a], places[b]) for a, b in ends if a in places and b in places]
    told = next((found for desc in drawing.iter("desc") if (found := desc.get("data-swaps"))), "")
    swaps = [tuple(int(end) - 1 for end in pair.split("-")) for pair in told.split(",") if pair]
    made = template_of([str(word) for word in order], edges, [(a, b) for a, b in swaps] if told else None)
    points = tuple(
        msgspec.structs.replace(
            point,
            x=min(1.0, max(0.0, number(node.get("cx")) / 100)),
            y=min(1.0, max(0.0, number(node.get("cy")) / 100)),
        )
        for point, node in zip(made.keypoints, nodes.values(), strict=True)
    )
    return msgspec.structs.replace(made, keypoints=points)


def _word(element: Element, name: str) -> str:
    return str(element.findtext(name) or "").strip()


# Shapes


def shape_lines(
    annotation: Annotation,
    category: Category,
    shape: Shape | None,
    bonds: Bonds,
    *,
    is_linked: bool,
    group: int,
    more: Mapping[str, object] | None = None,
    told: Collection[str] = (),
) -> Iterator[str]:
    """The element of an annotation; `group` is the number of its group in the picture, 0 without one.

    `more` are XML attributes of the element in a track, `told` the flags that these say already.
    """
    beside = bonds.beside(annotation, is_linked=is_linked)
    flags = {key: value for key, value in annotation.flags.items() if key not in told}
    said: dict[str, object] = {} if more else {"label": category.name, "source": "manual"}
    said |= more or {}
    if shape is not None:
        # Only what comes back just so from CVAT's own attributes need not stand among the flags.
        said["occluded"] = int(flags.get("occluded") is True)
        said |= dict(_geometry(shape))
        said["z_order"] = _whole(flags.get("z_order"))
        own = {"occluded"} if said["occluded"] else set[str]()
        own |= {"z_order"} if said["z_order"] else set()
        flags = {key: value for key, value in flags.items() if key not in own}
    if group:
        said["group_id"] = group
    extra = {"flags": flags, "group": beside.get("group_name"), "uid": beside.get("uid")}
    extra |= {"relations": beside.get("relations")}
    for key, value in extra.items():
        if value:
            said[key] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    name = _element_of(shape)
    yield f"<{name} {' '.join(f'{key}={quoted(value)}' for key, value in said.items())}>"
    for key, value in named_attributes(annotation, category).items():
        for word in _words(value):
            yield f"<attribute name={quoted(key)}>{text(word)}</attribute>"
    if isinstance(shape, Skeleton):
        yield from _keypoint_lines(shape, category)
    yield f"</{name}>"


def _whole(value: object) -> int:
    """A whole number, as CVAT has layers; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if float(value).is_integer() else 0


def _words(value: AttributeValue) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return ("true" if value else "false",) if isinstance(value, bool) else (str(value),)


def _element_of(shape: Shape | None) -> str:
    match shape:
        case None:
            return "tag"
        case RotatedBox():
            return "box"
        case _:
            return str(shape.__struct_config__.tag)


def _geometry(shape: Shape | None) -> Iterator[tuple[str, object]]:
    match shape:
        case Box():
            yield from zip(("xtl", "ytl", "xbr", "ybr"), map(_number, shape.bounds), strict=True)
        case RotatedBox():
            across, down = shape.width / 2, shape.height / 2
            sides = (shape.x - across, shape.y - down, shape.x + across, shape.y + down)
            yield from zip(("xtl", "ytl", "xbr", "ybr"), map(_number, sides), strict=True)
            yield "rotation", _number(degrees(shape.angle) % 360)
        case Ellipse():
            sides = (shape.x, shape.y, shape.rx, shape.ry, degrees(shape.angle) % 360)
            yield from zip(("cx", "cy", "rx", "ry", "rotation"), map(_number, sides), strict=True)
        case Polygon():
            yield "points", _points(shape.parts[0][0])
        case Polyline() | Points():
            yield "points", _points(shape.points)
        case Mask():
            yield "rle", ", ".join(map(str, shape.runs))
            yield "left", shape.left
            yield "top", shape.top
            yield "width", shape.width
            yield "height", shape.height
        case Cuboid():
            for face, points in ((1, shape.front), (2, shape.back)):
                for corner, (x, y) in zip(CORNERS, points, strict=True):
                    yield f"x{corner}{face}", _number(x)
                    yield f"y{corner}{face}", _number(y)
        case Skeleton() | None:
            return


def _keypoint_lines(shape: Skeleton, category: Category) -> Iterator[str]:
    names = category.skeleton.keypoints if category.skeleton else ()
    for place, (x, y, seen) in enumerate(shape.keypoints):
        name = names[place].name if place < len(names) else str(place + 1)
        yield (
            f"<points label={quoted(name)} source={quoted('manual')} "
            f'outside="{int(seen == ABSENT)}" occluded="{int(seen == OCCLUDED)}" '
            f'points="{_number(x)},{_number(y)}"></points>'
        )


def _points(points: Ring) -> str:
    return ";".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return repr(round(float(value), 9)).removesuffix(".0")


def annotation_of(element: Element, id_: str, categories: Mapping[str, Category]) -> Annotation:
    """What an element says. Raises ValueError and InvalidShape."""
    label = element.get("label") or ""
    if not label:
        raise ValueError("it has no label")
    category = categories.get(label)
    flags = flags_of(_json(element.get("flags")))
    if element.get("occluded") in ("1", "true", "True"):
        flags["occluded"] = True
    if element.get("z_order") not in (None, "", "0"):
        flags["z_order"] = number(element.get("z_order"), "its z_order")
    group_id = element.get("group_id")
    group = element.get("group") or (group_id if group_id not in (None, "", "0") else None)
    return Annotation(
        id=element.get("uid") or id_,
        category=label,
        shape=shape_of(element, category),
        attributes=_attributes(element, category),
        group=group,
        relations=relations_of(_json(element.get("relations"))),
        flags=flags,
    )


def _json(found: str | None) -> Any:  # noqa: ANN401  # JSON
    try:
        return msgspec.json.decode(found) if found else None
    except (msgspec.DecodeError, RecursionError):
        return None


def _attributes(element: Element, category: Category | None) -> dict[str, AttributeValue]:
    found: dict[str, list[str]] = {}
    for attribute in element.iterfind("attribute"):
        name, value = attribute.get("name"), attribute.text or ""
        if name and value:
            found.setdefault(name, []).append(value)
    kinds = {spec.name: spec.kind for spec in category.attributes} if category else {}
    return {
        name: tuple(values) if len(values) > 1 else _value(values[0], kinds.get(name))
        for name, values in found.items()
    }


def _value(word: str, kind: str | None) -> AttributeValue:
    if kind == "flag" and word.casefold() in ("true", "false"):
        return word.casefold() == "true"
    if kind == "number":
        try:
            return float(word)
        except ValueError:
            return word
    return word


def shape_of(element: Element, category: Category | None) -> Shape | None:
    """The shape of an element, None for a tag. Raises ValueError and InvalidShape."""
    match element.tag:
        case "tag":
            return None
        case "box":
            left, top, right, bottom = _numbers(element, "xtl", "ytl", "xbr", "ybr")
            angle = _angle(element)
            if element.get("rotation") is None:
                return Box(left=left, top=top, right=right, bottom=bottom)
            middle = (left + right) / 2, (top + bottom) / 2
            return RotatedBox(x=middle[0], y=middle[1], width=right - left, height=bottom - top, angle=angle)
        case "ellipse":
            x, y, rx, ry = _numbers(element, "cx", "cy", "rx", "ry")
            return Ellipse(x=x, y=y, rx=rx, ry=ry, angle=_angle(element))
        case "polygon":
            return polygon_of(_ring(element))
        case "polyline":
            return Polyline(points=_ring(element))
        case "points":
            return Points(points=_ring(element))
        case "mask":
            left, top, width, height = map(int, _numbers(element, "left", "top", "width", "height"))
            runs = tuple(int(word) for word in (element.get("rle") or "").split(","))
            return Mask(left=left, top=top, width=width, height=height, runs=runs)
        case "cuboid":
            front, back = (
                tuple(Point(*_numbers(element, f"x{corner}{face}", f"y{corner}{face}")) for corner in CORNERS)
                for face in (1, 2)
            )
            return Cuboid(front=front, back=back)  # pyright: ignore[reportArgumentType]  # four corners each
        case "skeleton":
            return _skeleton(element, category)
        case other:
            raise ValueError(f"<{other}> is no shape that CVAT has")


def _skeleton(element: Element, category: Category | None) -> Skeleton:
    found: dict[str, Keypoint] = {}
    for place, child in enumerate(element.iterfind("points"), 1):
        (point, *_) = _ring(child)
        is_absent, is_hidden = child.get("outside") == "1", child.get("occluded") == "1"
        seen = ABSENT if is_absent else OCCLUDED if is_hidden else VISIBLE
        found[child.get("label") or str(place)] = Keypoint(point.x, point.y, seen)
    if category is None or category.skeleton is None:
        return Skeleton(keypoints=tuple(found.values()))
    absent = Keypoint(0, 0, ABSENT)
    return Skeleton(keypoints=tuple(found.get(point.name, absent) for point in category.skeleton.keypoints))


def _angle(element: Element) -> float:
    """The rotation in radians, from -pi to pi."""
    angle = radians(number(element.get("rotation") or 0, "its rotation"))
    return (angle + pi) % (2 * pi) - pi if not -pi <= angle <= pi else angle


def _numbers(element: Element, *names: str) -> tuple[float, ...]:
    return tuple(number(element.get(name), f"its {name}") for name in names)


def _ring(element: Element) -> Ring:
    pairs = (pair.split(",") for pair in (element.get("points") or "").split(";") if pair.strip())
    points = tuple(Point(number(pair[0], "x"), number(pair[1], "y")) for pair in pairs if len(pair) == 2)
    if not points:
        raise ValueError("it has no points")
    return points
