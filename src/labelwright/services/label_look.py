"""A first look at what is to be imported: how many pictures and label files, and of what format.

Only names and the starts of files are looked at. Pictures that are labels themselves (label maps) are told
apart by the format that the files look like.
"""

from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import msgspec

from labelwright.core.errors import LabelwrightError
from labelwright.formats.folder import Source, ZipSource, source_of
from labelwright.formats.pictures import is_picture
from labelwright.formats.registry import get, recognize
from labelwright.services.item_sources import LABELS, skip_reason
from labelwright.services.item_sources import Source as ItemSource
from labelwright.services.label_reading import Recognized, recognized_as

ENDINGS = (".zip",)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What lies there. `formats` are those that the labels look like, the likeliest first."""

    images: int
    label_files: int
    label_pictures: int
    archives: int
    formats: list[Recognized]


NOTHING = Look(images=0, label_files=0, label_pictures=0, archives=0, formats=[])


def look_at(source: Source) -> Look:
    """Count what there is to import."""
    formats = recognized_as(source)
    is_label = _matcher(get(formats[0].name).label_pictures if formats else ())
    images = labels = pictures = archives = 0
    for name in source.names():
        if is_picture(name):
            is_map = is_label(name)
            pictures += is_map
            images += not is_map
        elif name.lower().endswith(ENDINGS):
            archives += 1
        else:
            labels += skip_reason(name) == LABELS
    return Look(
        images=images, label_files=labels, label_pictures=pictures, archives=archives, formats=formats
    )


def leave_out_label_pictures(found: ItemSource, root: Path) -> None:
    """Take the pictures that are labels out of the files that items are made of, and say why."""
    path = _one_zip(root) or root
    try:
        source = source_of(path)
        try:
            reader, reason = recognize(source)
        finally:
            if isinstance(source, ZipSource):
                source.close()
    except LabelwrightError:
        return  # no labels that we know; the pictures are judged one by one
    is_label = _matcher(reader.label_pictures)
    told = f"A picture that is a label of {reader.title} ({reason}). Labels are imported as labels."
    found.skipped.extend((file.name, told) for file in found.files if is_label(file.name))
    found.files[:] = [file for file in found.files if not is_label(file.name)]


def _one_zip(root: Path) -> Path | None:
    """The zip that is all there is in an upload."""
    if not root.is_dir():
        return None
    files = [path for path in root.rglob("*") if path.is_file()][:2]
    return files[0] if len(files) == 1 and files[0].suffix.lower() == ".zip" else None


def _matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    # A folder that is dropped as a whole stands before the names that the format knows.
    wanted = [*patterns, *(f"*/{pattern}" for pattern in patterns)]
    return lambda name: any(fnmatch(name, pattern) for pattern in wanted)
