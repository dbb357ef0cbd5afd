"""Items put aside while they are read, to be gone through as often as a writer wants.

Up to `IN_MEMORY` bytes stay in memory, then a file without a name takes them, so that converting needs the
same memory for ten items and for ten million. Pictures are not put aside; `media` finds them again.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

import msgspec

from labelwright.core.document import Document
from labelwright.formats.format import LabeledItem

IN_MEMORY = 64 * 2**20
AT_ONCE = 2**20
LENGTH = 4  # bytes before each item

Media = Callable[[str], Callable[[], Path | bytes] | None]


def no_media(name: str) -> None:
    """Pictures stay behind."""
    del name


class _Kept(msgspec.Struct, array_like=True, gc=False):
    name: str
    width: int
    height: int
    document: Document
    split: str | None
    key: str | None
    in_shares: bool
    turned_boxes: bool
    item_id: str | None
    sha256: str | None


class Spool:
    """Items in the order in which they were added."""

    def __init__(self, media: Media = no_media) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by `with`
        self._media = media
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(_Kept)
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, item: LabeledItem) -> None:
        """Put one more aside; all are added before any is asked for."""
        body = self._encoder.encode(
            _Kept(
                item.name,
                item.width,
                item.height,
                item.document,
                item.split,
                item.key,
                item.in_shares,
                item.turned_boxes,
                item.item_id,
                item.sha256,
            )
        )
        self._file.write(len(body).to_bytes(LENGTH, "big"))
        self._file.write(body)
        self.count += 1

    def __iter__(self) -> Iterator[LabeledItem]:
        # Each walk keeps its own place: a writer may begin a second one before the first is over.
        place, rest = 0, b""
        while True:
            self._file.seek(place)
            wanted = int.from_bytes(rest[:LENGTH], "big") if len(rest) >= LENGTH else 0
            more = self._file.read(max(AT_ONCE, wanted))
            if not more:
                return
            place += len(more)
            held = memoryview(rest + more)
            at = 0
            while at + LENGTH <= len(held):
                end = at + LENGTH + int.from_bytes(held[at : at + LENGTH], "big")
                if end > len(held):
                    break
                yield self._item(self._decoder.decode(held[at + LENGTH : end]))
                at = end
            rest = bytes(held[at:])

    def _item(self, kept: _Kept) -> LabeledItem:
        return LabeledItem(
            kept.name,
            kept.width,
            kept.height,
            kept.document,
            kept.split,
            kept.key,
            self._media(kept.name),
            kept.in_shares,
            kept.turned_boxes,
            kept.item_id,
            kept.sha256,
        )
