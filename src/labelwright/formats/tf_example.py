"""TFRecord files of tf.train.Example, read and written without TensorFlow.

A record is its length (8 bytes, little-endian), a checksum of that, the data, and a checksum of the data
(CRC-32C, masked). The data is protobuf: Example { Features { map of name to Feature } }, a feature being a
list of bytes, of floats (32 bits) or of whole numbers. What else a message says is passed over.
Layout: TensorFlow's documentation, “TFRecord and tf.train.Example”; protobuf's encoding.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from labelwright.formats.crc32c import masked
from labelwright.formats.report import Fault

LARGEST = 2**30  # bytes of a record
MOST_FEATURES = 10_000
HEAD, TAIL = 12, 4  # bytes before and behind the data

Values = list[bytes] | list[float] | list[int]
Example = dict[str, Values]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def records(
    file: IO[bytes], name: str, faults: list[Fault], *, checked: bool = True
) -> Iterator[tuple[int, bytes]]:
    """The data of each record with its number, from 1. After a broken length nothing more can be found."""
    number = 0
    while head := file.read(HEAD):
        number += 1
        place = f"record {number}"
        if not is_head(head):
            reason = "its length is damaged" if len(head) == HEAD else "the file ends in the middle of it"
            faults.append(Fault(file=name, place=place, reason=reason))
            return
        (length,) = struct.unpack("<Q", head[:8])
        if length > LARGEST:
            faults.append(Fault(file=name, place=place, reason=f"it has {length:,} bytes, above {LARGEST:,}"))
            return
        data, tail = file.read(length), file.read(TAIL)
        if len(data) < length or len(tail) < TAIL:
            faults.append(Fault(file=name, place=place, reason="the file ends in the middle of it"))
            return
        if checked and struct.unpack("<I", tail)[0] != masked(data):
            faults.append(
                Fault(file=name, place=place, reason="its data is damaged: the checksum is another")
            )
            continue
        yield number, data


def is_head(head: bytes) -> bool:
    """Whether the first bytes are those of a record."""
    return len(head) >= HEAD and struct.unpack("<I", head[8:HEAD])[0] == masked(head[:8])


def framed(data: bytes) -> bytes:
    """A record with its length and checksums."""
    length = struct.pack("<Q", len(data))
    return b"".join((length, struct.pack("<I", masked(length)), data, struct.pack("<I", masked(data))))


def parsed(data: bytes) -> Example:
    """The features of an Example by name. Raises ValueError for what is none."""
    example: Example = {}
    for number, _, features in _fields(memoryview(data)):
        if number != 1 or not isinstance(features, memoryview):
            continue
        for entry_number, _, entry in _fields(features):
            if entry_number != 1 or not isinstance(entry, memoryview):
                continue
            if len(example) >= MOST_FEATURES:
                raise ValueError(f"it has more than {MOST_FEATURES:,} features")
            name, values = _entry(entry)
            example[name] = values
    return example


def serialized(example: Mapping[str, Sequence[bytes] | Sequence[float] | Sequence[int]]) -> bytes:
    """An Example; features in the order of their names. Lists of bytes, floats and ints tell their type."""
    entries: list[bytes] = []
    for name in sorted(example):
        values = example[name]
        entries.append(_delimited(1, _delimited(1, name.encode()) + _delimited(2, _feature(values))))
    return _delimited(1, b"".join(entries))


def _entry(entry: memoryview) -> tuple[str, Values]:
    name, values = "", list[bytes]()
    result: Values = values
    for number, _, value in _fields(entry):
        if number == 1 and isinstance(value, memoryview):
            name = bytes(value).decode("utf-8", "replace")
        elif number == 2 and isinstance(value, memoryview):
            result = _values(value)
    return name, result


def _values(feature: memoryview) -> Values:
    for kind, _, inner in _fields(feature):
        if not isinstance(inner, memoryview):
            continue
        if kind == 1:
            return [
                bytes(value)
                for number, _, value in _fields(inner)
                if number == 1 and isinstance(value, memoryview)
            ]
        if kind == 2:
            return _floats(inner)
        if kind == 3:
            return _ints(inner)
    return list[bytes]()


def _floats(inner: memoryview) -> list[float]:
    values: list[float] = []
    for number, wire, value in _fields(inner):
        if number == 1 and wire == _FIXED32 and isinstance(value, int):
            values.append(struct.unpack("<f", struct.pack("<I", value))[0])
        elif number == 1 and isinstance(value, memoryview):
            if len(value) % 4:
                raise ValueError("a list of floats breaks off")
            values.extend(struct.unpack(f"<{len(value) // 4}f", value))
    return values


def _ints(inner: memoryview) -> list[int]:
    values: list[int] = []
    for number, wire, value in _fields(inner):
        if number == 1 and wire == _VARINT and isinstance(value, int):
            values.append(_signed(value))
        elif number == 1 and isinstance(value, memoryview):
            at = 0
            while at < len(value):
                one, at = _varint(value, at)
                values.append(_signed(one))
    return values


def _fields(message: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """The fields of a message: number, wire type and value. Raises ValueError."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, wire, value
            continue
        if wire == _BYTES:
            size, at = _varint(message, at)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"this is no protobuf: a field of type {wire}")
        if size > len(message) - at:
            raise ValueError("this is no protobuf: a field is longer than the message")
        found = message[at : at + size]
        at += size
        yield number, wire, found if wire == _BYTES else int.from_bytes(found, "little")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("this is no protobuf: a number breaks off")
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _signed(value: int) -> int:
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value


def _feature(values: Sequence[bytes] | Sequence[float] | Sequence[int]) -> bytes:
    if not values:
        return b""  # of no type: TensorFlow refuses an empty list of another type than it expects
    if all(isinstance(value, bytes) for value in values):
        inner = b"".join(_delimited(1, value) for value in values if isinstance(value, bytes))
        return _delimited(1, inner)
    numbers = [value for value in values if isinstance(value, int | float)]
    if any(isinstance(value, float) for value in numbers):
        return _delimited(2, _delimited(1, struct.pack(f"<{len(numbers)}f", *numbers)))
    return _delimited(3, _delimited(1, b"".join(_number(int(value)) for value in numbers)))


def _delimited(number: int, data: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(data)) + data


def _number(value: int) -> bytes:
    value &= 2**64 - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
