"""Reviewing a part: what is drawn at random, what is risky, and what the sample says of the rest."""

import pytest
from sqlalchemy import select

from labelwright.core.document import Annotation, Document, Evidence, Vote
from labelwright.core.errors import Forbidden
from labelwright.core.graph import ANNOTATE, REVIEW
from labelwright.core.shapes import Box
from labelwright.core.workflow import ReviewPlan
from labelwright.services.review_risk import UNKNOWN, learn_errors, risk_of
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import review_reasons
from tests.services.conftest import World


def mark(name: str, category: str = "cell", **more: object) -> Annotation:
    shape = Box(left=0, top=0, right=9, bottom=9)
    return Annotation(id=name, category=category, shape=shape, **more)  # type: ignore[arg-type]


def by(author: str, **more: object) -> Evidence:
    return Evidence(author=author, **more)  # type: ignore[arg-type]


def test_risk_is_the_chance_that_something_is_wrong() -> None:
    errors = {("ann", "cell"): 0.1, ("ann", None): 0.3, (None, "dirt"): 0.5, (None, None): 0.2}
    cells = Document(annotations=(mark("a", evidence=by("ann")), mark("b", evidence=by("ann"))))

    assert risk_of(cells, errors, None) == pytest.approx(1 - 0.9**2)
    assert risk_of(
        Document(annotations=(mark("a", "fish", evidence=by("ann")),)), errors, None
    ) == pytest.approx(0.3)
    assert risk_of(
        Document(annotations=(mark("a", "dirt", evidence=by("new")),)), errors, None
    ) == pytest.approx(0.5)
    assert risk_of(Document(annotations=(mark("a"),)), {}, "new") == pytest.approx(UNKNOWN)
    assert risk_of(Document(), errors, "ann") == 0
    assert risk_of(Document(annotations=(mark("a", unsure="blurred"),)), errors, "ann") == 1
    merged = mark(
        "a", evidence=by("consensus:x", confidence=0.95), votes=(Vote(annotator="ann", answer="cell"),)
    )
    assert risk_of(Document(annotations=(merged,)), errors, None) == pytest.approx(0.05)


def handed_in(world: World, project: str, number: int, name: str = "ann", boxes: int = 1) -> None:
    who = world.people.get(name) or world.person(name, "annotator", project)
    for _ in range(number):
        task = world.services.queue.next(who, project, ANNOTATE)
        sent = Submitting(operations=tuple(world.put() for _ in range(boxes)))
        world.services.submissions.submit(who, task, sent)


def reviewed(world: World, project: str, *, amended: int = 0) -> int:
    rita = world.people.get("rita") or world.person("rita", "reviewer", project)
    count = 0
    while (task := world.services.queue.next(rita, project, REVIEW)) is not None:
        more = (world.put(category="dirt"),) if count < amended else ()
        world.services.submissions.submit(rita, task, Submitting(verdict="accepted", operations=more))
        count += 1
    return count


def test_a_share_is_reviewed_and_says_how_good_the_rest_is(world: World) -> None:
    project = world.project("Cells", items=60, review_plan=ReviewPlan(share=0.3)).id
    handed_in(world, project, 60)

    count = reviewed(world, project, amended=2)

    found = world.services.review_samples.get(world.owner, project)
    assert 8 <= count <= 30, "30 % of 60, by the ids"
    assert found.random.items == count
    assert found.random.wrong == 2
    assert found.passed == 60 - count
    assert found.unreviewed.low < 2 / count < found.unreviewed.high
    states = world.services.progress.get(world.owner, project).states
    assert states["done"] == 60
    with pytest.raises(Forbidden):
        world.services.review_samples.get(world.people["ann"], project)


def test_who_errs_often_is_reviewed_and_who_does_not_is_not(world: World) -> None:
    plan = ReviewPlan(share=0.0, above=0.3)
    project = world.project("Cells", items=60, review_plan=ReviewPlan(share=0.99)).id
    handed_in(world, project, 20, "bad")
    reviewed(world, project, amended=0)
    handed_in(world, project, 20, "good")
    reviewed(world, project)
    learn_errors(world.context, project)
    asked, known = world.context.risks[project]
    good, bad = world.people["good"].id, world.people["bad"].id
    world.context.risks[project] = (asked or 1, {**known, (bad, "cell"): 0.5, (good, "cell"): 0.02})
    workflow = world.services.projects.get(world.owner, project).workflow
    import msgspec

    changed = msgspec.structs.replace(workflow, review_plan=plan)
    world.services.projects.update(world.owner, project, workflow=changed)

    handed_in(world, project, 5, "good")
    assert reviewed(world, project) == 0
    handed_in(world, project, 5, "bad")
    assert reviewed(world, project) == 5
    rows = world.context.database.read(
        lambda tx: tx.execute(select(review_reasons).where(review_reasons.c.risk.is_not(None))).all()
    )
    assert {(row.why, round(row.risk, 2)) for row in rows} == {("passed", 0.02), ("risk", 0.5)}


def test_all_is_reviewed_unless_somebody_says_otherwise(world: World) -> None:
    project = world.project("Cells", items=5).id
    handed_in(world, project, 5)

    assert reviewed(world, project) == 5
    assert world.services.review_samples.get(world.owner, project).passed == 0


def test_what_is_drawn_and_risky_says_nothing_of_what_passes(world: World) -> None:
    project = world.project("Cells", items=60, review_plan=ReviewPlan(share=0.5, above=0.3)).id
    good, bad = (world.person(name, "annotator", project) for name in ("good", "bad"))
    world.context.risks[project] = (1, {(good.id, None): 0.02, (bad.id, None): 0.9})
    handed_in(world, project, 20, "bad")
    risky = reviewed(world, project, amended=99)
    world.context.risks[project] = (1, world.context.risks[project][1])
    handed_in(world, project, 20, "good")
    count = reviewed(world, project)

    found = world.services.review_samples.get(world.owner, project)

    assert risky == 20
    assert 0 < found.unreviewed.items == count < found.random.items
    assert found.unreviewed.wrong == 0
    assert found.random.wrong + found.risk.wrong == 20
