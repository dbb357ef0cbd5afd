"""Label maps made by hand, and readings as short lists, for the tests of formats that are pictures."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from labelwright.core.shapes import Mask
from labelwright.formats.folder import source_of
from labelwright.formats.format import Format, LabeledItem, Reading
from tests.shared_data import shared_data

ASSETS = "formats/datumaro_assets"


def sample(name: str) -> Path:
    """A folder of Datumaro's samples."""
    return shared_data(f"{ASSETS}/{name}")


def read(format: Format, root: Path) -> tuple[Reading, dict[str, LabeledItem]]:  # noqa: A002
    """A reading that is gone through, and its items by name."""
    reading = format.read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def said(item: LabeledItem) -> list[tuple[str, tuple[float, ...], float]]:
    """The category, bounds and area of each mask."""
    return [
        (entry.category, tuple(entry.shape.bounds), entry.shape.area)
        for entry in item.document.annotations
        if isinstance(entry.shape, Mask)
    ]


def put(
    root: Path, name: str, rows: list[list[object]], *, wide: bool = False, mode: str | None = None
) -> None:
    """A PNG of numbers of 8 or 16 bits, or of colors."""
    pixels = np.array(rows, dtype=np.uint16 if wide else np.uint8)
    out = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(out, "PNG")
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(out.getvalue())
