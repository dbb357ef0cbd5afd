"""Workflows as files: what is written reads back, and what is wrong is named."""

import pytest

from labelwright.core import workflow_yaml
from labelwright.core.errors import InvalidInput
from labelwright.core.graph import (
    ANNOTATE,
    DONE,
    REVIEW,
    Case,
    Graph,
    HasCategory,
    LowAgreement,
    Router,
    Stage,
)
from labelwright.core.ontology import Category, Ontology
from labelwright.core.workflow import Overlap, Workflow

ONTOLOGY = Ontology(categories=(Category(id="c1", name="Rötes Blut", color="#ff0000", shapes=("box",)),))
ROUTER = Router(
    id="rare",
    cases=(Case(when=(HasCategory(categories=("c1",)), LowAgreement(below=0.4)), to="check"),),
    otherwise=DONE,
)
GRAPH = Graph(
    start="first",
    nodes=(
        Stage(id="first", work=ANNOTATE, to="rare", skill="blood"),
        ROUTER,
        Stage(id="check", work=REVIEW, to=DONE),
    ),
    places={"first": (1.0, 2.5)},
)


@pytest.mark.parametrize(
    "workflow",
    [Workflow(), Workflow(review=False, overlap=Overlap(answers=3, target=0.9)), Workflow(graph=GRAPH)],
)
def test_a_workflow_survives_its_file(workflow: Workflow):
    text = workflow_yaml.write(workflow, ONTOLOGY)

    assert workflow_yaml.read(text, ONTOLOGY) == workflow


def test_the_file_names_categories_as_people_do():
    text = workflow_yaml.write(Workflow(graph=GRAPH), ONTOLOGY)

    assert "Rötes Blut" in text
    assert "c1" not in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "no YAML"),
        ("- a", "list of settings"),
        ("overlaps: 3", "no setting “overlaps”"),
        ("overlap: {answers: 0}", r"answers"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("graph: {start: a, nodes: [{kind: stage, id: a, work: annotate, to: nowhere}]}", "“nowhere”"),
        (
            "graph: {start: a, nodes: [{kind: stage, id: a, work: annotate, to: r}, {kind: router, id: r,"
            " cases: [{when: [{kind: category, categories: [bird]}], to: done}], otherwise: done}]}",
            "category “bird”",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_named(text: str, said: str):
    with pytest.raises(InvalidInput, match=said):
        workflow_yaml.read(text, ONTOLOGY)
