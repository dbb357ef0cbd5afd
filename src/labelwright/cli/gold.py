"""`labelwright gold …`: items whose answer is known, mixed into work to measure who answers them."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter

from labelwright.cli.measured import percent
from labelwright.cli.options import THERE, Target
from labelwright.cli.output import columns, say, show, show_json
from labelwright.cli.reach import client
from labelwright.core.errors import InvalidInput
from labelwright.core.gold import Feedback, GoldPlan
from labelwright.sdk.records import GoldAdded, GoldAnswer, GoldItem, GoldOffer

app = App(name="gold", help="Mix items whose answer is known into work, and see how they were answered.")

Source = Literal["reference", "adjudicated", "reviewed", "expert"]


@app.command(name="list")
def list_(
    project: str,
    *,
    retired: Annotated[bool, Parameter(help="Also those that are no longer asked.")] = False,
    target: Target = THERE,
) -> None:
    """List the gold items of a project, how often they were answered, and how hard they are.

    Parameters
    ----------
    project
        The project's name or id.
    """
    with client(target) as labelwright:
        found = [*labelwright.gold.list(labelwright.projects.find(project).id, retired=retired)]
    if target.json:
        show_json(found)
    elif not found:
        say(f"There is no gold yet. Add some: labelwright gold add {project} --from reviewed --count 20")
    else:
        head = ["item", "from", "queues", "answers", "hardness", "categories"]
        say(columns(head, map(_row, found)))


@app.command
def add(
    project: str,
    *,
    from_: Annotated[
        Source | None,
        Parameter(name="--from", help="Where the right answers come from. Without it: what each offers."),
    ] = None,
    count: Annotated[int | None, Parameter(help="So many, spread over categories.")] = None,
    item: Annotated[list[str] | None, Parameter(help="This item, by its id; may be repeated.")] = None,
    explanation: Annotated[str, Parameter(help="What people are told with the right answer.")] = "",
    mixed: Annotated[
        bool, Parameter(help="Whether queues get it; tests and courses may ask it in any case.")
    ] = True,
    target: Target = THERE,
) -> None:
    """Make items gold: the named ones, or so many of a source, spread over categories.

    Parameters
    ----------
    project
        The project's name or id.
    """
    if from_ is not None and (count is None) == (item is None):
        raise InvalidInput("Say how many items, or which.", place="count", remedy="Use --count or --item.")
    with client(target) as labelwright:
        chosen = labelwright.projects.find(project).id
        if from_ is None:
            offers = labelwright.gold.offers(chosen)
            show(offers, lambda: _offered(offers), json=target.json)
            return
        made = labelwright.gold.add(
            chosen, source=from_, count=count, items=item, explanation=explanation, mixed=mixed
        )
    show(made, lambda: _added(made), json=target.json)


@app.command
def plan(
    project: str,
    *,
    rate: Annotated[float | None, Parameter(help="The share of gold among all tasks, up to 0.5.")] = None,
    pause: Annotated[int | None, Parameter(help="At least so many works between two gold items.")] = None,
    feedback: Annotated[
        Feedback | None, Parameter(help="What people are told of their answers, and when.")
    ] = None,
    later_hours: Annotated[float | None, Parameter(help="After how many hours later is.")] = None,
    iou: Annotated[float | None, Parameter(help="From which IoU on something counts as found.")] = None,
    pass_mark: Annotated[float | None, Parameter(help="From which score on an answer is right.")] = None,
    target: Target = THERE,
) -> None:
    """Show how much gold people get among their work, or change it.

    Parameters
    ----------
    project
        The project's name or id.
    """
    told = {"rate": rate, "every_at_least": pause, "feedback": feedback}
    told |= {"later_hours": later_hours, "iou": iou, "pass_mark": pass_mark}
    changes = {name: value for name, value in told.items() if value is not None}
    with client(target) as labelwright:
        chosen = labelwright.projects.find(project).id
        current = labelwright.gold.plan(chosen)
        if changes:
            current = labelwright.gold.set_plan(chosen, msgspec.structs.replace(current, **changes))
    show(current, lambda: _planned(current), json=target.json)


@app.command
def answers(project: str, *, target: Target = THERE) -> None:
    """Tell how people answered gold that was mixed into their work.

    Parameters
    ----------
    project
        The project's name or id.
    """
    with client(target) as labelwright:
        chosen = labelwright.projects.find(project).id
        found = [*labelwright.gold.answers(chosen, purpose="gold")]
    if target.json:
        show_json(found)
    elif not found:
        say("Nobody has answered any yet.")
    else:
        say(columns(["person", "answers", "skipped", "right", "mean score"], _by_person(found)))


def _row(one: GoldItem) -> Sequence[object]:
    named = ", ".join(f"{name} {count}" for name, count in one.categories.items()) or "nothing to mark"
    state = "retired" if one.retired_at else "yes" if one.mixed else "no"
    hard = "–" if one.hardness is None else f"{one.hardness:.2f}"
    return one.item_name, one.source, state, one.answers, hard, named


def _offered(offers: Sequence[GoldOffer]) -> str:
    table = columns(["from", "items"], ((one.source, one.items) for one in offers))
    return f"{table}\nAdd some with --from and --count."


def _added(made: GoldAdded) -> str:
    number = len(made.added)
    lines = ["1 item is gold now." if number == 1 else f"{number} items are gold now."]
    lines += [f"  left out {one.item}: {one.reason}" for one in made.left_out]
    return "\n".join(lines)


def _planned(plan: GoldPlan) -> str:
    if plan.rate == 0:
        return "No gold is mixed into work. Set a share with --rate."
    told = {
        "none": "People are told nothing of it.",
        "instant": "People are told at once.",
        "later": f"People are told after {plan.later_hours:g} hours.",
    }[plan.feedback]
    return (
        f"{percent(plan.rate)} of tasks are gold, with at least {plan.every_at_least} works between two.\n"
        f"Found from an IoU of {plan.iou:g}, right from a score of {plan.pass_mark:g}. {told}"
    )


def _by_person(found: Sequence[GoldAnswer]) -> list[Sequence[object]]:
    people: dict[str, list[GoldAnswer]] = {}
    for one in found:
        people.setdefault(one.member_name, []).append(one)
    rows: list[Sequence[object]] = []
    for name, mine in sorted(people.items()):
        scores = [one.score for one in mine if one.score is not None]
        mean = f"{sum(scores) / len(scores):.2f}" if scores else "–"
        rows.append(
            (name, len(scores), len(mine) - len(scores), sum(one.passed is True for one in mine), mean)
        )
    return rows
