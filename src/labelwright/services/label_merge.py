"""Merging what comes in with what is there: the same thing said twice becomes one annotation.

An annotation that is there and one that comes in are the same thing if they have the same category and
are a pair of `best_pairs` at the threshold (one to one, greatest IoU first). Of such a pair stays, by
`keep`,

- `ours`: the one that is there, as it is;
- `theirs`: what comes in, under the id of the one that is there, so that relations to it still lead
  somewhere. Its shape, its flags and the attributes it has a value for replace ours; an attribute or flag
  of which it says nothing stays. The evidence keeps who made it and says that the import changed it, and
  an earlier verdict is gone, for it was about another shape;
- `evidence`: the one with a person's evidence. If both have it, or neither has, ours stays.

A person's evidence is an author or a last change that is neither a model nor an import, or a verdict of a
reviewer. Pairs that say exactly the same are left as they are. What comes in and has no partner is added;
what is there and has no partner stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.quality.pairing import Pair, best_pairs

OURS, THEIRS, EVIDENCE = KEEPS = ("ours", "theirs", "evidence")
MADE_BY_NOBODY = ("model:", "import:")


@dataclass
class Merged:
    """The annotations after a merge, and what became of those that came in (by their ids in `incoming`)."""

    annotations: list[Annotation] = field(default_factory=list[Annotation])
    same: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    taken: list[str] = field(default_factory=list[str])
    added: list[str] = field(default_factory=list[str])
    pairs: list[tuple[str, str, float]] = field(default_factory=list[tuple[str, str, float]])

    @property
    def changes(self) -> bool:
        """Whether the document is another one after it."""
        return bool(self.taken or self.added)


def merged(
    present: Document,
    incoming: Sequence[Annotation],
    *,
    threshold: float,
    keep: str,
    author: str,
    now: str,
    new_id: Callable[[], str],
) -> Merged:
    """What is there and what comes in as one document (see the top of this page)."""
    ours = present.annotations
    partner = {pair.second: pair for pair in best_pairs(ours, incoming, threshold)}
    naming = Naming(present, incoming, {n: ours[pair.first] for n, pair in partner.items()}, new_id)
    made, after = Merged(), list(ours)
    for place, theirs in enumerate(incoming):
        pair = partner.get(place)
        if pair is None:
            made.added.append(theirs.id)
            after.append(naming.fit(theirs))
        else:
            mine = ours[pair.first]
            made.pairs.append((mine.id, theirs.id, pair.iou))
            after[pair.first] = _one_of(made, pair, mine, naming.fit(theirs), theirs.id, keep, author, now)
    made.annotations = after
    return made


def _one_of(
    made: Merged,
    pair: Pair,
    mine: Annotation,
    theirs: Annotation,
    name: str,
    keep: str,
    author: str,
    now: str,
) -> Annotation:
    after = _taken(mine, theirs, author, now)
    if pair.iou == 1.0 and msgspec.structs.replace(after, evidence=mine.evidence) == mine:
        made.same.append(name)
        return mine
    if keep == OURS or (keep == EVIDENCE and (_by_a_person(mine) or not _by_a_person(theirs))):
        made.kept.append(name)
        return mine
    made.taken.append(name)
    return after


def _taken(mine: Annotation, theirs: Annotation, author: str, now: str) -> Annotation:
    known = {(bond.kind, bond.to) for bond in mine.relations}
    bonds = tuple(bond for bond in theirs.relations if (bond.kind, bond.to) not in known)
    if _by_a_person(theirs.evidence):
        evidence = theirs.evidence  # Labelwright wrote the file: it says who did it
    else:
        changed = {"changed_by": author, "changed_at": now, "score": theirs.evidence.score}
        changed["confidence"] = theirs.evidence.confidence
        unseen = {"reviewer": None, "verdict": None, "reviewed_at": None, "errors": ()}
        evidence = msgspec.structs.replace(mine.evidence, **changed, **unseen)
    return msgspec.structs.replace(
        mine,
        shape=theirs.shape,
        attributes={**mine.attributes, **theirs.attributes},
        flags={**mine.flags, **theirs.flags},
        group=mine.group if mine.group is not None else theirs.group,
        relations=(*mine.relations, *bonds),
        evidence=evidence,
        votes=theirs.votes or mine.votes,
        unsure=mine.unsure if mine.unsure is not None else theirs.unsure,
    )


def _by_a_person(told: Annotation | Evidence) -> bool:
    evidence = told.evidence if isinstance(told, Annotation) else told
    people = (evidence.author, evidence.changed_by or "", evidence.reviewer or "")
    return any(who and not who.startswith(MADE_BY_NOBODY) for who in people)


class Naming:
    """Names for what comes in beside a document: an id or a group that means something else gets another.

    `twins` are the annotations of the document that stand for some of what comes in, by position;
    relations and groups follow them.
    """

    def __init__(
        self,
        present: Document,
        incoming: Sequence[Annotation],
        twins: dict[int, Annotation],
        new_id: Callable[[], str],
    ) -> None:
        known, groups = present.by_id().keys(), {annotation.group for annotation in present.annotations}
        self._ids: dict[str, str] = {}
        self._groups: dict[str | None, str | None] = {None: None}
        for place, annotation in enumerate(incoming):
            twin = twins.get(place)
            if twin is not None:
                self._ids[annotation.id] = twin.id
                if twin.group is not None:
                    self._groups.setdefault(annotation.group, twin.group)
            else:
                self._ids[annotation.id] = new_id() if annotation.id in known else annotation.id
        for annotation in incoming:
            if annotation.group not in self._groups:
                self._groups[annotation.group] = new_id() if annotation.group in groups else annotation.group

    def fit(self, annotation: Annotation) -> Annotation:
        """The annotation under its names in the document."""
        return msgspec.structs.replace(
            annotation,
            id=self._ids[annotation.id],
            group=self._groups[annotation.group],
            relations=tuple(
                msgspec.structs.replace(bond, to=self._ids.get(bond.to, bond.to))
                for bond in annotation.relations
            ),
        )


def added(present: Document, incoming: Sequence[Annotation], new_id: Callable[[], str]) -> Merged:
    """What is there, and behind it what of the rest it does not hold with the same category and shape."""
    there = {(annotation.category, annotation.shape): annotation for annotation in present.annotations}
    twins = {
        place: there[annotation.category, annotation.shape]
        for place, annotation in enumerate(incoming)
        if (annotation.category, annotation.shape) in there
    }
    naming, made = Naming(present, incoming, twins, new_id), Merged(annotations=list(present.annotations))
    for place, theirs in enumerate(incoming):
        if place in twins:
            made.same.append(theirs.id)
        else:
            made.added.append(theirs.id)
            made.annotations.append(naming.fit(theirs))
    return made
