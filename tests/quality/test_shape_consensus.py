"""One document of several people's: what all say stands, no order matters, careless people count less."""

from itertools import count
from math import pi
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.document import Annotation, Document
from labelwright.core.shapes import (
    Box,
    Cuboid,
    Ellipse,
    Keypoint,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
)
from labelwright.quality.iou import iou
from labelwright.quality.shape_bias import box_biases, corrected
from labelwright.quality.shape_consensus import fit, merge_documents
from labelwright.quality.shape_merge import medoid, merged_shape, staple, weighted_median
from labelwright.quality.tracing import simplified, traced
from tests.shared_data import shared_data

SQUARE = Polygon(parts=(((Point(0, 0), Point(20, 0), Point(20, 20), Point(0, 20)),),))
EVERY = [
    Box(left=1, top=2, right=30, bottom=40),
    RotatedBox(x=20, y=20, width=10, height=20, angle=0.4),
    SQUARE,
    Polyline(points=(Point(0, 0), Point(5, 9))),
    Points(points=(Point(1, 2), Point(3, 4))),
    Ellipse(x=5, y=6, rx=3, ry=2, angle=0.1),
    Mask(left=0, top=0, width=3, height=2, runs=(1, 4, 1)),
    Skeleton(keypoints=(Keypoint(1, 2, 2), Keypoint(3, 4, 1), Keypoint(0, 0, 0))),
    Cuboid(
        front=(Point(0, 0), Point(9, 0), Point(9, 9), Point(0, 9)),
        back=(Point(3, 3), Point(12, 3), Point(12, 12), Point(3, 12)),
    ),
]
EDGE = st.floats(0, 100, allow_nan=False)


def a_box(x: float, y: float, width: float = 20, height: float = 20) -> Box:
    return Box(left=x, top=y, right=x + width, bottom=y + height)


BOXES = st.builds(a_box, EDGE, EDGE, st.floats(5, 40), st.floats(5, 40))


def said(*shapes: Shape | None, category: str = "cell", **options: Any) -> Document:
    marks = (
        Annotation(id=f"{category}{number}", category=category, shape=shape, **options)
        for number, shape in enumerate(shapes)
    )
    return Document(annotations=tuple(marks))


def merge(documents: dict[str, Document], **options: Any):
    numbers = count()
    return merge_documents(documents, lambda: f"m{next(numbers)}", **options)


@pytest.mark.parametrize("shape", EVERY, ids=lambda shape: type(shape).__name__)
@pytest.mark.parametrize("people", [1, 2, 3, 5])
def test_what_everybody_draws_alike_stands_exactly(shape: Shape, people: int):
    merged = merge({f"p{at}": said(shape) for at in range(people)})

    assert [mark.shape for mark in merged.document.annotations] == [shape]
    assert all(not thing.doubts for thing in merged.things)


@given(st.lists(BOXES, min_size=2, max_size=6), st.randoms())
def test_a_merged_box_lies_within_the_hull_and_no_order_matters(boxes: list[Box], random: Any):
    found = merged_shape(boxes)
    shuffled = list(boxes)
    random.shuffle(shuffled)

    assert isinstance(found, Box)
    assert min(b.left for b in boxes) - 1e-9 <= found.left
    assert found.right <= max(b.right for b in boxes) + 1e-9
    again = merged_shape(shuffled)
    assert isinstance(again, Box)
    assert (again.left, again.bottom) == pytest.approx((found.left, found.bottom))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from("abcde"), st.lists(BOXES, max_size=4), min_size=2))
def test_the_names_and_the_order_of_people_make_no_difference(drawn: dict[str, list[Box]]):
    documents = {name: said(*boxes) for name, boxes in drawn.items()}
    backwards = dict(reversed(documents.items()))

    one, other = merge(documents), merge(backwards)

    assert [mark.shape for mark in one.document.annotations] == [m.shape for m in other.document.annotations]
    assert all(0 <= thing.posterior <= 1 for thing in one.things)
    votes = [vote.annotator for mark in one.document.annotations for vote in mark.votes]
    assert set(votes) <= set(documents)


def test_a_median_follows_the_weights_and_two_people_are_averaged():
    rows = np.array([[0.0], [10.0], [20.0]])

    assert weighted_median(rows, np.array([1.0, 1.0, 1.0])).tolist() == [10.0]
    assert weighted_median(rows, np.array([5.0, 1.0, 1.0])).tolist() == [0.0]
    assert weighted_median(rows[:2], np.array([3.0, 1.0])).tolist() == [2.5]


def test_a_rotated_box_is_the_same_turned_by_a_quarter_with_its_sides_changed():
    one = RotatedBox(x=10, y=10, width=20, height=8, angle=0.1)
    other = RotatedBox(x=10, y=10, width=8, height=20, angle=0.1 - pi / 2)

    found = merged_shape([one, other, one])

    assert iou(found, one) == pytest.approx(1.0, abs=1e-6)


def test_masks_are_decided_by_majority_and_from_four_people_on_by_staple():
    wide, narrow = (
        Mask(left=0, top=0, width=4, height=1, runs=(0, 4)),
        Mask(left=0, top=0, width=2, height=1, runs=(0, 2)),
    )

    three = merged_shape([wide, wide, narrow])
    four = merged_shape([wide, wide, wide, narrow])

    assert three == wide
    assert four == wide
    grids = [np.array([[1, 1, 0, 0]], bool)] * 3 + [np.array([[0, 0, 1, 1]], bool)]
    inside = staple(grids)
    assert inside[0, 0] > 0.9
    assert inside[0, 3] < 0.1


def test_a_polygon_keeps_the_corners_of_whoever_drew_it_best_or_is_traced():
    shifted = Polygon(parts=(((Point(0.2, 0), Point(20.2, 0), Point(20.2, 20), Point(0.2, 20)),),))
    other = Polygon(parts=(((Point(10, 0), Point(40, 0), Point(40, 20), Point(10, 20)),),))
    hole = (
        (Point(0, 0), Point(30, 0), Point(30, 30), Point(0, 30)),
        (Point(10, 10), Point(10, 20), Point(20, 20), Point(20, 10)),
    )
    ring = Polygon(parts=(hole,))
    moved = Polygon(parts=(tuple(tuple(Point(x + 4, y) for x, y in line) for line in hole),))

    assert merged_shape([SQUARE, shifted, SQUARE]) in (SQUARE, shifted)
    fused = merged_shape([SQUARE, other])
    assert isinstance(fused, Polygon)
    assert fused.area == pytest.approx(40 * 20, rel=0.02)
    pierced = merged_shape([ring, moved])
    assert isinstance(pierced, Polygon)
    assert len(pierced.parts[0]) == 2, "the hole stays a hole"


def test_a_traced_grid_has_its_area_and_few_corners_after_simplifying():
    grid = np.zeros((40, 40), bool)
    grid[5:30, 8:33] = True
    yy, xx = np.mgrid[:40, :40]
    disc = (yy - 20) ** 2 + (xx - 20) ** 2 < 15**2

    (square,) = traced(grid, left=100, top=50, cell=0.5)
    (circle,) = traced(disc)

    assert set(square) == {Point(104, 52.5), Point(116.5, 52.5), Point(116.5, 65), Point(104, 65)}
    assert len(simplified(circle, 1.5)) < len(circle) / 3
    assert iou(Polygon(parts=((circle,),)), Polygon(parts=((simplified(circle, 1.5),),))) > 0.9


def test_shapes_of_several_kinds_are_represented_by_the_one_most_like_all():
    found = merged_shape([a_box(0, 0), SQUARE, a_box(1, 0)])

    assert found == medoid([a_box(0, 0), SQUARE, a_box(1, 0)])


def test_what_one_of_three_marks_is_left_out_and_two_of_three_stand():
    documents = {
        "ana": said(a_box(0, 0), a_box(60, 60)),
        "ben": said(a_box(1, 0)),
        "cem": said(a_box(0, 1), a_box(60, 61), a_box(100, 0)),
    }

    merged = merge(documents)

    assert len(merged.document.annotations) == 2
    left_out = [thing for thing in merged.things if thing.id is None]
    assert [[one.annotator for one in thing.origins] for thing in left_out] == [["cem"]]
    assert all("existence" in thing.doubts for thing in merged.things[1:])


def test_a_category_is_voted_on_and_the_dispute_is_told():
    documents = {
        "ana": said(a_box(0, 0), category="cat"),
        "ben": said(a_box(0, 0), category="dog"),
        "cem": said(a_box(0, 0), category="cat"),
    }

    (mark,) = merge(documents, categories=3).document.annotations

    assert mark.category == "cat"
    assert [(vote.annotator, vote.answer, vote.similarity) for vote in mark.votes] == [
        ("ana", "cat", 1.0),
        ("ben", "dog", 1.0),
        ("cem", "cat", 1.0),
    ]
    assert merge(documents, categories=3).things[0].doubts == ("category",)


def test_attributes_are_voted_on_among_those_who_named_it_so():
    documents = {
        "ana": said(a_box(0, 0), attributes={"ripe": True}),
        "ben": said(a_box(0, 0), attributes={"ripe": False}),
        "cem": said(a_box(0, 0), attributes={"ripe": True}),
    }

    merged = merge(documents)

    assert merged.document.annotations[0].attributes == {"ripe": True}
    assert merged.things[0].doubts == ("attributes",)


def test_one_tag_each_is_one_choice_among_all():
    documents = {name: said(None, category=tag) for name, tag in (("a", "cat"), ("b", "dog"), ("c", "cat"))}

    merged = merge(documents, categories=10)
    alone = merge({"a": said(None, category="cat")}, categories=10)

    assert [mark.category for mark in merged.document.annotations] == ["cat"]
    assert {thing.doubts for thing in merged.things} == {("category",)}
    assert sum(thing.posterior for thing in merged.things) < 1
    assert alone.confidence == pytest.approx(0.85)


def test_who_cannot_tell_is_told_on():
    documents = {"ana": said(a_box(0, 0), unsure="blurred"), "ben": said(a_box(0, 0))}

    merged = merge(documents)

    assert merged.document.annotations[0].unsure == "blurred"
    assert merged.things[0].doubts == ("existence",)


def test_nobody_marking_anything_is_an_answer():
    merged = merge({"ana": Document(), "ben": Document()})

    assert (merged.document.annotations, merged.things, merged.confidence) == ((), (), None)


def test_a_persons_bias_is_found_and_taken_off():
    rng = np.random.default_rng(1)
    things = []
    for _ in range(80):
        true = a_box(*rng.uniform(0, 500, 2), *rng.uniform(40, 90, 2))
        drawn = {}
        for name, wide in (("ana", 0.0), ("ben", 0.0), ("cem", 0.0), ("dan", 0.12)):
            noise = rng.normal(0, 0.01, 4)
            width, height = true.right - true.left, true.bottom - true.top
            drawn[name] = Box(
                left=true.left + noise[0] * width,
                top=true.top + noise[1] * height,
                right=true.right + noise[2] * width,
                bottom=true.bottom + (noise[3] + wide) * height,
            )
        things.append(drawn)

    biases = box_biases(things)

    assert biases["dan"].offset[3] == pytest.approx(0.12, abs=0.015)
    assert abs(biases["ana"].offset[3]) < 0.01
    assert "too wide at the bottom" in (biases["dan"].words or "")
    assert biases["ana"].words is None
    mended = corrected(things[0]["dan"], biases["dan"])
    assert iou(mended, things[0]["ana"]) > iou(things[0]["dan"], things[0]["ana"])


def test_no_bias_is_made_up_from_little():
    assert box_biases([{"ana": a_box(0, 0), "ben": a_box(5, 0)}])["ana"].offset == (0.0, 0.0, 0.0, 0.0)
    assert box_biases([{"ana": a_box(0, 0)}]) == {}


def test_somebody_who_marks_anything_is_believed_less():
    items = [
        {
            "ana": said(a_box(0, 0)),
            "ben": said(a_box(0, 1)),
            "spam": said(a_box(80 + 7 * at, 80), a_box(200, 9 * at)),
        }
        for at in range(30)
    ]

    known = fit(items)

    assert known.rates["spam"].false > 2 * known.rates["ana"].false
    assert known.rates["ana"].found > known.rates["spam"].found
    lonely = merge(
        {"ana": Document(), "ben": Document(), "spam": said(a_box(0, 0))}, fit=known
    ).things[0].posterior  # fmt: skip
    trusted = (
        merge({"ana": said(a_box(0, 0)), "ben": Document(), "spam": Document()}, fit=known)
        .things[0]
        .posterior
    )
    assert trusted > lonely


def test_drawn_boxes_of_a_crowd_are_merged_without_a_hitch():
    from benchmarks.quality.shapes import pedestrians

    shared_data("multi_annotator/pedestrian_boxes")
    items, truth = pedestrians()
    some = dict(list(items.items())[:60])

    known = fit(list(some.values()))
    found = {item: merge(documents, fit=known, categories=1) for item, documents in some.items()}

    boxes = [mark.shape for merged in found.values() for mark in merged.document.annotations]
    assert 0.7 * sum(len(truth.get(item, ())) for item in some) < len(boxes)
    assert all(isinstance(box, Box) for box in boxes)
