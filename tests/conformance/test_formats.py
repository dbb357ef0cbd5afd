"""What every registered format owes: what it keeps comes back, and what is missing is in its losses."""

# ruff: noqa: A002  # “format” is the word of the contract
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelwright.core.document import EMPTY, Annotation, Document
from labelwright.core.shapes import Box, Mask, Point, Polygon
from labelwright.formats.folder import source_of
from labelwright.formats.format import Format
from labelwright.formats.registry import choose
from tests.conformance.conftest import (
    AWKWARD_NAMES,
    BOX,
    MASK,
    ONTOLOGY,
    TRIANGLE,
    TWO_PARTS,
    WITH_HOLE,
    Back,
    annotation,
    item,
    named,
    one_of_every_shape,
    written,
)

Travel = Callable[..., Back]
SIMPLE = {"box": BOX, "polygon": TRIANGLE, "mask": MASK, "tag": None}


def numbers(shape) -> list[float]:
    match shape:
        case Box():
            return [shape.left, shape.top, shape.right, shape.bottom]
        case Polygon():
            return [value for ring in shape.rings() for point in ring for value in point]
        case Mask():
            return [shape.left, shape.top, shape.width, shape.height, *shape.runs]
        case _:
            return []


def said(annotation: Annotation) -> tuple:
    """What an annotation says, with numbers to a thousandth of a pixel."""
    return (annotation.category, annotation.kind, tuple(round(n, 3) for n in numbers(annotation.shape)))


def test_what_a_format_keeps_comes_back(format: Format, there_and_back: Travel) -> None:
    kept = Document(
        annotations=tuple(
            annotation(i, shape, category)
            for i, (kind, shape) in enumerate(SIMPLE.items())
            if kind in format.keeps
            for category in ("zz", "aa")
        )
    )
    items = [item(name, kept) for name in AWKWARD_NAMES]

    back = there_and_back(format, items)

    assert not back.losses.dropped
    assert not back.faults
    missing = set(AWKWARD_NAMES) - set(back.by_name())
    assert len(back.items) == len(AWKWARD_NAMES)
    assert missing == {loss.item for loss in back.losses.examples if loss.field == "name"}
    assert missing <= {"images/looks like a layout.png", "labels/train/both.png"}
    for entry in back.items:
        assert list(map(said, entry.document.annotations)) == list(map(said, named(kept).annotations))
        assert (entry.width, entry.height) == (50, 40)


def test_every_annotation_comes_back_or_is_in_the_losses(format: Format, there_and_back: Travel) -> None:
    document = one_of_every_shape()

    back = there_and_back(format, [item("one.png", document)])

    losses = back.losses
    came = len(back.items[0].document.annotations)
    whole = Counter(map(said, named(document).annotations))
    unchanged = sum((Counter(map(said, back.items[0].document.annotations)) & whole).values())
    assert unchanged == losses.kept
    assert came - unchanged <= sum(losses.converted.values()) + sum(losses.dropped.values())
    assert len(document.annotations) - unchanged == sum(losses.converted.values()) + sum(
        losses.dropped.values()
    )


def test_a_tag_is_never_lost_in_silence(format: Format, there_and_back: Travel) -> None:
    back = there_and_back(format, [item("one.png", Document(annotations=(annotation(1, None),)))])

    assert sum(back.losses.dropped.values()) == 1
    assert back.losses.examples[0].item == "one.png"


@pytest.mark.parametrize("field", ["attributes", "flags", "group"])
def test_a_field_comes_back_or_is_in_the_losses(format: Format, there_and_back: Travel, field: str) -> None:
    shape = next(SIMPLE[kind] for kind in ("box", "polygon", "mask") if kind in format.keeps)
    values = {
        "attributes": {"attributes": {"a1": "o1", "a2": "seen <twice>"}},
        "flags": {"flags": {"difficult": True, "invented": "yes"}},
        "group": {"group": "pair 1"},
    }[field]
    document = Document(annotations=(annotation(1, shape, **values),))

    back = there_and_back(format, [item("one.png", document)])

    found = back.items[0].document.annotations[0]
    expected = {
        "attributes": {"Stain": "Giemsa blue", "Remark": "seen <twice>"},
        "flags": {"difficult": True, "invented": "yes"},
        "group": "pair 1",
    }[field]
    lost = [loss for loss in back.losses.examples if field in loss.field]
    assert getattr(found, field) == expected or lost


def test_class_order_is_the_ontologys_also_for_classes_nobody_used(
    format: Format, there_and_back: Travel
) -> None:
    shape = next(SIMPLE[kind] for kind in ("box", "polygon", "mask") if kind in format.keeps)
    document = Document(annotations=(annotation(1, shape, "aa"), annotation(2, shape, "zz")))

    back = there_and_back(format, [item("one.png", document)])

    assert back.categories == [category.name for category in ONTOLOGY.categories]


def test_nothing_at_all_can_be_written_and_read(format: Format, there_and_back: Travel) -> None:
    back = there_and_back(format, [])

    assert back.items == []
    assert not back.losses.loses


def test_an_item_without_annotations_stays(format: Format, there_and_back: Travel) -> None:
    back = there_and_back(format, [item("empty.png", EMPTY), item("other.png", EMPTY)])

    assert sorted(back.by_name()) == ["empty.png", "other.png"]
    assert all(entry.document == EMPTY for entry in back.items)


def test_a_one_pixel_image_survives(format: Format, there_and_back: Travel) -> None:
    whole = {
        "box": Box(left=0, top=0, right=1, bottom=1),
        "polygon": Polygon(parts=(((Point(0, 0), Point(1, 0), Point(1, 1)),),)),
        "mask": Mask(left=0, top=0, width=1, height=1, runs=(0, 1)),
    }
    shape = next(whole[kind] for kind in ("box", "polygon", "mask") if kind in format.keeps)
    document = Document(annotations=(annotation(1, shape),))

    back = there_and_back(format, [item("dot.png", document, 1, 1)])

    assert list(map(said, back.items[0].document.annotations)) == list(map(said, named(document).annotations))


@pytest.mark.parametrize(
    "names",
    [
        ("cell.jpg", "cell.png"),
        ("cell.jpg", "cell.jpg"),
        ("Cell.jpg", "cell.jpg"),
        ("a.b.png", "a.png"),
        ("../up.png", "up.png"),
    ],
    ids=" and ".join,
)
def test_names_that_meet_keep_their_own_annotations(
    format: Format, there_and_back: Travel, names: tuple[str, str]
) -> None:
    shape = next(kind for kind in ("box", "polygon", "mask") if kind in format.keeps)
    items = [
        item(names[0], Document(annotations=(annotation(1, SIMPLE[shape], "zz"),))),
        item(names[1], Document(annotations=(annotation(1, SIMPLE[shape], "aa"),) * 2)),
    ]

    back = there_and_back(format, items)

    assert len(back.items) == 2
    assert sorted(len(entry.document.annotations) for entry in back.items) == [1, 2]
    assert len({entry.name.casefold() for entry in back.items}) == 2
    renamed = set(names) - set(back.by_name()) or (len(set(names)) == 1)
    assert not renamed or any("name" in what for what in back.losses.converted)


def test_the_same_items_give_the_same_bytes(format: Format, tmp_path: Path) -> None:
    items = [item(name, one_of_every_shape()) for name in AWKWARD_NAMES]

    for place in ("one.zip", "two.zip"):
        written(format, items, tmp_path / place)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_format_recognizes_its_own_files(format: Format, tmp_path: Path) -> None:
    shape = next(SIMPLE[kind] for kind in ("polygon", "box") if kind in format.keeps)
    written(format, [item("one.png", Document(annotations=(annotation(1, shape),)))], tmp_path / "out")

    found, reason = choose(source_of(tmp_path / "out"))

    assert found.name == format.name
    assert len(reason.split()) > 2


def test_an_item_of_unknown_size_is_written_right_or_reported(format: Format, there_and_back: Travel) -> None:
    document = Document(annotations=(annotation(1, BOX),))
    sized = item("one.png", document)
    unknown = type(sized)("one.png", 0, 0, document, media=sized.media)

    back = there_and_back(format, [unknown])

    came = back.items[0].document.annotations
    right = [said(entry) for entry in came] == [said(entry) for entry in named(document).annotations]
    assert right or back.losses.converted or back.losses.dropped


coordinates = st.floats(0, 50, allow_nan=False).map(lambda value: round(value, 6))


@st.composite
def boxes(draw) -> Box:
    left, right = sorted(draw(st.tuples(coordinates, coordinates).filter(lambda p: abs(p[0] - p[1]) > 0.01)))
    top, bottom = sorted(draw(st.tuples(coordinates, coordinates).filter(lambda p: abs(p[0] - p[1]) > 0.01)))
    return Box(left=left, top=top, right=right, bottom=bottom)


@given(drawn=st.lists(boxes(), max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_box_inside_its_image_comes_back(format: Format, tmp_path_factory, drawn: list[Box]) -> None:
    if "box" not in format.keeps:
        return
    place = tmp_path_factory.mktemp("boxes") / "out"
    document = Document(annotations=tuple(annotation(i, box) for i, box in enumerate(drawn)))

    losses = written(format, [item("one.png", document, 50, 50)], place)
    back = list(format.read(source_of(place)).items)

    assert losses.kept == len(drawn)
    came = [numbers(entry.shape) for entry in back[0].document.annotations]
    assert came == [pytest.approx(numbers(box), abs=1e-5) for box in drawn]


def test_holes_and_parts_are_kept_or_reported(format: Format, there_and_back: Travel) -> None:
    document = Document(annotations=(annotation(1, WITH_HOLE), annotation(2, TWO_PARTS)))

    back = there_and_back(format, [item("one.png", document)])

    came = Counter(map(said, back.items[0].document.annotations))
    same = sum((came & Counter(map(said, named(document).annotations))).values())
    assert same == back.losses.kept
