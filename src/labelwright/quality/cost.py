"""The cost ledger: what accepted annotations cost, by category, stage and kind of work; it adds up exactly.

Seconds are *active* seconds: between two events of one sitting they count up to a bound, and what is beyond
it is idle. Money is worked out as fractions, never as floats, so that every way of adding the rows gives
the same total. What is shown is rounded to hundredths by the largest remainder (Hamilton's method), so that
the rounded parts add up to the rounded whole.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Literal, NamedTuple, TypeVar

Work = Literal["annotate", "rework", "review", "adjudicate", "gold", "audit", "compute"]
WORK: tuple[Work, ...] = ("annotate", "rework", "review", "adjudicate", "gold", "audit", "compute")
IDLE = 30.0  # seconds without an event from which on nobody is at work

Key = TypeVar("Key", bound=Hashable)
Number = Decimal | Fraction | float | int


class Entry(NamedTuple):
    """One piece of work: active `seconds` at a `rate` an hour, in any one currency.

    `category` is None for work that belongs to none, such as looking over a whole item; `spread` shares it
    out. Computing counts as machine seconds at the machine's rate.
    """

    stage: str
    category: str | None
    seconds: Number
    rate: Number
    kind: Work

    @property
    def cost(self) -> Fraction:
        """Exactly what it cost."""
        return Fraction(self.seconds) * Fraction(self.rate) / 3600


class Line(NamedTuple):
    """One line of the ledger. `each` is the cost of an accepted annotation, None where none is accepted."""

    name: str | None
    seconds: float
    cost: Decimal
    accepted: int
    each: Decimal | None


class Ledger(NamedTuple):
    """The whole cost, and the same again by category, by stage, by kind of work, and by all of them.

    The lines of each table add up to `total` to the last hundredth. `rework_share` is the share of the cost
    that went into doing things again; None where nothing was spent.
    """

    total: Decimal
    each: Decimal | None
    seconds: float
    accepted: int
    by_category: tuple[Line, ...]
    by_stage: tuple[Line, ...]
    by_kind: tuple[Line, ...]
    cells: Mapping[tuple[str | None, str, Work], Decimal]
    rework_share: float | None


def active_seconds(times: Iterable[float], idle: float = IDLE) -> float:
    """Seconds at work from the times of events (seconds, any order): each gap counts up to `idle`.

    >>> active_seconds([0, 5, 12, 3600], idle=30)
    42.0
    """
    ordered = sorted(times)
    gaps = (after - before for before, after in pairwise(ordered))
    return float(sum(min(gap, idle) for gap in gaps))


def ledger(entries: Sequence[Entry], accepted: Mapping[str | None, int]) -> Ledger:
    """What the work cost in all and per accepted annotation; `accepted` counts those of each category.

    By stage and by kind, cost is held against all accepted annotations, since each went through all of it.
    A category with accepted annotations but no work has a line of its own at no cost.
    """
    exact = sum((entry.cost for entry in entries), Fraction(0))
    total = _hundredths(exact)
    count = sum(accepted.values())
    again = sum((entry.cost for entry in entries if entry.kind == "rework"), Fraction(0))
    categories = [entry.category for entry in entries] + list(accepted)
    return Ledger(
        total=total,
        each=_each(exact, count),
        seconds=float(sum((Fraction(entry.seconds) for entry in entries), Fraction(0))),
        accepted=count,
        by_category=_lines(entries, lambda entry: entry.category, total, categories, accepted.get),
        by_stage=_lines(
            entries, lambda entry: entry.stage, total, [e.stage for e in entries], lambda _: count
        ),
        by_kind=_lines(entries, lambda entry: entry.kind, total, [e.kind for e in entries], lambda _: count),
        cells=rounded(_sums(entries, lambda entry: (entry.category, entry.stage, entry.kind)), total),
        rework_share=float(again / exact) if exact else None,
    )


def spread(entry: Entry, weights: Mapping[str, Number]) -> list[Entry]:
    """An entry of no category, shared out over categories in proportion to `weights`; nothing is lost.

    Weights may be the numbers of annotations of the item. Where all are 0 the entry stays as it is.
    """
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    if whole <= 0:
        return [entry]
    return [
        entry._replace(category=category, seconds=Fraction(entry.seconds) * Fraction(weight) / whole)
        for category, weight in sorted(weights.items())
        if Fraction(weight) > 0
    ]


def rounded(parts: Mapping[Key, Fraction], total: Decimal) -> dict[Key, Decimal]:
    """Parts in hundredths that add up to `total`, itself the rounded sum (the largest remainder first).

    >>> rounded({"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(1, 3)}, Decimal("1.00"))["a"]
    Decimal('0.34')
    """
    cents = {key: floor(part * 100) for key, part in parts.items()}
    left = int(total * 100) - sum(cents.values())
    # The stable sort gives ties to the part that stands first.
    for key in sorted(parts, key=lambda key: cents[key] - parts[key] * 100)[: max(left, 0)]:
        cents[key] += 1
    return {key: Decimal(value) / 100 for key, value in cents.items()}


def _lines(
    entries: Sequence[Entry],
    key: Callable[[Entry], str | None],
    total: Decimal,
    names: Iterable[str | None],
    accepted: Callable[[str | None], int | None],
) -> tuple[Line, ...]:
    costs = _sums(entries, key)
    seconds: dict[str | None, Fraction] = {}
    for entry in entries:
        seconds[key(entry)] = seconds.get(key(entry), Fraction(0)) + Fraction(entry.seconds)
    shown = rounded(costs, total)
    lines = [
        Line(
            name,
            float(seconds.get(name, Fraction(0))),
            shown.get(name, Decimal("0.00")),
            accepted(name) or 0,
            _each(costs.get(name, Fraction(0)), accepted(name) or 0),
        )
        for name in dict.fromkeys(names)
    ]
    return tuple(sorted(lines, key=lambda line: (-line.cost, line.name or "")))


def _sums(entries: Sequence[Entry], key: Callable[[Entry], Key]) -> dict[Key, Fraction]:
    found: dict[Key, Fraction] = {}
    for entry in entries:
        found[key(entry)] = found.get(key(entry), Fraction(0)) + entry.cost
    return found


def _each(cost: Fraction, count: int) -> Decimal | None:
    """To a hundredth of a hundredth: a tag may cost less than a cent."""
    return Decimal(round(cost / count * 10_000)) / 10_000 if count else None


def _hundredths(value: Fraction) -> Decimal:
    return Decimal(floor(value * 100 + Fraction(1, 2))) / 100
