"""Making a pyramid in a process of its own, so that a huge or hostile file can hurt nobody else.

    python -m labelwright.media.pyramid_process   (its orders come as JSON on standard input)

It runs with low priority, may write no more than it was allowed, and says on standard output how far
it is, a JSON object a line. The last line says that the pyramid is there, or why it is not.
"""

import atexit
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from labelwright.core.errors import ImageTooLarge, LabelwrightError, NoRoom, UnreadableImage
from labelwright.media.decode import ImageLimits
from labelwright.media.pyramid import begun_by, make_pyramid

POLITE = 10
"""How much the process gives way to others (`nice`)."""

_KINDS = {kind.code: kind for kind in (UnreadableImage, ImageTooLarge, NoRoom)}


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is to do."""

    source: str
    name: str
    target: str
    max_bytes: int
    max_pixels: int
    max_streamed_pixels: int


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of what it says."""

    done: float | None = None
    made: bool = False
    code: str | None = None
    message: str = ""
    place: str | None = None
    remedy: str = ""


def make_apart(orders: Orders, watch: Callable[[float], None]) -> None:
    """Make a pyramid in a process of its own and wait for it.

    Raises UnreadableImage, ImageTooLarge, NoRoom.
    """
    target = Path(orders.target)
    command = [sys.executable, "-m", "labelwright.media.pyramid_process"]
    environment = {**os.environ, "TMPDIR": str(target.parent), "VIPS_WARNING": "0"}
    process = subprocess.Popen(  # noqa: S603  # our own module, named above
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    _alive[process] = target
    try:
        last = _talk(process, orders, watch)
    finally:
        _alive.pop(process, None)
        _clear(process, target)
    if last.code is not None:
        raise _error(last)
    if not last.made:
        raise UnreadableImage(orders.name, f"making its tiles ended early (status {process.returncode})")


_alive: dict["subprocess.Popen[bytes]", Path] = {}


@atexit.register
def _end_all() -> None:
    for process, target in list(_alive.items()):
        process.kill()
        process.wait()
        _clear(process, target)


def _clear(process: "subprocess.Popen[bytes]", target: Path) -> None:
    for left in begun_by(process.pid, target):
        left.unlink(missing_ok=True)


def _talk(process: "subprocess.Popen[bytes]", orders: Orders, watch: Callable[[float], None]) -> Said:
    with process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        with suppress(BrokenPipeError):
            process.stdin.write(msgspec.json.encode(orders))
            process.stdin.close()
        return _heard(process.stdout, watch)


def _heard(lines: IO[bytes], watch: Callable[[float], None]) -> Said:
    last = Said()
    for line in lines:
        last = msgspec.json.decode(line, type=Said)
        if last.done is not None:
            watch(last.done)
    return last


def _error(said: Said) -> LabelwrightError:
    kind = _KINDS.get(said.code or "", UnreadableImage)
    error = kind.__new__(kind)
    LabelwrightError.__init__(error, said.message, place=said.place, remedy=said.remedy)
    return error


def main() -> None:
    """Read the orders, make the pyramid, and say what came of it."""
    orders = msgspec.json.decode(sys.stdin.buffer.read(), type=Orders)
    _be_modest(orders.max_bytes)
    limits = ImageLimits(max_pixels=orders.max_pixels, max_streamed_pixels=orders.max_streamed_pixels)
    try:
        make_pyramid(
            Path(orders.source), orders.name, limits, Path(orders.target), lambda done: _say(Said(done=done))
        )
    except LabelwrightError as error:
        _say(Said(code=error.code, message=error.message, place=error.place, remedy=error.remedy))
    except OSError as error:
        words = f"{orders.name}: its tiles cannot be written ({error.strerror or error})"
        _say(Said(code=NoRoom.code, message=words, remedy=NoRoom.remedy))
    else:
        _say(Said(made=True))


def _be_modest(max_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    os.nice(POLITE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))


def _say(said: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
