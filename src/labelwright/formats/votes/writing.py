"""Writing tables: CSV, TSV or Parquet by the ending, whole or not at all."""

import os
import secrets
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from labelwright.core.errors import InvalidInput
from labelwright.formats.parquet import Column, Row, TableWriter
from labelwright.formats.tables import row

ENDINGS = (".csv", ".parquet")


def check_ending(path: Path) -> None:
    """Raises InvalidInput for an ending that says no kind of table."""
    if path.suffix.lower() not in ENDINGS:
        raise InvalidInput(
            f"{path.name} does not say what to write.",
            place=str(path),
            remedy=f"Let it end in {' or '.join(ENDINGS)}.",
        )
    if path.is_dir() or not path.parent.is_dir():
        raise InvalidInput(
            f"{path} is a folder, or its folder is not there.",
            place=str(path),
            remedy="Name a file in a folder that exists.",
        )


def write_table(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """Write the rows beside the file and put them in its place when all are there; gives how many.

    Texts that a spreadsheet would run as formulas are guarded in CSV (`tables.py`).
    """
    check_ending(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write = _parquet if path.suffix.lower() == ".parquet" else _csv
    try:
        count = write(beside, columns, rows)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _parquet(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    count = 0
    with path.open("wb") as file, closing(TableWriter(file, columns)) as table:
        for entry in rows:
            table.add(entry, len(str(entry[0])))
            count += 1
    return count


def _csv(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(row([column.name for column in columns]) + "\n")
        for entry in rows:
            file.write(row([_cell(value) for value in entry]) + "\n")
            count += 1
    return count


def _cell(value: object) -> str | float | int | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str | float | int) or value is None else str(value)
