"""JSON of strangers: one bad record does not lose the file, and every fault has its place."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.formats.folder import Source
from labelwright.formats.report import Fault

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LONGEST_REASON = 300  # characters of a fault: a number may have a thousand digits
LONGEST_LINE = 64 * 2**20

T = TypeVar("T")


def json_files(source: Source) -> list[str]:
    """The JSON files of a source, but for the report that an export leaves."""
    return [
        n for n in source.names() if n.lower().endswith(".json") and n.rsplit("/", 1)[-1] != "report.json"
    ]


def json_of(source: Source, name: str, type: Any = Any) -> Any:  # noqa: A002, ANN401  # what `type` says
    """A JSON file as the given msgspec type. Raises UnreadableLabels.

    Give lists of records as `list[msgspec.Raw]` and read each with `tried`: then one bad record is one fault.
    """
    try:
        return msgspec.json.decode(source.read(name).removeprefix(BYTE_ORDER_MARK), type=type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableLabels(name, "", f"this is no readable JSON: {error}"[:LONGEST_REASON]) from None


def tried(work: Callable[[], T], file: str, place: str, faults: list[Fault]) -> T | None:
    """What `work` gives, or None with a fault that names the place. Programming errors pass through."""
    try:
        return work()
    except LabelwrightError as error:
        reason = error.message
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
        reason = str(error)
    faults.append(Fault(file=file, place=place, reason=reason[:LONGEST_REASON]))
    return None


def json_lines(source: Source, name: str, type: Any, faults: list[Fault]) -> Iterator[tuple[int, Any]]:  # noqa: A002, ANN401
    """The records of a file with one JSON value a line, each with its line number, one at a time."""
    decoder = msgspec.json.Decoder(type)
    with source.open(name) as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
            text = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
            if not text.strip():
                continue
            made = tried(lambda text=text: decoder.decode(text), name, f"line {number}", faults)
            if made is not None:
                yield number, made


def number(value: object, what: str = "it") -> float:
    """A number, also one in quotes. Raises ValueError, which says what it was."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    raise ValueError(f"{what} is {str(value)[:60]!r}, which is no number")
