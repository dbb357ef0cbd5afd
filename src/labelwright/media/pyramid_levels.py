"""The arithmetic of tile pyramids: which pictures need one, how many levels, how large each is.

Level 0 is the picture itself. Pixel i of level k covers the pixels i·2ᵏ to (i + 1)·2ᵏ of the picture,
so that places stay exact; what the last pixel of a row covers beyond the picture repeats its edge.
"""

TILED_PIXELS = 24_000_000
TILED_SIDE = 8_192
"""Above one of these a picture is shown in tiles: browsers decode larger ones slowly, or not at all."""

TILE = 512
OVERLAP = 1
"""Pixels of its neighbors that a tile carries on each side, so that no seam is seen between them."""

THINNEST = 64
"""Most pixels of the short side, times itself, that one pixel of the last level may cover."""


def is_tiled(width: int, height: int, *, is_deep: bool = False) -> bool:
    """Whether a picture is shown in tiles. Deep ones always are: tiles carry all their values."""
    return is_deep or width * height > TILED_PIXELS or max(width, height) > TILED_SIDE


def levels_of(width: int, height: int) -> int:
    """How many levels a pyramid has; the last is one tile, or of a very thin picture a few."""
    levels = 1
    while max(sized(width, height, levels - 1)) > TILE and 1 << levels <= THINNEST * min(width, height):
        levels += 1
    return levels


def sized(width: int, height: int, level: int) -> tuple[int, int]:
    """Width and height of a level."""
    return -(-width >> level), -(-height >> level)


def padded(width: int, height: int) -> tuple[int, int]:
    """The size with which every level is exactly half as large as the one before."""
    step = 1 << (levels_of(width, height) - 1)
    return -(-width // step) * step, -(-height // step) * step


def grid_of(width: int, height: int, level: int) -> tuple[int, int]:
    """How many tiles a level has across and down."""
    wide, high = sized(width, height, level)
    return -(-wide // TILE), -(-high // TILE)
