"""Freeing the sizes that an ONNX file states, for models that take any size but say one.

Only the few messages on the way to the shapes are written anew (ONNX's onnx.proto: ModelProto.graph = 7,
GraphProto.input = 11, output = 12, value_info = 13, ValueInfoProto.type = 2, TypeProto.tensor_type = 1,
Tensor.shape = 2, TensorShapeProto.dim = 1, Dimension.dim_param = 2); everything else stays byte for byte.
"""

from collections.abc import Iterator

_TO_SHAPES = ((7,), (11, 12, 13), (2,), (1,), (2,))
_BYTES = 2  # the wire type of messages and texts


def with_free_shapes(data: bytes) -> bytes:
    """The model with every stated size of its inputs, outputs and values left open. Raises ValueError."""
    return _freed(data, 0)


def _freed(message: bytes, depth: int) -> bytes:
    if depth == len(_TO_SHAPES):
        dims = sum(field == 1 for field, _, _ in _fields(message))
        return b"".join(_field(1, _field(2, f"d{place}".encode())) for place in range(dims))
    parts: list[bytes] = []
    for field, raw, inside in _fields(message):
        wanted = inside is not None and field in _TO_SHAPES[depth]
        parts.append(_field(field, _freed(inside, depth + 1)) if wanted and inside is not None else raw)
    return b"".join(parts)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes | None]]:
    """Number, raw bytes and, where it has a length, the content of each field."""
    at = 0
    while at < len(message):
        start = at
        key, at = _number(message, at)
        kind = key & 7
        inside = None
        if kind == 0:
            _, at = _number(message, at)
        elif kind == _BYTES:
            size, at = _number(message, at)
            inside, at = message[at : at + size], at + size
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise ValueError("not a protocol buffer")
        if at > len(message):
            raise ValueError("a protocol buffer that ends early")
        yield key >> 3, message[start:at], inside


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("a protocol buffer that ends early")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))
