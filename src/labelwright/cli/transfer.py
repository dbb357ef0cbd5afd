"""`labelwright import` and `labelwright export`."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
from cyclopts import Parameter

from labelwright.cli.mapping import mapping_to_edit, read_mapping
from labelwright.cli.options import THERE, Target
from labelwright.cli.output import progress, say, show_json, watching
from labelwright.cli.reach import client
from labelwright.cli.sources import SCHEMES, Credentials, Endpoint, bring
from labelwright.cli.told import counted, refused, told
from labelwright.core.errors import InvalidInput
from labelwright.sdk import Client
from labelwright.sdk.errors import JobFailed, Refused
from labelwright.sdk.records import Import, Job, Progress
from labelwright.sdk.sources import has_images

NO_LABELS = "file.unreadable_labels"


def import_(
    project: str,
    source: str,
    *,
    format: Annotated[str, Parameter(help="Format of the labels; see “labelwright formats”.")] = "auto",  # noqa: A002
    as_: Annotated[
        Literal["annotations", "predictions", "references"],
        Parameter(name="--as", help="What the labels are."),
    ] = "annotations",
    only: Annotated[
        Literal["images", "labels"] | None, Parameter(help="Leave the labels or the images out.")
    ] = None,
    mode: Annotated[
        Literal["add", "replace", "merge"], Parameter(help="What happens to labels that are there.")
    ] = "add",
    iou: Annotated[float, Parameter(help="With merge: from which IoU on two are the same.")] = 0.5,
    keep: Annotated[
        Literal["ours", "theirs", "evidence"],
        Parameter(help="With merge: which of two that match stays; evidence: the one a person made."),
    ] = "evidence",
    leave_out_duplicates: Annotated[
        bool, Parameter(help="Bring in only the first of labels that say the same.", negative=())
    ] = False,
    mapping: Annotated[
        Path | None, Parameter(help="JSON file that says what becomes of categories and attributes.")
    ] = None,
    ignore: Annotated[
        list[str] | None, Parameter(help="A category of the file to leave out; may be repeated.", negative=())
    ] = None,
    save_mapping: Annotated[
        Path | None, Parameter(help="With --dry-run: write a mapping to edit to this file.")
    ] = None,
    model: Annotated[str | None, Parameter(help="NAME@VERSION of the model; for predictions.")] = None,
    create_categories: Annotated[
        bool, Parameter(help="Add categories that are missing.", negative=())
    ] = False,
    keys: Annotated[
        Path | None, Parameter(help="CSV with the columns file and key: the client's own ids.")
    ] = None,
    in_place: Annotated[bool, Parameter(help="Leave the images where they are.", negative=())] = False,
    credentials: Credentials = None,
    endpoint: Endpoint = None,
    dry_run: Annotated[bool, Parameter(help="Only tell what would change.", negative=())] = False,
    report: Annotated[Path | None, Parameter(help="Write the full report to this file.")] = None,
    target: Target = THERE,
) -> int:
    """Bring in images, and the labels that lie beside them; ends with 1 if any file was refused.

    Parameters
    ----------
    project
        The project's name or id.
    source
        A folder, a zip or a file; or s3://BUCKET/PREFIX, gs://…, az://…, or https://… of a list, whose
        pictures stay there: as “source connect” and “source sync”.
    """
    if source.startswith(SCHEMES):
        return bring(project, source, target, credentials=credentials, endpoint=endpoint)
    place = Path(source)
    if save_mapping is not None and not dry_run:
        raise InvalidInput("A mapping to edit is written by a preview.", remedy="Add --dry-run.")
    if as_ == "predictions" and not model:
        raise InvalidInput("Predictions need the name of their model.", remedy="Add --model NAME@VERSION.")
    labels = {
        "format": format,
        "kind": as_,
        "mode": mode,
        "model": model,
        "dry_run": dry_run,
        "create_categories": create_categories,
        "iou": iou,
        "keep": keep,
        "leave_out_duplicates": leave_out_duplicates,
        "mapping": read_mapping(mapping, ignore or ()),
    }
    done: list[Import] = []
    with client(target) as labelwright, progress("Import", quiet=target.json) as bar:
        found, watch = labelwright.projects.find(project), watching(bar)
        if only != "labels" and not dry_run and has_images(place):
            done.append(
                labelwright.imports.items(found.id, place, in_place=in_place, keys=_keys(keys), watch=watch)
            )
        if only != "images":
            made = _labels(labelwright, found.id, place, labels, watch, required=not done)
            done.extend([made] if made else [])
    if report is not None:
        report.write_bytes(msgspec.json.format(msgspec.json.encode([entry.report for entry in done])) + b"\n")
    if save_mapping is not None:
        found_mapping = mapping_to_edit(done[-1].report)
        save_mapping.write_bytes(msgspec.json.format(msgspec.json.encode(found_mapping)) + b"\n")
    if target.json:
        show_json(done)
    else:
        for entry in done:
            say(told(entry))
    return 1 if any(refused(entry) for entry in done) else 0


def export(
    project: str,
    destination: Path,
    *,
    format: Annotated[str, Parameter(help="Format to write; see “labelwright formats”.")],  # noqa: A002
    release: Annotated[str | None, Parameter(help="Tag of a release; else what is done now.")] = None,
    since: Annotated[
        str | None, Parameter(help="Tag of another release: only what is new or other since then.")
    ] = None,
    media: Annotated[Literal["copy", "none"], Parameter(help="Whether the images come along.")] = "copy",
    drop: Annotated[
        bool, Parameter(help="Leave out what the format cannot hold, and report it.", negative=())
    ] = False,
    report: Annotated[Path | None, Parameter(help="Write the full report to this file.")] = None,
    target: Target = THERE,
) -> None:
    """Write the accepted annotations to a folder, or to a file that ends in .zip.

    Parameters
    ----------
    project
        The project's name or id.
    destination
        An empty or new folder, or a new file that ends in .zip.
    """
    with client(target) as labelwright, progress("Export", quiet=target.json) as bar:
        found = labelwright.projects.find(project)
        written = labelwright.exports.download(
            found.id,
            destination,
            format=format,
            release=release,
            since=since,
            media=media,
            drop=drop,
            watch=watching(bar),
        )
    if report is not None:
        report.write_bytes(msgspec.json.format(msgspec.json.encode(written)) + b"\n")
    if target.json:
        show_json({"destination": str(destination), "report": written})
    else:
        say(f"Wrote {destination}: {counted(written)}")


def _keys(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        if not {"file", "key"} <= set(rows.fieldnames or ()):
            raise InvalidInput(
                f"“{file}” lacks the columns file and key.",
                place=str(file),
                remedy="Write them in its first line.",
            )
        return {row["file"]: row["key"] for row in rows if row["key"]}


def _labels(
    labelwright: Client,
    project_id: str,
    source: Path,
    options: dict[str, Any],
    watch: Callable[[Progress], None],
    *,
    required: bool,
) -> Import | None:
    try:
        return labelwright.imports.labels(project_id, source, **options, watch=watch)
    except Refused as error:
        if required or options["format"] != "auto" or error.code != NO_LABELS:
            raise
        return None  # images alone are a whole import
    except JobFailed as error:
        code = (cast("Job", error.job).error or {}).get("code")
        if required or options["format"] != "auto" or code != NO_LABELS:
            raise
        return None
