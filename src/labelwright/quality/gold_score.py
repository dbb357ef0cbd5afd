"""How right an answer is, held against a reference: what was found, missed, too much, or named wrongly.

Shapes are matched by the matching of least cost (`matching.py`; IoU, for skeletons OKS) under any
category, so that one thing under a wrong name is told as that and not as one missing and one extra. A
matched pair is worth nothing under a wrong category, else the share of its attributes that are right. The
score of the shapes is 2 × worth / (in the reference + in the answer): F1 (Dice, 1945; van Rijsbergen,
1979) where every pair is worth one. Tags are a pair where their categories are the same, and score alike.
The score of an answer is the mean of both where the reference or the answer has both; nothing where
nothing is, is 1. What the reference itself cannot tell is not held against anybody: whatever lies there,
or nothing, is right.
"""

from collections.abc import Sequence

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.quality.matching import match


class ScoredPair(msgspec.Struct, frozen=True, kw_only=True):
    """An annotation of the answer that stands for one of the reference, by their ids; tags have no IoU."""

    reference: str
    answer: str
    iou: float | None
    same_category: bool
    wrong_attributes: tuple[str, ...] = ()


class GoldScore(msgspec.Struct, frozen=True, kw_only=True):
    """The score from 0 to 1, and what it rests on. `iou` is the mean of matched shapes, None without any."""

    score: float
    iou: float | None
    matched: tuple[ScoredPair, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def score_answer(reference: Document, answer: Document, *, iou: float = 0.5) -> GoldScore:
    """Hold an answer against the reference; shapes match from an IoU of `iou` on."""
    told = [_shapes(reference), _shapes(answer)]
    found = match(*told, threshold=iou, categories="any")
    pairs = [_pair(told[0][one], told[1][other], value) for one, other, value in found.matched]
    tags = [_tags(reference), _tags(answer)]
    named = _matched_tags(*tags)
    known = {mark.id for mark in reference.annotations if not mark.unsure}
    parts = [
        part
        for part in (_score(told[0], told[1], pairs, known), _score(tags[0], tags[1], named, known))
        if part is not None
    ]
    missing = [told[0][at].id for at in found.missing]
    missing += [tag.id for tag in tags[0] if tag.id not in {pair.reference for pair in named}]
    extra = [told[1][at].id for at in found.extra]
    extra += [tag.id for tag in tags[1] if tag.id not in {pair.answer for pair in named}]
    near = [value for _, _, value in found.matched]
    return GoldScore(
        score=sum(parts) / len(parts) if parts else 1.0,
        iou=sum(near) / len(near) if near else None,
        matched=(*pairs, *named),
        missing=tuple(name for name in missing if name in known),
        extra=tuple(extra),
    )


def wrong_attributes(reference: Annotation, answer: Annotation) -> tuple[str, ...]:
    """The attributes that the two do not give the same value, in the order of their ids."""
    names = reference.attributes.keys() | answer.attributes.keys()
    return tuple(sorted(n for n in names if reference.attributes.get(n) != answer.attributes.get(n)))


def _shapes(document: Document) -> list[Annotation]:
    return [mark for mark in document.annotations if mark.shape is not None]


def _tags(document: Document) -> list[Annotation]:
    return [mark for mark in document.annotations if mark.shape is None]


def _pair(reference: Annotation, answer: Annotation, value: float | None) -> ScoredPair:
    free = reference.unsure is not None
    same = free or reference.category == answer.category
    wrong = () if free or not same else wrong_attributes(reference, answer)
    rounded = None if value is None else round(value, 6)
    return ScoredPair(
        reference=reference.id, answer=answer.id, iou=rounded, same_category=same, wrong_attributes=wrong
    )


def _matched_tags(reference: Sequence[Annotation], answer: Sequence[Annotation]) -> list[ScoredPair]:
    left = list(answer)
    found: list[ScoredPair] = []
    for tag in sorted(reference, key=lambda one: one.unsure is not None):  # what is free takes what is left
        other = next((one for one in left if tag.unsure or one.category == tag.category), None)
        if other is not None:
            left.remove(other)
            found.append(_pair(tag, other, None))
    return found


def _score(
    reference: Sequence[Annotation],
    answer: Sequence[Annotation],
    pairs: Sequence[ScoredPair],
    known: set[str],
) -> float | None:
    """2 × worth / (in the reference + in the answer); None where neither has any."""
    by_id = {mark.id: mark for mark in (*reference, *answer)}
    counted = [pair for pair in pairs if pair.reference in known]
    excused = len(pairs) - len(counted)
    total = sum(mark.id in known for mark in reference) + len(answer) - excused
    if total == 0:
        return 1.0 if reference or answer else None
    worth = sum(_worth(pair, by_id) for pair in counted)
    return 2 * worth / total


def _worth(pair: ScoredPair, by_id: dict[str, Annotation]) -> float:
    if not pair.same_category:
        return 0.0
    told = by_id[pair.reference].attributes.keys() | by_id[pair.answer].attributes.keys()
    return 1 - len(pair.wrong_attributes) / len(told) if told else 1.0
