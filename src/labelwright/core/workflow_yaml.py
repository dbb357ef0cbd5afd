"""A workflow as a YAML file: settings, overlap and the drawn graph; categories by name."""

from collections.abc import Callable
from typing import Any, cast

import msgspec
import yaml

from labelwright.core.errors import InvalidInput
from labelwright.core.graph import HasCategory, Router, check
from labelwright.core.ontology import Ontology
from labelwright.core.workflow import Workflow

REMEDY = "Correct the place named; `labelwright project workflow NAME` prints a file that is right."


def write(workflow: Workflow, ontology: Ontology) -> str:
    """The workflow as YAML; `read` of it with the same ontology gives the same."""
    names = {category.id: category.name for category in ontology.categories}
    named = _renamed(workflow, lambda category: names.get(category, category))
    return yaml.safe_dump(msgspec.to_builtins(named), sort_keys=False, allow_unicode=True)


def read(text: str, ontology: Ontology) -> Workflow:
    """The workflow in a YAML file; what it leaves out is as usual.

    Raises InvalidInput naming the place: no YAML, an unknown field or category, a graph with a fault.
    """
    try:
        # Aliases would let a small file stand for an endless one.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise InvalidInput("The file uses aliases (*name), which are not read.", remedy=REMEDY)
        raw: object = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidInput(f"This is no YAML: {error}", remedy=REMEDY) from None
    if not isinstance(raw, dict):
        raise InvalidInput("A workflow is a list of settings, like “review: true”.", remedy=REMEDY)
    unknown = cast("dict[object, object]", raw).keys() - set(Workflow.__struct_fields__)
    if unknown:
        listed = ", ".join(Workflow.__struct_fields__)
        raise InvalidInput(f"There is no setting “{min(map(str, unknown))}”.", remedy=f"Use {listed}.")
    try:
        workflow = msgspec.convert(cast("Any", raw), Workflow)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The workflow is not right: {error}", remedy=REMEDY) from None
    ids = {category.name: category.id for category in ontology.categories}
    ids |= {category.id: category.id for category in ontology.categories}

    def known(category: str) -> str:
        if category not in ids:
            raise InvalidInput(
                f"The graph asks for the category “{category}”, which the ontology does not have.",
                place="graph",
                remedy="Use the name of a category.",
            )
        return ids[category]

    workflow = _renamed(workflow, known)
    if workflow.graph is not None:
        check(workflow.graph)
    return workflow


def _renamed(workflow: Workflow, rename: Callable[[str], str]) -> Workflow:
    if workflow.graph is None:
        return workflow
    nodes = [_node(node, rename) if isinstance(node, Router) else node for node in workflow.graph.nodes]
    graph = msgspec.structs.replace(workflow.graph, nodes=tuple(nodes))
    return msgspec.structs.replace(workflow, graph=graph)


def _node(router: Router, rename: Callable[[str], str]) -> Router:
    cases = [
        msgspec.structs.replace(
            case,
            when=tuple(
                HasCategory(categories=tuple(map(rename, one.categories)), at_least=one.at_least)
                if isinstance(one, HasCategory)
                else one
                for one in case.when
            ),
        )
        for case in router.cases
    ]
    return msgspec.structs.replace(router, cases=tuple(cases))
