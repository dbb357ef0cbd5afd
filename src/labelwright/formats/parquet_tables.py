"""Parquet tables of any columns, as strangers make them; each is tried in a process of its own first."""

from collections.abc import Iterator, Sequence
from typing import Any

from labelwright.core.errors import UnreadableLabels
from labelwright.formats import parquet_process
from labelwright.formats.folder import Source
from labelwright.formats.parquet import Column, Row, TableReader

AT_ONCE = 64  # rows in memory: a row may hold a picture


class ParquetTable:
    """A Parquet file; `types` are its columns with their types in Arrow's words.

    Raises UnreadableLabels if it is none, or cannot be trusted.
    """

    def __init__(self, source: Source, name: str) -> None:
        self.name = name
        self._source = source
        with source.open(name) as file:
            parquet_process.try_apart([(file, name, ())])
            reader = TableReader(file, name, ())
            self.types, self.said = reader.types(), reader.said()

    def rows(self, columns: Sequence[str]) -> Iterator[Row]:
        """Every row as the values of the columns. Raises UnreadableLabels."""
        wanted = [Column(column, "any", "") for column in columns]
        with self._source.open(self.name) as file:
            parquet_process.try_apart([(file, self.name, wanted)])
            yield from TableReader(file, self.name, wanted).rows(AT_ONCE)


class Cells:
    """Single cells of a column, wanted one after the other: going back begins again."""

    def __init__(self, table: ParquetTable, column: str) -> None:
        self._table, self._column = table, column
        self._rows: Iterator[Row] = iter(())
        self._next = -1

    def cell(self, row: int) -> Any:  # noqa: ANN401  # whatever it holds
        """The cell of a row, from 0."""
        if row < self._next or self._next < 0:
            self._rows, self._next = self._table.rows([self._column]), 0
        for (value,) in self._rows:
            self._next += 1
            if self._next > row:
                return value
        raise UnreadableLabels(self._table.name, f"row {row + 1}", "it is not there any more")


def tables_of(source: Source) -> list[str]:
    """The names of the Parquet files of a source."""
    return [name for name in source.names() if name.lower().endswith(".parquet")]


def is_parquet(start: bytes) -> bool:
    """Whether a file begins as Parquet does."""
    return start.startswith(b"PAR1")


def as_text(value: Any) -> str:  # noqa: ANN401  # whatever a cell may hold
    """A cell as a CSV would have it; a picture as its path."""
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dict):
        return as_text(value.get("path"))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    return str(value)
