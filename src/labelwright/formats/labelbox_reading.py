"""Reading Labelbox's exports line by line; a bad object is a fault with its place."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Point, Points, Polyline, Shape, polygon_of
from labelwright.formats.extras import flags_of, relations_of, specs_of
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_lines, json_of, number, tried
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.tables import path_of

ONTOLOGY, QUESTION = "ontology.json", "question"
IMAGES = "images/"
PLAIN_ANSWERS = {"yes", "no", "true", "false", "none", "other", "unknown", "maybe"}
_OTHERS = ("text", "html", "pdf", "audio", "location", "frames", "segments", "keyFrames")

Raw = dict[str, Any]


def recognize(source: Source) -> str | None:
    """A file whose first record has a data_row and projects, or is one of the flat export."""
    found = _files(source)
    return f"{found[0]} has Labelbox's data rows" if found else None


def read(source: Source) -> Reading:
    """Every export. Raises UnreadableLabels if there is none."""
    files = _files(source)
    if not files:
        raise UnreadableLabels(source.name, "", "there is no file of Labelbox's data rows")
    reading = Reading([], iter(()))
    known: dict[str, None] = {}
    for said in _ontologies(source):
        known.update(dict.fromkeys(_listed(said)))
        reading.relations = specs_of(said.get("relations")) or reading.relations
    for file in files:
        for _, record in _records(source, file, []):
            for label in _labels(record):
                known.update(dict.fromkeys(_words(label)))
    reading.categories = list(known)
    reading.items = _items(source, files, reading)
    return reading


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    older = predicted = 0
    for file in files:
        for place, record in _records(source, file, reading.faults):
            made = tried(lambda record=record: _named(record), file, place, reading.faults)
            if made is None:
                continue
            name, key = made
            labels = _labels(record)
            older += _count(record) - len(labels)
            predicted += bool(record.get("experiments"))
            document = _Label(file, place, reading.faults).read(labels)
            width, height = _size(record)
            found = pictures.find(name)
            if found and not (width and height):
                width, height = pictures.size(found)
            media = pictures.media(found) if found else None
            yield LabeledItem(name, width, height, document, _split(record), key=key, media=media)
    if older:
        reading.notes.append(f"{older} older labels of the same data rows were passed over.")
    if predicted:
        reading.notes.append(f"{predicted} data rows have predictions of models, which were not read.")


class _Label:
    """What the newest label of each project says."""

    def __init__(self, file: str, place: str, faults: list[Fault]) -> None:
        self._file, self._place, self._faults = file, place, faults
        self._made: list[Annotation] = []
        self._sets: dict[str, int] = {}
        self._ids: set[str] = set()

    def read(self, labels: list[Raw]) -> Document:
        """The document of all labels together."""
        for label in labels:
            said = _annotations(label)
            for index, entry in enumerate(_list(said.get("objects"))):
                at = f"{self._place}, object {index + 1}"
                tried(lambda entry=entry: self._object(entry), self._file, at, self._faults)
            for index, entry in enumerate(_list(said.get("classifications"))):
                at = f"{self._place}, classification {index + 1}"
                tried(lambda entry=entry: self._classification(entry), self._file, at, self._faults)
            for word in _OTHERS:
                if said.get(word):
                    reason = "labels of videos, texts and sounds are not read"
                    self._faults.append(Fault(file=self._file, place=f"{self._place}, {word}", reason=reason))
        return Document(annotations=tuple(self._made))

    def _object(self, entry: object) -> None:
        said = _table(entry, "an object")
        category = _name(said)
        shape = _shape(said)
        together = said.get("set")
        if isinstance(together, str) and isinstance(shape, Points) and together in self._sets:
            first = self._made[self._sets[together]]
            if isinstance(first.shape, Points):
                points = Points(points=(*first.shape.points, *shape.points))
                self._made[self._sets[together]] = msgspec.structs.replace(first, shape=points)
            return
        attributes = _attributes(said.get("classifications"))
        self._add(category, shape, attributes, said, said.get("uid") or said.get("feature_id"))
        if isinstance(together, str):
            self._sets[together] = len(self._made) - 1

    def _classification(self, entry: object) -> None:
        said = _table(entry, "a classification")
        question = _name(said)
        text = _text(said)
        if text is not None:
            self._add(question, None, {"text": text}, said, None)
        for answer in _chosen(said):
            word = _name(answer)
            attributes = _attributes(answer.get("classifications"))
            flags: dict[str, bool | float | str] = {} if question == "Tags" else {QUESTION: question}
            self._add(called(question, word), None, attributes, answer, answer.get("uid"), flags)

    def _add(
        self,
        category: str,
        shape: Shape | None,
        attributes: dict[str, AttributeValue],
        said: Raw,
        wished: object,
        flags: dict[str, bool | float | str] | None = None,
    ) -> None:
        chosen = wished if isinstance(wished, str) and wished else str(len(self._made) + 1)
        while chosen in self._ids:
            chosen += "'"
        self._ids.add(chosen)
        group, score = said.get("group_name"), said.get("confidence")
        self._made.append(
            Annotation(
                id=chosen,
                category=category,
                shape=shape,
                attributes=attributes,
                flags={**flags_of(said.get("flags")), **(flags or {})},
                group=group if isinstance(group, str) else None,
                relations=relations_of(said.get("relations")),
                evidence=Evidence(score=None if score is None else number(score, "its confidence")),
            )
        )


def _shape(said: Raw) -> Shape:
    """The geometry of an object, in either spelling. Raises ValueError and InvalidShape."""
    box = said.get("bounding_box") or said.get("bbox")
    if isinstance(box, dict):
        place = cast("Raw", box)
        left, top, width, height = (number(place.get(key), key) for key in ("left", "top", "width", "height"))
        return Box(left=left, top=top, right=left + width, bottom=top + height)
    if said.get("polygon"):
        points = _points(said["polygon"])
        return polygon_of(points[:-1] if len(points) > 3 and points[0] == points[-1] else points)
    if said.get("line"):
        return Polyline(points=_points(said["line"]))
    if said.get("point"):
        return Points(points=_points([said["point"]]))
    mask = said.get("mask") or said.get("composite_mask")
    if isinstance(mask, dict) and "counts" in mask:
        raise ValueError(f"the mask of “{_name(said)}” is packed in a way that Labelbox does not document")
    if mask or said.get("instanceURI"):
        raise ValueError(f"the mask of “{_name(said)}” is at an address of Labelbox, which is not fetched")
    raise ValueError(f"it is of a kind that is not read: {str(said.get('annotation_kind', 'unknown'))[:60]}")


def _points(found: object) -> tuple[Point, ...]:
    points: list[Point] = []
    for entry in _list(found):
        place = _table(entry, "a point")
        points.append(Point(number(place.get("x"), "x"), number(place.get("y"), "y")))
    return tuple(points)


def _attributes(found: object, above: str = "") -> dict[str, AttributeValue]:
    """The answers beside an object or below an answer, with those that are nested in them."""
    values: dict[str, AttributeValue] = {}
    for entry in _list(found):
        said = _table(entry, "a classification")
        name = _name(said)
        key = f"{above} / {name}" if above and name in values else name
        text, chosen = _text(said), _chosen(said)
        if text is not None:
            given = said.get("number")
            values[key] = float(given) if isinstance(given, int | float) else text
        elif isinstance(said.get("flag"), bool):
            values[key] = bool(said["flag"])
        elif "checklist_answers" in said or "checklist_answer" in said or "answers" in said:
            values[key] = tuple(_name(answer) for answer in chosen)
        elif chosen:
            values[key] = _name(chosen[0])
        for answer in chosen:
            nested = _attributes(answer.get("classifications"), name)
            for word, value in nested.items():
                values[word if word not in values else f"{name} / {word}"] = value
    return values


def _chosen(said: Raw) -> list[Raw]:
    """The answers that were chosen, of radio buttons or a checklist."""
    for key in ("radio_answer", "answer"):
        if isinstance(said.get(key), dict):
            return [cast("Raw", said[key])]
    for key in ("checklist_answers", "checklist_answer", "answers", "answer"):
        if isinstance(said.get(key), list):
            return [_table(entry, "an answer") for entry in _list(said[key])]
    return []


def _text(said: Raw) -> str | None:
    answer = said.get("text_answer")
    if isinstance(answer, dict):
        return str(cast("Raw", answer).get("content", ""))
    return said["answer"] if isinstance(said.get("answer"), str) else None


def called(question: str, answer: str) -> str:
    """The category of an answer: with its question if the answer alone says nothing."""
    return f"{question}: {answer}" if answer.casefold() in PLAIN_ANSWERS else answer


def _words(label: Raw) -> Iterator[str]:
    """The categories that a label uses; what is wrong is said when it is read."""
    said = _annotations(label)
    for entry in _list(said.get("objects")):
        word = _word(entry)
        if word:
            yield word
    for entry in _list(said.get("classifications")):
        question = _word(entry)
        if not question or not isinstance(entry, dict):
            continue
        try:
            table = cast("Raw", entry)
            if _text(table) is not None:
                yield question
            for answer in _chosen(table):
                yield called(question, _name(answer))
        except ValueError:
            continue


def _labels(record: Raw) -> list[Raw]:
    """The newest label of each project; of the flat export its only one."""
    if isinstance(record.get("Label"), dict):
        return [{"annotations": record["Label"]}]
    newest: list[Raw] = []
    projects = record.get("projects")
    for project in cast("Raw", projects).values() if isinstance(projects, dict) else ():
        said = cast("Raw", project) if isinstance(project, dict) else {}
        labels = [cast("Raw", label) for label in _list(said.get("labels")) if isinstance(label, dict)]
        if labels:
            newest.append(max(enumerate(labels), key=lambda entry: (_date(entry[1]), entry[0]))[1])
    return newest


def _count(record: Raw) -> int:
    projects = record.get("projects")
    tables = cast("Raw", projects).values() if isinstance(projects, dict) else ()
    listed = [cast("Raw", project).get("labels") for project in tables if isinstance(project, dict)]
    return sum(len(_list(labels)) for labels in listed) if listed else len(_labels(record))


def _date(label: Raw) -> str:
    details = label.get("label_details")
    table = cast("Raw", details) if isinstance(details, dict) else {}
    return str(
        table.get("content_last_updated_at") or table.get("updated_at") or table.get("created_at") or ""
    )


def _annotations(label: Raw) -> Raw:
    said = label.get("annotations")
    return cast("Raw", said) if isinstance(said, dict) else {}


def _named(record: Raw) -> tuple[str, str | None]:
    """The name of the picture, and the client's own key if it is another. Raises ValueError."""
    row = record.get("data_row")
    said = cast("Raw", row) if isinstance(row, dict) else record
    address = said.get("row_data") or said.get("Labeled Data") or ""
    key = said.get("global_key") or said.get("Global Key")
    name = said.get("external_id") or said.get("External ID") or key
    if not name:
        path = address.split("?")[0].partition("://")[2].partition("/")[2] if isinstance(address, str) else ""
        name = PurePosixPath(path or str(address)).name
    chosen = path_of(str(name))
    return chosen, str(key) if key and str(key) != chosen else None


def _size(record: Raw) -> tuple[int, int]:
    said = record.get("media_attributes") or record.get("Media Attributes")
    table = cast("Raw", said) if isinstance(said, dict) else {}
    width, height = table.get("width"), table.get("height")
    is_whole = isinstance(width, int) and isinstance(height, int) and 0 < width < 10**8 and 0 < height < 10**8
    return (width, height) if is_whole else (0, 0)  # pyright: ignore[reportReturnType]


def _split(record: Raw) -> str | None:
    for field in _list(record.get("metadata_fields")):
        said = cast("Raw", field) if isinstance(field, dict) else {}
        if str(said.get("schema_name", "")).casefold() == "split":
            for option in _list(said.get("value")):
                word = cast("Raw", option).get("schema_name") if isinstance(option, dict) else option
                if isinstance(word, str) and word:
                    return {"valid": "val", "validation": "val"}.get(word.casefold(), word)
    return None


def _ontologies(source: Source) -> Iterator[Raw]:
    """Normalized ontologies beside the export."""
    for file in source.names():
        if PurePosixPath(file).name == ONTOLOGY and b'"tools"' in source.start(file, 4096):
            with suppress(UnreadableLabels):
                yield json_of(source, file, Raw)


def _listed(ontology: Raw) -> Iterator[str]:
    """The classes of an ontology in their order."""
    for tool in _list(ontology.get("tools")):
        word = _word(tool)
        if word:
            yield word
    for question in _list(ontology.get("classifications")):
        table = cast("Raw", question) if isinstance(question, dict) else {}
        for option in _list(table.get("options")):
            word = _word(option)
            if word:
                yield called(_word(table), word)


def _records(source: Source, file: str, faults: list[Fault]) -> Iterator[tuple[str, Raw]]:
    if source.start(file, 64).lstrip().startswith(b"["):
        for index, raw in enumerate(json_of(source, file, list[msgspec.Raw])):
            place = f"$[{index}]"
            record = tried(lambda raw=raw: msgspec.json.decode(raw, type=Raw), file, place, faults)
            if record is not None:
                yield place, record
        return
    for line, record in json_lines(source, file, Raw, faults):
        yield f"line {line}", record


def _files(source: Source) -> list[str]:
    return [
        name
        for name in source.names()
        if name.lower().endswith((".ndjson", ".jsonl", ".json")) and _is_export(source.start(name, 8192))
    ]


def _is_export(start: bytes) -> bool:
    is_row = b'"data_row"' in start and (b'"row_data"' in start or b'"projects"' in start)
    return is_row or (b'"Labeled Data"' in start and b'"ID"' in start)


def _name(said: Raw) -> str:
    """The name of a feature or answer. Raises ValueError."""
    word = _word(said)
    if not word:
        raise ValueError("it has no name")
    return word


def _word(entry: object) -> str:
    said = cast("Raw", entry) if isinstance(entry, dict) else {}
    for key in ("name", "title", "label", "value"):
        if isinstance(said.get(key), str) and said[key].strip():
            return said[key]
    return ""


def _table(entry: object, what: str) -> Raw:
    if not isinstance(entry, dict):
        raise ValueError(f"{what} is an object with fields")
    return cast("Raw", entry)


def _list(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []
