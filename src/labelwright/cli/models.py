"""`labelwright models …` and `labelwright predict`: models, and what they say of a project."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from labelwright.cli.options import THERE, Target
from labelwright.cli.output import columns, progress, say, show_json, watching
from labelwright.cli.reach import client
from labelwright.core.errors import InvalidInput
from labelwright.core.ontology import Ontology

app = App(name="models", help="Models that suggest: list, add, try and remove them.")

MappingOption = Annotated[
    list[str] | None, Parameter(name="--map", help="LABEL=CATEGORY: what a label of the model means here.")
]


@app.command(name="list")
def list_(*, target: Target = THERE) -> None:
    """List the models that are installed, and those that are one command away."""
    with client(target) as labelwright:
        found = labelwright.models.list()
    if target.json:
        show_json(found)
        return
    rows = [
        (each.name, each.version, ", ".join(each.tasks), each.state, each.licence, each.title)
        for each in found
    ]
    say(columns(("model", "version", "does", "state", "licence", "what"), rows))


@app.command
def add(
    name: str,
    file: Path | None = None,
    *,
    title: str | None = None,
    version: str | None = None,
    licence: str | None = None,
    labels: Path | None = None,
    target: Target = THERE,
) -> None:
    """Add a model of the catalog, or an ONNX file of your own.

    Parameters
    ----------
    name
        A name of the catalog (`labelwright models list`), or the name that your own model is to have.
    file
        Your ONNX file; or the package of a model of the catalog, where there is no network.
    title
        What your model finds, for people.
    version
        Its version; without one the beginning of its hash.
    licence
        Its licence.
    labels
        A text file with its labels, a line each, in the order of its outputs.
    """
    if file is not None and not file.is_file():
        raise InvalidInput(f"There is no file “{file}”.", place="FILE", remedy="Check the path.")
    with client(target) as labelwright:
        if file is None:
            with progress("Fetching", quiet=target.json) as bar:
                made = labelwright.models.add(name, watching(bar))
        else:
            lines = labels.read_text("utf-8") if labels else None
            given = {"title": title, "version": version, "licence": licence, "labels": lines}
            made = labelwright.models.add_file(name, file, **given)
    if target.json:
        show_json(made)
    else:
        say(f"{made.name} {made.version} is installed: {', '.join(made.tasks)} ({made.licence}).")


@app.command
def remove(name: str, *, target: Target = THERE) -> None:
    """Remove a model; what it predicted stays.

    Parameters
    ----------
    name
        The model.
    """
    with client(target) as labelwright:
        labelwright.models.remove(name)
    if not target.json:
        say(f"{name} is removed.")


@app.command(name="test")
def try_on(name: str, picture: Path, *, target: Target = THERE) -> None:
    """Show what a model finds in a picture.

    Parameters
    ----------
    name
        The model.
    picture
        The picture's file.
    """
    if not picture.is_file():
        raise InvalidInput(f"There is no file “{picture}”.", place="PICTURE", remedy="Check the path.")
    with client(target) as labelwright:
        said = labelwright.models.try_on(name, picture)
    if target.json:
        show_json(said)
        return
    found: list[dict[str, Any]] = said["prediction"]["found"]
    if not found:
        say("It finds nothing there.")
        return
    rows = [(one["label"], f"{one['score']:.2f}", _where(one.get("shape"))) for one in found]
    say(columns(("label", "score", "where"), rows))


def predict(
    project: str,
    *,
    model: str,
    mapping: MappingOption = None,
    least_score: float | None = None,
    segmenter: str | None = None,
    keep: bool = False,
    target: Target = THERE,
) -> None:
    """Pre-label the items of a project; people see it as proposals.

    Parameters
    ----------
    project
        The project's name or id.
    model
        The model (`labelwright models list`).
    mapping
        LABEL=CATEGORY, as often as needed; without it labels that are named like a category.
    least_score
        Leave out what scores below.
    segmenter
        A model that makes masks of the boxes.
    keep
        Leave out items that have predictions of this model already.
    """
    with client(target) as labelwright:
        found = labelwright.projects.find(project)
        ontology = labelwright.projects.ontology(found.id).ontology
        chosen = None if mapping is None else _mapping(mapping, ontology)
        options = {"mapping": chosen, "least_score": least_score, "segmenter": segmenter, "replace": not keep}
        with progress("Predicting", quiet=target.json) as bar:
            job = labelwright.models.predict(found.id, model, watching(bar), **options)
    report: dict[str, Any] = job.report or {}
    if target.json:
        show_json(report)
        return
    say(f"{report['annotations']} annotations on {report['items']} items, by {report['model']}.")
    for name, count in report["categories"].items():
        say(f"  {name}: {count}")
    for what, title in (("unmapped", "labels without a category"), ("unfit", "without a place")):
        if report[what]:
            listed = ", ".join(f"{name} ({count})" for name, count in list(report[what].items())[:8])
            say(f"Left out, {title}: {listed}")
    for failed in report["failed"][:5]:
        say(f"Not predicted: {failed['name']}: {failed['problem']}")


def _mapping(given: list[str], ontology: Ontology) -> dict[str, str]:
    by_name = {each.name: each.id for each in ontology.categories}
    mapping: dict[str, str] = {}
    for pair in given:
        label, sign, category = pair.partition("=")
        if not sign or category not in by_name:
            known = ", ".join(by_name)
            raise InvalidInput(
                f"“{pair}” names no category.", place="--map", remedy=f"LABEL=CATEGORY: {known}."
            )
        mapping[label] = by_name[category]
    return mapping


def _where(shape: dict[str, Any] | None) -> str:
    if shape is None:
        return "the whole picture"
    if shape["kind"] == "box":
        sides = (f"{shape[side]:.0f}" for side in ("left", "top", "right", "bottom"))
        return " ".join(sides)
    return str(shape["kind"])
