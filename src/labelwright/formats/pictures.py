"""The pictures that lie beside labels: which one is meant, and how large it is."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from labelwright.core.errors import LabelwrightError
from labelwright.formats.folder import FolderSource, Source
from labelwright.media.decode import ImageLimits, opened, orientation_of

ENDINGS = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".avif", ".jp2", ".ppm")
LARGEST = 2**30  # bytes of a picture
EXIF_SIGNS = (b"eXIf", b"Raw profile type exif", b"Orientation")  # without these no PNG is turned
AMBIGUOUS = ""


def is_picture(name: str) -> bool:
    """Whether a file's ending is that of a picture."""
    return name.lower().endswith(ENDINGS)


class Pictures:
    """The pictures of a source; those that match `but` (patterns) are labels and left out."""

    def __init__(self, source: Source, but: Sequence[str] = ()) -> None:
        self._source = source
        self.names = [
            name
            for name in source.names()
            if is_picture(name) and not any(fnmatch(name, pattern) for pattern in but)
        ]
        self._there = set(self.names)
        self._by_end: dict[str, str] | None = None
        self._sizes: dict[str, tuple[int, int]] = {}

    def find(self, name: str, *folders: str) -> str | None:
        """The picture of a name: as it is, in one of the folders, or the only one that ends so.

        A name without an ending fits the only picture with that stem.
        """
        path = PurePosixPath(name.replace("\\", "/"))
        for folder in ("", *folders):
            full = str(PurePosixPath(folder, path)) if folder else str(path)
            if full in self._there:
                return full
        ends = self._ends()
        for start in range(len(path.parts)):
            found = ends.get("/".join(path.parts[start:]))
            if found:
                return found
        return None

    def size(self, name: str) -> tuple[int, int]:
        """The width and height of the upright picture; 0, 0 if it cannot be read."""
        if name not in self._sizes:
            self._sizes[name] = size_of(self._source, name)
        return self._sizes[name]

    def media(self, name: str) -> Callable[[], Path | bytes]:
        """Gives the file of a picture, or its bytes from an archive, when they are wanted."""
        source = self._source
        if isinstance(source, FolderSource):
            return lambda: source.path(name)
        return lambda: source.read(name, LARGEST)

    def _ends(self) -> dict[str, str]:
        # Every way in which a name may end, with and without its suffix; two that end so are none.
        if self._by_end is None:
            ends: dict[str, str] = {}
            for name in self.names:
                parts = PurePosixPath(name).parts
                for start in range(len(parts)):
                    end = "/".join(parts[start:])
                    for key in {end, str(PurePosixPath(end).with_suffix(""))}:
                        ends[key] = AMBIGUOUS if key in ends else name
            self._by_end = ends
        return self._by_end


def size_of(source: Source, name: str) -> tuple[int, int]:
    """The width and height of an upright picture of a source; 0, 0 if it cannot be read."""
    try:
        data = source.read(name, LARGEST)
        with opened(data, name, ImageLimits()) as image:
            # Asked for its orientation, a PNG is decoded as a whole: its EXIF may stand at the end.
            may_be_turned = image.format != "PNG" or any(sign in data for sign in EXIF_SIGNS)
            turned = may_be_turned and orientation_of(image) > 4
            return (image.height, image.width) if turned else image.size
    except LabelwrightError:
        return 0, 0
