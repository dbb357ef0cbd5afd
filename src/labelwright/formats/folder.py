"""Where formats read from and write to: a folder or a zip, by names relative to it, with `/`."""

import lzma
import os
import re
import secrets
import shutil
import tempfile
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from labelwright.core.errors import BadFile, TooLarge, UnreadableLabels, UnsafeArchive
from labelwright.media.archive import ArchiveLimits, Entry, walk

MOST_BYTES = 4 * 2**30  # of one label file
SHORT = 2000  # lines of a file that is written at once
TOGETHER, MOST_UNDER_WAY, WRITERS = 64, 32, 2  # small files in one go, such goes at a time, threads
START = 64 * 2**10  # bytes of a file that are looked at to see what it is


class Source(Protocol):
    """Files to read."""

    name: str

    def names(self) -> list[str]:
        """Every file, sorted."""
        ...

    def read(self, name: str, limit: int = MOST_BYTES) -> bytes:
        """A file's bytes. Raises TooLarge above the limit, BadFile if there is none."""
        ...

    def open(self, name: str, limit: int = MOST_BYTES) -> IO[bytes]:
        """A file to read in any order. Raises as `read` does."""
        ...

    def start(self, name: str, size: int = START) -> bytes:
        """The first bytes of a file of any size. Raises BadFile if there is none."""
        ...


class FolderSource:
    """A folder, or a single file in it."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._root = path if path.is_dir() else path.parent
        self._only = None if path.is_dir() else path.name
        if not path.exists():
            raise BadFile(f"{path}: there is no such file or folder.", place=str(path))

    def names(self) -> list[str]:
        """Every file below the folder; links that lead out of it are left alone."""
        if self._only is not None:
            return [self._only]
        found: list[str] = []
        for folder, folders, files in os.walk(self._root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            inside = Path(folder).relative_to(self._root)
            found += [(inside / name).as_posix() for name in files if not name.startswith(".")]
        return sorted(found)

    def read(self, name: str, limit: int = MOST_BYTES) -> bytes:
        """A file's bytes."""
        return self._path(name, limit).read_bytes()

    def open(self, name: str, limit: int = MOST_BYTES) -> IO[bytes]:
        """A file to read in any order."""
        return self._path(name, limit).open("rb")

    def start(self, name: str, size: int = START) -> bytes:
        """The first bytes of a file."""
        with self.path(name).open("rb") as file:
            return file.read(size)

    def path(self, name: str) -> Path:
        """Where a file lies. Raises BadFile if there is none."""
        return self._path(name, None)

    def _path(self, name: str, limit: int | None) -> Path:
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root.resolve()) or not path.is_file():
            raise BadFile(f"{name}: there is no such file in {self.name}.", place=name)
        if limit is not None and path.stat().st_size > limit:
            raise TooLarge(name, limit, "max_body_bytes")
        return path


class ZipSource:
    """A zip, checked as a whole before anything is read. It stays open as long as this object lives."""

    def __init__(self, path: Path, limits: ArchiveLimits | None = None) -> None:
        self.name = path.name
        self._open = ExitStack()
        entries = self._open.enter_context(walk(path, limits or ArchiveLimits()))
        self._entries = {entry.name: entry for entry in entries}

    def names(self) -> list[str]:
        """Every file, sorted; hidden ones are left out."""
        return sorted(
            name
            for name in self._entries
            if not any(p.startswith((".", "__MACOSX")) for p in name.split("/"))
        )

    def read(self, name: str, limit: int = MOST_BYTES) -> bytes:
        """A file's bytes."""
        with self._refusing(name), self._entry(name, limit).open() as file:
            return file.read(limit)

    def open(self, name: str, limit: int = MOST_BYTES) -> IO[bytes]:
        """A file to read in any order, unpacked beside the system's other temporary files."""
        entry = self._entry(name, limit)
        unpacked = tempfile.TemporaryFile()  # noqa: SIM115  # whoever asked for it closes it
        try:
            with self._refusing(name), entry.open() as file:
                shutil.copyfileobj(file, unpacked, 1 << 20)
        except BaseException:
            unpacked.close()
            raise
        unpacked.seek(0)
        return unpacked

    def start(self, name: str, size: int = START) -> bytes:
        """The first bytes of a file."""
        with self._refusing(name), self._entry(name, None).open() as file:
            return file.read(size)

    @contextmanager
    def _refusing(self, name: str) -> Generator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
            raise UnsafeArchive(self.name, name, f"cannot be unpacked: {error}") from None

    def _entry(self, name: str, limit: int | None) -> Entry:
        entry = self._entries.get(name)
        if entry is None:
            raise BadFile(f"{name}: there is no such file in {self.name}.", place=name)
        if limit is not None and entry.size > limit:
            raise TooLarge(name, limit, "max_archive_bytes")
        return entry

    def close(self) -> None:
        """Let go of the archive."""
        self._open.close()


class Seen:
    """A source whose names and starts are looked at once, however many formats ask."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._source = source
        self._names: list[str] | None = None
        self._starts: dict[str, bytes] = {}
        self.read, self.open = source.read, source.open

    def names(self) -> list[str]:
        """Every file, sorted."""
        if self._names is None:
            self._names = self._source.names()
        return self._names

    def start(self, name: str, size: int = START) -> bytes:
        """The first bytes of a file."""
        if size > START:
            return self._source.start(name, size)
        if name not in self._starts:
            self._starts[name] = self._source.start(name)
        return self._starts[name][:size]


def source_of(path: Path) -> Source:
    """A folder, a zip, or a single file to read. Raises BadFile."""
    return ZipSource(path) if path.is_file() and path.suffix.lower() == ".zip" else FolderSource(path)


def text_of(source: Source, name: str) -> str:
    """A file as UTF-8 text, with or without a byte order mark. Raises UnreadableLabels."""
    try:
        return source.read(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableLabels(name, f"byte {error.start}", "this is no UTF-8 text") from None


class Sink(Protocol):
    """Files to write. Everything is in place once the `with` ends without an error."""

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A new file to write to."""
        ...

    def lines(self, name: str, lines: Iterable[str]) -> None:
        """A text file of lines."""
        ...

    def copy(self, name: str, media: Path | bytes) -> None:
        """A picture."""
        ...


class FolderSink:
    """Writes beside the destination and renames at the end, so that a failure leaves nothing.

    With `link` pictures that are files become hard links where the file system has them.
    """

    def __init__(self, destination: Path, *, link: bool = False) -> None:
        self._destination = destination
        self._link = link
        self._beside = destination.parent / f".{destination.name}.{secrets.token_hex(4)}"
        self._folders: set[str] = set()
        self._small = _SmallFiles()

    def __enter__(self) -> Self:
        if self._destination.exists() and any(self._destination.iterdir()):
            raise BadFile(f"{self._destination} is not empty.", remedy="Choose a new folder.")
        self._beside.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._small.close()
            if kind is None:
                if self._destination.exists():
                    self._destination.rmdir()
                self._beside.rename(self._destination)
        finally:
            shutil.rmtree(self._beside, ignore_errors=True)

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A new file."""
        return Path(self._place(name)).open("xb")

    def lines(self, name: str, lines: Iterable[str]) -> None:
        """A text file of lines; most are short, and there may be a million of them."""
        rest = iter(lines)
        first = list(islice(rest, SHORT))
        if len(first) < SHORT:
            self._small.add(self._place(name), "".join(f"{line}\n" for line in first).encode())
            return
        with self.open(name) as file:
            for line in chain(first, rest):
                file.write(line.encode() + b"\n")

    def _place(self, name: str) -> str:
        inside = name if _PLAIN.fullmatch(name) else _safe(name).as_posix()
        folder = inside.rpartition("/")[0]
        if folder not in self._folders:
            (self._beside / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return f"{self._beside}/{inside}"

    def copy(self, name: str, media: Path | bytes) -> None:
        """A picture."""
        if self._link and isinstance(media, Path):
            try:
                os.link(media, self._place(name))
            except OSError:  # another disk, or a file system without links
                pass
            else:
                return
        with self.open(name) as file:
            for chunk in _chunks(media):
                file.write(chunk)


class _SmallFiles:
    """Writes small files beside the work that makes them: making a file takes the system longer than us."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, bytes]] = []
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: deque[Future[None]] = deque()

    def add(self, path: str, data: bytes) -> None:
        """One more. Raises what went wrong with an earlier one."""
        self._waiting.append((path, data))
        if len(self._waiting) >= TOGETHER:
            self._send()
            if len(self._under_way) > MOST_UNDER_WAY:
                self._under_way.popleft().result()

    def close(self) -> None:
        """All are there now. Raises what went wrong."""
        if self._waiting and self._pool is None:
            _write_all(self._waiting)
            return
        self._send()
        try:
            for sent in self._under_way:
                sent.result()
        finally:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)

    def _send(self) -> None:
        if self._waiting:
            self._pool = self._pool or ThreadPoolExecutor(WRITERS, thread_name_prefix="files")
            self._under_way.append(self._pool.submit(_write_all, self._waiting))
            self._waiting = []


def _write_all(files: list[tuple[str, bytes]]) -> None:
    for path, data in files:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            written = os.write(file, data)
            while written < len(data):
                written += os.write(file, data[written:])
        finally:
            os.close(file)


class ZipSink:
    """A zip written to anything that takes bytes, also if it cannot go back."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._zip.close()
        else:
            self._zip.fp = None  # else it would be ended when it is forgotten, into a target that is gone

    @contextmanager
    def open(self, name: str) -> Generator[IO[bytes]]:
        """A new entry; entries are written one after the other."""
        with self._zip.open(_entry(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as file:
            yield file

    def lines(self, name: str, lines: Iterable[str]) -> None:
        """A text file of lines."""
        with self.open(name) as file:
            for line in lines:
                file.write(line.encode() + b"\n")

    def copy(self, name: str, media: Path | bytes) -> None:
        """A picture, which is compressed already."""
        with self._zip.open(_entry(name, zipfile.ZIP_STORED), "w", force_zip64=True) as file:
            for chunk in _chunks(media):
                file.write(chunk)


_PLAIN = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*", re.ASCII)


def _safe(name: str) -> Path:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    cleaned = ["".join(c if c.isprintable() and c not in ':*?"<>|' else "_" for c in part) for part in parts]
    return Path(*cleaned) if cleaned else Path("unnamed")


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(_safe(name).as_posix(), date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    return entry


def _chunks(media: Path | bytes) -> Iterator[bytes]:
    if isinstance(media, bytes):
        yield media
        return
    with media.open("rb") as file:
        read: Callable[[], bytes] = lambda: file.read(1 << 20)  # noqa: E731
        yield from iter(read, b"")
