"""`labelwright doctor | backup | restore | migrate`: looking after a data folder."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from labelwright.cli.options import HERE, Place
from labelwright.cli.output import progress, say, show, show_json, warn
from labelwright.core.errors import InvalidInput
from labelwright.settings import Settings


def doctor(
    *,
    deep: Annotated[bool, Parameter(help="Also recompute every hash.", negative=())] = False,
    place: Place = HERE,
) -> int:
    """Name what is wrong, and the remedy; ends with 1 if anything is."""
    from labelwright.app import opened
    from labelwright.services.doctor import examine

    settings = _existing(place)
    with opened(settings, upgrade=False) as context:
        found = list(examine(context, deep=deep))
    wrong = [finding for finding in found if finding.state == "wrong"]
    if place.json:
        show_json({"ok": not wrong, "findings": found})
    else:
        for finding in found:
            say(f"{finding.state:>5}  {finding.check}: {finding.message}")
            if finding.remedy:
                say(f"       → {finding.remedy}")
        say("All is well." if not wrong else f"{len(wrong)} things are wrong.")
    return 1 if wrong else 0


def backup(file: Path, *, place: Place = HERE) -> None:
    """Write everything into one file; the server may go on running.

    Parameters
    ----------
    file
        The new file; it ends in .zip by habit.
    """
    from labelwright.app import opened
    from labelwright.services.backup import backup as take
    from labelwright.services.backup import summary

    settings = _existing(place)
    with opened(settings) as context, progress("Backup", quiet=place.json) as watch:
        manifest = take(context, file, watch=watch)
    if manifest.missing:
        warn(f"warning: {len(manifest.missing)} blobs were missing; “labelwright doctor” names them.")
    if manifest.in_place and not place.json:
        say(f"{manifest.in_place} items are read in place: back up their files yourself.")
    text = (
        f"Wrote {file}: {manifest.rows} rows, {manifest.blobs} blobs, {manifest.blob_bytes:,} bytes of media."
    )
    show(summary(manifest), text, json=place.json)


def restore(
    file: Path,
    *,
    replace: Annotated[bool, Parameter(help="Throw away what is there.", negative=())] = False,
    place: Place = HERE,
) -> None:
    """Bring back a backup into an empty folder or database.

    Parameters
    ----------
    file
        A file that “labelwright backup” wrote.
    """
    from labelwright.app import opened
    from labelwright.services.backup import summary
    from labelwright.services.restore import restore as bring_back

    settings = place.settings()
    with (
        opened(settings, said="“labelwright restore”", upgrade=False) as context,
        progress("Restore", quiet=place.json) as watch,
    ):
        manifest = bring_back(context, file, replace=replace, watch=watch)
    text = f"Restored {manifest.rows} rows and {manifest.blobs} blobs of {manifest.created_at}."
    show(summary(manifest), text, json=place.json)


def migrate(*, place: Place = HERE) -> None:
    """Bring the database up to the newest schema, after a backup of its tables."""
    from labelwright.app import bring_up_to_date, opened
    from labelwright.services.item_index import index_stale
    from labelwright.storage.migrations import HEAD

    with opened(place.settings(), said="“labelwright migrate”", upgrade=False) as context:
        taken = bring_up_to_date(context)
        index_stale(context)
    text = f"The schema is at {HEAD}." + (f" The tables as they were: {taken}" if taken else "")
    show({"schema": HEAD, "backup": taken}, text, json=place.json)


def _existing(place: Place) -> Settings:
    settings = place.settings()
    if not settings.data.is_dir():
        raise InvalidInput(
            f"There is no data folder “{settings.data}”.",
            place=str(settings.data),
            remedy="Name one with --data; “labelwright serve” makes one.",
        )
    return settings
