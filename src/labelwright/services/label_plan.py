"""What an import of labels will do with one item, decided before anything is done.

A preview counts the decisions; the import decides anew in the transaction that carries them out, for
meanwhile somebody may have worked on the item.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from labelwright.core.document import EMPTY, Annotation, Document, decode
from labelwright.core.gold import WORK
from labelwright.core.ontology import Ontology
from labelwright.core.rules import BrokenRule
from labelwright.quality.pairing import Pair, repeated
from labelwright.quality.rule_check import broken_rules
from labelwright.services.context import Context
from labelwright.services.label_fitting import Fitter
from labelwright.services.label_matching import ItemRef
from labelwright.services.label_merge import Merged, added, merged
from labelwright.services.label_spool import Record
from labelwright.storage.schema import documents, item_tags, items, tasks

ADD, REPLACE, MERGE = MODES = ("add", "replace", "merge")
KIND_OF = {"predictions": "prediction", "references": "reference", "annotations": "submission"}
LONGEST_TAG = 100
HELD = "somebody works on it right now"
NOTHING_FITS = "nothing that the files say of it can be brought in; what is there stays"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How an import goes about it: what the labels are, and what happens to those that are there."""

    kind: str
    mode: str
    iou: float
    keep: str
    duplicate_iou: float
    leave_out_duplicates: bool
    author: str
    model: str | None
    now: str


@dataclass(frozen=True)
class PlannedEntry:
    """An item and the annotations that the files bring for it.

    `duplicates` are pairs among `annotations`, or those that were left out if that was asked for.
    `is_unfit` says that the files have annotations for it, none of which has a place in the project.
    """

    name: str
    item: ItemRef
    annotations: tuple[Annotation, ...]
    duplicates: tuple[tuple[Annotation, float], ...] = ()
    split: str | None = None
    tags: tuple[str, ...] = ()
    is_unfit: bool = False


class Told(msgspec.Struct, omit_defaults=True):
    """What a decision counts for in the report; it is kept with the item's entry."""

    coming: dict[str, int] = {}
    same: int = 0
    kept: int = 0
    taken: int = 0
    added: int = 0
    split: str | None = None
    tags: list[str] = []
    broken: list[BrokenRule] = []
    waits: bool = False


@dataclass
class Decision:
    """What happens to an item: `document` is what it will hold, None if that does not change."""

    document: Document | None = None
    skipped: str | None = None
    told: Told = field(default_factory=Told)
    merged: Merged = field(default_factory=Merged)


def entry_of(
    records: Sequence[Record], item: ItemRef, fitter: Fitter, rules: Rules, context: Context
) -> PlannedEntry:
    """The records of an item as one entry, in the project's words."""
    fitted: list[Annotation] = []
    said = 0
    for record in records:
        said += len(record.document.annotations)
        fitted += fitter.fit(record, item)
    if len(records) > 1:
        fitted = _told_apart(fitted, context)
    first = records[0]
    pairs: list[Pair] = repeated(fitted, rules.duplicate_iou) if len(fitted) > 1 else []
    twice = {pair.second for pair in pairs}
    kept = [a for n, a in enumerate(fitted) if n not in twice] if rules.leave_out_duplicates else fitted
    return PlannedEntry(
        name=f"{first.index:07d} {first.name}"[:1000],
        item=item,
        annotations=tuple(kept),
        duplicates=tuple((fitted[pair.second], pair.iou) for pair in pairs),
        split=next((record.split for record in records if record.split), None),
        tags=tuple(dict.fromkeys(tag for record in records for tag in record.tags)),
        is_unfit=said > 0 and not fitted and not fitter.ignores_all(records),
    )


def _told_apart(annotations: Sequence[Annotation], context: Context) -> list[Annotation]:
    # A file of our own may say the same item twice, with the same ids; a document has each id once.
    seen: set[str] = set()
    made: list[Annotation] = []
    for annotation in annotations:
        again = annotation.id in seen
        made.append(msgspec.structs.replace(annotation, id=context.new_id()) if again else annotation)
        seen.add(annotation.id)
    return made


def decide(
    entry: PlannedEntry, present: "Present", ontology: Ontology, rules: Rules, context: Context
) -> Decision:
    """What becomes of an item."""
    told = Told(split=_split(entry, present, rules), tags=_tags(entry, present))
    if present.is_held and rules.kind == "annotations":
        return Decision(skipped=HELD)
    if entry.is_unfit:
        return Decision(skipped=NOTHING_FITS if rules.mode == REPLACE else None, told=told)
    made = _combined(entry, present.document, rules, context)
    told.same, told.kept, told.taken, told.added = map(len, (made.same, made.kept, made.taken, made.added))
    coming = {*made.added, *made.taken}
    counts = Counter(a.category for a in entry.annotations if a.id in coming)
    told.coming = {_name(category, ontology): count for category, count in counts.items()}
    if not made.changes and not _is_new(entry, present, rules):
        return Decision(told=told, merged=made)
    document = Document(annotations=tuple(made.annotations))
    broken = broken_rules(document, ontology, entry.item.width, entry.item.height)
    told.broken, told.waits = list(broken), rules.kind == "annotations"
    return Decision(document=document, told=told, merged=made)


def _combined(entry: PlannedEntry, present: Document, rules: Rules, context: Context) -> Merged:
    if rules.mode == REPLACE:
        names = [annotation.id for annotation in entry.annotations]
        return Merged(annotations=list(entry.annotations), added=names)
    if rules.mode == ADD:
        return added(present, entry.annotations, context.new_id)
    return merged(
        present,
        entry.annotations,
        threshold=rules.iou,
        keep=rules.keep,
        author=rules.author,
        now=rules.now,
        new_id=context.new_id,
    )


def _is_new(entry: PlannedEntry, present: "Present", rules: Rules) -> bool:
    """Whether a document of nothing new is still news: it empties what is there, or says there is nothing."""
    if rules.mode == REPLACE and present.document.annotations:
        return True
    return rules.kind != "annotations" and not present.ids and not entry.annotations


def _split(entry: PlannedEntry, present: "Present", rules: Rules) -> str | None:
    """The split that the item gets: that of the file where it has none, or is to be replaced."""
    if entry.split is None or entry.split == present.split:
        return None
    return entry.split[:20] if present.split is None or rules.mode == REPLACE else None


def _tags(entry: PlannedEntry, present: "Present") -> list[str]:
    """The tags of the file that the item does not have yet, without those that are too long for one."""
    cleaned = (" ".join(tag.split()) for tag in entry.tags)
    wanted = dict.fromkeys(tag for tag in cleaned if 0 < len(tag) <= LONGEST_TAG)
    return [tag for tag in wanted if tag not in present.tags]


def _name(category_id: str, ontology: Ontology) -> str:
    category = ontology.category(category_id)
    return category.name if category else category_id


@dataclass
class Present:
    """What there is on an item: its document, the ids of the documents that is from, its split, its tags."""

    document: Document = EMPTY
    ids: tuple[str, ...] = ()
    split: str | None = None
    tags: frozenset[str] = frozenset()
    is_held: bool = False


def present_on(
    tx: Connection, ids: Sequence[str], ontology: Ontology, rules: Rules, clock: int
) -> dict[str, Present]:
    """What there is on some items; an item that is gone is missing."""
    rows = tx.execute(select(items.c.id, items.c.split).where(items.c.id.in_(ids)))
    found = {row.id: Present(split=row.split) for row in rows}
    held = select(tasks.c.item_id).where(
        tasks.c.item_id.in_(ids),
        tasks.c.state == "waiting",
        tasks.c.purpose == WORK,
        tasks.c.lease_expires > clock,
    )
    for item_id in tx.execute(held).scalars():
        if item_id in found:
            found[item_id].is_held = True
    tagged = tx.execute(select(item_tags.c.item_id, item_tags.c.tag).where(item_tags.c.item_id.in_(ids)))
    for row in tagged:
        if row.item_id in found:
            found[row.item_id].tags |= {row.tag}
    for row in tx.execute(_documents(ids, rules)):
        there = found.get(row.item_id)
        if there is not None:
            document = ontology.resolve(decode(row.body))
            there.document = Document(annotations=(*there.document.annotations, *document.annotations))
            there.ids = (*there.ids, row.id)
    return found


def _documents(ids: Sequence[str], rules: Rules) -> Any:  # noqa: ANN401  # a select
    chosen = select(documents.c.id, documents.c.item_id, documents.c.body)
    if rules.kind == "annotations":
        return chosen.join(items, items.c.document_id == documents.c.id).where(items.c.id.in_(ids))
    chosen = chosen.where(documents.c.item_id.in_(ids), documents.c.kind == KIND_OF[rules.kind])
    if rules.kind == "predictions":
        chosen = chosen.where(documents.c.author == rules.author)
    return chosen.order_by(documents.c.id)
