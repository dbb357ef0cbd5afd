"""Running bounds on errors: every course of an audit counted, the promised sizes, and the edges."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from labelwright.core.errors import InvalidInput
from labelwright.quality.audit import SequentialAudit
from labelwright.quality.bounds import zero_error_size
from labelwright.quality.confidence_sequence import ErrorShare, Mixture, log_chance


@pytest.mark.parametrize("alpha", [0.05, 0.3])
@pytest.mark.parametrize("claim", [None, 0.0, 0.2, 1.0])
@pytest.mark.parametrize("tuning", ["clean", "steady"])
def test_every_course_counted_no_bound_ever_fails_more_than_it_may(alpha, claim, tuning):
    population = 7
    failing = np.zeros((2, population + 1))
    wrongly_proved = np.zeros(population + 1)
    for course in product([False, True], repeat=population):
        share = ErrorShare(population, alpha, claim, tuning)
        for verdict in course:
            share.add(verdict)
        wrong = sum(course)
        failing[:, wrong] += (share.upper_count < wrong, share.lower_count > wrong)
        if claim is not None:
            audit = SequentialAudit(population, claim, alpha, tuning)
            for verdict in course:
                audit.add(verdict)
            told = {"proved": True, "refuted": False}[audit.state]
            wrongly_proved[wrong] += told != (wrong <= claim * population + 1e-9)

    courses = np.array([comb(population, wrong) for wrong in range(population + 1)])
    assert (failing / courses <= alpha + 1e-12).all()
    assert (wrongly_proved / courses <= alpha + 1e-12).all()


@pytest.mark.parametrize(
    ("claim", "size"),
    [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598)],
    ids=["5 %", "2 %", "1 %", "0.5 %"],
)
def test_so_many_clean_audits_prove_a_claim_in_a_large_population(claim: float, size: int):
    audit = SequentialAudit(10_000_000, claim)
    for _ in range(size - 1):
        audit.add(False)
    before = audit.state
    audit.add(False)

    assert before == "open"
    assert audit.state == "proved"
    assert audit.standing.decided_at == size


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4000), st.sampled_from([0.0, 0.003, 0.013, 0.05, 0.2, 0.7]))
def test_a_smaller_population_never_needs_more_clean_audits_than_endless_work(population: int, claim: float):
    share = ErrorShare(population, 0.05, claim)
    allowed = int(claim * population + 1e-9)
    while share.upper_count > allowed:
        share.add(False)

    fewest = zero_error_size(claim, 0.95, population)
    assert fewest <= share.audited
    assert share.audited <= min(population, zero_error_size(claim) + 2 if claim else population)


def test_an_early_error_does_not_end_the_hope_of_a_proof():
    audit = SequentialAudit(20_000, 0.05)
    audit.add(True)
    more = 0
    while audit.state == "open":
        audit.add(False)
        more += 1

    assert audit.state == "proved"
    assert more < 200


@given(
    st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 500), st.sampled_from([None, 0.05, 0.3])
)
def test_bounds_only_tighten_and_keep_what_was_seen(course: list[bool], extra: int, claim: float | None):
    share = ErrorShare(len(course) + extra, 0.05, claim)
    before = (share.upper_count, share.lower_count)
    for verdict in course:
        share.add(verdict)
        now = (share.upper_count, share.lower_count)

        assert now[0] <= before[0]
        assert now[1] >= before[1]
        before = now
    if not extra:
        assert share.upper_count <= sum(course) or share.lower_count >= sum(course)


@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n))),
    st.data(),
)
def test_the_chance_of_a_course_is_the_hypergeometric_one(sizes: tuple[int, int, int], data: st.DataObject):
    population, wrong, audited = sizes
    errors = data.draw(st.integers(0, audited))
    chance = hypergeom.pmf(errors, population, wrong, audited) / comb(audited, errors)

    assert np.exp(log_chance(wrong, population, errors, audited)) == pytest.approx(chance, abs=1e-9)


def test_the_chances_of_a_mixture_sum_to_one():
    mixture = Mixture(0.9, 1.0, 79.0)
    total = sum(comb(12, errors) * np.exp(mixture.log_chance(errors, 12)) for errors in range(13))

    assert total == pytest.approx(1)


def test_by_the_end_everything_is_known():
    share = ErrorShare(40, 0.05, 0.1)
    for number in range(40):
        share.add(number in (3, 17))

    assert share.upper_count == share.lower_count == 2
    with pytest.raises(InvalidInput, match="already"):
        share.add(False)


@pytest.mark.parametrize("given_", [{"population": 0}, {"alpha": 0.0}, {"alpha": 0.6}, {"claim": 1.5}])
def test_what_cannot_be_audited_is_refused(given_):
    with pytest.raises(InvalidInput):
        ErrorShare(**{"population": 10, **given_})
