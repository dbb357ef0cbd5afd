"""Walking through an untrusted zip: every entry is judged before the first is opened.

Refused as a whole: entries that leave the folder, links and other things that are no files,
encryption, and archives that grow beyond their limits. Names are cleaned, and a name that comes twice
gets a number, because a file system would keep only one of them.
"""

import stat
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from labelwright.core.errors import LabelwrightError, UnsafeArchive

ALWAYS_ALLOWED = 64 * 2**20  # bytes up to which the growth of an archive does not matter
LONGEST_NAME = 900
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


@dataclass(frozen=True)
class ArchiveLimits:
    """Most bytes and entries an archive may unpack to, and how many times its size."""

    max_bytes: int = 64 * 2**30
    max_entries: int = 1_000_000
    max_ratio: int = 200


@dataclass(frozen=True)
class Entry:
    """One file of an archive; `open` gives its bytes, never more than `size`."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


@contextmanager
def walk(path: Path, limits: ArchiveLimits, name: str | None = None) -> Generator[Iterator[Entry]]:
    """The files of a zip in its own order, for the time of the `with`.

    Raises UnsafeArchive, also inside the `with` for an entry whose bytes are not what they should be.
    """
    title = name or path.name
    with _refusing(title), zipfile.ZipFile(path) as archive:
        found = archive.infolist()
        _check_growth(title, found, path.stat().st_size, limits)
        files = [info for info in found if not info.is_dir()]
        for info in files:
            _check(title, info)
        yield _entries(archive, files)


def _entries(archive: zipfile.ZipFile, files: list[zipfile.ZipInfo]) -> Iterator[Entry]:
    seen: set[str] = set()
    for info in files:
        name = _unused(clean_name(info.filename), seen)
        seen.add(name)
        yield Entry(name, info.file_size, lambda info=info: archive.open(info))


@contextmanager
def _refusing(title: str) -> Generator[None]:
    try:
        yield
    except LabelwrightError:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, ValueError) as error:
        raise UnsafeArchive(title, "—", f"cannot be read: {error}") from error


def _check_growth(title: str, found: list[zipfile.ZipInfo], packed: int, limits: ArchiveLimits) -> None:
    if len(found) > limits.max_entries:
        raise UnsafeArchive(title, "—", f"is one of {len(found):,}; the limit is {limits.max_entries:,}.")
    total = sum(info.file_size for info in found)
    if total > limits.max_bytes:
        raise UnsafeArchive(title, "—", f"and others unpack to {total:,} bytes, above {limits.max_bytes:,}.")
    if total > ALWAYS_ALLOWED and total > packed * limits.max_ratio:
        grown = total // max(1, packed)
        raise UnsafeArchive(
            title, "—", f"and others unpack to {grown:,} times the archive's size, above {limits.max_ratio}."
        )


def _check(title: str, info: zipfile.ZipInfo) -> None:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    kind = stat.S_IFMT(info.external_attr >> 16)
    if not parts or ".." in parts:
        raise UnsafeArchive(title, clean_name(info.filename), "would leave the folder it is unpacked to.")
    if parts[0].startswith("/") or (len(parts[0]) > 1 and parts[0][1] == ":"):
        raise UnsafeArchive(title, clean_name(info.filename), "has an absolute path.")
    if kind not in (0, stat.S_IFREG):
        raise UnsafeArchive(title, clean_name(info.filename), "is a link or a device, not a file.")
    if info.flag_bits & _ENCRYPTED:
        raise UnsafeArchive(title, clean_name(info.filename), "is encrypted.")
    if info.compress_type not in _METHODS:
        raise UnsafeArchive(title, clean_name(info.filename), "is packed by a method that is not read.")


def clean_name(name: str) -> str:
    """A name as it can be stored and shown anywhere: UTF-8, printable, with forward slashes."""
    text = name.replace("\\", "/").encode("utf-8", "replace").decode()
    parts = [part for part in text.split("/") if part not in ("", ".")]
    shown = "".join(char if char.isprintable() else "�" for char in "/".join(parts))
    return shown[-LONGEST_NAME:]


def _unused(name: str, seen: set[str]) -> str:
    path, number, chosen = PurePosixPath(name), 2, name
    while chosen in seen:
        chosen = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        number += 1
    return chosen
