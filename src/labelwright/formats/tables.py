"""CSV tables of strangers, and cells that no spreadsheet takes for formulas.

Reading takes what spreadsheets write: with or without a byte order mark, UTF-8 or UTF-16, cells parted by
commas, semicolons, tabs or bars, quotes, line breaks in cells. A cell or a line too long, or one that is no
text, is a fault with its line, and the table goes on.

Writing keeps texts literal, but a text that a spreadsheet would run as a formula (one that begins with
= + - @, a tab or a return, and is no number) gets an apostrophe before it, which spreadsheets take off
again and which is taken off here on reading. Names of files begin with `./` instead, so that they stay
paths. (OWASP, CSV Injection.)
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from math import isfinite

from labelwright.core.errors import UnreadableLabels
from labelwright.formats.folder import START, Source
from labelwright.formats.report import Fault

LONGEST_CELL = 2**23  # characters: a row of a crowd's answers holds many shapes as one text
LONGEST_LINE = 2**24
MOST_COLUMNS = 20_000
DELIMITERS = ",;\t|"
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

csv.field_size_limit(LONGEST_CELL)


class Table:
    """A CSV file: `header` are the names of its columns; rows come one at a time, with their lines."""

    def __init__(self, source: Source, name: str, faults: list[Fault], *, has_header: bool = True) -> None:
        start = source.start(name)
        self.header = header_of(source, name) if has_header else []
        if len(self.header) > MOST_COLUMNS:
            raise UnreadableLabels(name, "line 1", f"a table has at most {MOST_COLUMNS:,} columns")
        self._source, self._name, self._faults = source, name, faults
        self._has_header, self._start = has_header, start
        self._places = {_key(word): place for place, word in reversed(list(enumerate(self.header)))}

    def column(self, *names: str) -> int | None:
        """The place of the first column that is called one of these, or None; case does not matter."""
        return next((self._places[_key(name)] for name in names if _key(name) in self._places), None)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row as cells, as many as the header has at least, with the number of its (last) line."""
        width = len(self.header)
        with self._source.open(self._name) as raw:
            encoding = "utf-16" if self._start.startswith(_UTF16) else "utf-8-sig"
            errors = "replace" if encoding == "utf-16" else "surrogateescape"
            with io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="") as text:
                delimiter = delimiter_of(self._start)
                reader = csv.reader(_lines(text), delimiter=delimiter, skipinitialspace=True)
                is_header = self._has_header
                while True:
                    try:
                        cells = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        self._fault(reader.line_num, str(error))
                        continue
                    if is_header:
                        is_header = False
                    elif not _is_text(cells):
                        self._fault(reader.line_num, "this is no UTF-8 text")
                    elif any(cells):
                        full = cells + [""] * (width - len(cells))
                        yield reader.line_num, [unguarded(cell) for cell in full]

    def _fault(self, line: int, reason: str) -> None:
        self._faults.append(Fault(file=self._name, place=f"line {line}", reason=reason))


def header_of(source: Source, name: str) -> list[str]:
    """The names of the columns, from the start of the file; empty if there is nothing to read."""
    rows = _first_rows(source, name, 1)
    return rows[0] if rows else []


def sample_of(source: Source, name: str, count: int = 50) -> list[list[str]]:
    """The first rows below the header, as many as the start of the file holds."""
    width, *rows = _first_rows(source, name, count + 1) or [[]]
    return [[unguarded(cell) for cell in cells] + [""] * (len(width) - len(cells)) for cells in rows]


def _first_rows(source: Source, name: str, count: int) -> list[list[str]]:
    start = source.start(name)
    lines = _decoded(start).splitlines(keepends=True)
    if len(start) >= START and len(lines) > 1:
        del lines[-1]  # it may be cut off
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(lines, delimiter=delimiter_of(start), skipinitialspace=True):
            if cells and len(rows) < count:
                rows.append([cell.strip() for cell in cells] if not rows else cells)
    except csv.Error:
        pass
    return rows


def tables_of(source: Source) -> list[str]:
    """The names of the CSV files of a source."""
    return [name for name in source.names() if name.lower().endswith((".csv", ".tsv"))]


def row(cells: Sequence[str | float | int | None]) -> str:
    """A row of a CSV file, without its line break. Texts are guarded; None is an empty cell."""
    return ",".join(map(_cell, cells))


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    is_formula = _FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None
    return f"'{text}" if is_formula else text


def unguarded(text: str) -> str:
    """A text as it was before it was guarded."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def path_cell(name: str) -> str:
    """The name of a file that no spreadsheet takes for a formula and that stays a path."""
    return f"./{name}" if _FORMULA.match(name) else name


def path_of(cell: str) -> str:
    """The name of a file from a cell. Raises ValueError if it is none, or leads out of the folder."""
    text = cell.replace("\\", "/")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not parts or text.endswith("/"):
        raise ValueError("it names no picture")
    if "\0" in text or ".." in parts:
        raise ValueError(f"“{cell[:200]}” leads out of the folder")
    return "/".join(parts)


def score_of(cell: str) -> float | None:
    """How sure somebody was, or None where the cell is empty. Raises ValueError if it is no number."""
    if not cell.strip():
        return None
    score = float(cell)
    if not isfinite(score):
        raise ValueError(f"a score of {cell[:20]} is none")
    return score


def figure(value: float) -> str:
    """A number with every digit it has, whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(float(value))


def _cell(value: str | float | int | None) -> str:
    if value is None:
        return ""
    text = guarded(value) if isinstance(value, str) else figure(value)
    needs_quotes = any(c in text for c in ',"\n\r') or text != text.strip()
    return '"' + text.replace('"', '""') + '"' if needs_quotes else text


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    return iter(lambda: text.readline(LONGEST_LINE), "")


def _is_text(cells: list[str]) -> bool:
    return all(cell.isascii() or not any("\ud800" <= c <= "\udfff" for c in cell) for cell in cells)


def is_utf16(start: bytes) -> bool:
    """Whether a table that begins like this is UTF-16."""
    return start.startswith(_UTF16)


def _decoded(start: bytes) -> str:
    if start.startswith(_UTF16):
        return start[: len(start) // 2 * 2].decode("utf-16", "replace")
    return start.decode("utf-8-sig", "replace")


def delimiter_of(start: bytes) -> str:
    """What parts the cells of a table that begins like this."""
    first = _decoded(start).split("\n", 1)[0]
    outside = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=outside.count)


def _key(word: str) -> str:
    return word.strip().casefold()
