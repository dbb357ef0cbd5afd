"""Splits: deterministic, in the shares asked for, with nothing torn apart that belongs together."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput
from labelwright.services.release_splits import Candidate, SplitPlan, assign, leaks

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}


def many(count: int, **values: object) -> list[Candidate]:
    return [
        Candidate(id=f"i{n}", name=f"set{n % 7}/p{n // 5}_{n}.png", sha256=f"{n:064x}", **values)  # type: ignore[arg-type]
        for n in range(count)
    ]


plans = st.builds(
    SplitPlan,
    how=st.sampled_from(["random", "stratified", "inherited"]),
    seed=st.integers(0, 99),
    group_by=st.sampled_from(["", "folder", "name"]),
    keep_near=st.booleans(),
)


@st.composite
def candidates(draw) -> list[Candidate]:
    made = many(draw(st.integers(0, 60)))
    chosen = []
    for place, one in enumerate(made):
        near = made[draw(st.integers(0, place - 1))].id if place and draw(st.integers(0, 4)) == 0 else None
        categories = draw(st.frozensets(st.sampled_from("abc")))
        before = draw(st.sampled_from([None, None, "train", "test"]))
        chosen.append(replace(one, near=near, categories=categories, before=before))
    return chosen


@given(candidates(), plans, st.randoms())
def test_the_order_of_the_items_does_not_matter(given_: list[Candidate], plan: SplitPlan, chance) -> None:
    shuffled = list(given_)
    chance.shuffle(shuffled)

    assert assign(given_, plan) == assign(shuffled, plan)


@given(candidates(), plans)
def test_everything_is_somewhere_and_nothing_is_torn_apart(given_: list[Candidate], plan: SplitPlan) -> None:
    found = assign(given_, plan)

    assert set(found) == {one.id for one in given_}
    assert set(found.values()) <= set(SHARES)
    if plan.how == "inherited":
        assert all(found[one.id] == one.before for one in given_ if one.before)
        return
    if plan.keep_near:
        assert not leaks(given_, found)
    if plan.group_by == "folder":
        folders = {one.name.split("/")[0]: set() for one in given_}
        for one in given_:
            folders[one.name.split("/")[0]].add(found[one.id])
        assert all(len(splits) == 1 for splits in folders.values())


@given(st.integers(10, 400), st.integers(0, 9), st.sampled_from(["random", "stratified"]))
def test_shares_are_kept_to_an_item(count: int, seed: int, how: str) -> None:
    found = Counter(assign(many(count), SplitPlan(how=how, seed=seed)).values())

    assert all(abs(found[name] - share * count) <= 1 for name, share in SHARES.items())


def test_another_seed_is_another_split() -> None:
    given_ = many(100)

    assert assign(given_, SplitPlan(how="random")) == assign(given_, SplitPlan(how="random"))
    assert assign(given_, SplitPlan(how="random")) != assign(given_, SplitPlan(how="random", seed=1))


def test_a_rare_category_is_in_every_split() -> None:
    given_ = [
        replace(one, categories=frozenset({"rare"} if n < 10 else {"common"}))
        for n, one in enumerate(many(200))
    ]

    found = assign(given_, SplitPlan(how="stratified"))

    rare = Counter(found[one.id] for one in given_ if "rare" in one.categories)
    assert rare == {"train": 8, "val": 1, "test": 1}


def test_what_was_in_the_parent_stays_where_it_was() -> None:
    before = assign(many(50), SplitPlan(how="random", seed=3))
    given_ = [replace(one, before=before.get(one.id)) for one in many(80)]

    found = assign(given_, SplitPlan(how="inherited"))

    assert {id_: found[id_] for id_ in before} == before
    assert abs(Counter(found.values())["train"] - 64) <= 1


def test_as_they_came_and_not_at_all() -> None:
    given_ = [replace(one, came="val" if n else None) for n, one in enumerate(many(2))]

    assert assign(given_, SplitPlan(how="came")) == {"i0": None, "i1": "val"}
    assert set(assign(given_, SplitPlan(how="none")).values()) == {None}


def test_near_duplicates_on_two_sides_are_named() -> None:
    first, second = many(2)
    second = replace(second, near=first.id)

    (leak,) = leaks([first, second], {"i0": "train", "i1": "test"})

    assert (leak.name, leak.split, leak.near_name, leak.near_split) == (
        second.name, "test", first.name, "train",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (SplitPlan(how="guess"), "no way to split"),
        (SplitPlan(how="random", shares={"train": 0.5}), "add up to 0.5"),
        (SplitPlan(how="random", shares={"train": 1.5, "val": -0.5}), "add up"),
        (SplitPlan(how="random", shares={}), "no name"),
        (SplitPlan(how="random", shares={"../up": 1}), "no name"),
        (SplitPlan(how="random", group_by="moon"), "groups no items"),
    ],
)
def test_a_plan_that_means_nothing_is_refused(plan: SplitPlan, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        assign(many(3), plan)
