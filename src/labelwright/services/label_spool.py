"""The records of an import that belong to items, put aside on disk while the files are read.

An import needs to know what a file holds before it can say what becomes of it, and a file may hold a
million annotations. So its records wait in a file without a name, which is gone when the process is, and
are taken out item by item; in memory stays where each item's records lie.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

import msgspec

from labelwright.core.document import Document
from labelwright.formats.format import LabeledItem
from labelwright.services.label_matching import ItemRef

LENGTH = 4  # bytes before each record


class Record(msgspec.Struct, array_like=True, frozen=True):
    """A record of a file, with its number in the order of reading."""

    index: int
    name: str
    document: Document
    split: str | None = None
    in_shares: bool = False
    turned_boxes: bool = False
    tags: tuple[str, ...] = ()


class Spool:
    """Records by item, in the order in which their items came first."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  # closed by `with`
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Record)
        self._items: dict[str, tuple[ItemRef, list[int]]] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._items)

    def add(self, index: int, entry: LabeledItem, item: ItemRef) -> None:
        """Put a record of an item aside; all are added before any is asked for."""
        record = Record(
            index, entry.name, entry.document, entry.split, entry.in_shares, entry.turned_boxes, entry.tags
        )
        body = self._encoder.encode(record)
        self._items.setdefault(item.id, (item, []))[1].append(self._end)
        self._file.write(len(body).to_bytes(LENGTH, "big"))
        self._file.write(body)
        self._end += LENGTH + len(body)

    def items(self) -> Iterator[tuple[ItemRef, list[Record]]]:
        """Every item with all that the files say of it."""
        for item, places in self._items.values():
            yield item, self._records(places)

    def _records(self, places: Sequence[int]) -> list[Record]:
        found: list[Record] = []
        for place in places:
            self._file.seek(place)
            size = int.from_bytes(self._file.read(LENGTH), "big")
            found.append(self._decoder.decode(self._file.read(size)))
        return found
