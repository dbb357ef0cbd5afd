"""The bytes of Datumaro's binary files: numbers in little endian, texts and lists with their length before.

A file is a signature, then `dm_format_version`, an empty field (that of an encryption), infos, categories
and the kind of media, each a JSON object, then the sizes of blobs and the blobs, about 1 MiB of items each.
Figures are floats of 32 bits. Sizes are checked before anything is taken: a broken file ends in ValueError.
"""

import struct
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from labelwright.formats.extras import Extra

SIGNATURE = b"signature:datumaro_binary"
NO_LABEL = 2**31 - 1
NO_SIZE = (-1583, -1597)
NONE, MEDIA, IMAGE, POINT_CLOUD = 0, 1, 2, 6
VIDEO_FRAME, VIDEO = 4, 5
KINDS = {
    1: "label",
    2: "mask",
    3: "points",
    4: "polygon",
    5: "polyline",
    6: "bbox",
    7: "caption",
    8: "cuboid_3d",
    11: "ellipse",
    15: "cuboid_2d",
}
NUMBERS = {name: number for number, name in KINDS.items()}


class Packed:
    """Bytes to take values from, one after the other. Every method raises ValueError at their end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def is_over(self) -> bool:
        """Whether all is taken."""
        return self._at >= len(self._data)

    def take(self, size: int) -> bytes:
        """So many bytes."""
        if size < 0 or self._at + size > len(self._data):
            raise ValueError(f"it ends before {size} bytes that it announces")
        self._at += size
        return self._data[self._at - size : self._at]

    def values(self, layout: str) -> tuple[Any, ...]:
        """Numbers of a layout, as in `struct`."""
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))

    def number(self) -> int:
        """A whole number above or equal to zero."""
        return int(self.values("I")[0])

    def text(self) -> str:
        """A text with its length before it."""
        return self.take(self.number()).decode()

    def table(self) -> Extra:
        """A JSON object."""
        data = self.take(self.number())
        found: Any = msgspec.json.decode(data) if data else {}
        if not isinstance(found, dict):
            raise ValueError("it has a list or a value where a JSON object belongs")
        return cast("Extra", found)

    def header(self) -> Extra:
        """A JSON object that has its length before it twice."""
        return Packed(self.take(self.number())).table()

    def floats(self) -> list[float]:
        """A list of coordinates."""
        return list(self.values(f"{self._fitting(self.number())}f"))

    def whole(self) -> list[int]:
        """A list of whole numbers."""
        return list(self.values(f"{self._fitting(self.number())}i"))

    def _fitting(self, count: int) -> int:
        if self._at + 4 * count > len(self._data):
            raise ValueError(f"it ends before {count} numbers that it announces")
        return count

    def media(self) -> Extra:
        """What an item is of, as JSON files say it."""
        kind = self.number()
        if kind == NONE:
            return {}
        path = self.text()
        if kind == IMAGE:
            size = self.values("ii")
            return {"image": {"path": path} if size == NO_SIZE else {"path": path, "size": list(size)}}
        if kind == POINT_CLOUD:
            for _ in range(self.number()):
                self.media()
            return {"point_cloud": {"path": path}}
        if kind == VIDEO:
            self.values("III")
        elif kind == VIDEO_FRAME:
            return {"image": {"path": f"{path}/{self.number()}"}}
        elif kind != MEDIA:
            raise ValueError(f"media of the kind {kind} are unknown")
        return {"image": {"path": path}}

    def item(self) -> Extra:
        """An item, as JSON files say it."""
        found: Extra = {"id": self.text(), "subset": self.text(), **self.media()}
        found["attr"] = self.table()
        found["annotations"] = [self.annotation() for _ in range(self.number())]
        return found

    def annotation(self) -> Extra:
        """A record, as JSON files say it."""
        number, id_, group, object_id = self.values("Bqqi")
        kind = KINDS.get(number)
        if kind is None:
            raise ValueError(f"records of the kind {number} are unknown, and all after it are lost")
        found: Extra = {"id": id_, "type": kind, "group": group, "object_id": object_id}
        found["attributes"] = self.table()
        if kind == "caption":
            return {**found, "caption": self.text()}
        (label,) = self.values("i")
        found["label_id"] = None if label == NO_LABEL else label
        if kind == "label":
            return found
        if kind == "cuboid_3d":
            return {**found, "points": self.floats()}
        (found["z_order"],) = self.values("i")
        if kind == "mask":
            height, width = self.values("ii")
            return {**found, "rle": {"size": [height, width], "counts": self.text()}}
        points = self.floats()
        if kind == "bbox":
            if len(points) != 4:
                raise ValueError("a box has four numbers")
            left, top, right, bottom = points
            return {**found, "bbox": [left, top, right - left, bottom - top]}
        if kind == "cuboid_2d":
            return {**found, "points": list(zip(points[::2], points[1::2], strict=False))}
        if kind == "points":
            found["visibility"] = self.whole()
        return {**found, "points": points}


def header(found: Extra) -> bytes:
    """A JSON object with its length before it twice."""
    return text(_table(found))


def text(data: bytes) -> bytes:
    """Bytes with their length before them."""
    return struct.pack("<I", len(data)) + data


def whole(values: Sequence[int]) -> bytes:
    """A list of whole numbers."""
    return struct.pack(f"<I{len(values)}i", len(values), *values)


def item(found: Extra, subset: str) -> bytes:
    """An item with its records."""
    image: Extra = found["image"]
    height, width = image.get("size", NO_SIZE)
    parts = [
        text(str(found["id"]).encode()),
        text(subset.encode()),
        struct.pack("<I", IMAGE) + text(str(image["path"]).encode()) + struct.pack("<ii", height, width),
        _table(found["attr"]),
        struct.pack("<I", len(found["annotations"])),
        *map(_annotation, found["annotations"]),
    ]
    return b"".join(parts)


def _annotation(found: Extra) -> bytes:
    kind = str(found["type"])
    head = struct.pack("<Bqqi", NUMBERS[kind], found["id"], found["group"], found.get("object_id", -1))
    start = head + _table(found["attributes"]) + struct.pack("<i", found["label_id"])
    if kind == "label":
        return start
    start += struct.pack("<i", found["z_order"])
    if kind == "mask":
        height, width = found["rle"]["size"]
        return start + struct.pack("<ii", height, width) + text(str(found["rle"]["counts"]).encode())
    if kind == "bbox":
        left, top, wide, high = found["bbox"]
        return start + _floats([left, top, left + wide, top + high])
    if kind == "cuboid_2d":
        return start + _floats([value for point in found["points"] for value in point])
    end = whole(found["visibility"]) if kind == "points" else b""
    return start + _floats(found["points"]) + end


def _floats(values: Sequence[float]) -> bytes:
    return struct.pack(f"<I{len(values)}f", len(values), *values)


def _table(found: Extra) -> bytes:
    return text(msgspec.json.encode(found) if found else b"")
