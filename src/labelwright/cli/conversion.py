"""`labelwright convert` and `labelwright formats`: label files without a project."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from labelwright.cli.output import columns, say, show_json
from labelwright.formats.report import Conversion

MOST_FAULTS = 20


def convert(
    source: Path,
    destination: Path,
    *,
    to: Annotated[str, Parameter(help="Format to write.")],
    from_: Annotated[str, Parameter(name="--from", help="Format to read.")] = "auto",
    drop: Annotated[
        bool, Parameter(help="Leave out what the format cannot hold, and report it.", negative=())
    ] = False,
    media: Annotated[
        Literal["copy", "link", "none"],
        Parameter(help="How the images that lie in the source come along: link is a hard link."),
    ] = "copy",
    report: Annotated[Path | None, Parameter(help="Write the full report to this file.")] = None,
    json: Annotated[bool, Parameter(help="Print JSON for programs.", negative=())] = False,
) -> None:
    """Turn label files of one format into another; no project is needed.

    Parameters
    ----------
    source
        A folder, a zip or a file.
    destination
        An empty or new folder, or a new file that ends in .zip.
    """
    from labelwright.formats.conversion import convert as turn
    from labelwright.sdk.delivery import refuse_if_taken

    refuse_if_taken(destination)
    made = turn(source, destination, to=to, format=from_, drop=drop, media=media)
    told = msgspec.to_builtins(made)
    if report is not None:
        report.write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    if json:
        show_json({"destination": str(destination), "report": told})
    else:
        say("\n".join(_told(made, destination)))


def _told(made: Conversion, destination: Path) -> Iterator[str]:
    """A conversion in lines: what was recognized, and all that did not come through as it was."""
    yield f"Read as {made.read}: {made.recognized}."
    yield f"Wrote {made.written} to {destination}: {made.items} items, {made.kept} annotations as they were."
    for word, table in (("converted", made.converted), ("dropped", made.dropped)):
        for what, count in table.items():
            yield f"  {word} {count} × {what}"
    for fault in made.faults[:MOST_FAULTS]:
        yield f"  fault in {' '.join(part for part in (fault.file, fault.place) if part)}: {fault.reason}"
    if len(made.faults) > MOST_FAULTS:
        yield f"  … and {len(made.faults) - MOST_FAULTS} more, all of them in the --report"
    for note in made.notes:
        yield f"  {note}"


def formats(
    *, json: Annotated[bool, Parameter(help="Print JSON for programs.", negative=())] = False
) -> None:
    """List the formats, and the kinds of annotation that each keeps."""
    from labelwright.formats.registry import every

    found = [{"name": one.name, "title": one.title, "keeps": sorted(one.keeps)} for one in every()]
    if json:
        show_json(found)
    else:
        say(
            columns(
                ("name", "title", "keeps"),
                [_row(entry["name"], entry["title"], entry["keeps"]) for entry in found],
            )
        )


def _row(name: object, title: object, keeps: Iterable[str]) -> tuple[object, ...]:
    return (name, title, " ".join(keeps))
