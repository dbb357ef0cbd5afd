"""Label Studio's JSON export with several annotations of a task, each a vote of who completed it.

Choices (and ratings, numbers, texts) about the whole task are answers to the question that their control
asks; drawn regions are shapes in pixels, as `label_studio_regions.py` reads them, or in shares of the
picture where the export does not know its size. Cancelled annotations and predictions do not count.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, cast

from labelwright.core.errors import UnreadableLabels
from labelwright.formats.label_studio_config import Config
from labelwright.formats.label_studio_reading import is_tasks, path_in, size_of
from labelwright.formats.label_studio_regions import Regions
from labelwright.formats.report import Fault
from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.reader import chosen_question
from labelwright.formats.votes.table import Gathering

JOINED = " + "
ANSWERS = ("choices", "rating", "number", "text", "datetime", "taxonomy")
Extra = dict[str, Any]


class LabelStudio:
    """Label Studio's tasks."""

    name = "label-studio"
    title = "Label Studio's JSON export"

    def recognize(self, file: VoteFile) -> str | None:
        """JSON of tasks with annotations."""
        return "it has tasks with results, as Label Studio exports them" if is_tasks(file.start) else None

    def read(self, file: VoteFile, gathering: Gathering, question: str | None) -> None:
        """Every annotation of every task."""
        found = file.json()
        tasks = cast("list[object]", found if isinstance(found, list) else [found])
        said: list[tuple[str, str, str, dict[str, list[str]]]] = []
        names: dict[str, str] = {}
        for index, task in enumerate(tasks):
            place = f"$[{index}]"
            if not isinstance(task, dict):
                gathering.fault(place, "this is no task")
                continue
            table = cast("Extra", task)
            name = _item(table, index, names)
            for number, entry in enumerate(_annotations(table)):
                at = f"{place}.annotations[{number}]"
                if not isinstance(entry, dict):
                    gathering.fault(at, "this is no annotation")
                    continue
                annotation = cast("Extra", entry)
                if annotation.get("was_cancelled"):
                    gathering.note("Annotations that were cancelled or skipped are not read.")
                    continue
                who = _annotator(annotation, number)
                results = [cast("Extra", r) for r in _list(annotation.get("result")) if isinstance(r, dict)]
                self._shapes(results, (file.name, at), (name, who), gathering)
                said.append((at, name, who, _given(results)))
        self._decide(file, said, gathering, question)

    def _decide(
        self,
        file: VoteFile,
        said: list[tuple[str, str, str, dict[str, list[str]]]],
        gathering: Gathering,
        question: str | None,
    ) -> None:
        if gathering.has_shapes and question is None:
            for _, name, who, _ in said:  # who marked nothing has still looked
                gathering.saw(name, who)
            return
        gathering.forget_shapes()
        questions = list(dict.fromkeys(key for _, _, _, given in said for key in given))
        if not questions and question is None:
            raise UnreadableLabels(file.name, "", "no annotation answers anything")
        asked = chosen_question(file.name, questions, question)
        for at, name, who, given in said:
            words = given.get(asked)
            if words is None:
                gathering.fault(at, f"“{asked}” is not answered")
                continue
            if len(words) > 1:
                gathering.note(
                    f"Several choices of one person for one question count as one, joined by “{JOINED}”."
                )
            gathering.vote(name, who, JOINED.join(sorted(words)))

    def _shapes(
        self, results: list[Extra], at: tuple[str, str], who: tuple[str, str], gathering: Gathering
    ) -> None:
        drawn = [entry for entry in results if not _is_answer(entry)]
        if not drawn:
            return
        faults: list[Fault] = []
        regions = Regions(size_of(drawn), Config(), at, faults)
        made = [entry for entry in regions.made(drawn) if entry.shape is not None]
        if made and not regions.is_sized:
            gathering.note("Sizes of pictures are not known: shapes are in shares of the picture.")
        for annotation in made:
            gathering.mark(*who, annotation)
        for fault in faults:
            gathering.fault(fault.place, fault.reason)


def _annotations(task: Extra) -> list[object]:
    return _list(task.get("annotations")) or _list(task.get("completions"))


def _annotator(annotation: Extra, number: int) -> str:
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        table = cast("Extra", who)
        who = table.get("email") or table.get("id")
    return str(who) if isinstance(who, str | int) and str(who) else f"annotation {number + 1}"


def _item(task: Extra, index: int, names: dict[str, str]) -> str:
    """The file of the task's picture, or the task's number; two pictures of one name keep their numbers."""
    key = str(task.get("id") or task.get("inner_id") or index + 1)
    data = cast("Extra", task["data"]) if isinstance(task.get("data"), dict) else {}
    texts = [value for value in data.values() if isinstance(value, str) and value]
    try:
        name = next((path_in(text)[0] for text in texts if PurePosixPath(text).suffix), "")
    except ValueError:
        name = ""
    if not name or any(mark in name for mark in "\n\r"):
        return key
    owner = names.setdefault(name, key)
    return name if owner == key else f"{name} ({key})"


def _given(results: list[Extra]) -> dict[str, list[str]]:
    """Answers about the whole task by the name of their control."""
    given: dict[str, list[str]] = {}
    for entry in results:
        if _is_answer(entry):
            value = cast("Mapping[str, Any]", entry["value"])
            for word in _words(value):
                given.setdefault(str(entry.get("from_name") or "answer"), []).append(word)
    return given


def _words(value: Mapping[str, Any]) -> Iterator[str]:
    for field in ANSWERS:
        for word in _list(value[field]) if isinstance(value.get(field), list) else [value.get(field)]:
            if isinstance(word, list):
                yield " / ".join(map(str, cast("list[object]", word)))
            elif isinstance(word, str | int | float) and str(word).strip():
                yield str(word).strip()


def _is_answer(result: Extra) -> bool:
    value = result.get("value")
    if not isinstance(value, dict):
        return False
    said = cast("Extra", value)
    is_drawn = any(key in said for key in ("x", "points", "rle", "vertices", "start"))
    return not is_drawn and any(field in said for field in ANSWERS)


def _list(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []
