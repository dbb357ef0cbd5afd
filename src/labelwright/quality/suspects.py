"""Suspects: annotations probably wrong, missing or extra, in an order; and what looking at them brought.

Every method of `label_errors.py` and `shape_errors.py` ends in this one type. A score ranks; it is a
probability only where its method says so. Suspects of several methods that mean the same annotation, or
the same missing place, are put together as in `suspicion.py` (noisy or), whose reasons they feed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from labelwright.core.shapes import Shape
from labelwright.quality.bounds import clopper_pearson
from labelwright.quality.iou import iou
from labelwright.quality.suspicion import Sign, joined

Kind = Literal["wrong_category", "loose_shape", "missing", "extra"]
SAME_PLACE = 0.5  # IoU from which two missing shapes of one category are the same


class Suspect(NamedTuple):
    """Something that should be looked at in an item.

    `annotation` is the id of what stands there; None for a missing one, whose place is `shape` (None for a
    missing tag). `category` is what should probably stand there, where something is known of it. `score`
    goes from 0 to 1, `reasons` are in words, the weightiest first.
    """

    item: str
    annotation: str | None
    kind: Kind
    score: float
    reasons: tuple[str, ...]
    category: str | None = None
    shape: Shape | None = None


def ranked(suspects: Iterable[Suspect]) -> list[Suspect]:
    """Suspects by score, the greatest first; ties by item, annotation, kind and category."""
    return sorted(
        suspects,
        key=lambda s: (-s.score, s.item, s.annotation or "", s.kind, s.category or "", s.reasons),
    )


def together(*methods: Iterable[Suspect]) -> list[Suspect]:
    """Suspects of several methods, each annotation and each missing place once, ranked.

    Scores are joined by noisy or, reasons are kept; kind, category and shape are the strongest one's.
    """
    groups: dict[tuple[str, str, str], list[Suspect]] = {}
    places: dict[tuple[str, str], list[list[Suspect]]] = {}
    for suspect in ranked(one for method in methods for one in method):
        if suspect.annotation is not None:
            groups.setdefault((suspect.item, suspect.annotation, ""), []).append(suspect)
        elif suspect.shape is None:
            groups.setdefault((suspect.item, "", suspect.category or ""), []).append(suspect)
        else:
            near = places.setdefault((suspect.item, suspect.category or ""), [])
            same = next((group for group in near if _meet(group[0].shape, suspect.shape)), None)
            if same is None:
                near.append([suspect])
            else:
                same.append(suspect)
    every = [*groups.values(), *(group for near in places.values() for group in near)]
    return ranked(_one(group) for group in every)


def signs_of(suspects: Iterable[Suspect]) -> dict[tuple[str, str], list[Sign]]:
    """Suspects as further signs for `suspicion.suspicions`, by item and annotation; none for missing ones."""
    found: dict[tuple[str, str], list[Sign]] = {}
    for suspect in suspects:
        if suspect.annotation is not None:
            words = "; ".join(suspect.reasons)
            found.setdefault((suspect.item, suspect.annotation), []).append(Sign(suspect.score, words))
    return found


class Yield(NamedTuple):
    """Of `looked` suspects `wrong` were; the share with its interval is None before the first look.

    `stop` suggests to stop: of the latest looks fewer were wrong than is worth the time.
    """

    looked: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None
    latest: float | None
    stop: bool
    reason: str


def suspect_yield(
    verdicts: Sequence[bool], *, worth: float = 0.1, window: int = 20, level: float = 0.95
) -> Yield:
    """The share of suspects that were wrong, in the order they were looked at, and whether to go on.

    `worth` is the least share of wrong ones that a look is worth. Stopping is suggested once the last
    `window` looks held a smaller share. The interval is that of Clopper and Pearson (Biometrika 1934).

    >>> suspect_yield([True, True, False, True])[:3]
    (4, 3, 0.75)
    """
    looked, wrong = len(verdicts), sum(verdicts)
    if not looked:
        return Yield(0, 0, None, None, None, None, False, "nothing was looked at yet")
    interval = clopper_pearson(wrong, looked, level)
    low, high = (interval.lower, interval.upper) if interval else (None, None)
    last = verdicts[-window:]
    latest = sum(last) / len(last)
    stop = looked >= window and latest < worth
    words = f"{sum(last)} of the last {len(last)} were wrong"
    reason = f"{words}: fewer than the {worth:.0%} that are worth a look" if stop else words
    return Yield(looked, wrong, wrong / looked, low, high, latest, stop, reason)


def yield_by_kind(verdicts: Sequence[tuple[Kind, bool]], worth: float = 0.1) -> Mapping[Kind, Yield]:
    """The yield of each kind of suspect that was looked at."""
    kinds: dict[Kind, list[bool]] = {}
    for kind, wrong in verdicts:
        kinds.setdefault(kind, []).append(wrong)
    return {kind: suspect_yield(each, worth=worth) for kind, each in sorted(kinds.items())}


def _one(group: Sequence[Suspect]) -> Suspect:
    strongest = group[0]
    if len(group) == 1:
        return strongest
    # A method that says the same twice is no second witness.
    signs = {reason: suspect.score for suspect in reversed(group) for reason in suspect.reasons[:1]}
    score = joined(Sign(weight, reason) for reason, weight in signs.items()).score
    reasons = tuple(dict.fromkeys(reason for suspect in group for reason in suspect.reasons))
    return strongest._replace(score=score, reasons=reasons)


def _meet(one: Shape | None, other: Shape | None) -> bool:
    return one is not None and other is not None and iou(one, other) >= SAME_PLACE
