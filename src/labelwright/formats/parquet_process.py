"""Tables of strangers are tried in a process of their own: a bad one can end the program that reads it.

    python -m labelwright.formats.parquet_process NAME COLUMNS   (the table is standard input)

Arrow aborts on some damaged files instead of raising. So each table is first read once from end to end
in a process that may take only so much memory and time; only one that comes through is read here.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from labelwright.core.errors import UnreadableLabels
from labelwright.formats.parquet import Column, TableReader

MEMORY = 4 * 2**30  # bytes of address space, of which Arrow reserves some that it never uses
SECONDS, BYTES_A_SECOND = 60, 2**20  # so long, and longer for large tables
REFUSED = 3  # the exit status of a table that is none, with the reason on standard output

Table = tuple[IO[bytes], str, Sequence[Column]]


def try_apart(tables: Sequence[Table]) -> None:
    """Try tables, side by side. Raises UnreadableLabels for the first that cannot be read."""
    begun: list[subprocess.Popen[bytes]] = []
    try:
        for file, name, columns in tables:
            file.seek(0)
            begun.append(_begin(file, name, columns))
        for process, (file, name, _) in zip(begun, tables, strict=True):
            _wait(process, name, _seconds(file))
            file.seek(0)
    finally:
        for process in begun:
            process.kill()
            process.communicate()


def _begin(file: IO[bytes], name: str, columns: Sequence[Column]) -> "subprocess.Popen[bytes]":
    listed = json.dumps([[column.name, column.type, column.optional] for column in columns])
    command = [sys.executable, "-P", "-m", "labelwright.formats.parquet_process", name, listed]
    return subprocess.Popen(  # noqa: S603  # our own module, named above
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def _wait(process: "subprocess.Popen[bytes]", name: str, seconds: int) -> None:
    try:
        said, _ = process.communicate(timeout=10 * seconds)
    except subprocess.TimeoutExpired:
        raise UnreadableLabels(name, "", "reading this table takes too long") from None
    if process.returncode == REFUSED:
        raise UnreadableLabels(name, "", said.decode("utf-8", "replace"))
    if process.returncode:
        raise UnreadableLabels(
            name, "", f"this table is damaged: reading it broke off (status {process.returncode})"
        )


def _seconds(file: IO[bytes]) -> int:
    return SECONDS + file.seek(0, 2) // BYTES_A_SECOND


def main() -> None:
    """Read standard input as a table; the exit status says whether it is one."""
    name, listed = sys.argv[1:]
    file = sys.stdin.buffer
    _limit(_seconds(file))
    columns = [Column(column, kind, "", optional=may) for column, kind, may in json.loads(listed)]
    try:
        TableReader(file, name, columns).scan()
    except UnreadableLabels as error:
        sys.stdout.buffer.write(error.message.removeprefix(f"{name}: ").encode())
        sys.exit(REFUSED)


def _limit(seconds: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # no such limits on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
