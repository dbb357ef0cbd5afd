"""What every registered format owes: what it keeps comes back, and what is missing is in its losses."""

# ruff: noqa: A002  # “format” is the word of the contract
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

import msgspec
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelwright.core.document import EMPTY, Annotation, Document, Evidence, Relation, Vote
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Ellipse, Mask, Polygon, RotatedBox, Shape
from labelwright.formats.folder import source_of
from labelwright.formats.format import Format
from labelwright.formats.registry import choose
from tests.conformance.conftest import (
    AWKWARD_NAMES,
    BOX,
    ONTOLOGY,
    SIMPLE,
    TWO_PARTS,
    WHOLE,
    WITH_HOLE,
    Back,
    annotation,
    every_kind,
    item,
    named,
    one_of_every_shape,
    ontology_of,
    some,
    written,
)
from tests.conformance.shapes import ANY, number, numbers

Travel = Callable[..., Back]


def alike(format: Format, found: Iterable[Annotation], wanted: Iterable[Annotation]) -> int:
    """How many of the wanted annotations are among those found, each once, as near as the format is."""
    left = list(found)
    count = 0
    for one in wanted:
        place = next((n for n, other in enumerate(left) if is_same(format, one, other)), None)
        if place is not None:
            del left[place]
            count += 1
    return count


def is_same(format: Format, one: Annotation, other: Annotation) -> bool:
    """Whether two annotations say the same, the category only where the format has a place for it."""
    if one.kind != other.kind or (one.category != other.category and not format.limits.one_category):
        return False
    a, b = numbers(one.shape), numbers(other.shape)
    bound = 0 if isinstance(one.shape, Mask) else max(format.limits.precision, 1e-5)
    return len(a) == len(b) and all(abs(x - y) <= bound for x, y in zip(a, b, strict=True))


def by_name(format: Format, document: Document) -> tuple[Annotation, ...]:
    """The annotations as a reader of the format says them."""
    return named(document, ontology_of(format)).annotations


def changed(table: dict[str, int]) -> dict[str, int]:
    """What became of annotations; that a name is written in another way is no change of them."""
    return {what: n for what, n in table.items() if not what.startswith(("category:", "name:", "split:"))}


def test_what_a_format_keeps_comes_back(format: Format, there_and_back: Travel) -> None:
    kept = every_kind(format)
    items = [item(name, kept) for name in AWKWARD_NAMES]

    back = there_and_back(format, items)

    assert not back.losses.dropped
    assert not back.faults
    missing = set(AWKWARD_NAMES) - set(back.by_name())
    assert len(back.items) == len(AWKWARD_NAMES)
    assert missing == {loss.item for loss in back.losses.examples if loss.field == "name"}
    assert (
        missing <= {"images/looks like a layout.png", "labels/train/both.png"}
        or not format.limits.keeps_names
    )
    for entry in back.items:
        wanted, found = by_name(format, kept), entry.document.annotations
        assert alike(format, found, wanted) == len(wanted) == len(found), (found, wanted)
        assert (entry.width, entry.height) == (50, 40)


def test_every_annotation_comes_back_or_is_in_the_losses(format: Format, there_and_back: Travel) -> None:
    document = one_of_every_shape()

    back = there_and_back(format, [item("one.png", document)])

    losses = back.losses
    found = [entry for one in back.items for entry in one.document.annotations]
    unchanged = alike(format, found, by_name(format, document))
    told = sum(changed(losses.converted).values()) + sum(losses.dropped.values())
    assert unchanged == losses.kept
    assert len(found) - unchanged <= told
    assert len(document.annotations) - unchanged == told


def test_a_tag_is_never_lost_in_silence(format: Format, there_and_back: Travel) -> None:
    back = there_and_back(format, [item("one.png", Document(annotations=(annotation(1, None),)))])

    found = [entry for one in back.items for entry in one.document.annotations]
    assert sum(back.losses.dropped.values()) == (0 if "tag" in format.keeps else 1)
    assert len(found) == (1 if "tag" in format.keeps else 0)
    assert all(loss.item == "one.png" for loss in back.losses.examples)


@pytest.mark.parametrize("field", ["attributes", "flags", "group", "relations"])
def test_a_field_comes_back_or_is_in_the_losses(format: Format, there_and_back: Travel, field: str) -> None:
    values = {
        "attributes": {"attributes": {"a1": "o1", "a2": "seen <twice>"}},
        "flags": {"flags": {"difficult": True, "invented": "yes"}},
        "group": {"group": "pair 1"},
        "relations": {"relations": (Relation(kind="r1", to="2"), Relation(kind="r2", to="1"))},
    }[field]
    first, *others = some(format, "zz zz").annotations
    document = Document(annotations=(msgspec.structs.replace(first, **values), *others))

    back = there_and_back(format, [item("one.png", document)])

    expected = {
        "attributes": {"Stain": "Giemsa blue", "Remark": "seen <twice>"},
        "flags": {"difficult": True, "invented": "yes"},
        "group": "pair 1",
        "relations": (Relation(kind="part of", to="2"), Relation(kind="touches", to="1")),
    }[field]
    lost = [loss for loss in back.losses.examples if field in loss.field]
    found = [getattr(entry, field) for one in back.items for entry in one.document.annotations]
    assert expected in found or lost


@pytest.mark.parametrize(
    "flags",
    [
        {"track": 7},
        {"track": "seven"},
        {"track": 3, "keyframe": True},
        {"keyframe": True},
        {"occluded": True},
        {"occluded": "partly"},
        {"truncated": True, "difficult": True},
        {"truncated": 0.5},
        {"z_order": 2},
        {"z_order": 1.5},
        {"iscrowd": True},
        {"isthing": "no"},
        {"worker": "A1"},
    ],
    ids=str,
)
def test_a_flag_that_some_tool_has_a_place_for_comes_back_or_is_told(
    format: Format, there_and_back: Travel, flags: dict[str, bool | float | str]
) -> None:
    (first,) = some(format, "zz").annotations
    document = Document(annotations=(msgspec.structs.replace(first, flags=flags),))

    back = there_and_back(format, [item("one.png", document)])

    found = [entry for one in back.items for entry in one.document.annotations]
    lost = [loss for loss in back.losses.examples if "flags" in loss.field]
    assert lost or any(entry.flags.items() >= flags.items() for entry in found), found


@pytest.mark.parametrize("field", ["votes", "unsure", "confidence"])
def test_what_people_judged_comes_back_or_is_told(format: Format, there_and_back: Travel, field: str) -> None:
    votes = (Vote(annotator="ana", answer="zz"), Vote(annotator="ben", answer="aa", similarity=0.5))
    values = {
        "votes": {"votes": votes},
        "unsure": {"unsure": "half of it is hidden"},
        "confidence": {"evidence": Evidence(confidence=0.875)},
    }[field]
    first, *others = some(format, "zz aa").annotations
    document = Document(annotations=(msgspec.structs.replace(first, **values), *others))

    back = there_and_back(format, [item("one.png", document)])

    found = [entry for one in back.items for entry in one.document.annotations]
    kept = {
        "votes": [entry for entry in found if len(entry.votes) == 2],
        "unsure": [entry for entry in found if entry.unsure == "half of it is hidden"],
        "confidence": [entry for entry in found if entry.evidence.confidence == 0.875],
    }[field]
    lost = [loss for loss in back.losses.examples if loss.field == field]
    assert len(kept) + sum(loss.count for loss in lost) == 1


def test_class_order_is_the_ontologys_also_for_classes_nobody_used(
    format: Format, there_and_back: Travel
) -> None:
    items = [item("one.png", some(format, "aa")), item("two.png", some(format, "zz"))]

    back = there_and_back(format, items)

    names = [category.name for category in ontology_of(format).categories]
    if format.limits.names_every_category:
        assert back.categories == names
    elif not format.limits.one_category:
        assert set(back.categories) == set(names[:2])


def test_a_category_of_any_name_comes_back_or_is_in_the_losses(
    format: Format, there_and_back: Travel
) -> None:
    document = some(format, "aa")

    back = there_and_back(format, [item("one.png", document)], ONTOLOGY)

    (found,) = (entry for one in back.items for entry in one.document.annotations)
    lost = [loss for loss in back.losses.examples if loss.field == "category"]
    assert found.category == ONTOLOGY.category("aa").name or lost


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_a_split_comes_back_or_is_in_the_losses(format: Format, there_and_back: Travel, split: str) -> None:
    back = there_and_back(format, [item("one.png", some(format, "zz"), split=split)])

    lost = [loss for loss in back.losses.examples if loss.field == "split"]
    assert back.items[0].split == split or lost


def test_nothing_at_all_can_be_written_and_read(format: Format, there_and_back: Travel) -> None:
    try:
        back = there_and_back(format, [])
    except UnreadableLabels:  # a folder in which nothing is
        return

    assert back.items == []
    assert not back.losses.loses


def test_an_item_without_annotations_stays_or_is_in_the_losses(
    format: Format, there_and_back: Travel
) -> None:
    full = item("full.png", some(format, "zz"))

    back = there_and_back(format, [item("empty.png", EMPTY), full, item("other.png", EMPTY)])

    missing = {"empty.png", "full.png", "other.png"} - set(back.by_name())
    assert missing <= {loss.item for loss in back.losses.examples}
    assert not missing or not format.limits.keeps_empty or not format.limits.keeps_names
    assert len(back.items) == 3 or not format.limits.keeps_empty
    assert len([entry for entry in back.items if entry.document != EMPTY]) == 1


def test_a_one_pixel_image_survives(format: Format, there_and_back: Travel) -> None:
    shape = next(WHOLE[kind] for kind in WHOLE if kind in format.keeps)
    document = Document(annotations=(annotation(1, shape),))

    back = there_and_back(format, [item("dot.png", document, 1, 1)])

    assert alike(format, back.items[0].document.annotations, by_name(format, document)) == 1


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
    items = [item(names[0], some(format, "zz")), item(names[1], some(format, "aa aa"))]

    back = there_and_back(format, items)

    assert len(back.items) == 2
    most = 1 if format.limits.merges else min(2, format.limits.most or 2)
    assert sorted(len(entry.document.annotations) for entry in back.items) == [1, most]
    is_verbatim = tuple(entry.name for entry in back.items) == names  # as tables can, but not folders
    assert is_verbatim or len({entry.name.casefold() for entry in back.items}) == 2
    renamed = set(names) - set(back.by_name()) or (len(set(names)) == 1 and not is_verbatim)
    assert not renamed or any("name" in what for what in back.losses.converted)


def test_the_same_items_give_the_same_bytes(format: Format, tmp_path: Path) -> None:
    items = [item(name, one_of_every_shape()) for name in AWKWARD_NAMES]

    for place in ("one.zip", "two.zip"):
        written(format, items, tmp_path / place)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_format_recognizes_its_own_files(format: Format, tmp_path: Path) -> None:
    if "skeleton" in format.keeps and format.limits.overlaps:
        document = Document(annotations=(annotation(1, SIMPLE["skeleton"]),))
    else:
        document = some(format, "zz aa")
    written(format, [item("one.png", document), item("two.png", some(format, "aa"))], tmp_path / "out")

    found, reason = choose(source_of(tmp_path / "out"))

    assert found.name == format.name
    assert len(reason.split()) > 2


def test_an_item_of_unknown_size_is_written_right_or_reported(format: Format, there_and_back: Travel) -> None:
    document = Document(annotations=(annotation(1, BOX),))
    sized = item("one.png", document)
    unknown = type(sized)("one.png", 0, 0, document, media=sized.media)

    back = there_and_back(format, [unknown])

    came = [entry for one in back.items for entry in one.document.annotations]
    right = alike(format, came, by_name(format, document)) == 1
    assert right or back.losses.converted or back.losses.dropped


def test_shares_of_an_unknown_size_never_become_pixels(format: Format, there_and_back: Travel) -> None:
    share = annotation(1, Box(left=0.25, top=0.25, right=0.5, bottom=0.75))
    unsized = item("one.png", Document(annotations=(share,)), 0, 0, in_shares=True)

    back = there_and_back(format, [replace(unsized, media=None)])

    came = [entry for entry in back.items if entry.document.annotations]
    assert all(entry.in_shares for entry in came)
    assert len(came) + sum(back.losses.dropped.values()) == 1


@pytest.mark.parametrize("kind", list(ANY))
@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_shape_inside_its_image_comes_back(format: Format, tmp_path_factory, kind: str, data) -> None:
    if kind not in format.keeps:
        return
    most = min(4 if format.limits.overlaps and kind != "tag" else 1, format.limits.most or 4)
    drawn = data.draw(st.lists(ANY[kind], max_size=most))
    place = tmp_path_factory.mktemp("shapes") / "out"
    document = Document(annotations=tuple(annotation(i, shape) for i, shape in enumerate(drawn)))

    losses = written(format, [item("one.png", document, 50, 50)], place)
    if not drawn and not format.limits.keeps_empty:
        return
    back = list(format.read(source_of(place)).items)

    assert losses.kept == len(drawn)
    assert not changed(losses.converted)
    came = back[0].document.annotations
    assert alike(format, came, by_name(format, document)) == len(drawn) == len(came), came


@pytest.mark.parametrize("kind", ["rotated_box", "ellipse", "mask", "polygon", "box"])
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_converted_stays_within_the_error_that_is_stated(
    format: Format, tmp_path_factory, kind: str, data
) -> None:
    shape = data.draw(ANY[kind])
    if isinstance(shape, Polygon) and not shapely.Polygon(shape.parts[0][0]).is_valid:
        return  # what a ring that crosses itself covers is a matter of the rule
    place = tmp_path_factory.mktemp("converted") / "out"
    document = Document(annotations=(annotation(1, shape),))

    losses = written(format, [item("one.png", document, 50, 50)], place)
    (back,) = format.read(source_of(place)).items if changed(losses.converted) else (None,)

    for reason in changed(losses.converted):
        found = re.search(r"exactly|([\d.]+) pixels at most|cut off|bends", reason)
        assert found, f"no error is stated: {reason}"
        if found[0] in ("cut off", "bends") or "cut off" in reason:
            continue
        bound = float(found[1] or 0) + 1e-4
        came = back.document.annotations[0].shape
        if isinstance(shape, Mask) and isinstance(came, Polygon):  # parts joined by lines of no width
            assert pixels_in(came) == pixels_in(shape)
            continue
        before, after = outline(shape), outline(came)
        assert before.symmetric_difference(after).area <= bound * before.length * 1.5


def outline(shape: Shape):
    """A shape as Shapely has it; rings that cross themselves are left out."""
    match shape:
        case Box():
            return shapely.box(*shape.bounds)
        case RotatedBox():
            return shapely.Polygon(shape.corners())
        case Ellipse():
            return shapely.Polygon(shape.ring(2000))
        case Polygon():
            return shapely.union_all([shapely.make_valid(shapely.Polygon(p[0], p[1:])) for p in shape.parts])
        case Mask():
            return shapely.union_all([shapely.box(x, y, x + 1, y + 1) for x, y in pixels_in(shape)])
        case _:
            pytest.fail(f"{shape} has no outline")


def pixels_in(shape: Mask | Polygon) -> set[tuple[int, int]]:
    """The pixels whose middles a shape covers, by the even-odd rule."""
    if isinstance(shape, Mask):
        set_pixels = [n for n, bit in enumerate(bits_of(shape)) if bit]
        return {(n % shape.width + shape.left, n // shape.width + shape.top) for n in set_pixels}
    found: set[tuple[int, int]] = set()
    for x, y in product(range(50), range(50)):
        crossed = [
            a.x + (y + 0.5 - a.y) / (b.y - a.y) * (b.x - a.x) < x + 0.5
            for ring in shape.rings()
            for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)
            if (a.y <= y + 0.5) != (b.y <= y + 0.5)
        ]
        if sum(crossed) % 2:
            found.add((x, y))
    return found


def bits_of(mask: Mask) -> list[int]:
    """The pixels of the window."""
    return [index % 2 for index, run in enumerate(mask.runs) for _ in range(run)]


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_format_that_keeps_everything_gives_back_the_same_document(
    format: Format, tmp_path_factory, data
) -> None:
    if not format.keeps >= set(ANY):
        return
    document = data.draw(documents())
    place = tmp_path_factory.mktemp("whole") / "out"

    losses = written(format, [item("one.png", document, 50, 50)], place)
    reading = format.read(source_of(place))
    if not reading.is_own:  # kinds, but not the evidence
        return
    (back,) = reading.items

    assert not losses.converted
    assert not losses.dropped
    assert back.document == named(document)


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@st.composite
def documents(draw) -> Document:
    """Documents with everything that one can say: values, groups, bonds, flags and evidence."""
    count = draw(st.integers(0, 4))
    bonds = st.builds(Relation, kind=st.sampled_from(["r1", "r2"]), to=st.sampled_from(["0", "1", "9"]))
    values = st.fixed_dictionaries({}, optional={"a1": st.just("o1"), "a2": text})
    flags = st.dictionaries(text, st.one_of(st.booleans(), number(), text), max_size=2)
    evidence = st.builds(
        Evidence,
        author=text,
        created_at=text,
        changed_by=st.none() | text,
        model=st.none() | text,
        score=st.none() | number(0, 1),
        similarity=st.none() | number(0, 1),
        seconds=number(),
        reviewer=st.none() | text,
        verdict=st.none() | text,
    )
    return Document(
        annotations=tuple(
            Annotation(
                id=str(place),
                category="zz",
                shape=draw(st.one_of(*ANY.values())),
                attributes=draw(values),
                group=draw(st.none() | text),
                relations=tuple(draw(st.lists(bonds, max_size=2))),
                flags=draw(flags),
                evidence=draw(evidence),
            )
            for place in range(count)
        )
    )


def test_holes_and_parts_are_kept_or_reported(format: Format, there_and_back: Travel) -> None:
    document = Document(annotations=(annotation(1, WITH_HOLE), annotation(2, TWO_PARTS)))

    back = there_and_back(format, [item("one.png", document)])

    came = [entry for one in back.items for entry in one.document.annotations]
    assert alike(format, came, by_name(format, document)) == back.losses.kept
