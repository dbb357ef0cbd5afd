"""Suspects of a batch: what models, several people, near-duplicates and the batch itself say against it.

Shapes are held against claims (`quality/shape_errors.py`), tags against votes, models and near-duplicates
(`quality/label_errors.py`); what is odd beside its like (`quality/suspicion.py`) counts with them. Nothing
here reads or writes.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Shape
from labelwright.quality.label_errors import many_tag_suspects, tag_suspects
from labelwright.quality.shape_errors import shape_suspects
from labelwright.quality.suspects import Suspect, together
from labelwright.quality.suspicion import Candidate, Sign, joined, suspicions
from labelwright.services.suspect_batches import UNSCORED, Batch, claims_beside, shape_claims

KINDS = ("wrong_category", "loose_shape", "missing", "extra", "odd")
SOURCES = ("model", "people", "duplicate", "odd")
LEAST = 0.2  # a lower score is not worth a look
LEAST_ODD = 0.4  # where only the batch itself speaks against it
MOST_CATEGORIES = 2_000  # beyond them tags are not compared


class Found(NamedTuple):
    """A suspect of a run. `category` is what stands there, or is missing; `kind` may be odd, too."""

    item: str
    annotation: str | None
    kind: str
    category: str | None
    should_be: str | None
    shape: Shape | None
    score: float
    reasons: tuple[str, ...]
    sources: tuple[str, ...]


def found_in(batch: Batch, ontology: Ontology) -> list[Found]:
    """The suspects of a batch, the likeliest first."""
    names = {category.id: category.name for category in ontology.categories}
    marks = {item: document.annotations for item, document in batch.documents.items()}
    methods: list[tuple[str, list[Suspect]]] = []
    for model, documents in sorted(batch.predictions.items()):
        claims = {item: shape_claims(document) for item, document in documents.items()}
        # A model that gives only tags says nothing of shapes.
        if any(claims.values()):
            methods.append(("model", shape_suspects(marks, claims, by=model, names=names)))
    methods.append(("people", shape_suspects(marks, batch.merged, by="several people", names=names)))
    beside = {
        row.id: claims_beside(batch.neighbors[row.id], row)
        for row in batch.rows
        if row.id in batch.neighbors and batch.neighbors[row.id].size == (row.width, row.height)
    }
    methods.append(("duplicate", shape_suspects(marks, beside, by="the near-duplicate", names=names)))
    methods += _tags(batch, ontology)
    return _with_odd(batch, names, methods)


def _with_odd(
    batch: Batch, names: Mapping[str, str], methods: Sequence[tuple[str, list[Suspect]]]
) -> list[Found]:
    known = {item: document.by_id() for item, document in batch.documents.items()}
    sizes = {row.id: (row.width, row.height) for row in batch.rows}
    odd = suspicions(
        [
            Candidate(
                id=mark.id,
                item=item,
                category=mark.category,
                name=names.get(mark.category, mark.category),
                shape=mark.shape,
                size=sizes[item],
                score=mark.evidence.score,
                prediction=mark.evidence.prediction is not None,
            )
            for item, document in batch.documents.items()
            for mark in document.annotations
        ]
    )
    said_by: dict[tuple[str, str | None, str], set[str]] = {}
    for source, suspects in methods:
        for one in suspects:
            for reason in one.reasons:
                said_by.setdefault((one.item, one.annotation, reason), set()).add(source)
    found: list[Found] = []
    suspected: set[tuple[str, str | None]] = set()
    for one in together(*(suspects for _, suspects in methods)):
        suspected.add((one.item, one.annotation))
        sources = {name for reason in one.reasons for name in said_by[one.item, one.annotation, reason]}
        score, reasons = one.score, one.reasons
        beside = None if one.annotation is None else odd.get((one.item, one.annotation))
        if beside is not None and beside.score > 0:
            score = joined([Sign(score, ""), Sign(beside.score, "")]).score
            reasons += beside.reasons
            sources.add("odd")
        stands = None if one.annotation is None else known[one.item].get(one.annotation)
        if score >= LEAST:
            found.append(_found(one, stands, score, reasons, sources))
    for (item, annotation), sign in odd.items():
        if sign.score >= LEAST_ODD and (item, annotation) not in suspected:
            category = known[item][annotation].category
            found.append(
                Found(item, annotation, "odd", category, None, None, sign.score, sign.reasons, ("odd",))
            )
    return sorted(found, key=order)


def order(one: Found) -> tuple[float, str, str, str, str]:
    """By what suspects are ranked: the score, then names."""
    return -one.score, one.item, one.annotation or "", one.kind, one.category or ""


def _found(
    one: Suspect, stands: Annotation | None, score: float, reasons: tuple[str, ...], sources: set[str]
) -> Found:
    category = one.category if stands is None else stands.category
    should_be = one.category if one.kind == "wrong_category" and one.category != category else None
    ordered = tuple(name for name in SOURCES if name in sources)
    return Found(one.item, one.annotation, one.kind, category, should_be, one.shape, score, reasons, ordered)


def _tags(batch: Batch, ontology: Ontology) -> list[tuple[str, list[Suspect]]]:
    ids = [category.id for category in ontology.categories if "tag" in category.shapes or _tagged(batch)]
    if not 2 <= len(ids) <= MOST_CATEGORIES:
        return []
    at = {category: place for place, category in enumerate(ids)}
    tags = {item: _tags_of(document, at) for item, document in batch.documents.items()}
    several = any(len(mine) > 1 for mine in tags.values())
    told = _told(batch, at, several=several)
    if several:
        return _many(tags, told, ids, ontology)
    single = {item: mine[0] for item, mine in tags.items() if len(mine) == 1}
    rivals = {
        item: [m for m in neighbor.document.annotations if m.shape is None and m.category in at]
        for item, neighbor in batch.neighbors.items()
    }
    chosen = [
        item
        for item, mark in single.items()
        if item in told or len(mark.votes) > 1 or len(rivals.get(item, ())) == 1
    ]
    if not chosen:
        return []
    even = np.full(len(ids), 1 / len(ids))
    counts = np.stack([_votes(single[item], at) for item in chosen])
    shares = [np.array(even) for _ in chosen]
    for place, item in enumerate(chosen):
        if len(rivals.get(item, ())) == 1:
            shares[place] = (shares[place] + np.eye(len(ids))[at[rivals[item][0].category]]) / 2
    has_model, has_rival = any(i in told for i in chosen), any(rivals.get(i) for i in chosen)
    suspects = tag_suspects(
        chosen,
        [single[item].id for item in chosen],
        np.array([at[single[item].category] for item in chosen], np.int64),
        _words(ids, ontology),
        counts=counts,
        probabilities=np.stack([told.get(item, even) for item in chosen]) if has_model else None,
        neighbors=np.stack(shares) if has_rival else None,
    )
    back = dict(zip(_words(ids, ontology), ids, strict=True))
    made = [one._replace(category=back.get(one.category or "", one.category)) for one in suspects]
    return [
        ("model", [one for one in made if one.item in told]),
        ("people", [one for one in made if one.item not in told and len(single[one.item].votes) > 1]),
        ("duplicate", [one for one in made if one.item not in told and len(single[one.item].votes) <= 1]),
    ]


def _many(
    tags: Mapping[str, list[Annotation]],
    told: Mapping[str, np.ndarray],
    ids: Sequence[str],
    ontology: Ontology,
) -> list[tuple[str, list[Suspect]]]:
    chosen = [item for item in tags if item in told]
    if not chosen:
        return []
    standing = [{mark.category: mark.id for mark in tags[item]} for item in chosen]
    words = _words(ids, ontology)
    back = dict(zip(words, ids, strict=True))
    made = many_tag_suspects(
        chosen,
        [[mine.get(category) for category in ids] for mine in standing],
        words,
        np.stack([told[item] for item in chosen]),
    )
    return [("model", [one._replace(category=back.get(one.category or "", one.category)) for one in made])]


def _told(batch: Batch, at: Mapping[str, int], *, several: bool) -> dict[str, np.ndarray]:
    """What models say of the tags of items: the mean of their probabilities, where any gives tags.

    Where an item has one tag, what a model leaves over could be any other.
    """
    found: dict[str, list[np.ndarray]] = {}
    for documents in batch.predictions.values():
        if not any(mark.shape is None for document in documents.values() for mark in document.annotations):
            continue
        for item, document in documents.items():
            row = np.zeros(len(at))
            for mark in _tags_of(document, at):
                score = UNSCORED if mark.evidence.score is None else mark.evidence.score
                row[at[mark.category]] = max(row[at[mark.category]], min(1.0, max(0.0, score)))
            total = float(row.sum())
            if not several and 0 < total < 1:
                unnamed = row == 0
                row[unnamed] = (1 - total) / max(1, int(unnamed.sum()))
            if total > 0 and item in batch.documents:
                found.setdefault(item, []).append(row)
    return {item: np.mean(rows, axis=0) for item, rows in found.items()}


def _votes(mark: Annotation, at: Mapping[str, int]) -> np.ndarray:
    row = np.zeros(len(at))
    for vote in mark.votes:
        if vote.answer in at:
            row[at[vote.answer]] += 1
    if not row.any():
        row[at[mark.category]] = 1
    return row


def _tags_of(document: Document, at: Mapping[str, int]) -> list[Annotation]:
    return [mark for mark in document.annotations if mark.shape is None and mark.category in at]


def _tagged(batch: Batch) -> bool:
    return any(mark.shape is None for document in batch.documents.values() for mark in document.annotations)


def _words(ids: Sequence[str], ontology: Ontology) -> list[str]:
    """Names of categories, each told apart from the others."""
    names = {category.id: category.name for category in ontology.categories}
    plain = [names[name] for name in ids]
    return [
        word if plain.count(word) == 1 else f"{word} ({name})" for word, name in zip(plain, ids, strict=True)
    ]
