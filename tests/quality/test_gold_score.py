"""An answer held against gold: hand-computed, and what holds for all."""

import msgspec
import pytest
from hypothesis import given
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
from labelwright.quality.gold_score import GoldScore, score_answer


def box(name: str, left: float, category: str = "cell", **more: object) -> Annotation:
    return Annotation(
        id=name, category=category, shape=Box(left=left, top=0, right=left + 10, bottom=10), **more
    )


def tag(name: str, category: str, **more: object) -> Annotation:
    return Annotation(id=name, category=category, **more)


def document(*marks: Annotation) -> Document:
    return Document(annotations=marks)


def test_the_same_answer_scores_one_and_an_empty_one_nothing() -> None:
    right = document(box("a", 0), box("b", 40), tag("t", "night"))

    assert score_answer(right, right).score == 1
    assert score_answer(right, right).iou == 1
    assert score_answer(right, document()).score == 0
    assert score_answer(right, document()).missing == ("a", "b", "t")
    assert score_answer(document(), document()).score == 1


def test_a_miss_an_extra_and_a_wrong_name_are_told_apart() -> None:
    right = document(box("a", 0), box("b", 40), box("c", 80))
    said = document(box("x", 1), box("y", 40, "dirt"), box("z", 200))

    found = score_answer(right, said)

    # One pair of three and three is worth one: 2 × 1 / 6. The wrong name is matched, and worth nothing.
    assert found.score == pytest.approx(1 / 3)
    assert [(pair.reference, pair.answer, pair.same_category) for pair in found.matched] == [
        ("a", "x", True),
        ("b", "y", False),
    ]
    assert found.matched[0].iou == pytest.approx(90 / 110, abs=1e-6)
    assert found.missing == ("c",)
    assert found.extra == ("z",)


def test_a_wrong_attribute_costs_its_share() -> None:
    right = document(box("a", 0, attributes={"age": "old", "size": "big"}))
    said = document(box("x", 0, attributes={"age": "old", "size": "small"}))

    found = score_answer(right, said)

    assert found.score == pytest.approx(0.5)
    assert found.matched[0].wrong_attributes == ("size",)


def test_tags_and_shapes_weigh_alike() -> None:
    right = document(tag("t", "night"), *(box(f"b{at}", 40 * at) for at in range(9)))
    said = document(tag("u", "day"), *(box(f"c{at}", 40 * at) for at in range(9)))

    assert score_answer(right, said).score == pytest.approx(0.5)


def test_what_the_reference_cannot_tell_is_held_against_nobody() -> None:
    right = document(box("a", 0), box("b", 40, unsure="blurred"), tag("t", "night", unsure="dusk"))

    assert score_answer(right, document(box("x", 0))).score == 1
    assert score_answer(right, document(box("x", 0), box("y", 40, "dirt"))).score == 1
    assert score_answer(right, document(box("x", 0), tag("u", "day"))).score == 1
    assert score_answer(right, document()).missing == ("a",)


def ring(*corners: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(*corner) for corner in corners)


SQUARE = ring((0, 0), (20, 0), (20, 20), (0, 20))
SHAPES: list[Shape] = [
    Box(left=0, top=0, right=30, bottom=20),
    RotatedBox(x=20, y=20, width=20, height=10, angle=0.4),
    Polygon(parts=((ring((0, 0), (30, 0), (15, 25)),),)),
    Mask(left=3, top=4, width=6, height=5, runs=(2, 20, 8)),
    Polyline(points=ring((0, 0), (30, 5), (40, 30))),
    Points(points=ring((4, 9), (12, 20))),
    Ellipse(x=20, y=20, rx=10, ry=6, angle=0.1),
    Skeleton(keypoints=tuple(Keypoint(10.0 * at, 5.0 * at % 20) for at in range(1, 5))),
    Cuboid(front=SQUARE, back=tuple(Point(x + 8, y - 5) for x, y in SQUARE)),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
def test_every_kind_of_shape_is_found_again(shape: Shape) -> None:
    right = document(Annotation(id="a", category="cell", shape=shape))
    said = document(Annotation(id="x", category="cell", shape=shape))

    assert score_answer(right, said).score == 1
    assert score_answer(right, document()).score == 0


marks = st.lists(
    st.tuples(st.sampled_from(["box", "tag"]), st.integers(0, 8), st.sampled_from(["cell", "dirt"])),
    max_size=6,
)


def made(drawn: list[tuple[str, int, str]], prefix: str) -> Document:
    return document(
        *(
            box(f"{prefix}{at}", 12.0 * place, category) if kind == "box" else tag(f"{prefix}{at}", category)
            for at, (kind, place, category) in enumerate(drawn)
        )
    )


@given(marks, marks)
def test_scores_are_shares_and_everything_is_accounted_for(
    one: list[tuple[str, int, str]], other: list[tuple[str, int, str]]
) -> None:
    right, said = made(one, "r"), made(other, "a")

    found = score_answer(right, said)

    assert 0 <= found.score <= 1
    assert {pair.reference for pair in found.matched} | set(found.missing) == right.by_id().keys()
    assert {pair.answer for pair in found.matched} | set(found.extra) == said.by_id().keys()
    assert score_answer(said, right).score == pytest.approx(found.score)
    assert msgspec.json.decode(msgspec.json.encode(found), type=GoldScore) == found


@given(marks)
def test_leaving_out_a_right_annotation_never_helps(drawn: list[tuple[str, int, str]]) -> None:
    right = made(drawn, "r")
    whole = made(drawn, "a")

    scores = [
        score_answer(right, document(*whole.annotations[:count])).score
        for count in range(len(whole.annotations) + 1)
    ]

    assert scores[-1] == 1
    if any(mark.shape is None for mark in whole.annotations):
        return  # tags and shapes are two scores
    assert scores == sorted(scores)
