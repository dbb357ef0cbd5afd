"""Annotations are paired one to one, the most alike first, whatever order they come in."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.document import Annotation
from labelwright.core.shapes import Box, Keypoint, Polygon, Polyline, Skeleton
from labelwright.quality.iou import iou
from labelwright.quality.pairing import Pair, best_pairs, repeated


def box(left: float, top: float, side: float = 10, category: str = "cell", name: str = "") -> Annotation:
    shape = Box(left, top, left + side, top + side)
    return Annotation(id=name or f"{category}{left},{top}", category=category, shape=shape)


def tag(category: str, **attributes: str) -> Annotation:
    return Annotation(id=category, category=category, attributes=dict(attributes))


def plainly(first: list[Annotation], second: list[Annotation], threshold: float) -> list[tuple[int, int]]:
    """The definition, word for word."""
    pairs = [
        (iou(a.shape, b.shape), n, m)
        for n, a in enumerate(first)
        for m, b in enumerate(second)
        if a.category == b.category and iou(a.shape, b.shape) >= threshold
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    ours, theirs, kept = set(), set(), []
    for _, n, m in pairs:
        if n not in ours and m not in theirs:
            ours.add(n)
            theirs.add(m)
            kept.append((n, m))
    return sorted(kept)


def test_the_best_pair_is_taken_first_even_if_another_comes_earlier() -> None:
    ours, theirs = [box(0, 0), box(1, 0)], [box(1.2, 0), box(30, 30)]

    assert [(p.first, p.second) for p in best_pairs(ours, theirs, 0.5)] == [(1, 0)]


def test_each_side_has_one_partner_at_most() -> None:
    assert len(best_pairs([box(0, 0)], [box(0, 0, name="a"), box(0, 0, name="b")], 0.5)) == 1


def test_a_tie_goes_to_the_one_that_stands_first() -> None:
    pairs = best_pairs([box(0, 0, name="a"), box(0, 0, name="b")], [box(0, 0, name="c")], 0.5)

    assert pairs == [Pair(0, 0, 1.0)]


def test_categories_do_not_mix_and_tags_match_tags_only() -> None:
    assert best_pairs([box(0, 0)], [box(0, 0, category="dirt")], 0.5) == []
    assert best_pairs([tag("cell")], [box(0, 0)], 0.5) == []
    assert best_pairs([tag("cell")], [tag("cell")], 0.5) == [Pair(0, 0, 1.0)]


def test_the_threshold_itself_is_a_match() -> None:
    ours, theirs = [box(0, 0)], [box(5, 0)]  # a third of both

    assert best_pairs(ours, theirs, 1 / 3) != []
    assert best_pairs(ours, theirs, 0.34) == []


corners = st.integers(0, 60)
boxes = st.lists(
    st.tuples(corners, corners, st.integers(4, 30), st.sampled_from(["cell", "dirt"])), max_size=14
)


@given(boxes, boxes, st.sampled_from([0.1, 0.5, 0.75]))
def test_the_quick_way_is_the_definition(first, second, threshold) -> None:
    ours = [box(x, y, s, c, name=f"a{n}") for n, (x, y, s, c) in enumerate(first)]
    theirs = [box(x, y, s, c, name=f"b{n}") for n, (x, y, s, c) in enumerate(second)]

    pairs = best_pairs(ours, theirs, threshold)

    assert [(p.first, p.second) for p in pairs] == plainly(ours, theirs, threshold)


def test_many_shapes_of_every_form_pair_with_themselves() -> None:
    random = Random(1)
    shapes: list[Annotation] = []
    for number in range(60):
        x, y = random.uniform(0, 900), random.uniform(0, 900)
        forms = (
            Box(x, y, x + 20, y + 12),
            Polygon(parts=((((x, y), (x + 30, y), (x + 3, y + 25), (x + 9, y + 8)),),)),
            Polyline(points=((x, y), (x + 40, y + 2))),
            Skeleton(keypoints=(Keypoint(x, y, 2), Keypoint(x + 20, y + 20, 2))),
        )
        shape = forms[number % 4]
        shapes.append(Annotation(id=str(number), category="cell", shape=shape))
    backwards = shapes[::-1]

    pairs = best_pairs(shapes, backwards, 0.99)

    assert [(p.first, p.second) for p in pairs] == [(n, 59 - n) for n in range(60)]


def test_what_repeats_another_is_named_with_the_first_that_says_it() -> None:
    said = [box(0, 0, name="a"), box(40, 40, name="b"), box(0, 0, name="c"), box(0.01, 0, name="d")]

    assert [(p.first, p.second) for p in repeated(said, 0.99)] == [(0, 2), (0, 3)]


def test_tags_repeat_one_another_only_with_the_same_attributes() -> None:
    assert repeated([tag("cell", age="old"), tag("cell", age="young")], 0.99) == []
    assert len(repeated([tag("cell", age="old"), tag("cell", age="old")], 0.99)) == 1
