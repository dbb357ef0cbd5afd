"""Label rules: every kind against a table that the studio's tests read too, and what holds for all."""

import json
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.document import Annotation, Document
from labelwright.core.ontology import Category, Ontology
from labelwright.core.rules import (
    KINDS,
    BrokenRule,
    Count,
    Inside,
    MinimumSize,
    MustNotOverlap,
    MustTouch,
    NoSelfCrossing,
    Rule,
)
from labelwright.core.shapes import Box, Ellipse, Mask, Point, Polygon, Polyline, Shape, polygon_of
from labelwright.quality import rule_scene
from labelwright.quality.covering import (
    common_area,
    most_overlap,
    overlap,
    self_crossing,
    share_inside,
    touches,
)
from labelwright.quality.figure import Figure
from labelwright.quality.iou import iou
from labelwright.quality.rule_check import CHECKS, broken_rules

GOLDEN = Path(__file__).parents[1] / "golden"
TABLE: dict[str, Any] = json.loads((GOLDEN / "rules.json").read_text())
WIDTH, HEIGHT = 200, 100


def check(case: dict[str, Any], table: dict[str, Any]) -> list[BrokenRule]:
    """What a case of a table breaks."""
    ontology = msgspec.convert(
        {"categories": table["categories"], "relations": table["relations"], "rules": case["rules"]}, Ontology
    )
    document = msgspec.convert({"annotations": case["annotations"]}, Document)
    return broken_rules(document, ontology, WIDTH, HEIGHT)


def same(found: list[BrokenRule], wanted: list[dict[str, Any]]) -> None:
    """Words and ids to the letter, places to a millionth of a pixel."""
    told = [(b.rule, b.severity, b.sentence, list(b.annotations)) for b in found]
    assert told == [(w["rule"], w["severity"], w["sentence"], w["annotations"]) for w in wanted]
    for broken, expected in zip(found, wanted, strict=True):
        place = None if broken.place is None else list(broken.place)
        assert place == (None if expected["place"] is None else pytest.approx(expected["place"], abs=1e-6))


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    same(check(case, TABLE), case["broken"])


def test_the_drawn_table_is_what_the_rules_say() -> None:
    drawn: dict[str, Any] = json.loads((GOLDEN / "rules-drawn.json").read_text())

    for case in drawn["cases"]:
        same(check({"rules": drawn["rules"], **case}, drawn), case["broken"])


def test_every_kind_of_rule_is_checked_and_has_a_broken_case() -> None:
    broken = [case for case in TABLE["cases"] if case["broken"]]

    assert set(CHECKS) == set(KINDS.values())
    assert {rule["kind"] for case in broken for rule in case["rules"]} == set(KINDS)


CATEGORIES = (Category(id="a", name="A"), Category(id="b", name="B"))
place = st.floats(0, 60, width=32)
extent = st.floats(2, 40, width=32)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(place), draw(place)
    return Box(left=left, top=top, right=left + draw(extent), bottom=top + draw(extent))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    box = draw(boxes())
    left, top, right, bottom = box.bounds
    middle = (top + bottom) / 2
    match draw(st.integers(0, 4)):
        case 0:
            return box
        case 1:
            return polygon_of((Point(left, top), Point(right, middle), Point(left, bottom)))
        case 2:
            return Ellipse(
                x=(left + right) / 2, y=middle, rx=box.bounds.width / 2, ry=box.bounds.height / 2, angle=0.4
            )
        case 3:
            return Polyline(points=(Point(left, top), Point(right, top), Point(right, bottom)))
        case _:
            width, height = int(box.bounds.width), int(box.bounds.height)
            return Mask(
                left=int(left), top=int(top), width=width, height=height, runs=(1, width * height - 1)
            )


def kinds_of_rules() -> tuple[Rule, ...]:
    both = ("a", "b")
    return (
        MustNotOverlap(id="1", categories=("a",), others=both, above=0.2),
        MustTouch(id="2", categories=("a",), others=("b",), within=3),
        Inside(id="3", categories=("a",), others=("b",), share=0.4),
        MinimumSize(id="4", categories=both, width=10),
        NoSelfCrossing(id="5", categories=both),
        Count(id="6", categories=both, at_most=2),
    )


def told(drawn: list[Shape], rules: tuple[Rule, ...] | None = None) -> set[tuple[str, tuple[str, ...]]]:
    """Which rule is broken by which annotations; every other shape is an A."""
    ontology = Ontology(categories=CATEGORIES, rules=rules or kinds_of_rules())
    annotations = tuple(
        Annotation(id=str(i), category="ab"[i % 2], shape=shape) for i, shape in enumerate(drawn)
    )
    found = broken_rules(Document(annotations=annotations), ontology, WIDTH, HEIGHT)
    return {(broken.rule, broken.annotations) for broken in found}


@given(st.lists(shapes(), max_size=6))
@settings(max_examples=60)
def test_rules_are_independent_of_one_another(drawn: list[Shape]) -> None:
    alone = [told(drawn, (rule,)) for rule in kinds_of_rules()]

    assert told(drawn) == set().union(*alone)


@given(shapes(), shapes())
def test_shares_are_between_none_and_all_and_overlap_is_mutual(one: Shape, other: Shape) -> None:
    a, b = Figure(one), Figure(other)

    assert 0 <= share_inside(a, b) <= 1
    assert 0 <= overlap(a, b, "union") <= overlap(a, b, "smaller") <= 1
    for of in ("union", "smaller"):
        assert overlap(a, b, of) <= most_overlap(a, b, of) + 1e-9
    assert overlap(a, b, "union") == pytest.approx(overlap(b, a, "union"), abs=1e-9)


@given(shapes(), shapes())
def test_what_covers_something_together_touches(one: Shape, other: Shape) -> None:
    a, b = Figure(one), Figure(other)

    assert touches(a, b, 2) == touches(b, a, 2)
    if common_area(a, b) > 0:
        assert touches(a, b, 0)


@given(shapes(), shapes())
def test_the_common_area_agrees_with_a_drawing(one: Shape, other: Shape) -> None:
    a, b = Figure(one), Figure(other)
    if not (a.has_area and b.has_area):
        return

    union = a.covered + b.covered - common_area(a, b)

    assert common_area(a, b) / union == pytest.approx(iou(one, other), abs=0.03)


@given(boxes(), boxes())
def test_boxes_as_polygons_cover_what_boxes_cover(one: Box, other: Box) -> None:
    def polygon(box: Box) -> Figure:
        left, top, right, bottom = box.bounds
        return Figure(
            polygon_of((Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom)))
        )

    exact = common_area(Figure(one), Figure(other))

    assert common_area(polygon(one), polygon(other)) == pytest.approx(exact, rel=1e-6, abs=1e-4)
    assert share_inside(polygon(one), Figure(one)) == pytest.approx(1)


def test_shapes_without_end_close_together_are_said_not_to_be_looked_at_to_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rule_scene, "MOST_PAIRS", 20)
    stripes: list[Shape] = [
        polygon_of((Point(2 * i, 0), Point(2 * i + 1, 0), Point(2 * i + 60, 90), Point(2 * i + 59, 90)))
        for i in range(40)
    ]

    apart = MustNotOverlap(id="1", categories=("a", "b"), others=("a", "b"))
    annotations = tuple(Annotation(id=str(i), category="a", shape=shape) for i, shape in enumerate(stripes))
    found = broken_rules(
        Document(annotations=annotations), Ontology(categories=CATEGORIES, rules=(apart,)), WIDTH, HEIGHT
    )

    assert [(broken.severity, broken.annotations) for broken in found] == [("warning", ())]
    assert "not looked at to the end" in found[0].sentence


def test_a_comb_of_many_long_sides_is_looked_through() -> None:
    teeth = [(x, 0 if i % 2 else 1000) for i in range(20_000) for x in (i / 20, i / 20)]
    comb = tuple(Point(x, y if k % 2 else 1000 - y) for k, (x, y) in enumerate(teeth))

    assert self_crossing(Polyline(points=comb)) is None
    assert self_crossing(Polyline(points=(*comb, Point(0, 500.5)))) is not None


def test_a_mask_of_a_hundred_megapixels_is_measured() -> None:
    whole = Figure(Mask(left=0, top=0, width=10_000, height=10_000, runs=(0, 100_000_000)))
    part = Figure(Box(left=5000, top=0, right=15_000, bottom=10_000))

    assert share_inside(part, whole) == pytest.approx(0.5)
    assert touches(whole, Figure(Box(left=10_001, top=0, right=10_002, bottom=1)), 1)
    assert not touches(whole, Figure(Box(left=10_001.5, top=0, right=10_002, bottom=1)), 1)


def test_an_outline_of_a_hundred_thousand_corners_is_looked_through() -> None:
    ring = tuple(
        Point(500 + (400 + i % 2) * cos(2 * pi * i / 100_000), 500 + 400 * sin(2 * pi * i / 100_000))
        for i in range(100_000)
    )

    figure = Figure(polygon_of(ring))

    assert self_crossing(Polygon(parts=((ring,),))) is None
    assert share_inside(figure, Figure(Box(left=0, top=0, right=500, bottom=1000))) == pytest.approx(
        0.5, abs=0.01
    )
    assert touches(figure, figure, 0)
