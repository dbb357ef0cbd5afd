"""Draws that anybody can make again from the revealed seed, and nobody can foresee."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput
from labelwright.quality.draws import commitment, draw_order, interleaved, joint_seed, population_digest

SEED = "5e" * 32
IDS = st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=40)


def test_the_commitment_is_the_digest_of_the_seed():
    assert commitment(SEED) == hashlib.sha256(f"labelwright audit\n{SEED}".encode()).hexdigest()
    assert commitment(SEED) != commitment("5f" * 32)


@given(IDS, st.randoms(), st.integers(0, 50))
def test_the_order_is_one_of_all_units_whatever_order_they_came_in(units, chance, first):
    mixed = list(units)
    chance.shuffle(mixed)

    order = draw_order(SEED, units)

    assert sorted(order) == sorted(units)
    assert draw_order(SEED, mixed) == order
    assert draw_order(SEED, mixed, first) == order[:first]


@given(IDS)
def test_the_order_in_a_part_is_that_of_the_whole(units):
    part = [unit for unit in units if len(unit) % 2]

    assert draw_order(SEED, part) == [unit for unit in draw_order(SEED, units) if unit in part]


def test_every_unit_comes_first_about_as_often():
    first = [draw_order(f"{number:064x}", "abcdef", 1)[0] for number in range(3000)]

    assert all(400 < first.count(unit) < 600 for unit in "abcdef")


def test_the_digest_does_not_hang_on_the_order_and_notices_every_change():
    assert population_digest(["a", "bc"]) == population_digest(["bc", "a"])
    assert population_digest(["ab", "c"]) != population_digest(["a", "bc"])
    with pytest.raises(InvalidInput, match="twice"):
        population_digest(["a", "b", "a"])


def test_a_public_value_changes_the_seed():
    assert joint_seed(SEED, "6 of 49") != joint_seed(SEED, "7 of 49")
    assert commitment(joint_seed(SEED, "6 of 49"))


def test_strata_take_turns_by_their_shares():
    orders = [[f"a{n}" for n in range(30)], [f"b{n}" for n in range(10)]]

    drawn = interleaved(orders, [2, 1])

    assert drawn[:6].count("b0") + drawn[:6].count("b1") == 2
    for size in range(1, 28):
        assert abs(sum(unit[0] == "a" for unit in drawn[:size]) - 2 * size / 3) < 1
    assert sorted(drawn) == sorted(orders[0] + orders[1])


@pytest.mark.parametrize("seed", ["", "abc", "5E" * 32, "zz" * 32, "5e" * 31])
def test_a_seed_that_could_be_guessed_is_refused(seed):
    with pytest.raises(InvalidInput, match="64"):
        commitment(seed)


def test_shares_that_fit_no_strata_are_refused():
    with pytest.raises(InvalidInput):
        interleaved([["a"]], [1, 1])
    with pytest.raises(InvalidInput):
        interleaved([["a"]], [0])
