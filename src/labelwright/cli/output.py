"""What commands print: text for people, JSON for programs, progress on a terminal only."""

import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from labelwright.core.errors import LabelwrightError
from labelwright.sdk.records import Progress

Watcher = Callable[[int, int | None, str], None]


def say(text: str = "") -> None:
    """A line for people."""
    print(text, flush=True)


def warn(text: str) -> None:
    """A line beside the results."""
    print(text, file=sys.stderr, flush=True)


def show_json(value: Any) -> None:  # noqa: ANN401  # whatever JSON can hold
    """A value for programs."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode(), flush=True)


def show(value: Any, text: str | Callable[[], str], *, json: bool) -> None:  # noqa: ANN401
    """The value as JSON where that was asked for, else the text."""
    if json:
        show_json(value)
    else:
        say(text if isinstance(text, str) else text())


def columns(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as plain text; numbers stand to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(head)]
    numeric = [bool(cells) and all(_is_number(row[i]) for row in cells) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        aligned = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        return "  ".join(aligned).rstrip()

    return "\n".join([line([name.upper() for name in head]), *map(line, cells)])


def complain(error: LabelwrightError) -> None:
    """The error's sentence and its remedy, on the error output."""
    warn(f"error: {error.message}")
    for fault in getattr(error, "errors", [])[:20]:
        warn(f"  - {_fault(fault)}")
    if error.remedy:
        warn(f"  {error.remedy}")


def _fault(fault: object) -> str:
    if isinstance(fault, dict):
        return ": ".join(str(value) for value in fault.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(fault)


@contextmanager
def progress(title: str, *, quiet: bool) -> Generator[Watcher]:
    """A bar on a terminal; elsewhere nothing, so that logs stay readable."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total, _note: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None)

        def watch(done: int, total: int | None, note: str) -> None:
            bar.update(task, completed=done, total=total, description=note or title)

        yield watch


def watching(bar: Watcher) -> Callable[[Progress], None]:
    """A bar that hears of a job's progress."""
    return lambda seen: bar(seen.done, seen.total, seen.note)


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "", 1).lstrip("-").isdigit()
