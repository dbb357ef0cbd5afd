"""Matching: the pairs that together are most alike."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.document import Annotation
from labelwright.core.shapes import Box, Keypoint, Mask, Point, Polyline, Skeleton, polygon_of
from labelwright.quality.iou import iou
from labelwright.quality.mask_spans import MaskSpans
from labelwright.quality.matching import Candidates, match


def box(left, top, right, bottom, category="a"):
    return Annotation(id="x", category=category, shape=Box(left=left, top=top, right=right, bottom=bottom))


def test_the_sum_decides_not_the_best_single_pair() -> None:
    # Greedily the middle pair (IoU 0.82) would be taken, and the two others left alone.
    ours, theirs = [box(0, 0, 10, 10), box(2, 0, 12, 10)], [box(1, 0, 11, 10), box(3.2, 0, 13.2, 10)]

    found = match(ours, theirs)

    assert [(pair.first, pair.second) for pair in found.matched] == [(0, 0), (1, 1)]
    assert (found.missing, found.extra) == ((), ())


def test_what_is_below_the_threshold_or_dearer_than_nobody_stays_alone() -> None:
    ours, theirs = [box(0, 0, 10, 10)], [box(4, 0, 14, 10)]

    assert match(ours, theirs).matched == ()  # 6 / 14
    assert len(match(ours, theirs, threshold=0.4).matched) == 1
    assert match(ours, theirs, threshold=0.1, null_cost=0.5).missing == (0,)


def test_categories_bind_or_decide_between_equals() -> None:
    ours = [box(0, 0, 10, 10, "cat"), box(0, 0, 10, 10, "dog")]
    theirs = [box(0, 0, 10, 10, "dog"), box(0, 0, 10, 10, "fox")]

    loose, strict = match(ours, theirs), match(ours, theirs, categories="same")

    assert [(pair.first, pair.second) for pair in loose.matched] == [(0, 1), (1, 0)]
    assert ([pair[:2] for pair in strict.matched], strict.missing, strict.extra) == ([(1, 0)], (0,), (1,))


def test_tags_are_not_matched_and_lines_and_skeletons_are() -> None:
    line = Polyline(points=(Point(0, 5), Point(20, 5)))
    bent = Polyline(points=(Point(0, 5), Point(20, 5.2)))
    one = Skeleton(keypoints=(Keypoint(100, 100), Keypoint(140, 160)))
    moved = Skeleton(keypoints=(Keypoint(101, 100), Keypoint(141, 160)))
    ours = [Annotation(id=str(n), category="a", shape=s) for n, s in enumerate((None, line, one))]
    theirs = [Annotation(id=str(n), category="a", shape=s) for n, s in enumerate((moved, None, bent))]

    assert [pair[:2] for pair in match(ours, theirs).matched] == [(1, 2), (2, 0)]


BOXES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(4, 10), st.integers(4, 8)).map(
        lambda at: box(at[0], at[1], at[0] + at[2], at[1] + at[3])
    ),
    max_size=5,
)


@given(BOXES, BOXES)
def test_no_other_matching_is_better(ours, theirs) -> None:
    found = match(ours, theirs, threshold=0.3)

    alike = np.array([[iou(a.shape, b.shape) for b in theirs] for a in ours]).reshape(len(ours), len(theirs))
    gains = np.where(alike >= 0.3, alike, 0)
    if len(ours) > len(theirs):
        gains = gains.T
    best = max(
        sum(gains[row, column] for row, column in enumerate(order))
        for order in permutations(range(gains.shape[1]), gains.shape[0])
    )
    assert abs(sum(pair.iou for pair in found.matched) - best) < 1e-4
    assert sorted([pair.first for pair in found.matched] + list(found.missing)) == list(range(len(ours)))
    assert sorted([pair.second for pair in found.matched] + list(found.extra)) == list(range(len(theirs)))


@given(BOXES, BOXES)
def test_boxes_are_measured_at_once_as_one_by_one(ours, theirs) -> None:
    as_polygons = [
        Annotation(
            id="p",
            category=entry.category,
            shape=polygon_of(
                tuple(
                    Point(*at)
                    for at in (
                        (entry.shape.left, entry.shape.top),
                        (entry.shape.right, entry.shape.top),
                        (entry.shape.right, entry.shape.bottom),
                        (entry.shape.left, entry.shape.bottom),
                    )
                )
            ),
        )
        for entry in theirs
    ]

    one, other = Candidates.of(ours, theirs, 0.25), Candidates.of(ours, as_polygons, 0.25 - 1e-9)

    assert one.first.tolist() == other.first.tolist()
    assert one.second.tolist() == other.second.tolist()
    assert np.allclose(one.iou, other.iou)


GRIDS = st.lists(st.booleans(), min_size=24, max_size=24).filter(any)


@given(GRIDS, GRIDS, st.tuples(st.integers(0, 3), st.integers(0, 3)), st.sampled_from([4, 6, 8]))
def test_masks_are_measured_from_their_runs_as_by_their_pixels(ours, theirs, away, wide) -> None:
    def mask(bits, left, top, width):
        runs, last = [0], False
        for bit in bits:
            if bit != last:
                runs.append(0)
            runs[-1] += 1
            last = bit
        return Mask(left=left, top=top, width=width, height=24 // width, runs=tuple(runs))

    one, other = mask(ours, 1, 1, 6), mask(theirs, *away, wide)

    assert MaskSpans(one).iou(MaskSpans(other)) == iou(one, other)
    assert MaskSpans(one).iou(MaskSpans(one)) == 1


def test_thousands_of_boxes_in_one_crowd_are_matched() -> None:
    chance = np.random.default_rng(0)
    places = chance.random((1500, 2)) * 400
    ours, theirs = (
        [box(x, y, x + 40, y + 40) for x, y in places + chance.normal(size=places.shape)] for _ in range(2)
    )

    found = match(ours, theirs)

    assert sum(pair.first == pair.second for pair in found.matched) > 1350
