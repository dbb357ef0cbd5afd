"""The graph of a workflow: stages where people work, and routers that choose the way between them.

    annotate ─► router ─► review ─► done
                  └────► adjudicate ─┘

A stage sends its item to one node; a router looks at the item and takes the first of its cases that
holds, else its last way out. The way forward never comes back to a node (only returned work goes back,
and that is a person's decision), and all of it ends at `done`: so no item can get stuck, whatever the
routers find. `faults` tells what breaks this.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

import msgspec

from labelwright.core.errors import InvalidInput

ANNOTATE, REVIEW, ADJUDICATE, DONE = "annotate", "review", "adjudicate", "done"
STAGES = (ANNOTATE, REVIEW, ADJUDICATE)

MOST_NODES = 60
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern="^[a-z0-9_-]+$")]
Part = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What routers may know of an item at the moment it moves on.

    `agreement` is how far its annotators agree (None: one answer, or undefined), `confidence` the
    calibrated posterior of the merged answer, `unsure` whether somebody could not tell, `skills` those of
    everyone who worked on it, `risk` the chance that at least one annotation is wrong (None: not known).
    """

    item: str
    categories: Mapping[str, int] = {}
    annotations: int = 0
    agreement: float | None = None
    confidence: float | None = None
    unsure: bool = False
    skills: frozenset[str] = frozenset()
    risk: float | None = None


class RandomShare(msgspec.Struct, frozen=True, kw_only=True, tag="share", tag_field="kind"):
    """So large a part of the items, chosen by their ids: the same item is always in or always out."""

    share: Part


class HasCategory(msgspec.Struct, frozen=True, kw_only=True, tag="category", tag_field="kind"):
    """Annotated with one of these categories (their ids) as often as `at_least` in all."""

    categories: tuple[str, ...]
    at_least: Annotated[int, msgspec.Meta(ge=1)] = 1


class HasCount(msgspec.Struct, frozen=True, kw_only=True, tag="count", tag_field="kind"):
    """As many annotations as this, or more."""

    at_least: Annotated[int, msgspec.Meta(ge=0)]


class LowAgreement(msgspec.Struct, frozen=True, kw_only=True, tag="agreement", tag_field="kind"):
    """Answers that agree less than this; where there is nothing to compare it does not hold."""

    below: Part


class LowConfidence(msgspec.Struct, frozen=True, kw_only=True, tag="confidence", tag_field="kind"):
    """A merged answer less sure than this; where nothing was merged it does not hold."""

    below: Part


class Unsure(msgspec.Struct, frozen=True, kw_only=True, tag="unsure", tag_field="kind"):
    """Somebody who worked on it could not tell."""


class LacksSkill(msgspec.Struct, frozen=True, kw_only=True, tag="skill", tag_field="kind"):
    """Nobody who worked on it holds this skill."""

    skill: str


class Risky(msgspec.Struct, frozen=True, kw_only=True, tag="risk", tag_field="kind"):
    """At least this chance that something is wrong, by what is known of its makers; it holds unless known."""

    above: Part


Condition = RandomShare | HasCategory | HasCount | LowAgreement | LowConfidence | Unsure | LacksSkill | Risky


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Where an item goes for which all conditions hold."""

    when: tuple[Condition, ...]
    to: str


class Stage(msgspec.Struct, frozen=True, kw_only=True, tag="stage", tag_field="kind"):
    """A stage where people work: annotate, review or adjudicate; then the item goes `to` a node.

    `skill`: only who holds it gets tasks here. `returned`: the annotate stage that returned work goes
    back to; None: the first one.
    """

    id: Name
    work: str
    to: str
    skill: str | None = None
    returned: str | None = None


class Router(msgspec.Struct, frozen=True, kw_only=True, tag="router", tag_field="kind"):
    """A fork: the first case that holds, else `otherwise`."""

    id: Name
    cases: tuple[Case, ...]
    otherwise: str


Node = Stage | Router


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes of a workflow. Items begin at the node `start`, an annotate stage, and end at `done`.

    `places` holds where nodes are drawn (x right, y down); it means nothing otherwise.
    """

    start: str
    nodes: tuple[Node, ...]
    places: dict[str, tuple[float, float]] = {}

    def by_id(self) -> dict[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    def stage(self, node: str | None, work: str) -> Stage | None:
        """The stage that a task stands at: its node, or, where that is gone, the first of its kind."""
        found = self.by_id().get(node or "")
        if isinstance(found, Stage) and found.work == work:
            return found
        return next((one for one in self.nodes if isinstance(one, Stage) and one.work == work), None)

    def after(self, stage: Stage, facts: Facts) -> Stage | None:
        """Where an item goes from a stage; None: it is done. The graph must have no faults."""
        return self.way(stage, facts)[0]

    def way(self, stage: Stage, facts: Facts) -> tuple[Stage | None, Case | None]:
        """`after`, and the last case of a router that sent the item there; None: none had to hold."""
        nodes, at, last = self.by_id(), stage.to, None
        while at != DONE:
            node = nodes[at]
            if isinstance(node, Stage):
                return node, last
            last = next((case for case in node.cases if _all_hold(case, node, facts)), None)
            at = node.otherwise if last is None else last.to
        return None, last

    def back_from(self, stage: Stage) -> Stage:
        """The annotate stage that returned work goes to."""
        return self.stage(stage.returned or self.start, ANNOTATE) or stage


def exits(node: Node) -> tuple[str, ...]:
    """The nodes that an item may go to from a node; returned work apart."""
    return (node.to,) if isinstance(node, Stage) else (*(case.to for case in node.cases), node.otherwise)


def faults(graph: Graph) -> list[str]:
    """What would make an item stick or get lost; empty: nothing."""
    nodes = graph.by_id()
    return list(_faults_of_names(graph, nodes)) or list(_faults_of_ways(graph, nodes))


def check(graph: Graph) -> None:
    """Raise InvalidInput with the first fault of a graph."""
    found = faults(graph)
    if found:
        raise InvalidInput(found[0], place="workflow.graph", remedy="Change the drawing, then save again.")


def _faults_of_names(graph: Graph, nodes: Mapping[str, Node]) -> Iterator[str]:
    if len(graph.nodes) > MOST_NODES:
        yield f"A workflow has at most {MOST_NODES} nodes; this one has {len(graph.nodes)}."
    if len(nodes) < len(graph.nodes):
        yield "Two nodes have the same name."
    if DONE in nodes:
        yield "No node may be called “done”: that is the end."
    start = nodes.get(graph.start)
    if not isinstance(start, Stage) or start.work != ANNOTATE:
        yield f"Items begin at an annotate stage; “{graph.start}” is none."
    for node in graph.nodes:
        if isinstance(node, Stage) and node.work not in STAGES:
            yield f"The stage “{node.id}” is of no known kind: use {', '.join(STAGES)}."
        for target in exits(node):
            if target != DONE and target not in nodes:
                yield f"“{node.id}” leads to “{target}”, which does not exist."
        if isinstance(node, Stage) and node.returned is not None:
            back = nodes.get(node.returned)
            if not isinstance(back, Stage) or back.work != ANNOTATE:
                yield f"Work returned from “{node.id}” goes to “{node.returned}”, which is no annotate stage."


def _faults_of_ways(graph: Graph, nodes: Mapping[str, Node]) -> Iterator[str]:
    reached: set[str] = set()
    ahead: set[str] = set()  # on the way that is being walked
    loops: list[str] = []

    def walk(name: str) -> None:
        if name == DONE or name in reached:
            return
        if name in ahead:
            loops.append(name)
            return
        ahead.add(name)
        for target in exits(nodes[name]):
            walk(target)
        ahead.discard(name)
        reached.add(name)

    begin = [graph.start]
    while begin:
        walk(begin.pop())
        stages = (node for node in graph.nodes if isinstance(node, Stage) and node.id in reached)
        begin += {node.returned for node in stages if node.returned} - reached - set(loops)
    for name in loops:
        yield f"The way forward comes back to “{name}”: an item could go round for ever."
    for node in graph.nodes:
        if node.id not in reached:
            yield f"No item ever comes to “{node.id}”."


def _all_hold(case: Case, router: Router, facts: Facts) -> bool:
    return all(_HOLDS[type(condition)](condition, router, facts) for condition in case.when)


def holds_for(share: float, item: str, salt: str) -> bool:
    """Whether an item is in a share of all items that is drawn by their ids and a salt."""
    drawn = hashlib.sha256(f"{salt}\0{item}".encode()).digest()[:8]
    return int.from_bytes(drawn, "big") / 2**64 < share


def _share(condition: RandomShare, router: Router, facts: Facts) -> bool:
    return holds_for(condition.share, facts.item, router.id)


def _category(condition: HasCategory, router: Router, facts: Facts) -> bool:  # noqa: ARG001
    return sum(facts.categories.get(name, 0) for name in condition.categories) >= condition.at_least


def _count(condition: HasCount, router: Router, facts: Facts) -> bool:  # noqa: ARG001
    return facts.annotations >= condition.at_least


def _agreement(condition: LowAgreement, router: Router, facts: Facts) -> bool:  # noqa: ARG001
    return facts.agreement is not None and facts.agreement < condition.below


def _confidence(condition: LowConfidence, router: Router, facts: Facts) -> bool:  # noqa: ARG001
    return facts.confidence is not None and facts.confidence < condition.below


def _unsure(condition: Unsure, router: Router, facts: Facts) -> bool:  # noqa: ARG001
    return facts.unsure


def _skill(condition: LacksSkill, router: Router, facts: Facts) -> bool:  # noqa: ARG001
    return condition.skill not in facts.skills


def _risk(condition: Risky, router: Router, facts: Facts) -> bool:  # noqa: ARG001
    # What nobody measured is looked at.
    return facts.risk is None or facts.risk >= condition.above


_HOLDS: dict[type, Callable[..., bool]] = {
    RandomShare: _share,
    HasCategory: _category,
    HasCount: _count,
    LowAgreement: _agreement,
    LowConfidence: _confidence,
    Unsure: _unsure,
    LacksSkill: _skill,
    Risky: _risk,
}
