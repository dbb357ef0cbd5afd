"""What people judged of an annotation, as fields beside it: votes, doubt, and how sure the votes make it.

`votes` is a list of {annotator, answer, similarity}, `answer` by the name of a category; `unsure` a reason
why somebody could not tell; `measured_confidence` a probability. It is not called “confidence” in files,
because other tools call the score of a model so.
"""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, Vote
from labelwright.core.ontology import Ontology
from labelwright.formats.report import Losses

Extra = dict[str, Any]

VOTES, UNSURE, CONFIDENCE = "votes", "unsure", "measured_confidence"
FIELDS = (VOTES, UNSURE, CONFIDENCE)


def category_names(ontology: Ontology) -> dict[str, str]:
    """The names of categories by their ids, for `judged`."""
    return {category.id: category.name for category in ontology.categories}


def judged(annotation: Annotation, names: Mapping[str, str]) -> Extra:
    """The fields of an annotation; only those that say something."""
    said: Extra = {}
    if annotation.votes:
        said[VOTES] = [_told(vote, names) for vote in annotation.votes]
    if annotation.unsure is not None:
        said[UNSURE] = annotation.unsure
    if annotation.evidence.confidence is not None:
        said[CONFIDENCE] = annotation.evidence.confidence
    return said


def with_judged(annotation: Annotation, found: Mapping[str, Any]) -> Annotation:
    """The annotation with what the fields of its record say; what cannot be so is left out."""
    votes, unsure, confidence = found.get(VOTES), found.get(UNSURE), found.get(CONFIDENCE)
    changed: Extra = {}
    if isinstance(votes, list) and votes:
        listed = [_vote(entry) for entry in cast("list[object]", votes)]
        changed["votes"] = tuple(vote for vote in listed if vote is not None)
    if isinstance(unsure, str) and unsure:
        changed["unsure"] = unsure
    share = _share(confidence)
    if share is not None:
        changed["evidence"] = msgspec.structs.replace(annotation.evidence, confidence=share)
    return msgspec.structs.replace(annotation, **changed) if changed else annotation


def note_lost_judged(losses: Losses, item: str, annotation: Annotation) -> Annotation:
    """The annotation without its votes, doubt and confidence, which go into the losses."""
    if not annotation.votes and annotation.unsure is None and annotation.evidence.confidence is None:
        return annotation
    if annotation.votes:
        losses.drop(item, VOTES, "the format has no place for votes")
    if annotation.unsure is not None:
        losses.drop(item, UNSURE, "the format has no place for what somebody could not tell")
    if annotation.evidence.confidence is not None:
        losses.drop(item, "confidence", "the format has no place for a measured confidence")
    evidence = msgspec.structs.replace(annotation.evidence, confidence=None)
    return msgspec.structs.replace(annotation, votes=(), unsure=None, evidence=evidence)


def _told(vote: Vote, names: Mapping[str, str]) -> Extra:
    said: Extra = {"annotator": vote.annotator, "answer": names.get(vote.answer, vote.answer)}
    return said if vote.similarity is None else {**said, "similarity": vote.similarity}


def _vote(found: object) -> Vote | None:
    if not isinstance(found, dict):
        return None
    said = cast("dict[str, object]", found)
    annotator, answer = said.get("annotator"), said.get("answer")
    if not isinstance(annotator, str) or not isinstance(answer, str):
        return None
    return Vote(annotator=annotator, answer=answer, similarity=_share(said.get("similarity")))


def _share(found: object) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if 0 <= found <= 1 else None
