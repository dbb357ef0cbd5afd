"""Every sample of other tools that we have, as it is read: by which format, how much, or why it is refused.

    python -m tests.conformance.samples

writes `tests/golden/samples.md`, which a test compares with what is read now. A folder that is in no format
as a whole is looked at folder by folder.
"""

import sys
from collections import Counter
from pathlib import Path

from labelwright.core.errors import LabelwrightError
from labelwright.formats.folder import source_of
from labelwright.formats.format import Format
from labelwright.formats.registry import recognize
from tests.shared_data import shared_data

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "samples.md"
HEAD = """# Samples of other tools, as they are read

Datumaro's, Label Studio's and labelformat's own test files, each folder recognized and read as a whole.
Written by `python -m tests.conformance.samples`.

| sample | read as | items | annotations | faults | or refused because |
| --- | --- | --- | --- | --- | --- |
"""
DEEPEST = 2
SEVERAL = frozenset(  # folders that hold data sets side by side
    f"datumaro_assets/{name}_dataset"
    for name in (
        "ade20k2017",
        "ade20k2020",
        "brats",
        "cityscapes",
        "coco",
        "common_semantic_segmentation",
        "cvat",
        "datumaro",
        "icdar",
        "kaggle",
        "kitti",
        "open_images",
        "roboflow",
        "synthia",
        "tabular",
        "voc",
        "vott_csv",
        "vott_json",
        "yolo",
        "mars",
        "lfw",
    )
) | {f"labelformat/{name}" for name in ("instance_segmentation", "object_detection", "semantic_segmentation")}


def table(root: Path) -> str:
    """The whole table."""
    rows = [row for folder in _folders(root) for row in rows_of(folder, root)]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _folders(root: Path) -> list[Path]:
    return [
        folder
        for origin in ("datumaro_assets", "label_studio", "labelformat")
        for folder in sorted((root / origin).iterdir())
        if folder.is_dir()
    ]


def rows_of(folder: Path, root: Path, depth: int = DEEPEST) -> list[tuple[str, ...]]:
    """The row of a folder, or those of the folders in it."""
    name = folder.relative_to(root).as_posix()
    if name in SEVERAL:
        within = sorted(path for path in folder.iterdir() if path.is_dir())
        return [row for path in within for row in rows_of(path, root, depth - 1)]
    source = source_of(folder)
    try:
        found, _ = recognize(source)
    except LabelwrightError as error:
        inner = [path for path in sorted(folder.iterdir()) if path.is_dir()] if depth else []
        rows = [row for path in inner for row in rows_of(path, root, depth - 1)]
        is_any = any(row[1] for row in rows)
        return rows if is_any else [(name, "", "", "", "", _reason(error, source.names()))]
    return [(name, *read(found, folder))]


def read(found: Format, folder: Path) -> tuple[str, ...]:
    """What a format makes of a folder."""
    try:
        reading = found.read(source_of(folder))
        items = list(reading.items)
    except LabelwrightError as error:
        return (f"`{found.name}`", "", "", "", error.message.replace("|", "/"))
    kinds = Counter(annotation.kind for item in items for annotation in item.document.annotations)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    faults = Counter(fault.reason[:80].replace("|", "/") for fault in reading.faults)
    listed = "; ".join(f"{count} × {reason}" for reason, count in faults.most_common(3))
    return (f"`{found.name}`", str(len(items)), told, listed, "")


def _reason(error: LabelwrightError, names: list[str]) -> str:
    endings = Counter(Path(name).suffix.lower() or "no ending" for name in names)
    files = ", ".join(f"{count} {ending}" for ending, count in endings.most_common(4))
    return f"none of the formats fits ({files})" if "none of the formats" in error.message else error.message


if __name__ == "__main__":
    GOLDEN.write_text(table(shared_data("formats")), encoding="utf-8")
    sys.stdout.write(GOLDEN.read_text(encoding="utf-8"))
