"""Mechanical Turk's batch results: HITId, WorkerId, Input.…, Answer.… (see `mturk_reading.py`).

An answer column with a word is a question, and so are boxes to tick (`Answer.tags.cat` = true, the
answer is all that were ticked) and the fields of `Answer.taskAnswers`. Boxes, polygons, lines and points
are shapes. An item is what the column of pictures names, else the HIT.
"""

from typing import cast

import msgspec

from labelwright.formats.mturk_reading import Answer, image_column
from labelwright.formats.report import Fault
from labelwright.formats.tables import Table
from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.reader import chosen_question
from labelwright.formats.votes.table import Gathering

START, TASK_ANSWERS = "answer.", "taskanswers"
JOINED = " + "
TICKED, UNTICKED = ("true", "on"), ("false", "off")


class MTurk:
    """The results of a batch."""

    name = "mturk"
    title = "Mechanical Turk's batch results"

    def recognize(self, file: VoteFile) -> str | None:
        """The columns HITId, WorkerId and Answer.…"""
        answers = [name for name in file.header if name.casefold().startswith(START)]
        if file.place("HITId") is None or file.place("WorkerId") is None or not answers:
            return None
        return f"it has the columns HITId, WorkerId and {answers[0]}"

    def read(self, file: VoteFile, gathering: Gathering, question: str | None) -> None:
        """Every assignment that was not rejected."""
        table = Table(file.source, file.name, faults := list[Fault]())
        image = image_column(table)
        columns = (table.column("HITId") or 0, table.column("WorkerId") or 0)
        item = columns[0] if image is None else image
        status = table.column("AssignmentStatus")
        rejected = 0
        said: list[tuple[str, str, str, dict[str, list[str]]]] = []
        for line, cells in table.rows():
            if status is not None and cells[status].strip().casefold() == "rejected":
                rejected += 1
                continue
            name, worker = cells[item].strip(), cells[columns[1]].strip()
            if not name or not worker:
                empty = table.header[columns[1] if name else item]
                gathering.fault(f"line {line}, column “{empty}”", "it is empty")
                continue
            given = _given(table.header, cells, f"line {line}", gathering)
            self._shapes(table.header, cells, (file.name, f"line {line}"), (name, worker), gathering)
            said.append((f"line {line}", name, worker, given))
        for fault in faults:
            gathering.fault(fault.place, fault.reason)
        if rejected:
            gathering.note(f"Not read: {rejected} assignments that were rejected.")
        if gathering.has_shapes:
            for _, name, worker, _ in said:  # who marked nothing has still looked
                gathering.saw(name, worker)
            return
        questions = list(dict.fromkeys(key for _, _, _, given in said for key in given))
        if questions:
            asked = chosen_question(file.name, questions, question)
            _vote(said, asked, gathering)

    def _shapes(
        self,
        header: list[str],
        cells: list[str],
        at: tuple[str, str],
        who: tuple[str, str],
        gathering: Gathering,
    ) -> None:
        faults: list[Fault] = []
        answer = Answer(*at, faults, who[1])
        for name, cell in zip(header, cells, strict=False):
            if name.casefold().startswith(START) and cell.lstrip()[:1] in ("[", "{"):
                answer.add(name[len(START) :], cell)
        for made in answer.made:
            if made.shape is not None:
                gathering.mark(*who, made)
        for fault in faults:
            gathering.fault(fault.place, fault.reason)


def _vote(said: list[tuple[str, str, str, dict[str, list[str]]]], asked: str, gathering: Gathering) -> None:
    several = False
    for place, name, worker, given in said:
        words = given.get(asked)
        if words is None:
            gathering.fault(f"{place}, question “{asked}”", "there is no answer")
            continue
        several = several or len(words) > 1
        gathering.vote(name, worker, JOINED.join(sorted(words)) or "(none)")
    if several:
        gathering.note(f"Several answers of one person to one question count as one, joined by “{JOINED}”.")


def _given(header: list[str], cells: list[str], place: str, gathering: Gathering) -> dict[str, list[str]]:
    """The answers of a row by their questions."""
    given: dict[str, list[str]] = {}
    for name, cell in zip(header, cells, strict=False):
        key, text = name[len(START) :], cell.strip()
        if not name.casefold().startswith(START) or not text:
            continue
        if text[0] in "[{":
            try:
                _walk(key, cast("object", msgspec.json.decode(text)), given)
            except (msgspec.DecodeError, RecursionError):
                gathering.fault(f"{place}, column “{name}”", "this is no readable JSON")
        elif "." in key and text.casefold() in (*TICKED, *UNTICKED):
            question, _, option = key.removesuffix(".on").rpartition(".")
            ticked = given.setdefault(question or option, [])
            ticked += [option] if text.casefold() in TICKED else []
        else:
            given[key.removesuffix(".label")] = [text]
    return given


def _walk(key: str, said: object, given: dict[str, list[str]]) -> None:
    if isinstance(said, list):
        for entry in cast("list[object]", said) if key.casefold().endswith(TASK_ANSWERS) else ():
            _walk(key, entry, given)
        return
    if not isinstance(said, dict):
        return
    table = cast("dict[str, object]", said)
    flags = {name: value for name, value in table.items() if isinstance(value, bool)}
    if flags and len(flags) == len(table):
        given[key] = [name for name, value in flags.items() if value]
        return
    for name, value in table.items():
        if isinstance(value, dict | list):
            inner = cast("object", value)
            _walk(name if key.casefold().endswith(TASK_ANSWERS) else key, inner, given)
        elif isinstance(value, str | int | float) and str(value).strip() and name not in ("width", "height"):
            question = key if name == "label" else name
            if isinstance(value, str) or key.casefold().endswith(TASK_ANSWERS):
                given[question] = [str(value).strip()]
