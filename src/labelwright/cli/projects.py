"""`labelwright project …`: making projects and looking at them."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from labelwright.cli.options import THERE, Target
from labelwright.cli.output import columns, say, show, show_json
from labelwright.cli.reach import client
from labelwright.core.errors import BadFile
from labelwright.sdk.records import Project

app = App(name="project", help="Make projects and look at them.")
STATES = ("waiting", "annotating", "adjudicate", "review", "returned", "done", "skipped")


@app.command
def create(
    name: str,
    *,
    ontology: Annotated[Path | None, Parameter(help="YAML file of the categories.")] = None,
    description: Annotated[str, Parameter(help="A sentence about it.")] = "",
    no_review: Annotated[
        bool, Parameter(help="Submissions and imported labels are done without a review.", negative=())
    ] = False,
    target: Target = THERE,
) -> None:
    """Make a project, with the categories of a YAML file.

    Parameters
    ----------
    name
        The project's name.
    """
    text = None if ontology is None else _read(ontology)
    with client(target) as labelwright:
        workflow = {"review": False} if no_review else None
        project = labelwright.projects.create(
            name, description=description, ontology_yaml=text, workflow=workflow
        )
    show(project, f"Made the project “{project.name}” ({project.id}).", json=target.json)


@app.command(name="list")
def list_(*, target: Target = THERE) -> None:
    """List the projects, with their items by state."""
    with client(target) as labelwright:
        found = list(labelwright.projects.list())
    if target.json:
        show_json(found)
    elif not found:
        say("No projects yet. Make one: labelwright project create NAME --ontology FILE")
    else:
        say(columns(("name", "items", *STATES), [_row(project) for project in found]))


@app.command(name="show")
def show_one(name: str, *, target: Target = THERE) -> None:
    """Show one project: its categories, and how far it is.

    Parameters
    ----------
    name
        The project's name or id.
    """
    with client(target) as labelwright:
        project = labelwright.projects.find(name)
        ontology = labelwright.projects.ontology(project.id)
    told = {"project": project, "ontology": ontology}
    if target.json:
        show_json(told)
        return
    say(f"{project.name}  ({project.id})")
    if project.description:
        say(project.description)
    say("Items: " + (", ".join(f"{n} {state}" for state, n in project.counts.items() if n) or "none"))
    rows = [
        (entry.name, entry.shortcut or "", " ".join(entry.shapes), ontology.counts.get(entry.id, 0))
        for entry in ontology.ontology.categories
    ]
    say(columns(("category", "key", "shapes", "annotations"), rows))


@app.command
def workflow(
    name: str, *, file: Annotated[Path | None, Parameter("--set")] = None, target: Target = THERE
) -> None:
    """Print how items of a project move from stage to stage as YAML, or set it from a file.

    Parameters
    ----------
    name
        The project's name or id.
    file
        A YAML file like the one that is printed.
    """
    text = None if file is None else _read(file)
    with client(target) as labelwright:
        project = labelwright.projects.find(name)
        if text is None:
            say(labelwright.projects.workflow(project.id).rstrip())
            return
        saved = labelwright.projects.set_workflow(project.id, text)
    if target.json:
        show_json(saved)
        return
    say("Items go this way from the next answer on:")
    for node in saved["ways"]["nodes"]:
        ways = [node["to"]] if "to" in node else [*(case["to"] for case in node["cases"]), node["otherwise"]]
        say(f"  {node['id']} -> {', '.join(dict.fromkeys(ways))}")


def _row(project: Project) -> tuple[object, ...]:
    counts = [project.counts.get(state, 0) for state in STATES]
    return (project.name, sum(counts), *counts)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"“{file}” cannot be read: {error}.", place=str(file), remedy="Check the path."
        ) from None
