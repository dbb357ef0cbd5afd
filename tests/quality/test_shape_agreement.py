"""Agreement about shapes: by hand, by the definitions, and by COCO's own code."""

from math import hypot

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from pycocotools.cocoeval import COCOeval

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import InvalidInput
from labelwright.core.shapes import (
    Box,
    Ellipse,
    Keypoint,
    Mask,
    Point,
    Points,
    Polyline,
    Skeleton,
)
from labelwright.quality.iou import iou
from labelwright.quality.keypoints import COCO_SIGMAS, coco_oks
from labelwright.quality.outlines import boundary_iou, hausdorff95
from labelwright.quality.segments import segment_agreement, temporal_iou
from labelwright.quality.shape_agreement import compare, instances
from tests.conformance.shapes import ANY


def box(left, top, right, bottom):
    return Box(left=left, top=top, right=right, bottom=bottom)


def document(*entries):
    return Document(
        annotations=tuple(
            Annotation(id=f"n{at}", category=category, shape=shape)
            for at, (category, shape) in enumerate(entries)
        )
    )


def mask_of(grid, left=0, top=0):
    flat = np.concatenate([[0], grid.ravel().astype(int), [0]])
    turns = np.flatnonzero(np.diff(flat))
    runs = np.diff(np.concatenate([[0], turns, [grid.size]]))
    runs = runs.tolist()
    return Mask(
        left=left,
        top=top,
        width=grid.shape[1],
        height=grid.shape[0],
        runs=tuple(runs if runs[-1] else runs[:-1]),
    )


def disc(radius, size=100, x=50, y=50):
    down, across = np.mgrid[:size, :size] + 0.5
    return (across - x) ** 2 + (down - y) ** 2 <= radius**2


def test_two_documents_by_hand() -> None:
    first = document(("cat", box(0, 0, 10, 10)), ("dog", box(50, 0, 60, 10)), ("cat", box(0, 50, 10, 60)))
    second = document(("cat", box(0, 0, 10, 8)), ("fox", box(50, 0, 60, 10)))

    found = compare(first, second, size=(100, 100))

    assert [(pair.first, pair.second, pair.same_category) for pair in found.matched] == [
        ("n0", "n0", True),
        ("n1", "n1", False),
    ]
    assert (found.missing, found.extra) == (("n2",), ())
    assert found.located_f1 == pytest.approx(4 / 5)
    assert found.f1 == pytest.approx(2 / 5)
    assert found.f1_mean == pytest.approx(2 * 7 / 10 / 5)  # an IoU of 0.8 is enough for 7 of 10 thresholds
    assert found.mean_iou == pytest.approx(0.8)
    # cat: 0.8 / (1 + 1/2); dog and fox: 0
    assert found.panoptic.pq == pytest.approx(0.8 / 1.5 / 3)
    assert (found.panoptic.sq, found.panoptic.rq) == pytest.approx((0.8 / 3, 2 / 9))
    assert (found.tags_exact, found.tags_jaccard, found.oks) == (None, None, None)


def test_nothing_and_nothing_is_not_full_agreement() -> None:
    found = compare(Document(), Document())

    assert (found.f1, found.mean_iou, found.panoptic.pq, found.tags_jaccard) == (None,) * 4
    assert compare(document(("cat", box(0, 0, 1, 1))), Document()).f1 == 0.0


def test_thresholds_are_counted_alike_where_things_are_apart_and_where_they_crowd() -> None:
    def rows(left):
        shapes = [box(left + 100 * at, 0, left + 100 * at + 10, 10 - at) for at in range(4)]
        return document(*(("a", shape) for shape in shapes))

    def crowded(found):  # one more over the first, too small to be a partner for it but not to be a candidate
        return document(
            *((entry.category, entry.shape) for entry in found.annotations), ("a", box(0, 0, 10, 6))
        )

    first, second = rows(0), document(*(("a", box(100 * at, 0, 100 * at + 10, 10)) for at in range(4)))

    apart, crowd = compare(first, second), compare(crowded(first), second)

    steps = [10, 9, 7, 5]  # of ten thresholds, those that IoUs of 1, 0.9, 0.8 and 0.7 reach
    assert apart.f1_mean == pytest.approx(2 * sum(steps) / 10 / 8)
    assert crowd.f1_mean == pytest.approx(2 * sum(steps) / 10 / 9)


def test_a_pair_dearer_than_nobody_counts_at_no_threshold() -> None:
    first, second = document(("a", box(0, 0, 10, 10))), document(("a", box(0, 0, 10, 6)))

    assert compare(first, second).f1_mean == pytest.approx(0.3)
    assert compare(first, second, null_cost=0.3).f1_mean == 0.0


def test_tags_compare_as_sets() -> None:
    found = compare(document(("day", None), ("wet", None)), document(("wet", None)))

    assert (found.tags_exact, found.tags_jaccard) == (False, 0.5)
    assert compare(document(("wet", None)), document(("wet", None))).tags_exact


def label_maps(seed, shape=(40, 60), segments=7):
    """Two maps of segments: one with places moved and joined."""
    chance = np.random.default_rng(seed)
    down, across = np.mgrid[: shape[0], : shape[1]]
    seeds = chance.random((segments, 2)) * shape

    def drawn(places):
        away = np.hypot(down[..., None] - places[:, 0], across[..., None] - places[:, 1])
        return away.argmin(axis=2)

    return drawn(seeds), drawn(seeds + chance.normal(0, 2.5, seeds.shape)), chance.integers(0, 3, segments)


@pytest.mark.parametrize("seed", range(4))
def test_panoptic_quality_by_its_definition_on_label_maps(seed) -> None:
    one, other, kinds = label_maps(seed)

    each = []
    for kind in np.unique(kinds):
        ours = [one == at for at in np.flatnonzero(kinds == kind) if (one == at).any()]
        theirs = [other == at for at in np.flatnonzero(kinds == kind) if (other == at).any()]
        ious = [
            (a & b).sum() / (a | b).sum() for a in ours for b in theirs if (a & b).sum() / (a | b).sum() > 0.5
        ]
        each.append(sum(ious) / (len(ious) + (len(ours) + len(theirs) - 2 * len(ious)) / 2))
    documents = [
        document(
            *((f"k{kinds[at]}", mask_of(picture == at)) for at in range(len(kinds)) if (picture == at).any())
        )
        for picture in (one, other)
    ]

    assert compare(*documents).panoptic.pq == pytest.approx(np.mean(each))


def test_mask_iou_is_cocos() -> None:
    a, b = disc(30), disc(25, x=58)
    coded = [coco_mask.encode(np.asfortranarray(one.astype(np.uint8))) for one in (a, b)]

    wanted = coco_mask.iou([coded[0]], [coded[1]], [0])[0, 0]

    found = compare(document(("a", mask_of(a))), document(("a", mask_of(b))), threshold=0.3)
    assert found.mean_iou == pytest.approx(wanted)


def test_oks_is_cocos() -> None:
    chance = np.random.default_rng(1)
    places = chance.random((17, 2)) * 100
    moved = places + chance.normal(0, 4, places.shape)
    seen = [int(n) for n in chance.integers(0, 3, 17)]
    judge = COCOeval(iouType="keypoints")
    judge._gts[1, 1] = [
        {
            "keypoints": [v for (x, y), see in zip(places, seen, strict=True) for v in (x, y, see)],
            "area": 5000.0,
            "bbox": [0, 0, 100, 100],
            "id": 1,
        }
    ]
    judge._dts[1, 1] = [{"keypoints": [v for x, y in moved for v in (x, y, 2)], "score": 1.0, "id": 1}]
    judge.params.catIds, judge.params.imgIds, judge.params.useCats = [1], [1], 1

    wanted = judge.computeOks(1, 1)[0, 0]

    true = Skeleton(keypoints=tuple(Keypoint(x, y, see) for (x, y), see in zip(places, seen, strict=True)))
    other = Skeleton(keypoints=tuple(Keypoint(x, y) for x, y in moved))
    assert np.allclose(judge.params.kpt_oks_sigmas, COCO_SIGMAS)
    assert coco_oks(true, other, sigmas=COCO_SIGMAS, area=5000.0) == pytest.approx(wanted)
    assert coco_oks(true, Skeleton(keypoints=(Keypoint(1, 1),))) is None


def test_boundary_iou_by_its_definition() -> None:
    a, b = disc(40), disc(36, x=52)

    def band(grid, distance):
        # The reference erodes by a square of three, so many times, in a frame of one clear pixel.
        inner = np.pad(grid, 1)
        for _ in range(distance):
            shifted = [np.roll(inner, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
            inner = np.logical_and.reduce(shifted)
        return grid & ~inner[1:-1, 1:-1]

    distance = round(0.02 * hypot(100, 100))
    one, other = band(a, distance), band(b, distance)

    found = boundary_iou(mask_of(a), mask_of(b), 100, 100)

    assert found == pytest.approx((one & other).sum() / (one | other).sum())
    assert found < 0.6 * iou(mask_of(a), mask_of(b))  # it notices what IoU forgives


def test_boundary_iou_clips_at_the_picture_and_has_none_outside() -> None:
    whole = box(-50, -50, 150, 150)

    assert boundary_iou(whole, mask_of(np.ones((100, 100), bool)), 100, 100) == 1.0
    assert boundary_iou(box(200, 0, 220, 20), box(200, 0, 220, 20), 100, 100) is None
    assert boundary_iou(Points(points=(Point(1, 1),)), whole, 100, 100) is None


@given(
    st.lists(st.integers(-20, 90), min_size=4, max_size=4),
    st.lists(st.integers(2, 60), min_size=4, max_size=4),
)
def test_boundary_iou_of_boxes_is_that_of_their_pixels(corners, sides) -> None:
    one, other = (
        box(corners[at], corners[at + 2], corners[at] + sides[at], corners[at + 2] + sides[at + 2])
        for at in (0, 1)
    )

    def pixels(shape):
        down, across = np.mgrid[:100, :100]
        inside = (across >= shape.left) & (across < shape.right) & (down >= shape.top) & (down < shape.bottom)
        return mask_of(inside) if inside.any() else None

    drawn = [pixels(one), pixels(other)]
    wanted = None if None in drawn else boundary_iou(*drawn, 100, 100)

    assert boundary_iou(one, other, 100, 100) == (None if wanted is None else pytest.approx(wanted))


def test_hausdorff_distance_of_shapes_that_were_moved() -> None:
    one = box(0, 0, 100, 50)

    assert hausdorff95(one, one) == 0
    assert hausdorff95(one, box(5, 0, 105, 50)) == pytest.approx(5, abs=0.2)
    assert hausdorff95(one, mask_of(np.ones((50, 100), bool))) < 0.6
    circles = (Ellipse(x=50, y=50, rx=r, ry=r) for r in (20, 26))
    assert hausdorff95(*circles) == pytest.approx(6, abs=0.1)
    lines = (Polyline(points=(Point(0, y), Point(40, y))) for y in (0, 3))
    assert hausdorff95(*lines) == pytest.approx(3)


def test_one_in_twenty_places_far_off_is_forgiven_and_one_in_ten_is_not() -> None:
    line = Polyline(points=(Point(0, 0), Point(200, 0)))

    def bent(length):
        return Polyline(points=(Point(0, 0), Point(200 - length, 0), Point(200 - length, length)))

    assert hausdorff95(line, bent(8)) < 1
    assert hausdorff95(line, bent(40)) > 20


def test_temporal_iou_and_segments() -> None:
    assert temporal_iou((0, 10), (5, 15)) == pytest.approx(1 / 3)
    assert temporal_iou((0, 1), (2, 3)) == 0
    assert temporal_iou((4, 4), (4, 4)) == 1

    found = segment_agreement([(0, 10), (20, 30), (50, 51)], [(1, 10), (20, 28)])

    assert [pair[:2] for pair in found.matching.matched] == [(0, 0), (1, 1)]
    assert (found.matching.missing, found.f1) == ((2,), 4 / 5)
    assert found.mean_iou == pytest.approx(0.85)
    assert found.iou == pytest.approx(17 / 21)
    nothing = segment_agreement([], [])
    assert (nothing.f1, nothing.mean_iou, nothing.iou) == (None, None, None)
    with pytest.raises(InvalidInput, match="cannot end"):
        temporal_iou((2, 1), (0, 1))


def test_instances_never_hold_one_person_twice() -> None:
    documents = {
        "Ann": document(("cat", box(0, 0, 10, 10)), ("cat", box(30, 0, 40, 10))),
        "Bo": document(("cat", box(0, 0, 10, 9)), ("cat", box(0, 0, 9, 10))),
        "Cy": document(("dog", box(0, 0, 10, 10)), ("day", None)),
    }

    found = instances(documents)

    assert {frozenset(thing.items()) for thing in found} == {
        frozenset({("Ann", 0), ("Bo", 0), ("Cy", 0)}),
        frozenset({("Ann", 1)}),
        frozenset({("Bo", 1)}),
    }


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(sorted(ANY)).flatmap(lambda kind: ANY[kind] if kind != "tag" else st.none()),
        max_size=4,
    ),
    st.lists(
        st.sampled_from(sorted(ANY)).flatmap(lambda kind: ANY[kind] if kind != "tag" else st.none()),
        max_size=4,
    ),
)
def test_any_shapes_compare_within_bounds_and_either_way_round(ours, theirs) -> None:
    first, second = (document(*(("a", shape) for shape in shapes)) for shapes in (ours, theirs))

    one, other = compare(first, second, size=(64, 64)), compare(second, first, size=(64, 64))

    for name in ("f1", "f1_mean", "located_f1", "mean_iou", "boundary_iou", "oks", "tags_jaccard"):
        value = getattr(one, name)
        assert value is None or 0 <= value <= 1 + 1e-9
    assert one.f1 == other.f1
    assert (one.hausdorff95 is None) == (other.hausdorff95 is None)
    assert compare(first, first).f1 == (1.0 if any(ours) else None)
