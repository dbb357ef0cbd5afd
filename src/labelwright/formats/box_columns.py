"""Tables of boxes: which columns are the picture, its size, the class and the four numbers.

Numbers are the box's edges in pixels, 0 at the picture's corner; also read are tables with a width and
height of the box instead of its right and bottom, with all four in one cell, and in shares of the picture.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from labelwright.core.shapes import Box
from labelwright.formats.class_columns import ONE, PICTURE, SPLIT

_LEFT, _TOP = ("xmin", "x_min", "x1", "left", "bbox_x1", "x"), ("ymin", "y_min", "y1", "top", "bbox_y1", "y")
_RIGHT, _BOTTOM = ("xmax", "x_max", "x2", "right", "bbox_x2"), ("ymax", "y_max", "y2", "bottom", "bbox_y2")
_WIDE, _HIGH = ("w", "box_width", "bbox_width", "bbox_w"), ("h", "box_height", "bbox_height", "bbox_h")
_WHOLE = ("bbox", "box", "bounding_box")
_NUMBERS = re.compile(r"[\s,;\[\]()]+")


class BoxRoles(NamedTuple):
    """Places of the columns; `corners` are four of them, or one with all numbers.

    `by_size`: the last two are the box's width and height. `in_shares`: of the picture's.
    """

    picture: int
    label: int
    corners: tuple[int, ...]
    by_size: bool
    split: int | None
    width: int | None
    height: int | None
    score: int | None
    in_shares: bool = False


def box_roles_of(header: Sequence[str], sample: Sequence[Sequence[str]]) -> BoxRoles | None:
    """What the columns of a table are for, or None if it is no table of boxes."""
    roles = _roles(header, sample)
    return roles and roles._replace(in_shares=_is_in_shares(roles, sample))


def _roles(header: Sequence[str], sample: Sequence[Sequence[str]]) -> BoxRoles | None:
    keys = [word.strip().casefold() for word in header]

    def place(names: Sequence[str]) -> int | None:
        return next((keys.index(name) for name in names if name in keys), None)

    picture, label, split = place(PICTURE), place(ONE), place(SPLIT)
    if picture is None or label is None or picture == label:
        return None
    width, height = (
        place(("width", "image_width", "img_width")),
        place(("height", "image_height", "img_height")),
    )
    left, top, right, bottom = place(_LEFT), place(_TOP), place(_RIGHT), place(_BOTTOM)
    wide, high, whole = place(_WIDE), place(_HIGH), place(_WHOLE)
    score = place(("confidence", "score"))
    if left is not None and top is not None and right is not None and bottom is not None:
        return BoxRoles(picture, label, (left, top, right, bottom), False, split, width, height, score)
    if left is not None and top is not None and wide is not None and high is not None:
        return BoxRoles(picture, label, (left, top, wide, high), True, split, width, height, score)
    if left is not None and top is not None and width is not None and height is not None:
        return BoxRoles(picture, label, (left, top, width, height), True, split, None, None, score)
    if whole is not None:
        by_size = any(_is_by_size(cells[whole]) for cells in sample if whole < len(cells))
        return BoxRoles(picture, label, (whole,), by_size, split, width, height, score)
    return None


def box_of(roles: BoxRoles, cells: Sequence[str]) -> Box | None:
    """The box of a row, or None where its numbers are left out. Raises ValueError and InvalidShape."""
    words = _words(roles, cells)
    if not any(word.strip() for word in words):
        return None
    if len(words) != 4:
        raise ValueError("a box has four numbers")
    left, top, right, bottom = map(float, words)
    if roles.by_size:
        right, bottom = left + right, top + bottom
    return Box(left=left, top=top, right=right, bottom=bottom)


def _words(roles: BoxRoles, cells: Sequence[str]) -> list[str]:
    words = [cells[place] for place in roles.corners]
    return words if len(words) > 1 else [word for word in _NUMBERS.split(words[0]) if word]


def _is_in_shares(roles: BoxRoles, sample: Sequence[Sequence[str]]) -> bool:
    """Whether no number is above 1, and some are not whole."""
    words = [word for cells in sample for word in _words(roles, cells) if word.strip()]
    try:
        values = [float(word) for word in words]
    except ValueError:
        return False
    return any(value != int(value) for value in values) and all(0 <= value <= 1 for value in values)


def _is_by_size(cell: str) -> bool:
    """Whether the last two numbers can only be a width and height."""
    try:
        left, top, right, bottom = (float(word) for word in _NUMBERS.split(cell) if word)
    except ValueError:
        return False
    return right <= left or bottom <= top
