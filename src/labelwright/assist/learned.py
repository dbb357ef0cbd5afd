"""What a head learns from a picture with annotations, what it then proposes, and how right that is."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.assist.heads import Head, fit
from labelwright.assist.predictor import Found
from labelwright.assist.proposals import Floats, ious
from labelwright.core.shapes import Box

NOTHING = ""
"""The label of proposals that hold nothing that people mark."""

HOLDS, HOLDS_NOT = 0.6, 0.45  # IoU with a person's box
FOUND = 0.5  # IoU from which a proposal counts as right
DOUBLE = 0.4  # IoU above which the weaker of two proposals goes
MOST_THINGS = 20_000


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as a head sees it: proposals with their vectors, and what people marked, with theirs.

    For tags there is one “proposal”, the whole picture, and `marked` names its tags; boxes are empty.
    """

    vectors: Floats
    boxes: Floats
    marked: tuple[str, ...]
    marked_boxes: Floats
    marked_vectors: Floats


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Of one picture: proposals that are right, wrong ones, and what was missed, by label."""

    right: Mapping[str, int]
    wrong: Mapping[str, int]
    missed: Mapping[str, int]


def learn_boxes(seen: Sequence[Seen], labels: Sequence[str]) -> Head:
    """A head for proposals: each label, or nothing. Raises InvalidInput where nothing is marked."""
    names = [*labels, NOTHING]
    vectors: list[Floats] = []
    places: list[int] = []
    for one in seen:
        known = [place for place, label in enumerate(one.marked) if label in labels]
        if len(one.boxes) and len(one.marked_boxes):
            overlap = ious(one.boxes, one.marked_boxes)
            best, whose = overlap.max(axis=1), overlap.argmax(axis=1)
        else:
            best, whose = np.zeros(len(one.boxes)), np.zeros(len(one.boxes), np.intp)
        for place in np.flatnonzero((best >= HOLDS) | (best < HOLDS_NOT)):
            label = one.marked[int(whose[place])] if best[place] >= HOLDS else NOTHING
            if label in names:
                vectors.append(one.vectors[place])
                places.append(names.index(label))
        for place in known:
            vectors.append(one.marked_vectors[place])
            places.append(names.index(one.marked[place]))
    stay = _thinned(len(vectors))
    inputs = np.array([vectors[place] for place in stay])
    targets = np.eye(len(names))[[places[place] for place in stay]] if stay else np.zeros((0, len(names)))
    return fit(inputs, targets, names)


def learn_tags(seen: Sequence[Seen], labels: Sequence[str]) -> Head:
    """A head for whole pictures. Raises InvalidInput where there is none."""
    inputs = np.array([one.vectors[0] for one in seen])
    targets = np.array([[label in one.marked for label in labels] for one in seen], np.float64)
    return fit(inputs, targets, labels)


def found_by(head: Head, vectors: Floats, boxes: Floats, least: float) -> list[Found]:
    """What a head finds: boxes where there are proposals, tags of the picture where there are none."""
    if not len(vectors):
        return []
    likely = head.probabilities(vectors)
    if not len(boxes):
        best = np.argsort(-likely[0], kind="stable")
        chosen = [int(place) for place in (best[:1] if head.exclusive else best)]
        return [
            Found(label=head.labels[place], score=float(likely[0, place]))
            for place in chosen
            if likely[0, place] >= least
        ]
    names = [place for place, label in enumerate(head.labels) if label != NOTHING]
    best, score = likely[:, names].argmax(axis=1), likely[:, names].max(axis=1)
    kept: list[int] = []
    for place in np.argsort(-score, kind="stable"):
        if score[place] < least:
            break
        if not kept or ious(boxes[[place]], boxes[kept]).max() <= DOUBLE:
            kept.append(int(place))
    return [
        Found(
            label=head.labels[names[int(best[place])]],
            score=float(score[place]),
            shape=Box(*boxes[place].tolist()),
        )
        for place in kept
    ]


def judged(found: Sequence[Found], seen: Seen) -> Tally:
    """How right what was found is, by what people marked: greedy from the best score, IoU 0.5, same label."""
    right: dict[str, int] = {}
    wrong: dict[str, int] = {}
    left = list(range(len(seen.marked)))
    for one in found:
        fitting = [place for place in left if seen.marked[place] == one.label]
        if isinstance(one.shape, Box) and fitting:
            box = np.array([one.shape.bounds], np.float64)
            overlap = ious(box, seen.marked_boxes[fitting])[0]
            fitting = [fitting[int(overlap.argmax())]] if overlap.max() >= FOUND else []
        if fitting:
            left.remove(fitting[0])
        kept = right if fitting else wrong
        kept[one.label] = kept.get(one.label, 0) + 1
    missed: dict[str, int] = {}
    for place in left:
        missed[seen.marked[place]] = missed.get(seen.marked[place], 0) + 1
    return Tally(right=right, wrong=wrong, missed=missed)


def f1(tallies: Sequence[Tally], label: str | None = None) -> float | None:
    """The harmonic mean of precision and recall over pictures; None where there is nothing."""
    right, wrong, missed = (
        sum(
            sum(counts.values()) if label is None else counts.get(label, 0)
            for counts in (getattr(tally, name) for tally in tallies)
        )
        for name in ("right", "wrong", "missed")
    )
    total = 2 * right + wrong + missed
    return 2 * right / total if total else None


def interval(
    tallies: Sequence[Tally], rng: np.random.Generator, draws: int = 400
) -> tuple[float | None, float | None]:
    """95 % of F1, by drawing pictures with replacement (B. Efron, 1979)."""
    if len(tallies) < 2:
        return None, None
    values: list[float] = []
    for _ in range(draws):
        drawn = [tallies[int(place)] for place in rng.integers(0, len(tallies), len(tallies))]
        value = f1(drawn)
        if value is not None:
            values.append(value)
    if not values:
        return None, None
    low, high = np.quantile(np.array(values), [0.025, 0.975])
    return float(low), float(high)


def _thinned(count: int) -> list[int]:
    """Which things to learn from: all, or evenly spread ones where they are too many."""
    if count <= MOST_THINGS:
        return list(range(count))
    chosen: NDArray[np.int64] = np.linspace(0, count - 1, MOST_THINGS).astype(np.int64)
    return chosen.tolist()
