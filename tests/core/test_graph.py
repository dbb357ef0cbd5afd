"""Workflows as graphs: whatever a router finds, every item ends at done; what would make it stick is told."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput
from labelwright.core.graph import (
    ADJUDICATE,
    ANNOTATE,
    DONE,
    REVIEW,
    Case,
    Facts,
    Graph,
    HasCategory,
    HasCount,
    LacksSkill,
    LowAgreement,
    LowConfidence,
    RandomShare,
    Risky,
    Router,
    Stage,
    Unsure,
    check,
    exits,
    faults,
    holds_for,
)
from labelwright.core.workflow import Overlap, ReviewPlan, Workflow

PART = st.floats(0, 1)
CONDITIONS = st.one_of(
    st.builds(RandomShare, share=PART),
    st.builds(HasCategory, categories=st.just(("cat",)), at_least=st.integers(1, 3)),
    st.builds(HasCount, at_least=st.integers(0, 5)),
    st.builds(LowAgreement, below=PART),
    st.builds(LowConfidence, below=PART),
    st.builds(Unsure),
    st.builds(Risky, above=PART),
    st.builds(LacksSkill, skill=st.sampled_from(["birds", "x-ray"])),
)
FACTS = st.builds(
    Facts,
    item=st.text(max_size=5),
    categories=st.dictionaries(st.sampled_from(["cat", "dog"]), st.integers(0, 3)),
    annotations=st.integers(0, 9),
    agreement=st.none() | PART,
    confidence=st.none() | PART,
    unsure=st.booleans(),
    skills=st.frozensets(st.sampled_from(["birds", "x-ray"])),
    risk=st.none() | PART,
)
NAMES = ["n0", "n1", "n2", "n3", "n4", "n5"]


@st.composite
def graphs(draw: Any) -> Graph:
    """Any graph of up to six nodes, with or without faults."""
    names = NAMES[: draw(st.integers(1, 6))]
    ways = st.sampled_from([*names, DONE])
    cases = st.lists(
        st.builds(Case, when=st.lists(CONDITIONS, max_size=2).map(tuple), to=ways), max_size=3
    ).map(tuple)
    nodes = [
        draw(
            st.one_of(
                st.builds(
                    Stage,
                    id=st.just(name),
                    work=st.sampled_from([ANNOTATE, REVIEW, ADJUDICATE]),
                    to=ways,
                    returned=st.none() | st.sampled_from(names),
                ),
                st.builds(Router, id=st.just(name), cases=cases, otherwise=ways),
            )
        )
        for name in names
    ]
    return Graph(start=draw(st.sampled_from(names)), nodes=tuple(nodes))


@st.composite
def sound_graphs(draw: Any) -> Graph:
    """Graphs whose ways lead forward only, without what no item comes to."""
    names = NAMES[: draw(st.integers(1, 6))]
    nodes: dict[str, Stage | Router] = {}
    for place, name in reversed(list(enumerate(names))):
        ways = st.sampled_from([*names[place + 1 :], DONE])
        kinds = [
            st.builds(
                Stage,
                id=st.just(name),
                work=st.just(ANNOTATE) if place == 0 else st.sampled_from([ANNOTATE, REVIEW, ADJUDICATE]),
                to=ways,
            )
        ]
        if place:
            case = st.builds(Case, when=st.lists(CONDITIONS, max_size=2).map(tuple), to=ways)
            cases = st.lists(case, max_size=3).map(tuple)
            kinds.append(st.builds(Router, id=st.just(name), cases=cases, otherwise=ways))
        nodes[name] = draw(st.one_of(kinds))
    reached, begin = set[str](), [names[0]]
    while begin:
        name = begin.pop()
        if name != DONE and name not in reached:
            reached.add(name)
            begin += exits(nodes[name])
    return Graph(start=names[0], nodes=tuple(nodes[name] for name in names if name in reached))


@given(
    sound_graphs(),
    st.lists(FACTS, min_size=12, max_size=12),
    st.lists(st.booleans(), max_size=3),
)
def test_no_item_sticks_in_any_graph_without_faults(graph: Graph, facts: list[Facts], returned: list[bool]):
    assert faults(graph) == []
    stage: Stage | None = graph.stage(graph.start, ANNOTATE)
    back, visits = list(returned), 0
    while stage is not None:
        if stage.work == REVIEW and back and back.pop():
            stage, visits = graph.back_from(stage), 0
            assert stage.work == ANNOTATE
        assert visits < len(graph.nodes), "it went round"
        stage = graph.after(stage, facts[visits])
        visits += 1


@given(graphs(), st.lists(FACTS, min_size=7, max_size=7))
def test_a_graph_that_is_let_through_ends_for_every_item(graph: Graph, facts: list[Facts]):
    if faults(graph):
        return
    stage: Stage | None = graph.stage(graph.start, ANNOTATE)
    for found in facts:
        if stage is None:
            break
        stage = graph.after(stage, found)

    assert stage is None


@given(graphs())
def test_a_graph_survives_being_written_down(graph: Graph):
    assert msgspec.json.decode(msgspec.json.encode(graph), type=Graph) == graph


def a_graph(*nodes: Stage | Router, start: str = "annotate") -> Graph:
    return Graph(start=start, nodes=nodes)


ANNOTATING = Stage(id="annotate", work=ANNOTATE, to="check")


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        (a_graph(ANNOTATING), "leads to “check”, which does not exist"),
        (a_graph(ANNOTATING, Stage(id="check", work=REVIEW, to="annotate")), "go round for ever"),
        (a_graph(ANNOTATING, Router(id="check", cases=(), otherwise="check")), "go round for ever"),
        (a_graph(Stage(id="annotate", work=REVIEW, to=DONE)), "begin at an annotate stage"),
        (
            a_graph(Stage(id="annotate", work=ANNOTATE, to=DONE), Stage(id="lost", work=REVIEW, to=DONE)),
            "No item ever comes to “lost”",
        ),
        (
            a_graph(ANNOTATING, Stage(id="check", work=REVIEW, to=DONE, returned="check")),
            "is no annotate stage",
        ),
        (a_graph(ANNOTATING, Stage(id="check", work="paint", to=DONE)), "of no known kind"),
    ],
)
def test_what_would_make_an_item_stick_is_told(graph: Graph, said: str):
    with pytest.raises(InvalidInput, match=said):
        check(graph)


def test_a_router_takes_the_first_case_that_holds():
    disputed = Case(when=(LowAgreement(below=0.6),), to="judge")
    rare = Case(when=(HasCategory(categories=("cat",)), HasCount(at_least=2)), to="look")
    look = Stage(id="look", work=REVIEW, to=DONE)
    judge = Stage(id="judge", work=ADJUDICATE, to=DONE)
    graph = a_graph(ANNOTATING, Router(id="check", cases=(disputed, rare), otherwise=DONE), judge, look)

    def goes(**facts: Any) -> str | None:
        stage = graph.after(ANNOTATING, Facts(item="1", **facts))
        return stage and stage.id

    assert faults(graph) == []
    assert goes(agreement=0.5, categories={"cat": 2}, annotations=2) == "judge"
    assert goes(agreement=0.6, categories={"cat": 1}, annotations=2) == "look"
    assert goes(categories={"cat": 1}, annotations=1) is None


def test_a_share_is_the_same_items_every_time_and_about_as_many_as_asked_for():
    chosen = [name for name in map(str, range(2000)) if holds_for(0.3, name, "router")]

    assert chosen == [name for name in map(str, range(2000)) if holds_for(0.3, name, "router")]
    assert 500 < len(chosen) < 700


@given(st.builds(Overlap, answers=st.integers(1, 9), share=PART, target=st.none() | PART), st.booleans())
def test_the_usual_workflow_has_no_faults(overlap: Overlap, review: bool):
    assert faults(Workflow(review=review, overlap=overlap).ways()) == []


def test_only_work_of_several_people_is_adjudicated_in_the_usual_workflow():
    kinds = {node.id for node in Workflow().ways().nodes}
    several = {node.id for node in Workflow(overlap=Overlap(answers=3)).ways().nodes}

    assert kinds == {"annotate", "review"}
    assert several == {"annotate", "disputed", "adjudicate", "review"}


@given(
    st.booleans(),
    PART,
    st.none() | PART,
    st.integers(1, 4),
    st.none() | PART,
    FACTS,
)
def test_a_review_plan_reviews_its_share_and_what_is_risky(
    review: bool, share: float, above: float | None, answers: int, target: float | None, facts: Facts
) -> None:
    plan = ReviewPlan(share=share, above=above)
    graph = Workflow(review=review, review_plan=plan, overlap=Overlap(answers=answers, target=target)).ways()
    assert faults(graph) == []
    stage = graph.stage(None, ADJUDICATE) or graph.stage(None, ANNOTATE)

    following, case = graph.way(stage, facts)

    drawn = holds_for(share, facts.item, "sampled")
    risky = above is not None and (facts.risk is None or facts.risk >= above)
    if following is None or following.work != ADJUDICATE:
        assert (following is not None) == (review and (share >= 1 or drawn or risky))
    assert following == graph.after(stage, facts)
    if case is not None and following is not None:
        assert following.id in (case.to, REVIEW)
