"""`labelwright audit …`: how much of a release is wrong, measured so that it can be proved."""

from typing import Annotated, Literal

from cyclopts import App, Parameter

from labelwright.cli.measured import percent, shown, told_of
from labelwright.cli.options import THERE, Target
from labelwright.cli.output import say, show, show_json
from labelwright.cli.reach import client
from labelwright.core.errors import WrongState
from labelwright.sdk import Client
from labelwright.sdk.records import Audit

app = App(name="audit", help="Measure how much of a release is wrong, so that it can be proved.")


@app.command(name="open")
def open_(
    project: str,
    tag: str,
    *,
    at_most: Annotated[float, Parameter(help="The share that may be wrong at most, such as 0.05.")],
    confidence: Annotated[float, Parameter(help="How sure the certificate is to be.")] = 0.95,
    unit: Annotated[
        Literal["annotation", "item"],
        Parameter(help="What is drawn: annotations that may be wrong, or items that may lack something."),
    ] = "annotation",
    own_work: Annotated[
        bool, Parameter(help="Experts may judge what they made themselves; the certificate says so.")
    ] = False,
    target: Target = THERE,
) -> None:
    """Claim that at most a share of a release is wrong, and draw what is to be judged.

    Parameters
    ----------
    project
        The project's name or id.
    tag
        The release's name.
    """
    with client(target) as labelwright:
        release = labelwright.releases.find(labelwright.projects.find(project).id, tag)
        audit = labelwright.audits.open(
            release.id, at_most=at_most, unit=unit, confidence=confidence, own_work=own_work
        )
    show(audit, lambda: _told(audit), json=target.json)


@app.command(name="show")
def show_(project: str, tag: str, *, target: Target = THERE) -> None:
    """Tell how the audits of a release stand, the newest first.

    Parameters
    ----------
    project
        The project's name or id.
    tag
        The release's name.
    """
    with client(target) as labelwright:
        found = _audits(labelwright, project, tag)
    if target.json:
        show_json(found)
    elif not found:
        say(f"Release “{tag}” was not audited yet. Open one: labelwright audit open {project} {tag}")
    else:
        say("\n".join(map(_told, found)))


@app.command
def close(project: str, tag: str, *, target: Target = THERE) -> None:
    """End the newest open audit of a release, tell its seed, and sign what it has shown.

    Parameters
    ----------
    project
        The project's name or id.
    tag
        The release's name.
    """
    with client(target) as labelwright:
        running = [audit for audit in _audits(labelwright, project, tag) if audit.closed_at is None]
        if not running:
            raise WrongState(
                f"Release “{tag}” has no open audit.",
                remedy=f"Open one: labelwright audit open {project} {tag}",
            )
        made = labelwright.audits.close(running[0].id)
    show(made, lambda: told_of(made), json=target.json)


def _audits(labelwright: Client, project: str, tag: str) -> list[Audit]:
    found = labelwright.projects.find(project).id
    return labelwright.audits.list(found, labelwright.releases.find(found, tag).id)


def _told(audit: Audit) -> str:
    lines = [f"Audit {audit.id} of “{audit.tag}”: {audit.state}, {audit.judged} judged"]
    for claim in audit.claims:
        of = "" if claim.category is None else f" of {audit.categories.get(claim.category, claim.category)}"
        what = "wrong" if audit.unit == "annotation" else "incomplete"
        needed = f", about {claim.needed} more should prove it" if claim.needed else ""
        lines.append(
            f"  claim: at most {percent(claim.at_most)}{of} {what}; {claim.audited} of {claim.population} "
            f"audited, {claim.errors} {what}: {shown(audit, claim)}, {claim.state}{needed}"
        )
    lines.append(f"  committed to {audit.commitment}{f', seed {audit.seed}' if audit.seed else ''}")
    return "\n".join(lines)
