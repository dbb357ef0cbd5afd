"""`labelwright member …` and `labelwright token …`: who may come in, and with which key."""

from typing import Annotated, Literal

from cyclopts import App, Parameter

from labelwright.cli.options import THERE, Target
from labelwright.cli.output import columns, say, show, show_json
from labelwright.cli.reach import client

member = App(name="member", help="Bring people in.")
token = App(name="token", help="Make keys for programs.")

Role = Literal["annotator", "reviewer", "manager", "owner"]


@member.command
def add(
    name: str,
    *,
    role: Annotated[Role, Parameter(help="What they may do.")] = "annotator",
    project: Annotated[str | None, Parameter(help="For one project only.")] = None,
    email: Annotated[str | None, Parameter(help="Only for this address.")] = None,
    days: Annotated[int, Parameter(help="Days until the link expires.")] = 7,
    target: Target = THERE,
) -> None:
    """Invite a person; prints the link by which they join.

    Parameters
    ----------
    name
        Who it is for, for your own notes; they choose their name when they join.
    """
    with client(target) as labelwright:
        found = labelwright.projects.find(project).id if project else None
        made = labelwright.members.invite(role, project_id=found, email=email, expires_in_days=days)
    show(made, f"Send this link to {name}; it works once, for {days} days:\n{made.link}", json=target.json)


@member.command(name="list")
def list_(*, target: Target = THERE) -> None:
    """List the members."""
    with client(target) as labelwright:
        found = list(labelwright.members.list())
    if target.json:
        show_json(found)
    else:
        rows = [(m.name, m.email, m.role, "" if m.active else "inactive") for m in found]
        say(columns(("name", "email", "role", ""), rows))


@token.command(name="create")
def create(
    name: str = "command line",
    *,
    scope: Annotated[
        tuple[Literal["read", "annotate", "review", "manage", "admin"], ...],
        Parameter(help="What it may do; may be given more than once."),
    ] = ("read",),
    days: Annotated[int, Parameter(help="Days until it expires.")] = 90,
    target: Target = THERE,
) -> None:
    """Make a personal token; its text is printed this once.

    Parameters
    ----------
    name
        What it is for.
    """
    with client(target) as labelwright:
        made = labelwright.tokens.create(name, scope, days)
    show(made, made.token or "", json=target.json)
