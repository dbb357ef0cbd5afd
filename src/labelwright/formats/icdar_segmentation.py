"""ICDAR's text segmentation: the pixels of each character, in a picture of colors.

`SPLIT/NAME_GT.bmp` is as large as the picture, white where nothing is, and has a color for each character.
`SPLIT/NAME_GT.txt` has a line for each: its color, the center and the edges of its box, in whole pixels,
and the character in quotes. An empty line ends a word; the characters of one are a group. A line with #
before it is of a character that does not count, the flag `ignored`. The picture lies in `SPLIT/images/`. A
pixel has one color, so masks that overlap are cut. There are no categories. Reading: `icdar_reading.py`.
The layout: Karatzas et al., ICDAR 2013 Robust Reading Competition; Datumaro's documentation.
"""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.formats import icdar_reading
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.icdar import ONLY_TEXT, note_category, text_in
from labelwright.formats.icdar_reading import COLORS, ENDING, IGNORED
from labelwright.formats.names import stem_of
from labelwright.formats.painting import Painted, painted
from labelwright.formats.per_picture import Written
from labelwright.formats.report import Losses

WHITE = 0xFFFFFF
STEP = 0x9E3779  # odd, so that no color comes twice; neighbors are far apart


class IcdarSegmentation(Format):
    """ICDAR's text segmentation."""

    name = "icdar-segmentation"
    title = "ICDAR (text segmentation)"
    keeps = frozenset({"mask"})
    about = "A picture of colors and a text file for each picture. Masks of characters, grouped by words."
    limits = Limits(overlaps=False, one_category=True, names_every_category=False, needs_pictures=True)
    label_pictures = tuple(f"*{ending}" for ending in COLORS)
    made_for = ("ICDAR 2013", "Robust Reading", "OCR", "text segmentation")

    def recognize(self, source: Source) -> str | None:
        """Text files beside pictures of colored characters."""
        return icdar_reading.recognize_characters(source)

    def read(self, source: Source) -> Reading:
        """Every file, whatever its task."""
        return icdar_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a picture of colors and a text file for each item, and the pictures."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        written = Written(losses, ENDING)
        for item in items():
            split, name = written.take(item)
            drawn = painted(item, categories, losses, _nothing)
            stem = f"{split}/{stem_of(name)}_GT"
            lines: list[str] = []
            if drawn is not None:
                with sink.open(f"{stem}.bmp") as file:
                    file.write(_picture(drawn))
                lines = list(_lines(drawn, item, categories, losses))
            sink.lines(f"{stem}.txt", lines)
            if item.media is not None:
                sink.copy(f"{split}/images/{name}", item.media())
        return losses


def _nothing(annotation: Annotation) -> None:
    """What else is lost is noted with the lines, where the words are known."""
    del annotation


def _color(place: int) -> int:
    """The color of an annotation; white is nobody's."""
    color = place * STEP % 2**24
    return color if color != WHITE else 0


def _picture(drawn: Painted) -> bytes:
    codes = np.array([WHITE, *map(_color, range(1, len(drawn.annotations) + 1))], dtype=np.uint32)
    pixels = codes[drawn.owner]
    colors = np.stack([pixels >> 16, pixels >> 8 & 255, pixels & 255], axis=-1).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(colors).save(out, "BMP")
    return out.getvalue()


def _lines(
    drawn: Painted, item: LabeledItem, categories: dict[str, Category], losses: Losses
) -> Iterator[str]:
    """The lines of all characters, word by word, with an empty line between words."""
    words: dict[str, list[tuple[int, Annotation]]] = {}
    for place, annotation in enumerate(drawn.annotations, 1):
        key = f"group {annotation.group}" if annotation.group is not None else f"alone {place}"
        words.setdefault(key, []).append((place, annotation))
    for number, word in enumerate(words.values()):
        if number:
            yield ""
        for place, annotation in word:
            said = _said(annotation, categories[annotation.category], item, losses)
            note_lost_fields(
                losses, item.name, annotation, attributes=True, flags=(IGNORED,), group=len(word) > 1
            )
            mark = "#" if annotation.flags.get(IGNORED) else ""
            color = _color(place)
            channels = f"{color >> 16} {color >> 8 & 255} {color & 255}"
            left, top, right, bottom = _bounds(drawn.owner == place)
            center = f"{(left + right) // 2} {(top + bottom) // 2}"
            yield f'{mark}{channels} {center} {left} {top} {right} {bottom} "{said}"'


def _bounds(pixels: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _said(annotation: Annotation, category: Category, item: LabeledItem, losses: Losses) -> str:
    """The character as a line says it; a space for one that does not count."""
    note_category(losses, item, category)
    said, is_whole = text_in(annotation, category)
    if not is_whole:
        losses.drop(item.name, "attributes", ONLY_TEXT)
    if annotation.flags.get(IGNORED):
        if said:
            losses.drop(item.name, "attributes", "of a character that does not count no text is written")
        return " "
    if said and len(said.split()) != 1:
        losses.drop(item.name, "attributes", "a character has no spaces here")
        return ""
    return said or ""
