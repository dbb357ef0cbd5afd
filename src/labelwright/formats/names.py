"""Names of exported files: safe on every system, none twice, the same for the same items.

Spaces, dots and letters of any script stay. Names are compared without regard to case and Unicode
form, because some file systems hold only one of two such names. Formats that pair a picture with a
label file by its stem also keep `cell.jpg` and `cell.png` apart. A name that had to change is reported.
"""

import hashlib
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

from labelwright.formats.report import Losses

LONGEST_PART = 240  # bytes, so that an ending still fits
NOT_EVERYWHERE = ':*?"<>|'  # characters that some file systems cannot hold
CHANGED = "it is unsafe or taken already, so the file has another one"


class Names:
    """Gives every item a name of its own; of the names given away only short hashes are kept.

    `reserved` are names of folders that mean something else in the format.
    """

    def __init__(self, *, by_stem: bool, reserved: Collection[str] = ()) -> None:
        self._by_stem = by_stem
        self._reserved = reserved
        self._taken: set[bytes] = set()

    def take(self, name: str, losses: Losses | None = None) -> str:
        """A safe name for an item; a change is noted as a conversion of its name."""
        path = PurePosixPath(safe(name, self._reserved))
        chosen, number = path, 2
        while self._key(chosen) in self._taken:
            ending = path.suffix.lstrip(".")
            first = f"{path.stem}_{ending}" if number == 2 and ending else f"{path.stem} ({number})"
            chosen, number = path.with_name(first + path.suffix), number + 1
        self._taken.add(self._key(chosen))
        if losses is not None and str(chosen) != name:
            losses.convert(name, "name", CHANGED)
        return str(chosen)

    def _key(self, path: PurePosixPath) -> bytes:
        compared = path.with_suffix("") if self._by_stem and path.suffix else path
        text = unicodedata.normalize("NFC", str(compared)).casefold()
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()


def safe(name: str, reserved: Collection[str] = ()) -> str:
    """A relative name that stays in its folder and that every file system can hold."""
    shown = "".join(
        c if c.isprintable() and c not in NOT_EVERYWHERE else "_" for c in name.replace("\\", "/")
    )
    parts = [_short(part) for part in shown.split("/") if part not in ("", ".", "..")]
    folders = [f"{part}_" if part in reserved else part for part in parts[:-1]]
    return "/".join([*folders, *parts[-1:]]) or "unnamed"


def stem_of(name: str) -> str:
    """A name without its ending."""
    path = PurePosixPath(name)
    return str(path.with_suffix("")) if path.suffix else name


def _short(part: str) -> str:
    raw = part.encode("utf-8", "replace")
    if len(raw) <= LONGEST_PART:
        return raw.decode()
    ending = PurePosixPath(part).suffix.encode("utf-8", "replace")[:20]
    return (raw[: LONGEST_PART - len(ending)] + ending).decode("utf-8", "ignore")
