"""`labelwright source …`: pictures that are labeled where they lie."""

from typing import Annotated, Any

from cyclopts import App, Parameter

from labelwright.cli.options import THERE, Target
from labelwright.cli.output import Watcher, columns, progress, say, show_json
from labelwright.cli.reach import client
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.sdk import Client
from labelwright.sdk.records import Source

app = App(name="source", help="Label pictures where they lie: buckets, folders, lists of addresses.")
COUNTS = ("added", "changed", "vanished", "returned", "duplicates", "failed", "skipped")
SCHEMES = ("s3://", "gs://", "az://", "http://", "https://")

Endpoint = Annotated[str | None, Parameter(help="Address of an S3 server that is not Amazon's.")]
Region = Annotated[str | None, Parameter(help="Region of the bucket.")]
PathStyle = Annotated[bool | None, Parameter(help="Bucket in the path, not in the host's name.")]
Credentials = Annotated[
    str | None, Parameter(help="NAME of the keys LABELWRIGHT_SOURCE_NAME_… in the server's environment.")
]
Account = Annotated[str | None, Parameter(help="Azure: the storage account.")]


@app.command
def connect(
    project: str,
    url: str,
    *,
    endpoint: Endpoint = None,
    region: Region = None,
    path_style: PathStyle = None,
    credentials: Credentials = None,
    account: Account = None,
    target: Target = THERE,
) -> None:
    """Connect a source, once a picture of it could be read. Without credentials it is read as anybody.

    Parameters
    ----------
    project
        The project's name or id.
    url
        s3://BUCKET/PREFIX, gs://…, az://…, https://…/list.txt, or a folder of the server.
    """
    options = {
        "endpoint": endpoint,
        "region": region,
        "path_style": path_style,
        "credentials": credentials,
        "account": account,
    }
    with client(target) as labelwright:
        made = labelwright.sources.connect(labelwright.projects.find(project).id, url, **options)
    if target.json:
        show_json(made)
    else:
        say(f"Connected {made.url} ({made.id}). Bring it in: labelwright source sync {project} {made.url}")


@app.command(name="list")
def list_(project: str, *, target: Target = THERE) -> None:
    """List the sources of a project, with what their last sync found.

    Parameters
    ----------
    project
        The project's name or id.
    """
    with client(target) as labelwright:
        found = list(labelwright.sources.list(labelwright.projects.find(project).id))
    if target.json:
        show_json(found)
    elif not found:
        say("No sources yet. Connect one: labelwright source connect PROJECT URL")
    else:
        rows = [
            (
                each.url,
                each.items,
                each.synced_at or "never",
                *((each.report or {}).get(n, "") for n in COUNTS),
            )
            for each in found
        ]
        say(columns(("source", "items", "synced", *COUNTS), rows))


@app.command
def sync(project: str, url: str | None = None, *, target: Target = THERE) -> int:
    """Bring in what is new, and mark what changed or vanished; ends with 1 if anything could not be read.

    Parameters
    ----------
    project
        The project's name or id.
    url
        One source, by its address or id; else all.
    """
    with client(target) as labelwright, progress("Sync", quiet=target.json) as bar:
        found = list(labelwright.sources.list(labelwright.projects.find(project).id))
        chosen = found if url is None else [_find(found, url)]
        reports = [synced(labelwright, each, bar) for each in chosen]
    return tell(reports, json=target.json)


@app.command
def remove(project: str, url: str, *, target: Target = THERE) -> None:
    """Sync a source no more. Its items stay, and their pictures are still read from there.

    Parameters
    ----------
    project
        The project's name or id.
    url
        The source, by its address or id.
    """
    with client(target) as labelwright:
        source = _find(list(labelwright.sources.list(labelwright.projects.find(project).id)), url)
        labelwright.sources.remove(source.id)
    if target.json:
        show_json(source)
    else:
        say(f"Removed {source.url}; its {source.items} items stay.")


def bring(project: str, url: str, target: Target, **options: str | None) -> int:
    """`labelwright import PROJECT URL`: connect, unless it is connected, and sync."""
    with client(target) as labelwright, progress("Import", quiet=target.json) as bar:
        project_id = labelwright.projects.find(project).id
        known = [each for each in labelwright.sources.list(project_id) if each.url == url]
        source = known[0] if known else labelwright.sources.connect(project_id, url, **options)
        reports = [synced(labelwright, source, bar)]
    return tell(reports, json=target.json)


def synced(labelwright: Client, source: Source, bar: Watcher) -> dict[str, Any]:
    """The report of a sync of a source, with its address."""
    report = labelwright.sources.sync(source.id, lambda seen: bar(seen.done, seen.total, seen.note))
    return {"source": source.url, **report}


def tell(reports: list[dict[str, Any]], *, json: bool) -> int:
    """Show reports; gives the exit code."""
    if json:
        show_json(reports)
    else:
        for report in reports:
            say(f"{report['source']}: " + ", ".join(f"{report[name]} {name}" for name in COUNTS))
            for kind in ("changed", "vanished", "failed"):
                for name in report["names"][kind]:
                    say(f"  {kind}: {name}")
    return 1 if any(report["failed"] for report in reports) else 0


def _find(found: list[Source], url: str) -> Source:
    for each in found:
        if url in (each.url, each.id):
            return each
    raise NotFound("source", url) if found else InvalidInput("The project has no source.")
