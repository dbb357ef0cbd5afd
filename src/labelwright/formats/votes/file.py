"""The file a table of votes comes from: CSV, Parquet or JSON, its header, and its rows as texts.

Tables go the short way where they can: Arrow reads them in blocks, column by column. Where anything is
not as it should be (an empty cell, a row too short, an odd encoding), they go the long way, row by row,
which knows the line of every fault. Both give the same votes.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from labelwright.core.errors import UnreadableLabels
from labelwright.formats.folder import FolderSource
from labelwright.formats.parquet_tables import ParquetTable, as_text, is_parquet
from labelwright.formats.report import Fault
from labelwright.formats.tables import Table, delimiter_of, header_of, is_utf16, sample_of
from labelwright.formats.votes.table import Gathering

BLOCK = 16 * 2**20  # bytes that Arrow parses at a time; no row may be longer on the short way
SAMPLE = 200

Row = tuple[str, list[str]]
"""Where a row stands, in words, and its cells."""


class VoteFile:
    """One file. `kind` is csv, parquet or json. Raises BadFile if there is none."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        self.source = FolderSource(path)
        self.start = self.source.start(self.name)
        self.kind = _kind(self.start)
        if not self.start.strip():
            raise UnreadableLabels(self.name, "", "it is empty")

    @cached_property
    def header(self) -> list[str]:
        """The names of the columns; none of a JSON file."""
        if self.kind == "csv":
            return header_of(self.source, self.name)
        return list(self._parquet.types) if self.kind == "parquet" else []

    @cached_property
    def sample(self) -> list[list[str]]:
        """The first rows."""
        if self.kind == "csv":
            return sample_of(self.source, self.name, SAMPLE)
        rows = self.rows(self.header) if self.kind == "parquet" else iter(())
        return [cells for _, (_, cells) in zip(range(SAMPLE), rows, strict=False)]

    def place(self, *names: str) -> int | None:
        """The column of the first of some names that there is; case does not matter."""
        keys = [word.casefold() for word in self.header]
        found = next((name.casefold() for name in names if name.casefold() in keys), None)
        if found is None:
            return None
        if keys.count(found) > 1:
            raise UnreadableLabels(self.name, "line 1", f"there are {keys.count(found)} columns “{found}”")
        return keys.index(found)

    def rows(self, columns: Sequence[str], gathering: Gathering | None = None) -> Iterator[Row]:
        """Every row, only the cells of some columns; a row that cannot be read is a fault."""
        return self.rows_by_place([self.header.index(column) for column in columns], gathering)

    def rows_by_place(self, places: Sequence[int], gathering: Gathering | None = None) -> Iterator[Row]:
        """The same for columns by their places, which may bear one name."""
        if self.kind == "parquet":
            for number, row in enumerate(self._parquet.rows([self.header[place] for place in places]), 1):
                yield f"row {number}", [as_text(value).strip() for value in row]
            return
        faults: list[Fault] = []
        width = len(self.header)
        for line, cells in Table(self.source, self.name, faults).rows():
            if len(cells) > width and any(cells[width:]) and gathering is not None:
                gathering.fault(f"line {line}", f"it has {len(cells)} cells, the header has {width}")
                continue
            yield f"line {line}", [cells[place].strip() for place in places]
        if gathering is not None:
            for fault in faults:
                gathering.fault(fault.place, fault.reason)

    def votes(self, item: str, annotator: str, answer: str, gathering: Gathering) -> bool:
        """Take in three columns the short way; False if something is not as it should be."""
        arrow: Any = import_module("pyarrow")
        columns = [self.header.index(name) for name in (item, annotator, answer)]
        try:
            for batch in self._batches(arrow, columns):
                gathering.columns(*(_in_dictionary(arrow, column) for column in batch.columns))
        except (arrow.ArrowException, ValueError, UnicodeDecodeError, OSError, OverflowError):
            return False
        return True

    def json(self) -> Any:  # noqa: ANN401  # whatever JSON holds
        """All of a JSON file. Raises UnreadableLabels."""
        try:
            return msgspec.json.decode(self.source.read(self.name).removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableLabels(self.name, "", f"this is no readable JSON: {error}"[:300]) from None

    @cached_property
    def _parquet(self) -> ParquetTable:
        return ParquetTable(self.source, self.name)

    def _batches(self, arrow: Any, columns: list[int]) -> Iterator[Any]:  # noqa: ANN401  # the module
        if self.kind == "parquet":
            _ = self._parquet  # a table of a stranger is tried before it is read here
            parquet: Any = import_module("pyarrow.parquet")
            file = parquet.ParquetFile(self.path)
            names = [self.header[place] for place in columns]
            yield from (batch.select(names) for batch in file.iter_batches(columns=names))
            return
        if is_utf16(self.start):
            raise ValueError("Arrow reads UTF-8")
        csv: Any = import_module("pyarrow.csv")
        named = [str(place) for place in range(len(self.header))]
        wanted = [str(place) for place in columns]
        yield from csv.open_csv(
            self.path,
            read_options=csv.ReadOptions(
                column_names=named, skip_rows_after_names=1, block_size=BLOCK, use_threads=False
            ),
            parse_options=csv.ParseOptions(delimiter=delimiter_of(self.start), newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=wanted,
                column_types={place: arrow.string() for place in wanted},
                strings_can_be_null=False,
            ),
        )


def _in_dictionary(arrow: Any, column: Any) -> Any:  # noqa: ANN401  # the module, an array
    if arrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if arrow.types.is_integer(column.type):
        column = column.cast(arrow.string())
    if not (arrow.types.is_string(column.type) or arrow.types.is_large_string(column.type)):
        raise ValueError("the long way knows how to write other types")
    return column.dictionary_encode()


def _kind(start: bytes) -> str:
    if is_parquet(start):
        return "parquet"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return "json" if text in (b"[", b"{") else "csv"
