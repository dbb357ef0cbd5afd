"""Toloka's assignments: a TSV with INPUT:…, OUTPUT:… and ASSIGNMENT:worker_id columns."""

from labelwright.core.errors import UnreadableLabels
from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.long import Roles, read_long
from labelwright.formats.votes.reader import chosen_question
from labelwright.formats.votes.table import Gathering

WORKER, STATUS, TASK = "ASSIGNMENT:worker_id", "ASSIGNMENT:status", "ASSIGNMENT:task_id"
INPUT, OUTPUT, GOLDEN = "INPUT:", "OUTPUT:", "GOLDEN:"


class Toloka:
    """Assignments of Toloka and of those that write the same columns."""

    name = "toloka"
    title = "Toloka's assignments (TSV)"

    def recognize(self, file: VoteFile) -> str | None:
        """Columns that begin with INPUT: and OUTPUT:, and the worker."""
        if file.place(WORKER) is None or not _starting(file, OUTPUT):
            return None
        return f"it has the columns {WORKER} and {_starting(file, OUTPUT)[0]}"

    def read(self, file: VoteFile, gathering: Gathering, question: str | None) -> None:
        """Every assignment that was handed in. Raises UnreadableLabels if nothing tells the items apart."""
        asked = [name.removeprefix(OUTPUT) for name in _starting(file, OUTPUT)]
        wanted = question.removeprefix(OUTPUT) if question else None
        answer = OUTPUT + chosen_question(file.name, asked, wanted)
        inputs, task = _starting(file, INPUT), file.place(TASK)
        if inputs:
            item = next((name for name in inputs if _is_picture(name)), inputs[0])
            if len(inputs) > 1:
                gathering.note(f"Items are told apart by {item}.")
        elif task is not None:
            item = file.header[task]
        else:
            raise UnreadableLabels(file.name, "line 1", f"no {INPUT}… column says which item was answered")
        if _starting(file, GOLDEN):
            gathering.note("Its GOLDEN: columns are not used; write the references to a file for --gold.")
        worker, status = file.header[file.place(WORKER) or 0], file.place(STATUS)
        if status is None:
            read_long(file, Roles(item, worker, answer), gathering)
            return
        self._accepted(file, (item, worker, answer, file.header[status]), gathering)

    def _accepted(self, file: VoteFile, columns: tuple[str, str, str, str], gathering: Gathering) -> None:
        rejected = 0
        for place, (item, worker, answer, status) in file.rows(columns, gathering):
            cells = (item, worker, answer)
            if status.casefold() in ("rejected", "skipped", "expired", "active"):
                rejected += 1
            elif all(cells):
                gathering.vote(*cells)
            else:
                gathering.fault(f"{place}, column “{columns[cells.index('')]}”", "it is empty")
        if rejected:
            gathering.note(f"Not read: {rejected} assignments that were rejected, skipped or not handed in.")


def _starting(file: VoteFile, start: str) -> list[str]:
    return [name for name in file.header if name.upper().startswith(start)]


def _is_picture(name: str) -> bool:
    return any(word in name.casefold() for word in ("image", "url", "photo", "picture", "img"))
