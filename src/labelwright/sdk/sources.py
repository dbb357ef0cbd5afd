"""What lies in a folder, a zip or a single file that is to be uploaded."""

from collections.abc import Iterator
from pathlib import Path

from labelwright.core.errors import BadFile

CHUNK = 1 << 20
HIDDEN = (".", "__MACOSX")
IMAGE_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".jfif")
)


def files(source: Path) -> list[tuple[str, Path]]:
    """Relative name and path of every file to send, in order; hidden files are left out.

    Raises BadFile if there is nothing at `source`.
    """
    if source.is_file():
        return [(source.name, source)]
    if not source.is_dir():
        raise BadFile(f"There is no file or folder “{source}”.", place=str(source), remedy="Check the path.")
    found = [path for path in sorted(source.rglob("*")) if path.is_file()]
    named = [(path.relative_to(source), path) for path in found]
    return [(name.as_posix(), path) for name, path in named if not _is_hidden(name)]


def has_images(source: Path) -> bool:
    """Whether a folder holds pictures, by their endings; a zip may."""
    return any(
        path.suffix.lower() in IMAGE_SUFFIXES or path.suffix.lower() == ".zip" for _, path in files(source)
    )


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a piece at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _is_hidden(name: Path) -> bool:
    return any(part.startswith(HIDDEN) for part in name.parts)
