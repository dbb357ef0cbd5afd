"""Reading Label Studio's tasks; what they are stands in `label_studio.py`.

Known are the JSON export, JSON-MIN, annotations that storages write one by one, and tasks with predictions.
Of several annotations of a task the newest that was not cancelled is read. Results of one id are one region:
its shape, its labels and what was asked about it. Choices about the whole picture are tags; other answers
about it are tags named after what was asked. A region of several labels becomes an annotation for each.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.formats.extras import Extra
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_files, json_of, tried
from labelwright.formats.label_studio_config import Config, config_of, is_config
from labelwright.formats.label_studio_regions import Regions, labels_of
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of, split_of_folders
from labelwright.formats.tables import path_of
from labelwright.formats.xml_reading import xml_files

LOOKED_AT = 20
SEVERAL = "Of several annotations of a task the newest that was not cancelled is read."
PREDICTED = "Predictions are not read, on no task, because some tasks have annotations."
TURNED = "Some pictures were turned in Label Studio; their shapes are read as those of the picture as it is."
_UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")
_LAST_NUMBER = re.compile(r"(\d+)$")
_RESULTS = re.compile(rb'"(?:from_name|original_width)"\s*:')
_MIN = re.compile(rb'"(?:annotation_id|annotator|lead_time)"\s*:')
_TASKS = re.compile(
    rb'"(?:was_cancelled|total_annotations|cancelled_annotations|is_labeled|completions)"\s*:'
)


class _Task(msgspec.Struct):
    id: Any = None
    data: dict[str, Any] | None = None
    annotations: list[dict[str, Any]] | None = None
    completions: list[dict[str, Any]] | None = None
    predictions: list[dict[str, Any]] | None = None
    task: dict[str, Any] | int | str | None = None
    result: list[dict[str, Any]] | None = None


_decoder = msgspec.json.Decoder(_Task)


def is_tasks(start: bytes) -> bool:
    """Whether a file begins as tasks do, or those of JSON-MIN."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if text not in (b"[", b"{"):
        return False
    if b'"data"' in start or b'"task"' in start:
        return bool(_TASKS.search(start) or (b'"from_name"' in start and b'"to_name"' in start))
    return bool(_MIN.search(start) and _RESULTS.search(start)) or (
        b'"from_name"' in start and b'"to_name"' in start and b'"result"' in start
    )


def recognize(source: Source) -> str | None:
    """A JSON file of tasks."""
    for name in json_files(source)[:LOOKED_AT]:
        if is_tasks(source.start(name)):
            return f"{name} has tasks with results, as Label Studio exports them"
    return None


def read(source: Source) -> Reading:
    """Every file of tasks. Raises UnreadableLabels if there is none."""
    reading = Reading([], iter(()))
    listed = json_files(source)
    files = [name for name in listed if is_tasks(source.start(name))]
    if not files and any(is_config(source.start(name)) for name in xml_files(source)):
        files = listed
    if not files:
        raise UnreadableLabels(source.name, "", "no JSON file has Label Studio's tasks")
    config = config_of(source, reading.faults)
    found = dict.fromkeys(config.categories)
    readable: list[str] = []
    has_annotations = False
    for file in files:
        tasks = tried(partial(_raw, source, file), file, "", reading.faults)
        if tasks is None:
            continue
        readable.append(file)
        for raw in tasks:
            task = tried(partial(_task, raw, config), file, "", [])
            has_annotations = has_annotations or bool(task and _done(task))
            if task is not None:
                found |= dict.fromkeys(_words(task, config))
    if not readable:
        fault = reading.faults[0]
        raise UnreadableLabels(fault.file, fault.place, fault.reason)
    reading.categories = list(found)
    reading.definitions = dict(config.categories)
    reading.relations = tuple(config.relations.values())
    reading.items = _Items(source, config, reading, predicted=not has_annotations).of(readable)
    return reading


def _raw(source: Source, file: str) -> list[msgspec.Raw]:
    start = source.start(file, 200).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"[":
        return json_of(source, file, list[msgspec.Raw])
    return [json_of(source, file, msgspec.Raw)]


def _task(raw: msgspec.Raw, config: Config) -> _Task:
    task = _decoder.decode(raw)
    if task.result is not None and task.data is None:
        # A storage has annotations one by one, each with its task.
        inner = task.task if isinstance(task.task, dict) else {}
        alone: Extra = msgspec.json.decode(raw, type=dict[str, Any])
        data: object = inner.get("data")
        task.data = cast("Extra", data) if isinstance(data, dict) else {}
        task.annotations = [alone]
    elif task.data is None:
        flat: Extra = msgspec.json.decode(raw, type=dict[str, Any])
        task.data = flat
        task.annotations = [{"result": list(_of_min(flat, config))}]
    task.annotations = task.annotations or task.completions or []
    return task


def _of_min(flat: Extra, config: Config) -> Iterator[Extra]:
    # JSON-MIN has the values of each control as a field of the task.
    for key, found in flat.items():
        listed = cast("list[object]", found if isinstance(found, list) else [found])
        values = [cast("Extra", entry) for entry in listed if isinstance(entry, dict)]
        said = [value for value in values if _is_value(value)]
        for value in said:
            sizes = {side: value[side] for side in ("original_width", "original_height") if side in value}
            kind = next((word for word in value if word.endswith("labels")), "")
            yield {"from_name": key, "type": kind, "value": value, **sizes}
        tag = config.tags.get(key)
        words = [word for word in listed if isinstance(word, str)]
        if tag in ("Choices", "TextArea") and words:
            kind, field = ("choices", "choices") if tag == "Choices" else ("textarea", "text")
            yield {"from_name": key, "type": kind, "value": {field: words}}


def _is_value(value: Extra) -> bool:
    return "original_width" in value or "choices" in value or any(word.endswith("labels") for word in value)


def _words(task: _Task, config: Config) -> Iterator[str]:
    for annotation in [*(task.annotations or ()), *(task.predictions or ())]:
        results = annotation.get("result")
        if isinstance(results, list):
            for result in cast("list[object]", results):
                if isinstance(result, dict):
                    yield from labels_of(cast("Extra", result), config)


def _done(task: _Task) -> list[Extra]:
    return [entry for entry in task.annotations or () if not entry.get("was_cancelled")]


class _Items:
    """The items of tasks, one after the other."""

    def __init__(self, source: Source, config: Config, reading: Reading, *, predicted: bool) -> None:
        self._source, self._config, self._reading = source, config, reading
        self._pictures = Pictures(source)
        self._predicted = predicted
        self._taken: set[str] = set()

    def of(self, files: Iterable[str]) -> Iterator[LabeledItem]:
        """Every task's."""
        for file in files:
            for index, raw in enumerate(_raw(self._source, file)):
                place = f"$[{index}]"
                task = tried(partial(_task, raw, self._config), file, place, self._reading.faults)
                if task is None:
                    continue
                made = tried(partial(self._made, task, file, place), file, place, self._reading.faults)
                yield from made or ()

    def _note(self, note: str) -> None:
        if note not in self._reading.notes:
            self._reading.notes.append(note)

    def _made(self, task: _Task, file: str, place: str) -> list[LabeledItem]:
        chosen, where = self._chosen(task)
        results = [cast("Extra", entry) for entry in chosen.get("result") or () if isinstance(entry, dict)]
        pages = _pages(task.data or {}, self._config)
        if not pages:
            raise ValueError("its data names no picture")
        by_page: list[list[Extra]] = [[] for _ in pages]
        of_region: dict[str, int] = {}
        for result in results:
            at = of_region.get(str(result.get("from_id"))) if result.get("type") == "relation" else None
            at = _page(result, pages) if at is None else at
            of_region[str(result.get("id"))] = at
            by_page[at].append(result)
        score = chosen.get("score") if where == "predictions" else None
        return [
            self._item(task, url, listed, (file, f"{place}.{where}"), score)
            for (_, url), listed in zip(pages, by_page, strict=True)
        ]

    def _chosen(self, task: _Task) -> tuple[Extra, str]:
        done = _done(task)
        if len(task.annotations or ()) > 1:
            self._note(SEVERAL)
        if task.predictions and not self._predicted:
            self._note(PREDICTED)
        if self._predicted and task.predictions:
            return _newest(task.predictions), "predictions"
        return (_newest(done) if done else {}), "annotations"

    def _item(
        self, task: _Task, url: str, results: list[Extra], at: tuple[str, str], score: object
    ) -> LabeledItem:
        data = task.data or {}
        name = self._name(url)
        picture = self._pictures.find(name, "images")
        width, height = size_of(results)
        if not (width and height):
            width, height = self._pictures.size(picture) if picture is not None else (0, 0)
        if any(result.get("image_rotation") for result in results):
            self._note(TURNED)
        faults: list[Fault] = []
        regions = Regions((width, height), self._config, at, faults, score)
        annotations: list[Annotation] = regions.made(results)
        self._reading.faults.extend(faults)
        split = data.get("split")
        key = data.get("key")
        in_shares = bool(annotations) and not regions.is_sized
        return LabeledItem(
            name,
            *((1, 1) if in_shares else (width, height)),
            Document(annotations=tuple(annotations)),
            split_of(split) if isinstance(split, str) else split_of_folders(name),
            key if isinstance(key, str) else None,
            media=self._pictures.media(picture) if picture is not None else None,
            in_shares=in_shares,
        )

    def _name(self, url: str) -> str:
        """The name of a picture's address; an upload goes by the name that it had if nobody else has it."""
        path, is_upload = path_in(url)
        folder, _, last = path.rpartition("/")
        bare = _UPLOADED.sub("", last) if is_upload else path
        name = bare if bare not in self._taken else last if is_upload else path
        if not is_picture(name):
            picture = self._pictures.find(name)
            name = picture if picture is not None and not folder else name
        self._taken.add(name)
        return name


def path_in(url: str) -> tuple[str, bool]:
    """The path that an address means, and whether it is that of an upload. Raises ValueError."""
    parts = urlsplit(url)
    if parts.path.rstrip("/").endswith("/data/local-files"):
        path = (parse_qs(parts.query).get("d") or [""])[0]
        return path_of(path.removeprefix("images/")), False
    if not parts.scheme and not parts.netloc and not url.startswith("/"):
        return path_of(unquote(url.partition("?")[0])), False
    path = unquote(parts.path)
    is_upload = "data/upload/" in path or path.startswith("upload/")
    return path_of(path.rsplit("/", 1)[-1] if is_upload else path), is_upload


def _pages(data: Extra, config: Config) -> list[tuple[str, str]]:
    """The pictures of a task, each with the name that results call it by ("" if there is one)."""
    named = [(name, data.get(key)) for name, key in config.images.items() if key]
    found = [(name, url) for name, url in named if isinstance(url, str) and url]
    if found:
        return found
    texts = {key: value for key, value in data.items() if isinstance(value, str) and value}
    likely = [key for key in texts if key.lower() in ("image", "img", "image_url", "photo", "picture")]
    likely += [key for key, value in texts.items() if is_picture(urlsplit(value).path)]
    if likely:
        return [("", texts[likely[0]])]
    for value in data.values():
        urls = (
            [url for entry in cast("list[object]", value) if (url := _url(entry))]
            if isinstance(value, list)
            else []
        )
        if urls:
            return [(str(place), url) for place, url in enumerate(urls)]
    return [("", value) for value in texts.values() if value.startswith(("/data/", "s3://", "gs://"))][:1]


def _url(entry: object) -> str | None:
    if isinstance(entry, dict):
        values = cast("dict[str, object]", entry).values()
        entry = next((value for value in values if isinstance(value, str)), None)
    return entry if isinstance(entry, str) and is_picture(urlsplit(entry).path) else None


def _page(result: Extra, pages: list[tuple[str, str]]) -> int:
    to = str(result.get("to_name") or "")
    names = [name for name, _ in pages]
    if to in names:
        return names.index(to)
    number = _LAST_NUMBER.search(to)
    index = result.get("item_index", int(number[1][:6]) if number and len(pages) > 1 else 0)
    return index if isinstance(index, int) and 0 <= index < len(pages) else 0


def _newest(entries: list[Extra]) -> Extra:
    return max(
        enumerate(entries),
        key=lambda pair: (str(pair[1].get("updated_at") or pair[1].get("created_at") or ""), pair[0]),
    )[1]


def size_of(results: list[Extra]) -> tuple[int, int]:
    """The width and height that results say of their picture, or 0, 0."""
    for result in results:
        width, height = result.get("original_width"), result.get("original_height")
        if (
            isinstance(width, int | float)
            and isinstance(height, int | float)
            and 0 < width < 1e7 > height > 0
        ):
            return int(width), int(height)
    return 0, 0
