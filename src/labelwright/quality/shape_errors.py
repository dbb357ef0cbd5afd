"""Suspects among shapes: what a model, the consensus of people, or a near-duplicate item says otherwise.

All three are `Claim`s: a shape, a category, and how sure the one is who says it. The questions are those of
ObjectLab (Tkachenko, Thyagarajan and Mueller, ObjectLab: Automated Diagnosis of Mislabeled Images in Object
Detection Data, 2023): *overlooked*, a sure claim where nothing is marked; *badly located*, a mark of the
same category that lies loosely over its claim; *swapped*, a mark that lies over a claim of another category.
To them comes *extra*, a mark that no claim meets. Alike is measured by `iou.py`, which knows every shape;
the distance of centers that ObjectLab adds for boxes is left out, since masks and lines have none like it.

Nobody who claims sees everything. So an extra counts by Bayes' rule with the share of marks of its category
that sure claims do meet: where they meet nine marks in ten, one that is not met is more suspect than where
they meet five; one that only an unsure claim meets lies in between. `item_quality` puts the scores of an
item together as ObjectLab does, by their geometric mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log
from typing import NamedTuple

from labelwright.core.document import Annotation
from labelwright.core.shapes import Shape
from labelwright.quality.iou import iou
from labelwright.quality.suspects import Suspect, ranked

MEETS, TIGHT, NEAR = 0.5, 0.8, 0.1  # IoU: the same thing; well drawn; something to do with it
SURE = 0.5  # claims less sure than this overlook nothing
EXTRA_BEFORE = 0.05  # share of extra marks before anything is known
LEAST = 0.05  # scores below are left out


class Claim(NamedTuple):
    """What somebody else says of an item. `score` is how sure, from 0 to 1; `category` is an id."""

    shape: Shape
    category: str
    score: float = 1.0


class _Seen(NamedTuple):
    """A mark beside the claims of its item: the most alike of its own category, and of others."""

    item: str
    mark: Annotation
    same: tuple[float, Claim | None]
    other: tuple[float, Claim | None]
    support: float  # how surely anything is there at all


def shape_suspects(
    marks: Mapping[str, Sequence[Annotation]],
    claims: Mapping[str, Sequence[Claim]],
    *,
    by: str = "the model",
    names: Mapping[str, str] | None = None,
    sure: float = SURE,
) -> list[Suspect]:
    """Marks that contradict what is claimed, and places where a claim stands alone, ranked.

    Only items in `claims` are looked at: an empty list claims that nothing is there, a missing item claims
    nothing. `by` says in the reasons who claims; `names` gives categories' names. Claims less `sure`
    overlook nothing, and what only they meet may still be extra. Tags are left out.
    """
    called = names or {}
    seen: list[_Seen] = []
    found: list[Suspect] = []
    for item, said in claims.items():
        shaped = [mark for mark in marks.get(item, ()) if mark.shape is not None]
        here = [_beside(item, mark, said) for mark in shaped]
        seen += here
        found += _overlooked(item, shaped, said, by, called, sure)
    met = _shares_met(seen, sure)
    for one in seen:
        share = met[one.mark.category]
        kinds = (_swapped(one, by, called), _loose(one, by), _extra(one, share, sure, by, called))
        # One mark is suspect of one thing, the likeliest; ties go to the first.
        suspect = max((kind for kind in kinds if kind is not None), key=lambda kind: kind.score, default=None)
        if suspect is not None and suspect.score >= LEAST:
            found.append(suspect)
    return ranked(found)


def neighbor_claims(
    marks: Sequence[Annotation], size: tuple[int, int], own_size: tuple[int, int], likeness: float
) -> list[Claim]:
    """What a near-duplicate says of an item: its marks, as sure as the two are alike (0 to 1).

    None is made where the two differ in size: shapes are not stretched, for a crop is no duplicate.
    """
    if size != own_size:
        return []
    return [Claim(mark.shape, mark.category, likeness) for mark in marks if mark.shape is not None]


def cluster_claims(clusters: Iterable[tuple[Shape, str, int, int]]) -> list[Claim]:
    """Claims of several people, from merged shapes with how many drew each and how many looked.

    The score is (drew + 1) / (looked + 2), Laplace's rule: two of two are less sure than seven of seven.
    """
    return [Claim(shape, category, (drew + 1) / (looked + 2)) for shape, category, drew, looked in clusters]


def item_quality(suspects: Iterable[Suspect], items: Iterable[str]) -> dict[str, float]:
    """For each item the geometric mean of three qualities from 1 (fine) towards 0, as in ObjectLab.

    They are those of overlooked, badly located and swapped marks; each is 1 less its greatest suspicion.
    Extra ones count with the badly located.
    """
    worst: dict[str, dict[str, float]] = {item: {} for item in items}
    for suspect in suspects:
        if suspect.item in worst:
            kind = "loose_shape" if suspect.kind == "extra" else suspect.kind
            mine = worst[suspect.item]
            mine[kind] = max(mine.get(kind, 0.0), min(suspect.score, 0.999))
    return {item: exp(sum(log(1 - value) for value in kinds.values()) / 3) for item, kinds in worst.items()}


def _beside(item: str, mark: Annotation, said: Sequence[Claim]) -> _Seen:
    same: tuple[float, Claim | None] = (0.0, None)
    other: tuple[float, Claim | None] = (0.0, None)
    support = 0.0
    for claim in said:
        share = _alike(mark.shape, claim.shape)
        support = max(support, claim.score * min(1.0, share / MEETS))
        if claim.category == mark.category:
            same = max(same, (share, claim), key=_by_share) if share > 0 else same
        else:
            other = max(other, (share, claim), key=_by_share) if share > 0 else other
    return _Seen(item, mark, same, other, support)


def _by_share(entry: tuple[float, Claim | None]) -> tuple[float, float]:
    return entry[0], entry[1].score if entry[1] is not None else 0.0


def _shares_met(seen: Sequence[_Seen], sure: float) -> dict[str, float]:
    """By category the share of marks that a sure claim meets, drawn to one half by two marks."""
    counts: dict[str, list[int]] = {}
    for one in seen:
        count = counts.setdefault(one.mark.category, [0, 0])
        count[0] += one.support >= sure
        count[1] += 1
    return {category: (met + 1) / (of + 2) for category, (met, of) in counts.items()}


def _swapped(one: _Seen, by: str, names: Mapping[str, str]) -> Suspect | None:
    (same, claim), (other, rival) = one.same, one.other
    if rival is None or other < MEETS or other <= same:
        return None
    # The surer the rival, and the less anything speaks for what is given.
    for_given = same * claim.score if claim is not None else 0.0
    score = rival.score * other * (1 - for_given)
    words = f"{by} says {_name(rival.category, names)} here ({rival.score:.0%} sure)"
    return Suspect(one.item, one.mark.id, "wrong_category", score, (words,), rival.category, rival.shape)


def _loose(one: _Seen, by: str) -> Suspect | None:
    same, claim = one.same
    if claim is None or not NEAR <= same < TIGHT:
        return None
    score = claim.score * (TIGHT - same) / TIGHT
    words = f"only {same:.0%} like what {by} drew"
    return Suspect(one.item, one.mark.id, "loose_shape", score, (words,), one.mark.category, claim.shape)


def _extra(one: _Seen, met: float, sure: float, by: str, names: Mapping[str, str]) -> Suspect | None:
    if one.support >= sure:
        return None
    score = EXTRA_BEFORE / (EXTRA_BEFORE + (1 - EXTRA_BEFORE) * (1 - met)) * (1 - one.support / sure)
    what = "nothing" if one.support == 0 else f"hardly anything ({one.support:.0%} sure)"
    words = f"{by} sees {what} here, but meets {met:.0%} of the marks of {_name(one.mark.category, names)}"
    return Suspect(one.item, one.mark.id, "extra", score, (words,))


def _overlooked(
    item: str,
    marks: Sequence[Annotation],
    said: Sequence[Claim],
    by: str,
    names: Mapping[str, str],
    sure: float,
) -> Iterable[Suspect]:
    """Claims where nothing is marked; two claims of one place make one suspect, the surer one's."""
    kept: list[Claim] = []
    for claim in sorted(said, key=lambda claim: (-claim.score, claim.category)):
        if claim.score < sure:
            break
        nearest = max((_alike(mark.shape, claim.shape) for mark in marks), default=0.0)
        if nearest >= MEETS or any(_alike(one.shape, claim.shape) >= MEETS for one in kept):
            continue
        kept.append(claim)
        words = f"{by} sees {_name(claim.category, names)} here ({claim.score:.0%} sure), nothing is marked"
        score = claim.score * (1 - nearest)
        if score >= LEAST:
            yield Suspect(item, None, "missing", score, (words,), claim.category, claim.shape)


def _alike(one: Shape | None, other: Shape) -> float:
    if one is None:
        return 0.0
    a, b = one.bounds, other.bounds
    # Half a pixel more on every side, as `iou` gives to lines and points.
    apart = a.left > b.right + 1 or b.left > a.right + 1 or a.top > b.bottom + 1 or b.top > a.bottom + 1
    return 0.0 if apart else iou(one, other)


def _name(category: str, names: Mapping[str, str]) -> str:
    return names.get(category, category)
