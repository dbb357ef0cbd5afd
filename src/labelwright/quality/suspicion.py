"""Suspicion: which annotations should be looked at first, and why, from the documents at hand alone.

Each sign is a statistic of the field, or a plain fact of geometry, with a weight from 0 to 1 and a
reason in words. The weights of one annotation are joined as 1 - (1 - a)(1 - b)… (noisy or; Pearl,
Probabilistic Reasoning in Intelligent Systems, 1988, section 4.3), so that several weak signs come
near a strong one. The result puts annotations in an order. It is **no probability**: nothing here was
measured against known errors.

**Size and form**: the modified z-score 0.6745 (x - median) / MAD of Iglewicz and Hoaglin (How to Detect
and Handle Outliers, ASQC, 1993), of the logarithm of area and of width over height, within one category
and one kind of shape. As they propose, a value above 3.5 is an outlier, and where more than half of the
values are the same (MAD = 0) the mean absolute deviation takes its place. Fewer than eight of a kind say
nothing. The logarithm makes twice as large as odd as half as large.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import exp, log
from statistics import median
from typing import NamedTuple, TypeVar

import numpy as np

from labelwright.core.shapes import Shape, kind_of
from labelwright.quality.iou import iou

Key = TypeVar("Key")

FEWEST = 8
OUTLIER = 3.5
TINY_SIDE, TINY_AREA = 4.0, 25.0
SAME_THING, SAME_PLACE = 0.5, 0.8  # IoU with another of the same category, of another one
AGREES, ROUGHLY = 0.75, 0.5  # IoU with what a model says
LOW_SCORE = 0.5
AT_BORDER = -0.5  # pixels beyond the border from which on a shape touches it
MOST_SUSPECT = 0.999999  # nothing is beyond doubt
MOST_EXACT = 400  # pairs of an item whose outlines are compared; beyond them, the boxes around them


class Candidate(NamedTuple):
    """An annotation as far as suspicion goes. `item` is its item's id, `name` its category's name."""

    id: str
    item: str
    category: str
    name: str
    shape: Shape | None
    size: tuple[int, int]  # of the item, in pixels
    score: float | None = None
    prediction: bool = False  # made by a model, or taken over from one


class Sign(NamedTuple):
    """One thing that is odd: how much it weighs from 0 to 1, and the reason in words."""

    weight: float
    reason: str


class Predicted(NamedTuple):
    """What a model says of an item: a shape, the name of its category, and its score."""

    shape: Shape
    category: str
    name: str
    score: float | None


class Suspicion(NamedTuple):
    """How suspect an annotation is, from 0 to below 1, and why, the weightiest reason first."""

    score: float
    reasons: tuple[str, ...]


def suspicions(
    candidates: Sequence[Candidate],
    predicted: Mapping[str, Sequence[Predicted]] | None = None,
    further: Mapping[tuple[str, str], Sequence[Sign]] | None = None,
) -> dict[tuple[str, str], Suspicion]:
    """How suspect each candidate is among the others, by item and id.

    `predicted` holds what a model says of items, by their ids; an item that is not there was not
    looked at by one, which is no sign. `further` holds signs of other methods (`suspects.signs_of`), by item
    and id. The order of the candidates makes no difference.
    """
    found: dict[tuple[str, str], list[Sign]] = {(c.item, c.id): [] for c in candidates}
    for kind in _grouped(candidates, lambda c: (c.category, kind_of(c.shape))).values():
        for candidate, sign in _odd_sizes(kind):
            found[candidate.item, candidate.id].append(sign)
    for item, inside in _grouped(candidates, lambda c: c.item).items():
        for candidate, sign in _overlaps(inside):
            found[item, candidate.id].append(sign)
    for candidate in candidates:
        signs = found[candidate.item, candidate.id]
        signs += _facts(candidate)
        if predicted is not None and candidate.item in predicted and not candidate.prediction:
            signs += _disagreement(candidate, predicted[candidate.item])
    for key, others in (further or {}).items():
        if key in found:
            found[key] += others
    return {key: joined(signs) for key, signs in found.items()}


def joined(signs: Iterable[Sign]) -> Suspicion:
    """Several signs as one.

    >>> joined([Sign(0.5, "odd"), Sign(0.5, "strange")])
    Suspicion(score=0.75, reasons=('odd', 'strange'))
    """
    innocent = 1.0
    ordered = sorted(signs, key=lambda sign: (-sign.weight, sign.reason))
    for sign in ordered:
        innocent *= 1 - min(0.99, max(0.0, sign.weight))
    return Suspicion(min(MOST_SUSPECT, round(1 - innocent, 6)), tuple(sign.reason for sign in ordered))


def modified_z_scores(values: Sequence[float]) -> list[float] | None:
    """How many robust standard deviations each value lies from the median; the sign says on which side.

    None for fewer than eight values. Where all are the same every score is 0. Iglewicz and Hoaglin (1993).
    """
    if len(values) < FEWEST:
        return None
    middle = median(values)
    away = [abs(value - middle) for value in values]
    spread = median(away) / 0.6745
    if spread <= 1e-9:
        spread = 1.253314 * sum(away) / len(away)
    if spread <= 1e-9:
        return [0.0] * len(values)
    return [(value - middle) / spread for value in values]


def _odd_sizes(alike: Sequence[Candidate]) -> Iterable[tuple[Candidate, Sign]]:
    measured = [(c, c.shape.bounds, c.shape.area) for c in alike if c.shape is not None and not _is_cut(c)]
    sized = [(c, area) for c, _, area in measured if area > 0]
    for c, factor, weight in _outliers(sized):
        words = f"{factor:.1f} × larger than" if factor > 1 else f"{1 / factor:.1f} × smaller than"
        yield c, Sign(weight, f"{words} other {c.name}")
    formed = [(c, b.width / b.height) for c, b, _ in measured if b.width > 0 and b.height > 0]
    for c, factor, weight in _outliers(formed):
        words = f"{factor:.1f} × wider" if factor > 1 else f"{1 / factor:.1f} × narrower"
        yield c, Sign(0.8 * weight, f"{words} for its height than other {c.name}")


def _is_cut(candidate: Candidate) -> bool:
    """Whether the border of the image cuts it: then its size and form say nothing."""
    return candidate.shape is not None and _beyond(candidate.shape, candidate.size) >= AT_BORDER


def _beyond(shape: Shape, size: tuple[int, int]) -> float:
    """How far a shape reaches over the border of its item, in pixels; below zero: how far it is away."""
    left, top, right, bottom = shape.bounds
    return max(-left, -top, right - size[0], bottom - size[1])


def _outliers(values: Sequence[tuple[Candidate, float]]) -> Iterable[tuple[Candidate, float, float]]:
    """Outliers with their ratio to the median, and a weight from 0 at the bound towards 1."""
    logarithms = [log(value) for _, value in values]
    scores = modified_z_scores(logarithms)
    if scores is None:
        return
    middle = median(logarithms)
    for (candidate, _), logarithm, score in zip(values, logarithms, scores, strict=True):
        # A tenth more or less is nothing to see, however alike the others are.
        if abs(score) > OUTLIER and abs(logarithm - middle) > 0.1:
            yield candidate, exp(logarithm - middle), 0.15 + 0.85 * (1 - OUTLIER / abs(score))


def _overlaps(inside: Sequence[Candidate]) -> Iterable[tuple[Candidate, Sign]]:
    """Signs of those in one item that mark much the same place as others; all of them are suspect."""
    exact = 0
    worst: dict[str, tuple[Sign, int]] = {}
    shaped = [(c, c.shape) for c in inside if c.shape is not None]
    for (one, here), (other, there), rough in _pairs(shaped):
        same = one.category == other.category
        if rough < 0.6 * (SAME_THING if same else SAME_PLACE):
            continue
        exact += 1
        share = iou(here, there) if exact <= MOST_EXACT else rough
        if share < (SAME_THING if same else SAME_PLACE):
            continue
        for a, b in ((one, other), (other, one)):
            words = f"overlaps another {b.name}" if same else f"marks the same place as a {b.name}"
            sign = Sign(share if same else 0.8 * share, f"{words} by {_percent(share)}")
            before, count = worst.get(a.id, (sign, 0))
            worst[a.id] = (max(before, sign), count + 1)
    for candidate in inside:
        if candidate.id in worst:
            sign, count = worst[candidate.id]
            yield candidate, sign if count == 1 else Sign(sign.weight, f"{sign.reason}, and {count - 1} more")


Shaped = tuple[Candidate, Shape]


def _pairs(inside: Sequence[Shaped]) -> Iterable[tuple[Shaped, Shaped, float]]:
    """Pairs whose bounds meet, with the IoU of the bounds; by sweeping along the left sides."""
    ordered = sorted(inside, key=lambda entry: (entry[1].bounds, entry[0].id))
    if len(ordered) < 2:
        return
    edges = np.array([shape.bounds for _, shape in ordered])
    areas = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
    ends = np.searchsorted(edges[:, 0], edges[:, 2], side="left")
    for index, end in enumerate(ends):
        near = slice(index + 1, int(end))
        left, top = edges[near, 0], np.maximum(edges[index, 1], edges[near, 1])
        across = np.minimum(edges[index, 2], edges[near, 2]) - left
        down = np.minimum(edges[index, 3], edges[near, 3]) - top
        shared = np.clip(across, 0, None) * np.clip(down, 0, None)
        shares = shared / np.maximum(areas[index] + areas[near] - shared, 1e-12)
        for step in np.flatnonzero(shares > 0.25):
            yield ordered[index], ordered[index + 1 + int(step)], float(shares[step])


def _facts(candidate: Candidate) -> list[Sign]:
    signs: list[Sign] = []
    if candidate.score is not None and candidate.score < LOW_SCORE:
        weight = 0.2 + 0.7 * (1 - candidate.score / LOW_SCORE)
        signs.append(Sign(weight, f"the model gave it only {_percent(candidate.score)}"))
    if candidate.shape is None:
        return signs
    bounds, beyond = candidate.shape.bounds, _beyond(candidate.shape, candidate.size)
    across, down = bounds.width, bounds.height
    if beyond > 1:
        signs.append(Sign(0.4, f"reaches {beyond:.0f} px out of the image"))
    elif beyond >= AT_BORDER:
        signs.append(Sign(0.12, "touches the border of the image"))
    if candidate.shape.area and (min(across, down) < TINY_SIDE or candidate.shape.area < TINY_AREA):
        signs.append(Sign(0.5, f"only {across:.0f} × {down:.0f} px"))
    return signs


def _disagreement(candidate: Candidate, predicted: Sequence[Predicted]) -> list[Sign]:
    if candidate.shape is None:
        return []
    best, share = None, 0.0
    for guess in predicted:
        found = iou(candidate.shape, guess.shape) if _meet(candidate.shape, guess.shape) else 0.0
        if found > share or (found == share and found and guess.category == candidate.category):
            best, share = guess, found
    if best is None or share < ROUGHLY:
        return [Sign(0.35, "the model sees nothing here")]
    sure = best.score if best.score is not None else 0.5
    if best.category != candidate.category:
        said = "" if best.score is None else f" ({_percent(best.score)})"
        return [Sign(0.3 + 0.6 * sure * share, f"the model says {best.name}{said}")]
    if share < AGREES:
        return [Sign(0.5 * (AGREES - share) / AGREES, f"only {_percent(share)} like the model's")]
    return []


def _meet(one: Shape, other: Shape) -> bool:
    a, b = one.bounds, other.bounds
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def _grouped(candidates: Iterable[Candidate], key: Callable[[Candidate], Key]) -> dict[Key, list[Candidate]]:
    groups: dict[Key, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(key(candidate), []).append(candidate)
    return groups


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
