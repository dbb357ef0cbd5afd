"""CRC-32C (Castagnoli), as TFRecord files check themselves; quick on long data without any library.

Of a long text, many stretches are worked on at once (NumPy), each as if it stood alone; since the sum is
linear over bits, the sum of two stretches is that of the first, moved on by the length of the second, and
that of the second. RFC 3720, appendix B.4; the joining as in zlib's crc32_combine.
"""

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78
_SHORT = 2048  # bytes that are not worth the trouble
_STRETCHES = 512  # a power of two

Words = NDArray[np.uint32]


def _table() -> Words:
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = np.where(values & 1, (values >> 1) ^ np.uint32(_POLYNOMIAL), values >> 1).astype(np.uint32)
    return values


_STEP = _table()
_STEPS: list[int] = _STEP.tolist()


def crc32c(data: bytes) -> int:
    """The checksum of data."""
    if len(data) < _SHORT:
        state = 0xFFFFFFFF
        for byte in data:
            state = _STEPS[(state ^ byte) & 255] ^ (state >> 8)
        return state ^ 0xFFFFFFFF
    return _long(data) ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    """The checksum as TFRecord stores it."""
    plain = crc32c(data)
    return ((plain >> 15 | plain << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _long(data: bytes) -> int:
    length = -(-len(data) // _STRETCHES)
    padded = np.zeros(length * _STRETCHES, dtype=np.uint8)  # zeros before the data change nothing
    padded[-len(data) :] = np.frombuffer(data, dtype=np.uint8)
    start = len(padded) - len(data)
    padded[start : start + 4] ^= 255  # as if the state had begun with all ones
    columns = padded.reshape(_STRETCHES, length).T.astype(np.uint32)
    states = np.zeros(_STRETCHES, dtype=np.uint32)
    for column in columns:
        states = _next(states ^ column)
    moved = _power(length)
    while len(states) > 1:
        states = np.bitwise_xor(_apply(moved, states[0::2]), states[1::2])
        moved = _apply(moved, moved)
    return int(states[0])


def _power(length: int) -> Words:
    """What so many zero bytes make of each bit of a state."""
    ones = (np.uint32(1) << np.arange(32, dtype=np.uint32)).astype(np.uint32)
    square, whole = _next(ones), ones
    while length:
        if length & 1:
            whole = _apply(square, whole)
        square = _apply(square, square)
        length >>= 1
    return whole


def _next(states: Words) -> Words:
    """The states one byte on, that byte being in them already."""
    return (_STEP[states & np.uint32(255)] ^ (states >> np.uint32(8))).astype(np.uint32, copy=False)


def _apply(columns: Words, states: Words) -> Words:
    """The states after a change that is known for each single bit."""
    bits = (states[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    return np.bitwise_xor.reduce(np.where(bits == 1, columns[None, :], np.uint32(0)), axis=1).astype(
        np.uint32
    )
