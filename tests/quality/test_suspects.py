"""Suspects among tags and shapes: what is planted is found first, and says why."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.document import Annotation
from labelwright.core.shapes import Box, Mask, Point, Points
from labelwright.quality.label_errors import (
    confident_joint,
    many_tag_suspects,
    tag_posterior,
    tag_suspects,
)
from labelwright.quality.neighbors import nearest, neighbor_shares
from labelwright.quality.shape_errors import (
    Claim,
    cluster_claims,
    item_quality,
    neighbor_claims,
    shape_suspects,
)
from labelwright.quality.suspects import (
    Suspect,
    signs_of,
    suspect_yield,
    together,
    yield_by_kind,
)
from labelwright.quality.suspicion import Candidate, suspicions
from tests.shared_data import shared_data

PETS = ("cat", "dog")


def mark(name: str, box: Box | None, category: str = "car") -> Annotation:
    return Annotation(id=name, category=category, shape=box)


def test_the_confident_joint_is_the_one_worked_out_by_hand() -> None:
    # Self-confidence: cats 0.9, 0.8, 0.1 → 0.6; dogs 0.7, 0.9 → 0.8. The third cat is a dog by 0.9 ≥ 0.8;
    # the first dog is sure enough of neither (0.7 < 0.8, 0.3 < 0.6).
    sure = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.1, 0.9]])

    joint = confident_joint(np.array([0, 0, 0, 1, 1]), sure)

    assert joint.thresholds == pytest.approx((0.6, 0.8))
    assert joint.counts.tolist() == [[2, 1], [0, 1]]
    assert joint.likely.tolist() == [0, 0, 1, -1, 1]
    assert joint.errors == pytest.approx(0.25)


def test_a_category_nobody_was_given_has_no_threshold() -> None:
    joint = confident_joint(np.array([0, 0]), np.array([[0.4, 0.6], [0.6, 0.4]]))

    assert joint.thresholds == (pytest.approx(0.5), None)
    assert joint.likely.tolist() == [-1, 0]
    assert confident_joint(np.zeros(0, np.int64), np.zeros((0, 2))).errors is None


def test_a_wrong_tag_comes_first_with_reasons() -> None:
    sure = np.array([[0.95, 0.05]] * 20 + [[0.05, 0.95]] * 20)
    given_tags = np.array([0] * 20 + [1] * 20)
    given_tags[3] = 1
    counts = np.zeros((40, 2), np.int64)
    counts[np.arange(40), given_tags] = 2
    counts[3] = [1, 2]

    found = tag_suspects(
        [f"i{at}" for at in range(40)],
        [f"t{at}" for at in range(40)],
        given_tags,
        PETS,
        counts=counts,
        probabilities=sure,
    )

    assert [(one.item, one.annotation, one.category) for one in found] == [("i3", "t3", "cat")]
    assert found[0].kind == "wrong_category"
    assert "the model says cat (95%, as sure as where it is right)" in found[0].reasons
    assert "2 of 3 people said dog" in found[0].reasons


def test_with_one_vote_and_nothing_beside_it_nobody_is_suspect() -> None:
    assert tag_suspects(["a", "b"], ["t", "u"], np.array([0, 1]), PETS, lowest=0) == []
    assert tag_suspects([], [], np.zeros(0, np.int64), PETS) == []
    one = tag_suspects(["a"], ["t"], np.array([0]), ["only"], probabilities=np.array([[1.0]]), lowest=0)
    assert [suspect.score for suspect in one] == [pytest.approx(0)]


def test_neighbors_that_say_otherwise_make_a_tag_suspect() -> None:
    rng = np.random.default_rng(0)
    looks = np.concatenate([rng.normal([5, 0], 0.3, (30, 2)), rng.normal([0, 5], 0.3, (30, 2))])
    tags = np.array([0] * 30 + [1] * 30)
    tags[10] = 1

    found = tag_suspects(
        [str(at) for at in range(60)],
        [str(at) for at in range(60)],
        tags,
        PETS,
        neighbors=neighbor_shares(looks, tags, 2),
        lowest=0.1,
    )

    assert [one.item for one in found] == ["10"]
    assert "of what looks alike is cat" in found[0].reasons[0]


def test_the_nearest_are_by_cosine_and_never_oneself() -> None:
    places, cosines = nearest(np.array([[1.0, 0], [10, 0.1], [0, 1], [0, 0]]), 2)

    assert places[0].tolist() == [1, 2]
    assert cosines[0, 0] == pytest.approx(1, abs=1e-3)
    assert 3 not in places[1][:1]
    assert nearest(np.zeros((1, 3)))[0].shape == (1, 0)
    assert nearest(np.zeros((0, 3)))[0].shape == (0, 0)


def test_a_thousand_categories_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 1000, 2_000)
    sure = np.full((2_000, 1000), 0.0002)
    sure[np.arange(2_000), truth] = 0.8
    tags = truth.copy()
    tags[:20] = (truth[:20] + 1) % 1000

    found = tag_suspects(
        [str(at) for at in range(2_000)],
        [""] * 2_000,
        tags,
        [str(at) for at in range(1000)],
        probabilities=sure,
    )

    assert {one.item for one in found} == {str(at) for at in range(20)}


def test_four_errors_in_five_are_found_in_the_first_twentieth() -> None:
    folder = shared_data("multi_annotator/cifar10h")
    with (folder / "human_counts.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    names = [column.removeprefix("n_") for column in head[3:]]
    truth = np.array([names.index(row[1]) for row in rows])
    rng = np.random.default_rng(0)
    counts = np.array([rng.multivariate_hypergeometric([int(n) for n in row[3:]], 3) for row in rows])
    tags = np.argmax(counts + rng.random(counts.shape) * 0.5, axis=1)
    sure = np.load(folder / "crossval_pred_probs.npy").astype(np.float64)

    places = [str(at) for at in range(len(truth))]
    found = tag_suspects(places, places, tags, names, counts=counts, probabilities=sure, lowest=0)

    first = {int(one.item) for one in found[: len(truth) // 20]}
    wrong = {int(at) for at in np.flatnonzero(tags != truth)}
    assert len(first & wrong) / len(wrong) >= 0.8


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=12))
def test_chances_add_up_to_one_and_more_votes_for_a_tag_speak_for_it(table: list[list[int]]) -> None:
    chances = tag_posterior(np.array([*table, [3, 0, 0], [0, 3, 0], [0, 0, 3]])).chances

    assert chances.sum(axis=1) == pytest.approx(np.ones(len(table) + 3))
    assert np.all(chances >= 0)


def test_missing_and_extra_tags_are_found_where_items_have_several() -> None:
    stands = [["t0", None]] * 5 + [[None, "u"]] * 5
    stands[0] = [None, None]
    stands[9] = ["t9", "u"]
    sure = np.array([[0.9, 0.1]] * 5 + [[0.1, 0.9]] * 5)

    found = many_tag_suspects([f"i{at}" for at in range(10)], stands, PETS, sure)

    assert {(one.item, one.annotation, one.kind) for one in found} == {
        ("i0", None, "missing"),
        ("i9", "t9", "extra"),
    }
    assert many_tag_suspects([], [], PETS, np.zeros((0, 2))) == []


def test_each_kind_of_wrong_shape_is_found() -> None:
    good = Box(0, 0, 100, 100)
    marks = {f"i{at}": [mark(f"a{at}", good)] for at in range(20)}
    claims = {f"i{at}": [Claim(good, "car", 0.9)] for at in range(20)}
    marks["loose"] = [mark("loose", Box(0, 0, 140, 140))]
    claims["loose"] = [Claim(good, "car", 0.9)]
    marks["swapped"] = [mark("swapped", good)]
    claims["swapped"] = [Claim(Box(1, 1, 100, 100), "bus", 0.95)]
    claims["missing"] = [Claim(good, "car", 0.8), Claim(Box(2, 2, 99, 99), "bus", 0.6)]
    marks["extra"], claims["extra"] = [mark("extra", good)], []
    marks["unseen"] = [mark("unseen", good)]

    found = {one.item: one for one in shape_suspects(marks, claims, names={"bus": "a bus", "car": "cars"})}

    assert {item: one.kind for item, one in found.items()} == {
        "loose": "loose_shape",
        "swapped": "wrong_category",
        "missing": "missing",
        "extra": "extra",
    }
    assert found["swapped"].category == "bus"
    assert found["swapped"].reasons == ("the model says a bus here (95% sure)",)
    assert found["missing"].annotation is None
    assert found["missing"].shape == good
    # 22 of the 24 marks are met, so (22 + 1) / (23 + 2) of the 23 looked at.
    assert found["extra"].score == pytest.approx(0.05 / (0.05 + 0.95 * (1 - 23 / 25)), abs=0.02)
    assert found["loose"].score == pytest.approx(0.9 * (0.8 - 100**2 / 140**2) / 0.8)


def test_an_extra_is_more_suspect_where_marks_are_nearly_always_met() -> None:
    box = Box(0, 0, 10, 10)

    def score(met: int, unmet: int) -> float:
        marks = {f"i{at}": [mark("a", box)] for at in range(met + unmet)}
        claims = {f"i{at}": [Claim(box, "car")] if at < met else [] for at in range(met + unmet)}
        return shape_suspects(marks, claims)[0].score

    assert score(50, 1) > score(50, 50)


def test_a_mark_that_only_an_unsure_claim_meets_is_less_suspect_than_one_that_none_meets() -> None:
    box = Box(0, 0, 10, 10)
    marks = {f"i{at}": [mark("a", box)] for at in range(20)} | {
        "weak": [mark("a", box)],
        "none": [mark("a", box)],
    }
    claims = {f"i{at}": [Claim(box, "car")] for at in range(20)} | {
        "weak": [Claim(box, "car", 0.25)],
        "none": [],
    }

    found = {one.item: one for one in shape_suspects(marks, claims)}

    assert set(found) == {"weak", "none"}
    assert found["weak"].score == pytest.approx(found["none"].score / 2)
    assert "hardly anything (25% sure)" in found["weak"].reasons[0]


def test_masks_points_and_tags_are_looked_at_as_they_are() -> None:
    full = Mask(left=0, top=0, width=4, height=4, runs=(0, 16))
    half = Mask(left=0, top=0, width=4, height=4, runs=(0, 8, 8))
    dots = Points(points=(Point(50, 50),))

    found = shape_suspects(
        {
            "i": [
                Annotation(id="m", category="c", shape=half),
                mark("tag", None),
                Annotation(id="p", category="d", shape=dots),
            ]
        },
        {"i": [Claim(full, "c", 1.0), Claim(dots, "d", 1.0)]},
    )

    assert [(one.annotation, one.kind) for one in found] == [("m", "loose_shape")]
    assert found[0].reasons == ("only 50% like what the model drew",)


def test_claims_of_clusters_and_near_duplicates_are_as_sure_as_they_may_be() -> None:
    box = Box(0, 0, 10, 10)

    assert [
        claim.score for claim in cluster_claims([(box, "c", 2, 2), (box, "c", 7, 7), (box, "c", 1, 5)])
    ] == [
        0.75,
        8 / 9,
        2 / 7,
    ]
    assert neighbor_claims([mark("a", box), mark("tag", None)], (20, 20), (20, 20), 0.9) == [
        Claim(box, "car", 0.9)
    ]
    assert neighbor_claims([mark("a", box)], (20, 20), (40, 20), 0.9) == []


def test_nothing_marked_and_nothing_claimed_is_no_suspicion() -> None:
    assert shape_suspects({}, {}) == []
    assert shape_suspects({"i": [mark("a", Box(0, 0, 5, 5))]}, {}) == []
    assert shape_suspects({}, {"i": []}) == []


def test_the_quality_of_an_item_is_the_geometric_mean_of_three() -> None:
    suspects = [
        Suspect("i", "a", "loose_shape", 0.5, ()),
        Suspect("i", "b", "wrong_category", 0.75, ()),
        Suspect("i", "c", "wrong_category", 0.1, ()),
    ]

    assert item_quality(suspects, ["i", "clean"]) == {"i": pytest.approx(0.125 ** (1 / 3)), "clean": 1.0}


def test_what_several_methods_suspect_stands_once_and_higher() -> None:
    model = [
        Suspect("i", "a", "loose_shape", 0.5, ("loose",)),
        Suspect("i", None, "missing", 0.6, ("one",), "c", Box(0, 0, 10, 10)),
    ]
    people = [
        Suspect("i", "a", "extra", 0.6, ("alone",)),
        Suspect("i", None, "missing", 0.5, ("two",), "c", Box(0, 0, 10, 9)),
    ]
    other = [Suspect("i", None, "missing", 0.5, ("three",), "c", Box(50, 50, 60, 60))]

    found = together(model, people, other)

    assert [(one.annotation, one.kind, one.score) for one in found] == [
        (None, "missing", pytest.approx(0.8)),
        ("a", "extra", pytest.approx(0.8)),
        (None, "missing", 0.5),
    ]
    assert found[1].reasons == ("alone", "loose")


def test_suspects_are_further_signs_in_the_review_grid() -> None:
    candidate = Candidate("a", "i", "c", "car", Box(100, 100, 140, 140), (400, 300))

    found = suspicions(
        [candidate], further=signs_of([Suspect("i", "a", "extra", 0.6, ("nobody else drew it",))])
    )

    assert found["i", "a"].score == pytest.approx(0.6)
    assert found["i", "a"].reasons == ("nobody else drew it",)


def test_the_yield_has_an_interval_and_says_when_to_stop() -> None:
    rich = suspect_yield([True] * 8 + [False] * 2)
    poor = suspect_yield([True] * 10 + [False] * 20)

    # Clopper–Pearson for 8 of 10: 0.4439 to 0.9748.
    assert (rich.share, rich.low, rich.high) == (
        0.8,
        pytest.approx(0.4439, abs=1e-4),
        pytest.approx(0.9748, abs=1e-4),
    )
    assert not rich.stop
    assert poor.stop
    assert poor.reason == "0 of the last 20 were wrong: fewer than the 10% that are worth a look"
    assert suspect_yield([]).share is None
    assert yield_by_kind([("extra", True), ("missing", False)])["extra"].share == 1
