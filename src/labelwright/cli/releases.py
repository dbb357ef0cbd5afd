"""`labelwright release …`: freezing accepted work, and proving that it is unchanged."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import App, Parameter

from labelwright.cli.measured import measured, told_of, write_certificate
from labelwright.cli.options import THERE, Target
from labelwright.cli.output import columns, say, show, show_json
from labelwright.cli.reach import client
from labelwright.core.errors import InvalidInput, WrongState

app = App(name="release", help="Freeze accepted work, and prove that it is unchanged.")


@app.command
def create(
    project: str,
    tag: str,
    *,
    notes: Annotated[str, Parameter(help="What is in it, and why.")] = "",
    split: Annotated[
        Literal["none", "came", "random", "stratified", "inherited"],
        Parameter(help="How items are shared out: as their labels came, at random, by category, as before."),
    ] = "came",
    shares: Annotated[str, Parameter(help="Share of each split.")] = "train=0.8,val=0.1,test=0.1",
    seed: Annotated[int, Parameter(help="Another seed is another split.")] = 0,
    group_by: Annotated[
        Literal["folder", "name", "key"] | None,
        Parameter(help="Keep items of one folder, or of one start of their name or key, in one split."),
    ] = None,
    parent: Annotated[str | None, Parameter(help="Tag of the release before; else the newest.")] = None,
    filter: Annotated[  # noqa: A002
        Path | None, Parameter(help="JSON file with a filter of items; see the page on exploring.")
    ] = None,
    target: Target = THERE,
) -> None:
    """Freeze the items that are done under a tag.

    Parameters
    ----------
    project
        The project's name or id.
    tag
        The release's name, such as v1.
    """
    plan = {"how": split, "shares": _shares(shares), "seed": seed, "group_by": group_by or ""}
    chosen = None if filter is None else msgspec.json.decode(filter.read_bytes(), type=dict[str, Any])
    with client(target) as labelwright:
        found = labelwright.projects.find(project)
        release = labelwright.releases.create(
            found.id, tag, notes=notes, splits=plan, parent=parent, filter=chosen
        )
    splits = ", ".join(f"{name} {count}" for name, count in release.splits.items())
    text = (
        f"Release {release.number}, “{release.tag}”: {release.items} items, "
        f"{release.annotations} annotations{f' ({splits})' if splits else ''}, sha256 {release.sha256}"
    )
    if release.leaks:
        text += f"\n{release.leaks} near duplicates stand in two splits"
    show(release, text, json=target.json)


def _shares(told: str) -> dict[str, float]:
    pairs = [part.partition("=") for part in told.split(",") if part.strip()]
    try:
        return {name.strip(): float(share) for name, _, share in pairs}
    except ValueError:
        raise InvalidInput(
            f"“{told}” are no shares.", place="--shares", remedy="Write train=0.8,val=0.1,test=0.1."
        ) from None


@app.command
def diff(
    project: str,
    before: str,
    after: str,
    *,
    report: Annotated[Path | None, Parameter(help="Write every change to this file.")] = None,
    target: Target = THERE,
) -> None:
    """Tell what changed from one release to another.

    Parameters
    ----------
    project
        The project's name or id.
    before
        Tag of the older release.
    after
        Tag of the newer one.
    """
    with client(target) as labelwright:
        found = labelwright.projects.find(project).id
        old, new = (labelwright.releases.find(found, tag).id for tag in (before, after))
        told = labelwright.releases.difference(old, new)
        if report is not None:
            whole = {**told, "changes": list(labelwright.releases.changes(old, new))}
            report.write_bytes(msgspec.json.format(msgspec.json.encode(whole)) + b"\n")
    if target.json:
        show_json(told)
        return
    say(f"From “{before}” to “{after}”")
    for what in ("items", "annotations"):
        counts = told[what]
        say(f"  {what}: {counts['added']} added, {counts['removed']} removed, {counts['changed']} changed")
    for name, counts in told["categories"].items():
        say(f"    {name}: +{counts['added']} −{counts['removed']} ~{counts['changed']}")
    for what, count in told["fields"].items():
        say(f"  {what} of {count} annotations")
    for move, count in told["moved"].items():
        say(f"  {count} items moved {move}")
    for sentence in told["ontology"]:
        say(f"  {sentence}")


@app.command
def card(
    project: str,
    tag: str,
    *,
    target: Target = THERE,
) -> None:
    """Print the card of a release: contents, origin, who made it, and what is not known, in Markdown.

    Parameters
    ----------
    project
        The project's name or id.
    tag
        The release's name.
    """
    with client(target) as labelwright:
        release = labelwright.releases.find(labelwright.projects.find(project).id, tag)
        told = labelwright.releases.card(release.id) if target.json else None
        page = "" if target.json else labelwright.releases.card_page(release.id)
    if told is not None:
        show_json(told)
    else:
        say(page)


@app.command(name="list")
def list_(project: str, *, target: Target = THERE) -> None:
    """List the releases of a project.

    Parameters
    ----------
    project
        The project's name or id.
    """
    with client(target) as labelwright:
        id_ = labelwright.projects.find(project).id
        found = list(labelwright.releases.list(id_))
        audits = labelwright.audits.list(id_)
    if target.json:
        show_json(found)
    elif not found:
        say("No releases yet.")
    else:
        rows = [
            (r.number, r.tag, r.items, r.annotations, measured(r.id, audits), r.created_at, r.sha256[:12])
            for r in found
        ]
        say(columns(("no", "tag", "items", "annotations", "accuracy", "created", "sha256"), rows))


@app.command
def certificate(
    project: str,
    tag: str,
    *,
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], help="Write what was signed here, and FILE.sig.")
    ] = None,
    target: Target = THERE,
) -> None:
    """Tell what the newest certificate of a release says, or write it with its signature.

    Parameters
    ----------
    project
        The project's name or id.
    tag
        The release's name.
    """
    with client(target) as labelwright:
        release = labelwright.releases.find(labelwright.projects.find(project).id, tag)
        made = labelwright.audits.certificate_of(release.id)
    if made is None:
        raise WrongState(
            f"Release “{tag}” has no certificate: nothing was measured yet.",
            remedy=f"Audit it first: labelwright audit open {project} {tag} --at-most 0.05.",
        )
    if output is not None:
        write_certificate(made, output)
    show(made, lambda: told_of(made), json=target.json)


@app.command
def verify(
    project: str,
    tag: str,
    *,
    deep: Annotated[bool, Parameter(help="Hash the images' bytes again, too.", negative=())] = False,
    target: Target = THERE,
) -> int:
    """Recompute every hash of a release; ends with 1 if anything differs.

    Parameters
    ----------
    project
        The project's name or id.
    tag
        The release's name.
    """
    with client(target) as labelwright:
        release = labelwright.releases.find(labelwright.projects.find(project).id, tag)
        found = labelwright.releases.verify(release.id, deep=deep)
    if target.json:
        show_json(found)
    elif found.ok:
        say(f"Release “{tag}” is what it was: {release.items} items, sha256 {release.sha256}")
    else:
        say(f"Release “{tag}” is not what it was:")
        for fault in found.faults:
            say(f"  - {fault}")
    return 0 if found.ok else 1
