"""Tables as people read them on a terminal; in a pipe they are as wide as they need to be."""

import sys
from collections.abc import Iterable, Sequence

Row = tuple[object, ...]
WIDE = 200  # characters, where there is no terminal to fit into


def show_table(title: str, head: Sequence[str], rows: Iterable[Row]) -> None:
    """A titled table; nothing at all without rows. Numbers stand to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    listed = [[_text(cell) for cell in row] for row in rows]
    if not listed:
        return
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    table = Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(head):
        is_number = all(row[place][:1] in "0123456789-–" for row in listed)
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in listed:
        table.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(table)


def _text(cell: object) -> str:
    text = f"{cell:,}" if isinstance(cell, int) else str(cell)
    return "".join(c if c.isprintable() else "�" for c in text)
