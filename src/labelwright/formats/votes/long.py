"""Tables with a row for each answer: our own, crowd-kit's, and any whose columns somebody names.

Answers are categories, or boxes by left, top, right, bottom (or x, y, width, height); a row with an empty
box says that the annotator saw the item and marked nothing.
"""

from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

from labelwright.core.document import Annotation
from labelwright.core.errors import InvalidShape, UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.table import Gathering

ITEM = ("item", "image", "task", "task_id", "item_id", "image_id", "filename", "file", "id")
ANNOTATOR = (
    "annotator",
    "worker",
    "performer",
    "rater",
    "coder",
    "worker_id",
    "annotator_id",
    "user",
    "user_id",
)
ANSWER = ("answer", "label", "category", "class", "vote", "response", "choice")
CORNERS = (("left", "top", "right", "bottom"), ("xmin", "ymin", "xmax", "ymax"))
SIZED = (("left", "top", "width", "height"), ("x", "y", "width", "height"))
OBJECT = "object"
"""The category of boxes where no column says one."""


class Roles(NamedTuple):
    """The names of the columns; `box` are four, `sized` says that the last two are width and height."""

    item: str
    annotator: str
    answer: str | None
    box: tuple[str, ...] = ()
    sized: bool = False


def roles_in(
    file: VoteFile,
    item: Sequence[str] = ITEM,
    annotator: Sequence[str] = ANNOTATOR,
    answer: Sequence[str] = ANSWER,
) -> Roles | None:
    """The columns of a table with a row for each answer, or None if it is none."""
    places = [file.place(*names) for names in (item, annotator, answer)]
    if places[0] is None or places[1] is None:
        return None
    box, sized = _box_columns(file)
    if places[2] is None and not box:
        return None
    names = [None if place is None else file.header[place] for place in places]
    return Roles(str(names[0]), str(names[1]), names[2], box, sized)


def read_long(file: VoteFile, roles: Roles, gathering: Gathering) -> None:
    """Take in every row."""
    if roles.box:
        _read_boxes(file, roles, gathering)
        return
    answer = roles.answer or ""
    trial = Gathering(file.name)
    if file.votes(roles.item, roles.annotator, answer, trial):
        gathering.take(trial)
        return
    names = (roles.item, roles.annotator, answer)
    for place, cells in file.rows(names, gathering):
        empty = next((name for name, cell in zip(names, cells, strict=True) if not cell), None)
        if empty is None:
            gathering.vote(*cells)
        else:
            gathering.fault(f"{place}, column “{empty}”", "it is empty")


class Own:
    """Our own table, and others whose columns are called much the same."""

    name = "own"
    title = "a row for each answer: item, annotator, answer"

    def recognize(self, file: VoteFile) -> str | None:
        """Columns for the item, the annotator, and the answer or a box."""
        roles = roles_in(file) if file.kind != "json" else None
        if roles is None:
            return None
        parts = [roles.item, roles.annotator, *([roles.answer] if roles.answer else []), *roles.box]
        return f"it has the columns {', '.join(parts)}"

    def read(self, file: VoteFile, gathering: Gathering, question: str | None) -> None:
        """Every row."""
        del question
        roles = roles_in(file)
        if roles is not None:
            read_long(file, roles, gathering)


class CrowdKit:
    """crowd-kit's tables: task, worker, label."""

    name = "crowd-kit"
    title = "crowd-kit: task, worker, label"

    def recognize(self, file: VoteFile) -> str | None:
        """Exactly these columns, and perhaps more."""
        keys = {word.casefold() for word in file.header}
        return (
            "it has crowd-kit's columns task, worker, label" if {"task", "worker", "label"} <= keys else None
        )

    def read(self, file: VoteFile, gathering: Gathering, question: str | None) -> None:
        """Every row."""
        del question
        roles = roles_in(file, ("task",), ("worker",), ("label",))
        if roles is not None:
            read_long(file, roles, gathering)


class Named:
    """A table of which somebody has named the columns."""

    name = "named"
    title = "the columns that were named"

    def __init__(self, item: str | None, annotator: str | None, answer: str | None) -> None:
        self._names = (item, annotator, answer)

    def recognize(self, file: VoteFile) -> str | None:
        """Whatever it is. Raises UnreadableLabels if a column is not there."""
        for name in self._names:
            if name is not None and file.place(name) is None:
                there = ", ".join(f"“{word}”" for word in file.header[:20]) or "none"
                raise UnreadableLabels(file.name, "line 1", f"there is no column “{name}”; there are {there}")
        return "its columns were named"

    def read(self, file: VoteFile, gathering: Gathering, question: str | None) -> None:
        """Every row. Raises UnreadableLabels if a column that was not named is not found."""
        del question
        item, annotator, answer = self._names
        roles = roles_in(
            file,
            (item,) if item else ITEM,
            (annotator,) if annotator else ANNOTATOR,
            (answer,) if answer else ANSWER,
        )
        if roles is None:
            raise UnreadableLabels(
                file.name,
                "line 1",
                "not every column is found: name the item's, the annotator's and the answer's",
            )
        read_long(file, roles, gathering)


def read_seen(file: VoteFile, gathering: Gathering) -> int:
    """Take in who saw which item, from a table with a row for each; gives how many."""
    item, annotator = file.place(*ITEM), file.place(*ANNOTATOR)
    if item is None or annotator is None:
        raise UnreadableLabels(file.name, "line 1", "it has no column of items and one of annotators")
    count = 0
    for place, cells in file.rows([file.header[item], file.header[annotator]], gathering):
        if all(cells):
            gathering.saw(*cells)
            count += 1
        else:
            gathering.fault(f"{file.name}, {place}", "it names no item or no annotator")
    return count


def _box_columns(file: VoteFile) -> tuple[tuple[str, ...], bool]:
    for sized, choices in ((False, CORNERS), (True, SIZED)):
        for names in choices:
            places = [file.place(name) for name in names]
            if all(place is not None for place in places):
                return tuple(file.header[place] for place in places if place is not None), sized
    return (), False


def _read_boxes(file: VoteFile, roles: Roles, gathering: Gathering) -> None:
    columns = [roles.item, roles.annotator, *roles.box, *([roles.answer] if roles.answer else [])]
    for place, cells in file.rows(columns, gathering):
        item, annotator, *rest = cells
        if not item or not annotator:
            name = roles.annotator if item else roles.item
            gathering.fault(f"{place}, column “{name}”", "it is empty")
            continue
        gathering.saw(item, annotator)
        numbers = rest[:4]
        if not any(numbers):
            continue
        try:
            box = _box(roles, numbers)
        except _BadCell as error:
            gathering.fault(f"{place}, column “{error.column}”", error.reason)
        except InvalidShape as error:
            gathering.fault(place, f"{error.message} It is left out.")
        else:
            category = rest[4] if roles.answer and rest[4] else OBJECT
            gathering.mark(item, annotator, Annotation(id="", category=category, shape=box))


class _BadCell(Exception):  # no error that leaves this file
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


def _box(roles: Roles, cells: list[str]) -> Box:
    numbers: list[float] = []
    for column, cell in zip(roles.box, cells, strict=True):
        try:
            value = float(cell)
        except ValueError:
            reason = f"“{cell[:40]}” is no number" if cell else "it is empty, but others of the box are not"
            raise _BadCell(column, reason) from None
        if not isfinite(value):
            raise _BadCell(column, f"“{cell[:40]}” is no place in a picture")
        numbers.append(value)
    left, top, right, bottom = numbers
    if roles.sized:
        right, bottom = left + right, top + bottom
    return Box(left=left, top=top, right=right, bottom=bottom)
