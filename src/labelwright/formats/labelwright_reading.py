"""Reading our own format: the files are those of the manifest, or it says which is not.

The tables are read side by side: each item tells how many rows of annotations are its own, and each of
them tells its item. A row that makes no annotation is a fault and the rest is still good; a table that
is not what it should be ends the reading.
"""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence, Relation, Vote
from labelwright.core.errors import BadFile, InvalidOntology, InvalidShape, UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Shape
from labelwright.formats import parquet_process
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.labelwright_tables import ANNOTATIONS, ITEMS
from labelwright.formats.parquet import Row, TableReader
from labelwright.formats.report import Fault

NAME, VERSION = "labelwright", 1
MANIFEST_FILE, ONTOLOGY_FILE = "manifest.json", "ontology.json"
ITEMS_FILE, ANNOTATIONS_FILE = "items.parquet", "annotations.parquet"
FILES = (ONTOLOGY_FILE, ITEMS_FILE, ANNOTATIONS_FILE)
PICTURES = "images/"
LARGEST_MANIFEST = 2**20
LARGEST_ONTOLOGY = 64 * 2**20
LARGEST_PICTURE = 2 * 2**30
LARGEST_SIDE = 10_000_000
LONGEST_REASON = 300
MOST_FAULTS = 100_000  # a table of nothing but faults may be tiny

# Columns that others may use and that are not read: what they say stands elsewhere already.
_FOR_OTHERS = ("item_name", "category_name", "kind", "left", "top", "right", "bottom", "area")
_COLUMNS = tuple(column for column in ANNOTATIONS if column.name not in _FOR_OTHERS)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the manifest."""

    bytes: int
    sha256: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of everything."""

    items: int
    annotations: int
    categories: int
    pictures: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The head of the format."""

    format: str
    version: int
    counts: Counts
    files: dict[str, Listed]


class _Head(msgspec.Struct):
    # Enough to know whose it is, whatever else a later version says.
    format: str
    version: int


_shape: msgspec.json.Decoder[Shape] = msgspec.json.Decoder(Shape)
_attributes = msgspec.json.Decoder(dict[str, AttributeValue])
_relations = msgspec.json.Decoder(tuple[Relation, ...])
_flags = msgspec.json.Decoder(dict[str, bool | float | str])
_errors = msgspec.json.Decoder(tuple[str, ...])
_votes = msgspec.json.Decoder(tuple[Vote, ...])


def recognize(source: Source) -> str | None:
    """A manifest.json that names this format."""
    places = _places(source)
    return f"{places[0]} names this format" if places else None


def read(source: Source) -> Reading:
    """Everything, once the files are found to be those of the manifest. Raises UnreadableLabels."""
    places = _places(source)
    if not places:
        raise UnreadableLabels(source.name, "", f"there is no {MANIFEST_FILE} of this format")
    if len(places) > 1:
        raise UnreadableLabels(source.name, "", f"there are several: {', '.join(places[:5])}")
    base = places[0].removesuffix(MANIFEST_FILE)
    manifest = _manifest(source, places[0])
    for name in FILES:
        _check_hash(source, base, name, manifest)
    ontology = _ontology(source, base + ONTOLOGY_FILE)
    reading = Reading(
        [category.name for category in ontology.categories],
        iter(()),
        definitions={category.name: category for category in ontology.categories},
        relations=ontology.relations,
        is_own=True,
    )
    reading.items = _Tables(source, base, ontology, manifest, reading.faults).items()
    return reading


def _places(source: Source) -> list[str]:
    """The manifests of this format."""
    found = [name for name in source.names() if PurePosixPath(name).name == MANIFEST_FILE]
    return [name for name in found if _head(source, name) is not None]


def _head(source: Source, name: str) -> _Head | None:
    try:
        head = msgspec.json.decode(source.read(name, LARGEST_MANIFEST), type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadFile):
        return None
    return head if head.format == NAME else None


def _manifest(source: Source, name: str) -> Manifest:
    head = _head(source, name)
    if head is not None and head.version != VERSION:
        raise UnreadableLabels(
            name, "version", f"it is version {head.version} of the format; this Labelwright reads {VERSION}"
        )
    try:
        return msgspec.json.decode(source.read(name, LARGEST_MANIFEST), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableLabels(name, "", str(error)[:LONGEST_REASON]) from None


def _check_hash(source: Source, base: str, name: str, manifest: Manifest) -> None:
    listed = manifest.files.get(name)
    if listed is None:
        raise UnreadableLabels(base + MANIFEST_FILE, "files", f"{name} is not among them")
    if base + name not in source.names():
        raise UnreadableLabels(base + name, "", "the manifest names this file, but it is not there")
    with source.open(base + name) as file:
        found = hashlib.file_digest(cast("BytesIO", file), "sha256").hexdigest()
        size = file.tell()
    if found != listed.sha256:
        told = f"{size:,} bytes, the manifest says {listed.bytes:,}" if size != listed.bytes else found[:16]
        raise UnreadableLabels(
            base + name, "", f"it is not the file that the manifest describes ({told}): changed or cut short"
        )


def _ontology(source: Source, name: str) -> Ontology:
    raw = source.read(name, LARGEST_ONTOLOGY)
    try:
        if b"\\u0000" in raw:
            raise UnreadableLabels(name, "", "a name has a NUL character")
        return msgspec.json.decode(raw, type=Ontology)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOntology) as error:
        raise UnreadableLabels(name, "", str(error)[:LONGEST_REASON]) from None


class _Tables:
    """Both tables, read side by side."""

    def __init__(
        self, source: Source, base: str, ontology: Ontology, manifest: Manifest, faults: list[Fault]
    ) -> None:
        self._source, self._base, self._faults = source, base, faults
        self._manifest = manifest
        self._categories = {category.id: category.name for category in ontology.categories}
        self._relations = {relation.id: relation.name for relation in ontology.relations}
        self._there = set(source.names())
        self._row = 0

    def items(self) -> Iterator[LabeledItem]:
        """Every item with its annotations. Raises UnreadableLabels where the tables do not fit."""
        with (
            self._source.open(self._base + ITEMS_FILE) as items_file,
            self._source.open(self._base + ANNOTATIONS_FILE) as annotations_file,
        ):
            parquet_process.try_apart(
                (
                    (items_file, self._base + ITEMS_FILE, ITEMS),
                    (annotations_file, self._base + ANNOTATIONS_FILE, _COLUMNS),
                )
            )
            items = TableReader(items_file, self._base + ITEMS_FILE, ITEMS)
            annotations = TableReader(annotations_file, self._base + ANNOTATIONS_FILE, _COLUMNS)
            self._check_counts(len(items), len(annotations))
            rows = annotations.rows()
            for number, row in enumerate(items.rows(), 1):
                item = self._item(number, row, rows)
                if item is not None:
                    yield item
            if next(rows, None) is not None:
                raise self._broken("there are annotations of no item at its end")

    def _check_counts(self, items: int, annotations: int) -> None:
        told = self._manifest.counts
        if (items, annotations) != (told.items, told.annotations):
            raise UnreadableLabels(
                self._base + MANIFEST_FILE,
                "counts",
                f"it says {told.items:,} items and {told.annotations:,} annotations, "
                f"the tables have {items:,} and {annotations:,}",
            )

    def _item(self, number: int, row: Row, rows: Iterator[Row]) -> LabeledItem | None:
        values = dict(zip((column.name for column in ITEMS), row, strict=True))
        annotations = self._annotations(values["item"], values["annotations"] or 0, rows)
        reason = _item_fault(values)
        if reason:
            self._fault(ITEMS_FILE, number, reason)
            return None
        return LabeledItem(
            values["name"],
            values["width"],
            values["height"],
            Document(annotations=annotations),
            values["split"],
            key=values["key"],
            media=self._media(values["picture"], values["picture_sha256"]),
            in_shares=bool(values["in_shares"]),
            turned_boxes=bool(values["turned_boxes"]),
            item_id=values["item"],
            sha256=values["sha256"],
        )

    def _annotations(self, item_id: str | None, count: int, rows: Iterator[Row]) -> tuple[Annotation, ...]:
        found: list[Annotation] = []
        seen: set[str] = set()
        for _ in range(count):
            row = next(rows, None)
            self._row += 1
            if row is None or row[0] != item_id:
                raise self._broken(
                    f"row {self._row} is not of item “{item_id}”, as the table of items has it"
                )
            made = self._annotation(row, seen)
            if isinstance(made, str):
                self._fault(ANNOTATIONS_FILE, self._row, made)
            else:
                seen.add(made.id)
                found.append(made)
        return tuple(found)

    def _fault(self, file: str, row: int, reason: str) -> None:
        if len(self._faults) >= MOST_FAULTS:
            raise UnreadableLabels(self._base + file, f"row {row}", f"the {MOST_FAULTS:,}th fault: {reason}")
        # A database may not hold this character, and reports are kept.
        shown = reason.replace("\0", "�")
        self._faults.append(Fault(file=self._base + file, place=f"row {row}", reason=shown))

    def _broken(self, reason: str) -> UnreadableLabels:
        return UnreadableLabels(self._base + ANNOTATIONS_FILE, "", reason)

    def _annotation(self, row: Row, seen: set[str]) -> Annotation | str:
        """The annotation of a row, or why it is none."""
        _, id, category, shape, attributes, group, relations, flags, *evidence, votes, unsure = row  # noqa: A001
        if not id or id in seen:
            return f"its id “{id}” stands twice" if id else "it has no id"
        name = self._categories.get(category)
        if name is None:
            return f"there is no category “{category}” in {ONTOLOGY_FILE}"
        try:
            return Annotation(
                id=id,
                category=name,
                shape=None if shape is None else _shape.decode(shape),
                attributes={} if attributes is None else _attributes.decode(attributes),
                group=group,
                relations=() if relations is None else self._named(_relations.decode(relations)),
                flags={} if flags is None else _flags.decode(flags),
                evidence=_evidence(evidence),
                votes=() if votes is None else self._voted(_votes.decode(votes)),
                unsure=unsure,
            )
        except (msgspec.DecodeError, InvalidShape, RecursionError) as error:
            return str(error)[:LONGEST_REASON]

    def _named(self, relations: tuple[Relation, ...]) -> tuple[Relation, ...]:
        return tuple(Relation(kind=self._relations.get(r.kind, r.kind), to=r.to) for r in relations)

    def _voted(self, votes: tuple[Vote, ...]) -> tuple[Vote, ...]:
        known = self._categories
        return tuple(msgspec.structs.replace(v, answer=known.get(v.answer, v.answer)) for v in votes)

    def _media(self, picture: str | None, sha256: str | None) -> Callable[[], bytes] | None:
        if picture is None or self._base + picture not in self._there:
            return None
        return partial(_picture, self._source, self._base + picture, sha256)


def _picture(source: Source, name: str, sha256: str | None) -> bytes:
    data = source.read(name, LARGEST_PICTURE)
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise UnreadableLabels(name, "", "it is not the picture that the table of items describes")
    return data


def _item_fault(values: dict[str, Any]) -> str | None:
    if not values["name"] or any("\0" in (values[field] or "") for field in ("name", "key", "split", "item")):
        return "it has no name, or one with a NUL character"
    sides = (values["width"], values["height"])
    if any(side is None or not 0 <= side <= LARGEST_SIDE for side in sides):
        return f"a picture of {sides[0]} × {sides[1]} pixels is none"
    return None


def _evidence(values: list[Any]) -> Evidence:
    author, created_at, changed_by, changed_at, model, score, prediction, similarity, seconds, *review = (
        values
    )
    reviewer, verdict, reviewed_at, confidence, errors = review
    return Evidence(
        author=author or "",
        created_at=created_at or "",
        changed_by=changed_by,
        changed_at=changed_at,
        model=model,
        score=score,
        prediction=prediction,
        similarity=similarity,
        seconds=seconds or 0.0,
        reviewer=reviewer,
        verdict=verdict,
        reviewed_at=reviewed_at,
        confidence=confidence,
        errors=() if errors is None else _errors.decode(errors),
    )
