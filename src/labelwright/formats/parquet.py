"""Parquet tables, a row group at a time, over pyarrow; it is loaded by whoever reads or writes first.

A table of a stranger is looked at before it is read: which columns it has and of which types, how many
rows, and how much it says that it unpacks to. `parquet_process.py` tries it out before anybody trusts it.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import IO, Any, NamedTuple

from labelwright.core.errors import UnreadableLabels

ROWS = 16_384  # of a row group
BYTES = 16 * 2**20  # of text of a row group, so that large masks do not gather
MOST_UNPACKED = 2**29  # bytes that a row group may say it has
ROWS_A_BYTE, FEW_ROWS = 4, 100_000  # that a table may say it has; real ones have many bytes a row
BATCH = 4096  # rows that are in memory while reading

Row = tuple[Any, ...]


class Column(NamedTuple):
    """A column: `type` is text, whole, number or flag, or when reading also any.

    One that `repeats` has few different values. One that is `optional` may be missing when a table is
    read, as older ones have it not; its values are None.
    """

    name: str
    type: str
    about: str
    repeats: bool = False
    optional: bool = False


class TableWriter:
    """Writes rows of values in the order of the columns; `size` says how much text a row has."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self._arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
        self._columns = columns
        types = _types(self._arrow)
        self._schema = self._arrow.schema([(column.name, types[column.type]) for column in columns])
        self._writer = parquet.ParquetWriter(
            file,
            self._schema,
            compression="zstd",
            use_dictionary=[column.name for column in columns if column.repeats],
            write_statistics=[column.name for column in columns if column.type != "text" or column.repeats],
        )
        self._rows: list[Row] = []
        self._bytes = 0

    def add(self, row: Row, size: int = 0) -> None:
        """One more row."""
        self._rows.append(row)
        self._bytes += size
        if len(self._rows) >= ROWS or self._bytes >= BYTES:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the footer."""
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        arrays = [
            self._arrow.array(values, field.type)
            for values, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)
        ]
        self._writer.write_batch(self._arrow.record_batch(arrays, schema=self._schema))
        self._rows, self._bytes = [], 0


class TableReader:
    """Reads the rows of a table as tuples in the order of the columns asked for.

    Raises UnreadableLabels if it is no table, or not of these columns.
    """

    def __init__(self, file: IO[bytes], name: str, columns: Sequence[Column]) -> None:
        self._arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
        self._file, self._name, self._columns = file, name, columns
        try:
            # One column after the other: reading ahead would hold a whole row group.
            self._table = parquet.ParquetFile(file, pre_buffer=False, buffer_size=1 << 16)
            self._absent = self._missing()
            self._check_columns()
            self._check_growth()
            # A long text that a dictionary repeats is made once, not once a row.
            self._table = parquet.ParquetFile(
                file, pre_buffer=False, buffer_size=1 << 16, read_dictionary=self._in_dictionaries()
            )
        except self._faults() as error:
            raise self._broken(error) from None

    def __len__(self) -> int:
        return int(self._table.metadata.num_rows)

    def types(self) -> dict[str, str]:
        """Every column of the table, also those not asked for, with its type in Arrow's words."""
        return {field.name: str(field.type) for field in self._table.schema_arrow}

    def said(self) -> dict[bytes, bytes]:
        """What the table says beside its columns."""
        return dict(self._table.schema_arrow.metadata or {})

    def rows(self, at_once: int = BATCH) -> Iterator[Row]:
        """Every row, so many in memory. Raises UnreadableLabels where the table breaks off."""
        names = self._names()
        try:
            for group in range(self._table.metadata.num_row_groups):
                for batch in self._batches(group, names, at_once):
                    found = {name: self._values(batch.column(name)) for name in names}
                    none = [None] * batch.num_rows
                    yield from zip(*(found.get(column.name, none) for column in self._columns), strict=True)
        except self._faults() as error:
            raise self._broken(error) from None

    def scan(self) -> None:
        """Read everything and keep nothing. Raises UnreadableLabels where the table breaks off."""
        names = self._names()
        try:
            for group in range(self._table.metadata.num_row_groups):
                for batch in self._batches(group, names):
                    batch.validate(full=True)
        except (*self._faults(), MemoryError) as error:
            raise self._broken(error) from None

    def _batches(self, group: int, names: list[str], at_once: int = BATCH) -> Any:  # noqa: ANN401
        return self._table.iter_batches(at_once, row_groups=[group], columns=names, use_threads=False)

    def _values(self, column: Any) -> list[Any]:  # noqa: ANN401  # an Arrow array
        if not self._arrow.types.is_dictionary(column.type):
            return column.to_pylist()
        words = column.dictionary.to_pylist()
        return [None if index is None else words[index] for index in column.indices.to_pylist()]

    def _names(self) -> list[str]:
        return [column.name for column in self._columns if column.name not in self._absent]

    def _missing(self) -> set[str]:
        there = set(self._table.schema_arrow.names)
        return {column.name for column in self._columns if column.optional and column.name not in there}

    def _in_dictionaries(self) -> list[str]:
        wanted = {column.name for column in self._columns if column.type == "text"}
        metadata: Any = self._table.metadata
        found: set[str] = set()
        for group in range(metadata.num_row_groups):
            for place in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(place)
                if any("DICTIONARY" in encoding for encoding in chunk.encodings):
                    found.add(chunk.path_in_schema)
        return sorted(found & wanted)

    def _faults(self) -> tuple[type[Exception], ...]:
        return (self._arrow.ArrowException, OSError, UnicodeDecodeError, ValueError, OverflowError)

    def _broken(self, error: Exception) -> UnreadableLabels:
        return UnreadableLabels(self._name, "", f"this is no Parquet table: {str(error)[:200]}")

    def _check_columns(self) -> None:
        schema: Any = self._table.schema_arrow
        fits = _fits(self._arrow)
        for column in self._columns:
            if column.name in self._absent:
                continue
            if schema.names.count(column.name) != 1:
                raise UnreadableLabels(self._name, "", f"there is no column “{column.name}”")
            found = schema.field(column.name).type
            if not fits[column.type](found):
                raise UnreadableLabels(
                    self._name, f"column “{column.name}”", f"it holds {found}, not {column.type}"
                )

    def _check_growth(self) -> None:
        metadata: Any = self._table.metadata
        largest = max(
            (metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)), default=0
        )
        rows, size = len(self), self._file.seek(0, 2)
        if rows > ROWS_A_BYTE * size + FEW_ROWS:
            raise UnreadableLabels(self._name, "", f"it says that its {size:,} bytes hold {rows:,} rows")
        if largest > MOST_UNPACKED:
            raise UnreadableLabels(
                self._name, "", f"a row group unpacks to {largest:,} bytes, above {MOST_UNPACKED:,}"
            )


def _types(arrow: Any) -> dict[str, Any]:  # noqa: ANN401  # the module
    return {"text": arrow.string(), "whole": arrow.int64(), "number": arrow.float64(), "flag": arrow.bool_()}


def _fits(arrow: Any) -> dict[str, Any]:  # noqa: ANN401  # the module
    types = arrow.types

    def is_text(found: object) -> bool:
        plain = found.value_type if types.is_dictionary(found) else found  # type: ignore[attr-defined]
        is_view = getattr(types, "is_string_view", types.is_null)(plain)
        return bool(types.is_string(plain) or types.is_large_string(plain) or types.is_null(plain) or is_view)

    def is_number(found: object) -> bool:
        return bool(types.is_floating(found) or types.is_integer(found) or types.is_null(found))

    return {
        "text": is_text,
        "whole": types.is_integer,
        "number": is_number,
        "flag": types.is_boolean,
        "any": bool,
    }
