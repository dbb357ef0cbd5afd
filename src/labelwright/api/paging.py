"""Lists in parts: `{"items": […], "next": cursor}`; the last part has no `next`."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

from labelwright.core.errors import InvalidInput

T = TypeVar("T")

Limit = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Cursor = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=300)]


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list: `cursor` is the `next` of the part before."""

    limit: Limit = 100
    cursor: Cursor | None = None


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A part of a list."""

    items: list[T]
    next: str | None = None


def page_of(entries: Sequence[T], query: ListQuery) -> Page[T]:
    """The part of a list that is short enough to be read as a whole."""
    start = _position(query.cursor)
    end = start + query.limit
    return Page(items=list(entries[start:end]), next=str(end) if end < len(entries) else None)


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not (cursor.isdecimal() and cursor.isascii() and len(cursor) < 10):
        raise InvalidInput("This cursor is none of ours.", place="cursor", remedy="Leave it out.")
    return int(cursor)


def whole(text: str, name: str) -> int:
    """A number in an address. Raises InvalidInput."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput(f"“{text}” is no whole number.", place=name, remedy="Count from 0.")
    return int(text)
