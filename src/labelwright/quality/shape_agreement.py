"""How far people agree about the shapes of one item: what exists, what it is, and where it ends.

Two documents are compared by their matching of least cost (`matching.py`). F1, mean IoU, panoptic quality
and outlines are of pairs of the same category, summed by category so that sums over items can be taken;
`located` is of what was found by both under any name.

For several people, their annotations of one thing are put together as an *instance*: pairs in the order of
their IoU join two groups unless one person would then stand in a group twice. Instances × people, with a
category or "absent" in every cell, is a table for nominal alpha: it tells at once who misses things and who
names them otherwise (in the spirit of Tschirschwitz and Rodehorst, KaLOS, 2026; localization first).

F1 over thresholds 0.5 to 0.95: Lin et al., Microsoft COCO (2014). Panoptic quality: Kirillov et al. (2019).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import msgspec
import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.shapes import Points, Polyline, Skeleton
from labelwright.quality.iou import oks
from labelwright.quality.matching import Candidates, Categories, Matching
from labelwright.quality.outlines import DILATION, boundary_iou, hausdorff95
from labelwright.quality.statistic import Floats

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
LIMITS = np.array(THRESHOLDS)
ABSENT = ""
"""Stands in the table of instances for someone who did not mark the thing."""

# The sums of a category, by column.
FOUND = slice(0, len(THRESHOLDS))  # pairs at each threshold
GIVEN, PAIRS, IOU, SEGMENTS, SEGMENT_IOU, EDGES, EDGE_IOU, AWAY, AWAY_BY, FIGURES, FIGURE_OKS = range(10, 21)
WIDTH = 21


class PanopticQuality(msgspec.Struct, frozen=True):
    """PQ = SQ × RQ: how well matched segments are drawn, times how many are matched (F1)."""

    sq: float | None
    rq: float | None
    pq: float | None


class MatchedPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two annotations of one thing, by their ids."""

    first: str
    second: str
    iou: float
    same_category: bool


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two documents of one item. None: there is nothing to measure.

    `matched` disregards categories. `f1` is at the threshold, `f1_mean` over 0.5 to 0.95, both by category;
    `located_f1` under any name. `boundary_iou` wants the size of the picture, `hausdorff95` is in pixels.
    `tags_exact` and `tags_jaccard` are of the sets of tags.
    """

    matched: tuple[MatchedPair, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    located_f1: float | None
    f1: float | None
    f1_mean: float | None
    mean_iou: float | None
    panoptic: PanopticQuality
    boundary_iou: float | None
    hausdorff95: float | None
    oks: float | None
    tags_exact: bool | None
    tags_jaccard: float | None


@dataclass(frozen=True)
class Pairing:
    """Two people's matchings of one item, and the sums of every category that either used."""

    located: Matching
    named: Matching
    sums: dict[str, Floats] = field(default_factory=dict[str, Floats])


def compare(
    first: Document,
    second: Document,
    *,
    size: tuple[int, int] | None = None,
    threshold: float = 0.5,
    null_cost: float = 1.0,
) -> Comparison:
    """Two people's documents of one item; `size` is the picture's width and height."""
    a, b = first.annotations, second.annotations
    paired = pairing(a, b, size=size, threshold=threshold, null_cost=null_cost)
    total = np.sum(list(paired.sums.values()), axis=0) if paired.sums else np.zeros(WIDTH)
    given = float(total[GIVEN])
    ours, theirs = tags_of(first), tags_of(second)
    pairs = tuple(
        MatchedPair(
            first=a[pair.first].id,
            second=b[pair.second].id,
            iou=pair.iou,
            same_category=a[pair.first].category == b[pair.second].category,
        )
        for pair in paired.located.matched
    )
    return Comparison(
        matched=pairs,
        missing=tuple(a[place].id for place in paired.located.missing),
        extra=tuple(b[place].id for place in paired.located.extra),
        located_f1=_share(2 * len(pairs), given),
        f1=_share(2 * total[PAIRS], given),
        f1_mean=_share(2 * float(np.mean(total[FOUND])), given),
        mean_iou=_share(total[IOU], total[PAIRS]),
        panoptic=panoptic_quality(paired.sums),
        boundary_iou=_share(total[EDGE_IOU], total[EDGES]),
        hausdorff95=_share(total[AWAY_BY], total[AWAY]),
        oks=_share(total[FIGURE_OKS], total[FIGURES]),
        tags_exact=ours == theirs if ours or theirs else None,
        tags_jaccard=jaccard(ours, theirs),
    )


def pairing(
    first: Sequence[Annotation],
    second: Sequence[Annotation],
    *,
    size: tuple[int, int] | None = None,
    threshold: float = 0.5,
    null_cost: float = 1.0,
    outlines: bool = True,
) -> Pairing:
    """The matchings of two lists, and what they add to the sums of each category.

    Without `outlines`, boundary IoU and Hausdorff distance are left out, which take the most time.
    """
    candidates = Candidates.of(first, second, min(threshold, THRESHOLDS[0]))

    def at(limit: float, categories: Categories = "same") -> Matching:
        return candidates.matching(limit, null_cost=null_cost, categories=categories)

    named = at(threshold)
    sums: dict[str, Floats] = {}
    for entry in (*first, *second):
        if entry.shape is not None:
            sums.setdefault(entry.category, np.zeros(WIDTH))[GIVEN] += 1
    only_counted = candidates.is_clear and null_cost > THRESHOLDS[0]
    _add_found(sums, first, candidates, None if only_counted else at)
    above_half = float(np.nextafter(0.5, 1))  # the paper's rule, which makes the matching of segments unique
    for pair in at(above_half).matched:
        sums[first[pair.first].category][[SEGMENTS, SEGMENT_IOU]] += (1, pair.iou)
    for pair in named.matched:
        row = sums[first[pair.first].category]
        row[[PAIRS, IOU]] += (1, pair.iou)
        _add_outlines(row, first[pair.first], second[pair.second], size, outlines)
    return Pairing(located=at(threshold, "any"), named=named, sums=sums)


def _add_found(
    sums: dict[str, Floats],
    first: Sequence[Annotation],
    candidates: Candidates,
    at: Callable[[float], Matching] | None,
) -> None:
    """How many pairs each threshold has; with no matching to be made (`at`), they need only be counted."""
    if at is None:
        for place, alike, same in zip(candidates.first, candidates.iou, candidates.same, strict=True):
            if same:
                sums[first[int(place)].category][FOUND] += alike >= LIMITS
        return
    for step, limit in enumerate(THRESHOLDS):
        for pair in at(limit).matched:
            sums[first[pair.first].category][step] += 1


def _add_outlines(
    row: Floats, first: Annotation, second: Annotation, size: tuple[int, int] | None, outlines: bool
) -> None:
    a, b = first.shape, second.shape
    if a is None or b is None:
        return
    if isinstance(a, Skeleton) and isinstance(b, Skeleton):
        if len(a.keypoints) == len(b.keypoints):
            row[[FIGURES, FIGURE_OKS]] += (1, oks(a, b))
        return
    if not outlines or isinstance(a, Skeleton | Points) or isinstance(b, Skeleton | Points):
        return
    row[[AWAY, AWAY_BY]] += (1, hausdorff95(a, b))
    if size is not None and not isinstance(a, Polyline) and not isinstance(b, Polyline):
        edge = boundary_iou(a, b, *size, dilation=DILATION)
        if edge is not None:
            row[[EDGES, EDGE_IOU]] += (1, edge)


def panoptic_quality(sums: Mapping[str, Floats]) -> PanopticQuality:
    """Panoptic quality averaged over the categories that were used."""
    used = [row for row in sums.values() if row[GIVEN] > 0]
    if not used:
        return PanopticQuality(None, None, None)
    rq = [2 * row[SEGMENTS] / row[GIVEN] for row in used]
    sq = [row[SEGMENT_IOU] / row[SEGMENTS] if row[SEGMENTS] else 0.0 for row in used]
    return PanopticQuality(
        sq=float(np.mean(sq)),
        rq=float(np.mean(rq)),
        pq=float(np.mean([one * other for one, other in zip(sq, rq, strict=True)])),
    )


def instances(
    documents: Mapping[str, Document],
    *,
    threshold: float = 0.5,
    null_cost: float = 1.0,
    located: Mapping[tuple[str, str], Matching] | None = None,
) -> list[dict[str, int]]:
    """The things that people marked: for each, the place of the annotation in every person's document.

    `located` may hold matchings under any name that were made before, by pairs of names in order.
    """
    names = list(documents)
    edges: list[tuple[float, int, int, int, int]] = []
    for (x, one), (y, other) in combinations(enumerate(names), 2):
        found = located.get((one, other)) if located is not None else None
        if found is None:
            a, b = documents[one].annotations, documents[other].annotations
            found = Candidates.of(a, b, threshold).matching(threshold, null_cost=null_cost)
        edges.extend((-pair.iou, x, pair.first, y, pair.second) for pair in found.matched)
    group: dict[tuple[int, int], dict[int, int]] = {
        (x, place): {x: place}
        for x, name in enumerate(names)
        for place, entry in enumerate(documents[name].annotations)
        if entry.shape is not None
    }
    for _, x, one, y, other in sorted(edges):
        a, b = group[x, one], group[y, other]
        if a is not b and not a.keys() & b.keys():
            a.update(b)
            for member in b.items():
                group[member] = a
    told = {id(entry): entry for entry in group.values()}
    return [{names[x]: place for x, place in sorted(entry.items())} for entry in told.values()]


def tags_of(document: Document) -> frozenset[str]:
    """The categories of the tags."""
    return frozenset(entry.category for entry in document.annotations if entry.shape is None)


def jaccard(a: frozenset[str], b: frozenset[str]) -> float | None:
    """What two sets share of all they have; None for two empty ones (Jaccard, 1912)."""
    return len(a & b) / len(a | b) if a or b else None


def _share(above: float | np.floating, below: float | np.floating) -> float | None:
    return float(above) / float(below) if below else None
