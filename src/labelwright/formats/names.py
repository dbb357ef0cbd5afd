"""Names of exported files: safe on every system, none twice, none a folder and a file at once.

Spaces, dots and letters of any script stay. Names are compared without regard to case and Unicode
form, because some file systems hold only one of two such names. Formats that pair a picture with a
label file by its stem also keep `cell.jpg` and `cell.png` apart. A name that had to change is reported.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

from labelwright.formats.report import Losses

LONGEST_PART = 240  # bytes, so that an ending still fits
NOT_EVERYWHERE = ':*?"<>|'  # characters that some file systems cannot hold
DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)
_ORDINARY = re.compile(r"[A-Za-z0-9_-]{1,100}\.[A-Za-z0-9]{1,10}", re.ASCII)
LABEL_FILES = (".xml", ".txt")  # a folder called so could be in the way of a label file
CHANGED = "it is unsafe or taken already, so the file has another one"


class Names:
    """Gives every item a name of its own; of the names given away only short hashes are kept.

    `reserved` are names of folders that mean something else in the format.
    """

    def __init__(self, *, by_stem: bool, reserved: Collection[str] = ()) -> None:
        self._by_stem = by_stem
        self._reserved = reserved
        self._taken: set[bytes] = set()
        self._files: set[bytes] = set()
        self._folders: set[bytes] = set()

    def take(self, name: str, losses: Losses | None = None) -> str:
        """A safe name for an item; a change is noted as a conversion of its name."""
        return self._ordinary(name) or self._any(name, losses)

    def _ordinary(self, name: str) -> str | None:
        """The short way for most names: a plain one without folders, which nobody has yet."""
        stem, _, ending = name.partition(".")
        if not _ORDINARY.fullmatch(name) or stem.lower() in DEVICES:
            return None
        low = name.lower()
        whole = _digest(low)
        key = _digest(low[: -len(ending) - 1]) if self._by_stem else whole
        if key in self._taken or whole in self._folders or whole in self._files:
            return None
        self._taken.add(key)
        self._files.add(whole)
        return name

    def _any(self, name: str, losses: Losses | None) -> str:
        path = self._apart(PurePosixPath(safe(name, self._reserved)))
        chosen, number = path, 2
        while self._key(chosen) in self._taken or _hash(chosen) in self._folders:
            ending = path.suffix.lstrip(".")
            first = f"{path.stem}_{ending}" if number == 2 and ending else f"{path.stem} ({number})"
            chosen, number = path.with_name(first + path.suffix), number + 1
        self._taken.add(self._key(chosen))
        self._files.add(_hash(chosen))
        self._folders.update(_hash(folder) for folder in chosen.parents)
        if losses is not None and str(chosen) != name:
            losses.convert(name, "name", CHANGED)
        return str(chosen)

    def _apart(self, path: PurePosixPath) -> PurePosixPath:
        """The path with other folders where a file has the name of one already."""
        folder = PurePosixPath()
        for part in path.parts[:-1]:
            folder /= part + "_" if self._by_stem and part.casefold().endswith(LABEL_FILES) else part
            while _hash(folder) in self._files:
                folder = folder.with_name(folder.name + "_")
        return folder / path.name

    def _key(self, path: PurePosixPath) -> bytes:
        return _hash(path.with_suffix("") if self._by_stem and path.suffix else path)


def _hash(path: PurePosixPath) -> bytes:
    return _digest(unicodedata.normalize("NFC", str(path)).casefold())


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()


def safe(name: str, reserved: Collection[str] = ()) -> str:
    """A relative name that stays in its folder and that every file system can hold."""
    shown = "".join(
        c if c.isprintable() and c not in NOT_EVERYWHERE else "_" for c in name.replace("\\", "/")
    )
    parts = [_short(_plain(part)) for part in shown.split("/") if part not in ("", ".", "..")]
    folders = [f"{part}_" if part in reserved else part for part in parts[:-1]]
    return "/".join([*folders, *parts[-1:]]) or "unnamed"


def stem_of(name: str) -> str:
    """A name without its ending."""
    if "//" in name or "./" in name:
        name = str(PurePosixPath(name))
    stem, dot, ending = name.rpartition(".")
    return stem if dot and ending and "/" not in ending and stem and stem[-1] != "/" else name


def _plain(part: str) -> str:
    # Windows takes dots and spaces off an end, and keeps some names for its devices.
    kept = part.rstrip(". ")
    part = kept + "_" * (len(part) - len(kept))
    word, dot, rest = part.partition(".")
    return f"{word}_{dot}{rest}" if word.casefold() in DEVICES else part


def _short(part: str) -> str:
    raw = part.encode("utf-8", "replace")
    if len(raw) <= LONGEST_PART:
        return raw.decode()
    ending = PurePosixPath(part).suffix.encode("utf-8", "replace")[:20]
    return (raw[: LONGEST_PART - len(ending)] + ending).decode("utf-8", "ignore")
