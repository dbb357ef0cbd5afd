"""What lies in an upload, a folder, a zip or a file that items are imported from.

Every name is accounted for: as a file to read, as skipped with a reason, or as refused.
"""

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from labelwright.core.errors import BadFile, LabelwrightError
from labelwright.media.archive import ArchiveLimits, clean_name, walk

SYSTEM_FILES = frozenset(("thumbs.db", "desktop.ini"))
_LABELS = (
    "xml json jsonl ndjson geojson manifest txt csv tsv yaml yml names data ini cfg pbtxt datum parquet "
    "tfrecord tfrecords record arrow mat npy npz list"
)
LABEL_ENDINGS = frozenset(f".{ending}" for ending in _LABELS.split())
SHARD = re.compile(r"-\d{3,6}-of-\d{3,6}$")  # a TFRecord in several files
OTHER_ENDINGS = frozenset((".md", ".rst", ".html", ".htm", ".pdf", ".log", ".py", ".ipynb", ".sh", ".db"))
OTHER_NAMES = frozenset(("license", "licence", "readme", "copying", "notice", "authors", "changelog"))
ARCHIVE_ENDING = ".zip"

HIDDEN = "A hidden or system file."
LABELS = "Not a picture. Labels are imported as labels."
OTHER = "Not a picture."
LINK = "A link that leads out of the folder."
ODD = "Not an ordinary file."
NESTED = "An archive inside an archive: unpack it first."
NOT_IN_PLACE = "An archive cannot be left in its place: unpack it first."


@dataclass(frozen=True)
class SourceFile:
    """One file to read. `path` is None inside an archive."""

    name: str
    size: int
    path: Path | None
    open: Callable[[], IO[bytes]]


@dataclass
class Source:
    """Everything that was found, in the order of names."""

    files: list[SourceFile] = field(default_factory=list[SourceFile])
    skipped: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    refused: list[tuple[str, LabelwrightError]] = field(default_factory=list[tuple[str, LabelwrightError]])
    _names: set[str] = field(default_factory=set[str])

    def unused(self, name: str) -> str:
        """The name, or with a number behind it if another file has it."""
        path, number, chosen = PurePosixPath(name), 2, name
        while chosen in self._names:
            chosen = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
            number += 1
        self._names.add(chosen)
        return chosen


@contextmanager
def found_in(root: Path, limits: ArchiveLimits, *, in_place: bool = False) -> Generator[Source]:
    """What lies at `root`; archives stay open for the time of the `with`. Raises BadFile if nothing does."""
    if not root.exists():
        raise BadFile(f"There is no file or folder “{root}”.", place=str(root), remedy="Check the path.")
    source = Source()
    entries = list(_on_disk(root))
    archives = [name for name, _ in entries if _is_archive(name)]
    alone = len(archives) == 1 and len(entries) == 1
    with ExitStack() as stack:
        for name, path in entries:
            reason = skip_reason(name) or _odd_reason(path, root)
            if reason:
                source.skipped.append((source.unused(name), reason))
            elif not _is_archive(name):
                source.files.append(_file(source.unused(name), path))
            elif in_place:
                source.skipped.append((source.unused(name), NOT_IN_PLACE))
            else:
                _add_archive(source, stack, path, name, limits, prefix="" if alone else f"{name[:-4]}/")
        source.files.sort(key=lambda file: file.name)
        yield source


def _on_disk(root: Path) -> Iterator[tuple[str, Path]]:
    if root.is_file():
        yield clean_name(root.name), root
        return
    for folder, subfolders, names in os.walk(root):
        subfolders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            yield clean_name(path.relative_to(root).as_posix()), path


def _file(name: str, path: Path) -> SourceFile:
    return SourceFile(name, path.stat().st_size, path, lambda: path.open("rb"))


def _add_archive(
    source: Source, stack: ExitStack, path: Path, name: str, limits: ArchiveLimits, prefix: str
) -> None:
    inside = ExitStack()
    try:
        for entry in inside.enter_context(walk(path, limits, name)):
            full = source.unused(clean_name(prefix + entry.name))
            reason = NESTED if _is_archive(full) else skip_reason(entry.name)
            if reason:
                source.skipped.append((full, reason))
            else:
                source.files.append(SourceFile(full, entry.size, None, entry.open))
    except LabelwrightError as error:  # judged as a whole, before any entry was taken
        inside.close()
        source.refused.append((source.unused(name), error))
        return
    stack.enter_context(inside)


def _is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVE_ENDING)


def skip_reason(name: str) -> str | None:
    """Why a file is no picture to read, by its name; None if it may be one."""
    path = PurePosixPath(name)
    if any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
        return HIDDEN
    if path.name.lower() in SYSTEM_FILES:
        return HIDDEN
    if path.suffix.lower() in OTHER_ENDINGS or path.name.lower() in OTHER_NAMES:
        return OTHER
    return LABELS if SHARD.sub("", path.suffix.lower()) in LABEL_ENDINGS else None


def _odd_reason(path: Path, root: Path) -> str | None:
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        return LINK
    return None if path.is_file() else ODD
