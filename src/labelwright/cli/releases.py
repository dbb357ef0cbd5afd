"""`labelwright release …`: freezing accepted work, and proving that it is unchanged."""

from typing import Annotated

from cyclopts import App, Parameter

from labelwright.cli.options import THERE, Target
from labelwright.cli.output import columns, say, show, show_json
from labelwright.cli.reach import client

app = App(name="release", help="Freeze accepted work, and prove that it is unchanged.")


@app.command
def create(
    project: str,
    tag: str,
    *,
    notes: Annotated[str, Parameter(help="What is in it, and why.")] = "",
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
    with client(target) as labelwright:
        found = labelwright.projects.find(project)
        release = labelwright.releases.create(found.id, tag, notes=notes)
    text = (
        f"Release {release.number}, “{release.tag}”: {release.items} items, "
        f"{release.annotations} annotations, sha256 {release.sha256}"
    )
    show(release, text, json=target.json)


@app.command(name="list")
def list_(project: str, *, target: Target = THERE) -> None:
    """List the releases of a project.

    Parameters
    ----------
    project
        The project's name or id.
    """
    with client(target) as labelwright:
        found = list(labelwright.releases.list(labelwright.projects.find(project).id))
    if target.json:
        show_json(found)
    elif not found:
        say("No releases yet.")
    else:
        rows = [(r.number, r.tag, r.items, r.annotations, r.created_at, r.sha256[:12]) for r in found]
        say(columns(("no", "tag", "items", "annotations", "created", "sha256"), rows))


@app.command
def verify(project: str, tag: str, *, target: Target = THERE) -> int:
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
        found = labelwright.releases.verify(release.id)
    if target.json:
        show_json(found)
    elif found.ok:
        say(f"Release “{tag}” is what it was: {release.items} items, sha256 {release.sha256}")
    else:
        say(f"Release “{tag}” is not what it was:")
        for fault in found.faults:
            say(f"  - {fault}")
    return 0 if found.ok else 1
