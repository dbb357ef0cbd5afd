"""Identifiers: UUIDv7 text, so that ids made anywhere sort by the time they were made.

The layout follows RFC 9562 section 5.7: 48 bits of Unix milliseconds, then random bits.
"""

import re

_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")


def uuid7(milliseconds: int, randomness: bytes) -> str:
    """The UUIDv7 for a moment (Unix milliseconds) and 10 random bytes."""
    if len(randomness) != 10:
        raise ValueError("uuid7 wants exactly 10 random bytes")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(randomness)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def beside(other: str, randomness: bytes) -> str:
    """A UUIDv7 of the same moment as another one, so that both stand together where ids are sorted."""
    return uuid7(int(other[:8] + other[9:13], 16), randomness)


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its canonical lower-case form."""
    return _UUID.match(text) is not None
