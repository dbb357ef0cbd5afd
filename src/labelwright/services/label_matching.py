"""Which item a record of labels means."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from sqlalchemy import Connection, select

from labelwright.formats.format import LabeledItem
from labelwright.storage.schema import items

ROWS = 5000  # that are read at once


class ItemRef(NamedTuple):
    """What an import needs to know of an item."""

    id: str
    name: str
    width: int
    height: int


class Found(NamedTuple):
    """The item that a record means, and by what it was found; or a sentence if several fit."""

    item: ItemRef | None
    by: str
    doubt: str | None = None


WAYS = ("id", "key", "content", "name", "file name", "name without ending")
NOT_FOUND = Found(None, "")


class Finder:
    """Finds the item that a record means: by its id or bytes, by client key, name, file name, then stem."""

    def __init__(self, tx: Connection, project_id: str) -> None:
        # A project has hundreds of thousands of items: a word leads to the item itself, not to a list,
        # as long as it means one.
        self._by: list[dict[str, ItemRef | list[ItemRef]]] = [{} for _ in WAYS]
        columns = (items.c.id, items.c.sha256, items.c.key, items.c.name, items.c.width, items.c.height)
        rows = tx.execute(select(*columns).where(items.c.project_id == project_id))
        for part in rows.partitions(ROWS):
            for row in part:
                file_name = row.name.rpartition("/")[2]
                words = (row.id, row.key, row.sha256, row.name, file_name, _stem(file_name))
                self._add(ItemRef(row.id, row.name, row.width, row.height), words)

    def _add(self, item: ItemRef, words: Iterable[str | None]) -> None:
        for table, word in zip(self._by, words, strict=True):
            if word:
                there = table.get(word)
                if there is None:
                    table[word] = item
                elif isinstance(there, list):
                    there.append(item)
                else:
                    table[word] = [there, item]

    def find(self, entry: LabeledItem) -> Found:
        """The item of a record, if exactly one fits."""
        path = PurePosixPath(entry.name.replace("\\", "/"))
        key = entry.key or entry.name
        words = (entry.item_id, key, entry.sha256, str(path), path.name, path.stem)
        for way, table, word in zip(WAYS, self._by, words, strict=True):
            found = table.get(word) if word else None
            if isinstance(found, list):
                listed = f"{found[0].name} and {found[1].name}"
                return Found(None, way, f"{entry.name} could be {len(found)} items, such as {listed}")
            if found is not None:
                return Found(found, way)
        return NOT_FOUND


def _stem(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem if dot and stem and ending else name


def other_frame(entry: LabeledItem, item: ItemRef) -> str | None:
    """Why the coordinates of a record cannot be those of the item's picture."""
    if not entry.width or not entry.height or (entry.width, entry.height) == (item.width, item.height):
        return None
    return (
        f"made on a picture of {entry.width} × {entry.height} pixels, "
        f"but the item has {item.width} × {item.height}"
    )
