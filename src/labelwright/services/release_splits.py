"""Splits of a release: which items are for training, which for validation, which for the test.

The same items, plan and seed give the same splits, whatever the order of the items: they are gone through by
a hash of their bytes and the seed. Items of one group, and near duplicates if they are to be kept together,
are one unit that is not torn apart, but for items that were on two sides in the parent release already.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Annotated

import msgspec

from labelwright.core.errors import InvalidInput

NONE, CAME, RANDOM, STRATIFIED, INHERITED = HOWS = ("none", "came", "random", "stratified", "inherited")
GROUPS = ("", "folder", "name", "key")
LONGEST_NAME = 20


class SplitPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a release is split.

    `how`: not at all; as the labels came; at random; stratified by category; or as in the parent release,
    with the items that it lacks assigned by the shares, stratified. `group_by` keeps items together whose
    folder is the same, or what stands in their name or key before the last `separator`. `keep_near` keeps
    near duplicates together.
    """

    how: str = CAME
    shares: dict[str, float] = msgspec.field(default_factory=lambda: {"train": 0.8, "val": 0.1, "test": 0.1})
    seed: int = 0
    group_by: str = ""
    separator: Annotated[str, msgspec.Meta(max_length=10)] = "_"
    keep_near: bool = True


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What of an item matters for its split. `near` is the id of the item it nearly duplicates."""

    id: str
    name: str
    sha256: str
    key: str | None = None
    near: str | None = None
    came: str | None = None
    before: str | None = None
    categories: frozenset[str] = frozenset()


@dataclass
class _Unit:
    order: str
    ids: list[str] = field(default_factory=list[str])
    categories: Counter[str] = field(default_factory=Counter[str])
    before: tuple[str, str] | None = None  # the order and the split of the first that had one


def check_plan(plan: SplitPlan) -> None:
    """Raise InvalidInput for a plan that means nothing."""
    if plan.how not in HOWS:
        raise InvalidInput(
            f"“{plan.how}” is no way to split.", place="splits.how", remedy=f"Use {', '.join(HOWS)}."
        )
    if plan.group_by not in GROUPS:
        listed = ", ".join(word or "nothing" for word in GROUPS)
        raise InvalidInput(
            f"“{plan.group_by}” groups no items.", place="splits.group_by", remedy=f"Use {listed}."
        )
    total = sum(plan.shares.values())
    names = list(plan.shares)
    bad = [name for name in names if not 0 < len(name) <= LONGEST_NAME or not name.replace("-", "").isalnum()]
    if bad or not names:
        raise InvalidInput(
            f"“{bad[0] if bad else ''}” is no name of a split.",
            place="splits.shares",
            remedy=f"Use up to {LONGEST_NAME} letters, digits and dashes, such as train.",
        )
    if min(plan.shares.values()) < 0 or abs(total - 1) > 1e-6:
        raise InvalidInput(
            f"The shares add up to {total:g}.", place="splits.shares", remedy="Let them add up to 1."
        )


def assign(candidates: Sequence[Candidate], plan: SplitPlan) -> dict[str, str | None]:
    """The split of every item by its id. Raises InvalidInput for a plan that means nothing."""
    check_plan(plan)
    if plan.how == NONE:
        return dict.fromkeys((candidate.id for candidate in candidates), None)
    if plan.how == CAME:
        return {candidate.id: candidate.came for candidate in candidates}
    units = _units(candidates, plan)
    if plan.how == RANDOM:
        chosen = _at_random(units, plan.shares)
    else:
        chosen = _Strata(units, plan.shares).chosen(keep=plan.how == INHERITED)
    found: dict[str, str | None] = {
        id_: chosen[place] for place, unit in enumerate(units) for id_ in unit.ids
    }
    if plan.how == INHERITED:
        found |= {candidate.id: candidate.before for candidate in candidates if candidate.before is not None}
    return found


def _units(candidates: Sequence[Candidate], plan: SplitPlan) -> list[_Unit]:
    leads: dict[str, str] = {candidate.id: candidate.id for candidate in candidates}

    def lead(id_: str) -> str:
        while leads[id_] != id_:
            leads[id_] = leads[leads[id_]]
            id_ = leads[id_]
        return id_

    first_of: dict[str, str] = {}
    for candidate in candidates:
        joined = candidate.near if plan.keep_near else None
        if joined is not None and joined in leads:
            leads[lead(candidate.id)] = lead(joined)
        group = _group(candidate, plan)
        if group is not None:
            leads[lead(candidate.id)] = lead(first_of.setdefault(group, candidate.id))
    units: dict[str, _Unit] = {}
    for candidate in candidates:
        order = hashlib.sha256(f"{plan.seed}:{candidate.sha256}".encode()).hexdigest()
        unit = units.setdefault(lead(candidate.id), _Unit(order))
        unit.order = min(unit.order, order)
        unit.ids.append(candidate.id)
        unit.categories.update(candidate.categories)
        if candidate.before is not None:
            unit.before = min(unit.before or (order, candidate.before), (order, candidate.before))
    return sorted(units.values(), key=lambda unit: unit.order)


def _group(candidate: Candidate, plan: SplitPlan) -> str | None:
    path = PurePosixPath(candidate.name)
    match plan.group_by:
        case "folder":
            return str(path.parent)
        case "name":
            word = str(path.with_suffix(""))
        case "key":
            word = candidate.key or ""
        case _:
            return None
    before, found, _ = word.rpartition(plan.separator)
    return before if found and before else None


def _at_random(units: Sequence[_Unit], shares: Mapping[str, float]) -> dict[int, str]:
    """Each unit goes where most is missing; units stand in an order that only the seed decides."""
    total = sum(len(unit.ids) for unit in units)
    missing = {name: share * total for name, share in shares.items()}
    chosen: dict[int, str] = {}
    # The largest first: a large group can no longer be made up for once the small ones are placed.
    for place in sorted(range(len(units)), key=lambda place: -len(units[place].ids)):
        name = max(missing, key=lambda name: missing[name])
        missing[name] -= len(units[place].ids)
        chosen[place] = name
    return chosen


class _Strata:
    """Iterative stratification: the rarest category is shared out first.

    Sechidis, Tsoumakas, Vlahavas, On the Stratification of Multi-label Data (2011).
    """

    def __init__(self, units: Sequence[_Unit], shares: Mapping[str, float]) -> None:
        self._units, self._shares = units, shares
        total = sum(len(unit.ids) for unit in units)
        whole: Counter[str] = Counter()
        self._having: dict[str, list[int]] = {}
        for place, unit in enumerate(units):
            whole.update(unit.categories)
            for key in unit.categories:
                self._having.setdefault(key, []).append(place)
        self._missing = {name: share * total for name, share in shares.items()}
        self._wanted = {
            name: {key: share * count for key, count in whole.items()} for name, share in shares.items()
        }
        self._chosen: dict[int, str] = {}

    def chosen(self, *, keep: bool) -> dict[int, str]:
        """The split of each unit by its place; with `keep` units stay where they were before."""
        for place, unit in enumerate(self._units):
            if keep and unit.before is not None:
                self._put(place, unit.before[1])
        left = Counter(
            {key: sum(at not in self._chosen for at in places) for key, places in self._having.items()}
        )
        while left:
            key = min(left, key=lambda key: (left[key], key))
            for place in self._having[key]:
                if place not in self._chosen:
                    self._put(place, self._neediest(key))
                    left.subtract(other for other in self._units[place].categories if other in left)
            del left[key]
        for place in range(len(self._units)):
            if place not in self._chosen:
                self._put(place, max(self._missing, key=lambda name: self._missing[name]))
        return self._chosen

    def _neediest(self, key: str) -> str:
        return max(self._shares, key=lambda name: (self._wanted[name][key], self._missing[name]))

    def _put(self, place: int, name: str) -> None:
        self._chosen[place] = name
        if name in self._missing:  # else a split of the parent that this plan has not
            self._missing[name] -= len(self._units[place].ids)
            for key, count in self._units[place].categories.items():
                self._wanted[name][key] -= count


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """Two items that nearly show the same picture and are in different splits."""

    item: str
    name: str
    split: str
    near: str
    near_name: str
    near_split: str


def leaks(candidates: Iterable[Candidate], splits: Mapping[str, str | None]) -> list[Leak]:
    """Near duplicates that stand on two sides: what is tested there was seen in training."""
    listed = list(candidates)
    by_id = {candidate.id: candidate for candidate in listed}
    found: list[Leak] = []
    for candidate in listed:
        other = by_id.get(candidate.near or "")
        if other is None:
            continue
        own, theirs = splits.get(candidate.id), splits.get(other.id)
        if own and theirs and own != theirs:
            found.append(
                Leak(
                    item=candidate.id,
                    name=candidate.name,
                    split=own,
                    near=other.id,
                    near_name=other.name,
                    near_split=theirs,
                )
            )
    return found
