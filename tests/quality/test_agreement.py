"""Agreement about tags: the papers' own examples, what holds for every table, and other packages."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput, NotFound
from labelwright.quality.agreement import (
    LEVELS,
    alpha_of_values,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    percent_agreement,
    undefined,
    weight_matrix,
)
from labelwright.quality.distance_alpha import alpha_by_distance
from labelwright.quality.votes import Votes

PYTHON = Path(__file__).resolve().parents[2] / ".venv" / "oracles" / "bin" / "python"
SCRIPT = Path(__file__).with_name("agreement_oracle.py")

# Krippendorff (2011), section C: four observers, twelve units, a dot for none. Gwet's four raters.
FOUR_OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)

# Fleiss (1971), table 1 as given widely: how many of 14 raters put each of 10 subjects into 5 categories.
FLEISS = """0 0 0 0 14|0 2 6 4 2|0 0 3 5 6|0 3 9 2 0|2 2 8 1 1
            7 7 0 0 0|3 2 6 3 0|2 5 3 2 2|6 5 2 1 0|0 2 2 3 7"""


def table(lines, categories=()):
    return Votes.of(
        [
            (f"unit {unit}", f"observer {who}", answer)
            for who, line in enumerate(lines)
            for unit, answer in enumerate(line.split())
            if answer != "."
        ],
        categories,
    )


def of_counts(counts):
    return Votes.of(
        (f"subject {row}", f"rater {at}", str(answer))
        for row, given_ in enumerate(counts)
        for at, answer in enumerate(np.repeat(np.arange(len(given_)), given_))
    )


def crossed(counts, names):
    """The votes of two raters from their table of joint counts."""
    cells = [(a, b) for a, row in enumerate(counts) for b, count in enumerate(row) for _ in range(count)]
    return Votes.of(
        [(str(n), who, names[cell[at]]) for n, cell in enumerate(cells) for at, who in enumerate(("A", "B"))],
        names,
    )


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_example_has_his_alphas(level, alpha) -> None:
    assert krippendorff_alpha(table(FOUR_OBSERVERS, "12345"), level) == pytest.approx(alpha, abs=5e-4)


def test_gwets_four_raters_have_his_coefficients() -> None:
    votes = table(FOUR_OBSERVERS, "12345")

    assert percent_agreement(votes) == pytest.approx(0.81818, abs=5e-6)
    assert gwet_ac1(votes) == pytest.approx(0.77544, abs=5e-6)
    assert fleiss_kappa(votes) == pytest.approx(0.76117, abs=5e-6)


def test_fleiss_example_has_his_kappa() -> None:
    counts = [[int(n) for n in row.split()] for line in FLEISS.splitlines() for row in line.split("|")]

    assert fleiss_kappa(of_counts(counts)) == pytest.approx(0.210, abs=5e-4)


def test_cohens_kappa_by_hand() -> None:
    # 35 of 50 agree; by chance 25/50 × 30/50 + 25/50 × 20/50 = 0.5; (0.7 − 0.5) / 0.5 = 0.4
    votes = crossed([[20, 5], [10, 15]], ["yes", "no"])

    assert cohen_kappa(votes, "A", "B") == pytest.approx(0.4)
    assert cohen_kappa(votes, "B", "A") == pytest.approx(0.4)


def test_weighted_kappa_by_hand() -> None:
    # Disagreements of weights 1/2 (10 of 30) and 1 (none), against those that the margins would bring.
    votes = crossed([[8, 2, 0], [3, 6, 1], [0, 4, 6]], ["low", "middle", "high"])
    rows, columns = np.array([10, 10, 10]) / 30, np.array([11, 12, 7]) / 30
    steps = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))

    for weights, far in (("linear", steps / 2), ("quadratic", steps**2 / 4)):
        observed = 10 / 30 * far[0, 1]
        wanted = 1 - observed / (rows @ far @ columns)
        assert cohen_kappa(votes, "A", "B", weights) == pytest.approx(wanted)


def test_high_agreement_on_one_answer_shows_the_kappa_paradox_and_ac1_does_not() -> None:
    # Gwet (2008): 118 of 125 alike, nearly all of them positive.
    votes = crossed([[118, 5], [2, 0]], ["+", "-"])

    assert cohen_kappa(votes, "A", "B") == pytest.approx(-0.0234, abs=5e-5)
    assert gwet_ac1(votes) == pytest.approx(0.9408, abs=5e-5)


def test_ac2_by_its_definition() -> None:
    votes = table(FOUR_OBSERVERS, "12345")
    for weights in ("linear", "quadratic"):
        w = weight_matrix(5, weights)
        agreed, shares = [], []
        for row in votes.counts:
            n = row.sum()
            shares.append(row / n)
            if n > 1:
                agreed.append((row * (w @ row - 1)).sum() / (n * (n - 1)))
        pi = np.mean(shares, axis=0)
        chance = w.sum() / 20 * (pi * (1 - pi)).sum()

        assert gwet_ac2(votes, weights) == pytest.approx((np.mean(agreed) - chance) / (1 - chance))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "There is no answer."),
        ([("a", "Ann", "x"), ("b", "Ann", "y")], "Only one person answered."),
        ([("a", "Ann", "x"), ("b", "Bo", "y")], "No item has answers of two people."),
        ([("a", "Ann", "x"), ("a", "Bo", "x")], "Everyone gave the same answer everywhere"),
    ],
)
def test_what_cannot_be_said_is_none_with_a_reason(rows, why) -> None:
    votes = Votes.of(rows)

    assert (undefined(votes) or "").startswith(why)
    assert [krippendorff_alpha(votes), fleiss_kappa(votes), gwet_ac1(votes)] == [None] * 3


def test_one_same_answer_of_two_possible_ones_is_full_agreement_for_ac1() -> None:
    votes = Votes.of([("a", "Ann", "x"), ("a", "Bo", "x")], ["x", "y"])

    assert (percent_agreement(votes), gwet_ac1(votes)) == (1.0, 1.0)
    assert cohen_kappa(votes, "Ann", "Bo") is None


def test_two_who_never_met_have_no_kappa_and_an_unknown_name_is_told() -> None:
    votes = Votes.of([("a", "Ann", "x"), ("b", "Bo", "y")])

    assert cohen_kappa(votes, "Ann", "Bo") is None
    with pytest.raises(NotFound, match="Cy"):
        cohen_kappa(votes, "Ann", "Cy")


def test_interval_alpha_wants_numbers() -> None:
    votes = Votes.of([("a", "Ann", "cat"), ("a", "Bo", "2")])

    with pytest.raises(InvalidInput, match="“cat” is none"):
        krippendorff_alpha(votes, "interval")
    with pytest.raises(InvalidInput, match="-1"):
        alpha_of_values(np.array([0, 0]), [-1.0, 1.0], "ratio")


def test_numbers_far_from_zero_lose_no_digits() -> None:
    item, values = np.repeat(np.arange(3), 2), np.array([0, 1, 2, 2, 5, 4.0])

    near, far = alpha_of_values(item, values), alpha_of_values(item, values + 1e9)

    assert far == pytest.approx(near, abs=1e-9)
    assert alpha_of_values(item, np.full(6, 0.1)) is None
    assert alpha_of_values(item, [0, np.nan, 2, 2, 5, 4]) == alpha_of_values(item[2:], values[2:])


def test_a_thousand_categories_and_missing_answers_are_measured() -> None:
    chance = np.random.default_rng(3)
    truth = chance.integers(0, 1000, 300)
    rows = [
        (str(item), str(who), str(truth[item] if chance.random() < 0.7 else chance.integers(1000)))
        for item in range(300)
        for who in range(3)
        if chance.random() < 0.8
    ]

    found = krippendorff_alpha(Votes.of(rows))

    assert found == pytest.approx(0.5, abs=0.06)  # both right: 0.7²


ANSWERS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from("0123")), min_size=1, max_size=40
)
MEASURES = [
    percent_agreement,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    *(lambda votes, level=level: krippendorff_alpha(votes, level) for level in LEVELS),
]


def votes_of(rows, categories="0123"):
    return Votes.of([(str(item), f"{who}", answer) for item, who, answer in rows], categories)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_votes_makes_no_difference_and_none_is_above_one(rows, chance) -> None:
    rows = [(i, w, a) for (i, w), a in {(i, w): a for i, w, a in rows}.items()]
    mixed = chance.sample(rows, len(rows))

    for measure in MEASURES:
        one, other = measure(votes_of(rows)), measure(votes_of(mixed))
        assert one == (None if other is None else pytest.approx(other, abs=1e-9))
        assert one is None or one <= 1


@given(ANSWERS, st.permutations("0123"))
def test_names_of_categories_make_no_difference_to_nominal_measures(rows, names) -> None:
    renamed = [(item, who, names[int(answer)]) for item, who, answer in rows]

    for measure in (percent_agreement, fleiss_kappa, gwet_ac1, krippendorff_alpha):
        one, other = measure(votes_of(rows)), measure(votes_of(renamed))
        assert one == (None if other is None else pytest.approx(other, abs=1e-9))


@given(ANSWERS)
def test_alpha_by_its_definition_over_pairs(rows) -> None:
    votes = votes_of(rows)
    answers = [[int(a) for a in votes.answer[votes.item == item]] for item in range(len(votes.items))]

    for level, distance in (
        ("nominal", lambda a, b: float(a != b)),
        ("interval", lambda a, b: float(a - b) ** 2),
        ("ratio", lambda a, b: ((a - b) / (a + b)) ** 2 if a + b else 0.0),
    ):
        wanted = alpha_by_distance(answers, distance).value
        found = krippendorff_alpha(votes, level)
        assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-9))


def test_alpha_by_distance_says_when_it_drew_pairs() -> None:
    chance = np.random.default_rng(5)
    answers = [[x, x + chance.normal() / 4] for x in chance.normal(size=200)]

    def square(a, b):
        return (a - b) ** 2

    exact = alpha_by_distance(answers, square)
    drawn = alpha_by_distance(answers, square, np.random.default_rng(1), most_pairs=20_000)

    assert (exact.sampled, exact.pairs, drawn.sampled, drawn.pairs) == (False, 79_800, True, 20_000)
    assert drawn.value == pytest.approx(exact.value, abs=0.02)
    assert alpha_by_distance(answers, square, np.random.default_rng(1), most_pairs=20_000) == drawn
    with pytest.raises(InvalidInput, match="79,800 pairs"):
        alpha_by_distance(answers, square, most_pairs=10)


def asked(work):
    """What other packages make of the same tables."""
    if not PYTHON.exists():
        pytest.skip("the other packages are not here (python scripts/oracles.py)")
    done = subprocess.run([PYTHON, SCRIPT], input=json.dumps(work), capture_output=True, text=True)
    if "ModuleNotFoundError" in done.stderr and not os.environ.get("CI"):
        pytest.skip("the other packages are not up to date (python scripts/oracles.py)")
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_other_packages_come_to_the_same_numbers() -> None:
    chance = np.random.default_rng(11)
    tables = []
    for k in (2, 3, 7):
        truth = chance.integers(0, k, 60)
        answers = np.where(chance.random((4, 60)) < 0.6, truth, chance.integers(0, k, (4, 60)))
        answers[2:][chance.random((2, 60)) < 0.3] = -1
        tables.append(answers)

    found = asked([answers.tolist() for answers in tables])

    for answers, judged in zip(tables, found, strict=True):
        lines = [" ".join("." if a < 0 else str(a) for a in row) for row in answers]
        votes = table(lines, [str(n) for n in range(answers.max() + 1)])
        for level in LEVELS:
            assert krippendorff_alpha(votes, level) == pytest.approx(judged[level])
        for weights in ("identity", "linear", "quadratic"):
            ours = cohen_kappa(votes, "observer 0", "observer 1", weights)
            assert ours == pytest.approx(judged[f"cohen {weights}"])
