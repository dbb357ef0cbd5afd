"""Heads and proposals: what is learned from marked pictures, what is proposed then, and how right it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labelwright.assist.heads import Head, fit
from labelwright.assist.learned import Seen, Tally, f1, found_by, interval, judged, learn_boxes, learn_tags
from labelwright.assist.predictor import Found
from labelwright.assist.proposals import crops, ious, otsu, proposals, regions
from labelwright.core.errors import InvalidInput
from labelwright.core.shapes import Box


def discs(*centers: tuple[int, int]) -> np.ndarray:
    """A bright picture of 200 × 150 with dark discs of radius 20."""
    picture = np.full((150, 200, 3), 230, np.uint8)
    rows, columns = np.mgrid[:150, :200]
    for x, y in centers:
        picture[(columns - x) ** 2 + (rows - y) ** 2 <= 400] = (90, 40, 120)
    return picture


def test_regions_frame_what_stands_out() -> None:
    found = regions(discs((50, 60), (150, 100)))

    for x, y in ((50, 60), (150, 100)):
        overlap = ious(np.array([[x - 20, y - 20, x + 20, y + 20]], float), found)
        assert overlap.max() > 0.8


def test_discs_that_touch_are_proposed_apart_too() -> None:
    found = proposals(discs((60, 75), (98, 75)), ())

    for x in (60, 98):
        assert ious(np.array([[x - 20, 55, x + 20, 95]], float), found).max() > 0.6


@pytest.mark.parametrize("side", [1, 3, 40])
def test_a_picture_of_one_color_has_no_regions(side: int) -> None:
    assert len(regions(np.full((side, side, 3), 80, np.uint8))) == 0


def test_otsu_parts_two_heaps_between_them() -> None:
    values = np.concatenate([np.full(50, 1.0), np.full(70, 9.0)])

    assert 1 <= otsu(values) < 9
    assert otsu(np.full(5, 2.0)) is None


def test_crops_at_the_border_stay_inside() -> None:
    (crop,) = crops(discs((5, 5)), np.array([[0, 0, 200, 150]], float), side=32)

    assert crop.shape == (32, 32, 3)


def test_a_head_parts_what_can_be_parted_and_survives_its_bytes() -> None:
    rng = np.random.default_rng(1)
    middles = np.eye(3)
    places = rng.integers(0, 3, 60)
    vectors = middles[places] + rng.normal(0, 0.1, (60, 3))
    head = fit(vectors, np.eye(3)[places], ["a", "b", "c"])

    again = Head.from_bytes(head.as_bytes())

    assert head.exclusive
    assert again.labels == ("a", "b", "c")
    assert (again.probabilities(vectors).argmax(axis=1) == places).all()
    assert np.allclose(again.probabilities(vectors).sum(axis=1), 1)


def test_labels_that_come_together_are_learned_apart() -> None:
    vectors = np.array([[1.0, 0], [0, 1.0], [0.7, 0.7], [-0.7, -0.7]])
    head = fit(vectors, np.array([[1, 0], [0, 1], [1, 1], [0, 0]]), ["a", "b"])

    likely = head.probabilities(vectors)

    assert not head.exclusive
    assert (likely.round() == [[1, 0], [0, 1], [1, 1], [0, 0]]).all()


def test_nothing_to_learn_from_is_told() -> None:
    with pytest.raises(InvalidInput, match="nothing to learn"):
        fit(np.zeros((0, 3)), np.zeros((0, 2)), ["a", "b"])


@given(st.binary(max_size=64))
def test_bytes_that_are_no_head_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        Head.from_bytes(data)


def seen(boxes: list[list[float]], vectors: list[list[float]], marked: dict[str, list[float]]) -> Seen:
    return Seen(
        vectors=np.array(vectors, float),
        boxes=np.array(boxes, float).reshape(-1, 4),
        marked=tuple(marked),
        marked_boxes=np.array(list(marked.values()), float).reshape(-1, 4),
        marked_vectors=np.array([[1.0, 0.0]] * len(marked)),
    )


def test_proposals_on_marked_things_are_their_label_and_the_others_nothing() -> None:
    one = seen([[0, 0, 10, 10], [50, 50, 60, 60]], [[1.0, 0], [0, 1.0]], {"cell": [0, 0, 10, 11]})

    head = learn_boxes([one] * 5, ["cell"])
    (found,) = found_by(head, one.vectors, one.boxes, 0.5)

    assert (found.label, found.shape) == ("cell", Box(0, 0, 10, 10))
    assert judged([found], one) == Tally(right={"cell": 1}, wrong={}, missed={})


def test_of_two_proposals_on_one_thing_the_likelier_stays() -> None:
    one = seen([[0, 0, 10, 10], [0, 0, 10, 9]], [[1.0, 0], [0.9, 0]], {"cell": [0, 0, 10, 10]})
    other = seen([[50, 50, 60, 60]], [[0, 1.0]], {})

    head = learn_boxes([one, other], ["cell"])

    assert len(found_by(head, one.vectors, one.boxes, 0.3)) == 1


def test_tags_are_learned_from_whole_pictures() -> None:
    pictures = [
        Seen(
            vectors=np.array([vector], float),
            boxes=np.zeros((0, 4)),
            marked=(tag,),
            marked_boxes=np.zeros((0, 4)),
            marked_vectors=np.zeros((0, 1)),
        )
        for vector, tag in (([1, 0], "day"), ([0.9, 0.1], "day"), ([0, 1], "night"))
    ]
    head = learn_tags(pictures, ["day", "night"])

    (found,) = found_by(head, pictures[0].vectors, pictures[0].boxes, 0.4)

    assert (found.label, found.shape) == ("day", None)


def test_f1_counts_right_wrong_and_missed() -> None:
    one = Tally(right={"a": 2}, wrong={"a": 1}, missed={"b": 1})

    assert f1([one]) == pytest.approx(4 / 6)
    assert f1([one], "a") == pytest.approx(4 / 5)
    assert f1([one], "b") == 0
    assert f1([]) is None


def test_a_thing_counts_once_and_only_with_its_own_label() -> None:
    one = seen([], [], {"a": [0, 0, 10, 10]})
    on_it = [Found(label=label, score=0.9, shape=Box(0, 0, 10, 10)) for label in ("a", "a", "b")]

    assert judged(on_it, one) == Tally(right={"a": 1}, wrong={"a": 1, "b": 1}, missed={})


@given(arrays(np.int64, (6, 3), elements=st.integers(0, 5)))
def test_the_interval_holds_what_was_measured(counts: np.ndarray) -> None:
    tallies = [Tally(right={"a": int(r)}, wrong={"a": int(w)}, missed={"a": int(m)}) for r, w, m in counts]
    value = f1(tallies)
    low, high = interval(tallies, np.random.default_rng(0), draws=50)

    if value is None:
        assert (low, high) == (None, None)
    else:
        assert 0 <= low <= high <= 1
