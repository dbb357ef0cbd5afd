"""Label rules where work is taken: on submission, on import, and in what was handed in before."""

from pathlib import Path

import pytest

from labelwright.core.errors import BrokenRules, Forbidden, InvalidInput, InvalidOntology, StaleVersion
from labelwright.core.rules import Count, MinimumSize, MustNotOverlap, Rule
from labelwright.core.shapes import Bounds, Box
from labelwright.services import rule_offenders
from labelwright.services.projects import ProjectView
from tests.services.conftest import CATEGORIES, World
from tests.services.test_label_import import bring, coco, names_of, undo
from tests.services.test_work import submit

CELL, DIRT = CATEGORIES
SMALL, LARGE = Box(left=1, top=2, right=4, bottom=12), Box(left=20, top=20, right=40, bottom=40)
AT_LEAST_FIVE = MinimumSize(id="size", categories=("cell",), width=5)
ONE_CELL = Count(id="one", categories=("cell",), at_least=1, severity="warning")


def project_with(world: World, *rules: Rule, items: int = 1, **workflow: object) -> ProjectView:
    made = world.project(items=items, **workflow)
    if rules:
        world.services.ontologies.save(world.owner, made.id, base=1, categories=CATEGORIES, rules=rules)
    return made


def say_rules(world: World, project: ProjectView, *rules: Rule) -> None:
    base = world.services.ontologies.get(world.owner, project.id).version
    world.services.ontologies.save(world.owner, project.id, base=base, categories=CATEGORIES, rules=rules)


def test_a_submission_that_breaks_a_rule_is_refused_with_every_place(world: World) -> None:
    overlap = MustNotOverlap(id="apart", categories=("cell",), others=("cell",))
    project = project_with(world, AT_LEAST_FIVE, overlap)
    task = world.services.queue.next(world.owner, project.id)
    first, second = world.put(annotation="a", box=SMALL), world.put(annotation="b", box=SMALL)

    with pytest.raises(BrokenRules) as refused:
        submit(world, world.owner, task, first, second)

    broken = refused.value.broken
    assert [(b.rule, b.annotations) for b in broken] == [
        ("size", ("a",)), ("size", ("b",)), ("apart", ("a", "b")),
    ]  # fmt: skip
    assert broken[0].place == Bounds(1, 2, 4, 12)
    assert refused.value.message == (
        "Label rules are broken in 3 places. The first: “Cell” is too small: width 3 (at least 5)."
    )
    assert world.services.items.list(world.owner, project.id).items[0].state == "annotating"


def test_a_mended_submission_is_taken(world: World) -> None:
    project = project_with(world, AT_LEAST_FIVE)
    task = world.services.queue.next(world.owner, project.id)
    with pytest.raises(BrokenRules):
        submit(world, world.owner, task, world.put(annotation="a", box=SMALL))

    handed = submit(world, world.owner, task, world.put(annotation="a", box=LARGE))

    assert handed.item_state == "review"
    assert handed.warnings == ()


def test_a_warning_lets_a_submission_pass_and_is_told_each_time(world: World) -> None:
    project = project_with(world, ONE_CELL)
    task = world.services.queue.next(world.owner, project.id)

    handed = submit(world, world.owner, task, world.put(category="dirt"))
    again = submit(world, world.owner, task)

    assert [(w.rule, w.severity) for w in handed.warnings] == [("one", "warning")]
    assert handed.warnings[0].sentence == "“Cell”: 0 marked, at least 1 wanted"
    assert again.warnings == handed.warnings


def test_a_review_cannot_accept_what_breaks_a_rule_but_can_return_it(world: World) -> None:
    project = project_with(world, self_review=True)
    task = world.services.queue.next(world.owner, project.id)
    submit(world, world.owner, task, world.put(annotation="a", box=SMALL))
    say_rules(world, project, AT_LEAST_FIVE)
    review = world.services.queue.next(world.owner, project.id, "review")

    with pytest.raises(BrokenRules):
        submit(world, world.owner, review, verdict="accepted")
    returned = submit(world, world.owner, review, verdict="returned", comment="Too small")

    assert returned.item_state == "returned"


def test_a_rule_about_an_unknown_category_is_not_saved(world: World) -> None:
    project = project_with(world)

    with pytest.raises(InvalidOntology, match="“bike”, which is not in the ontology"):
        say_rules(world, project, MinimumSize(id="1", categories=("bike",), width=5))

    assert world.services.ontologies.get(world.owner, project.id).version == 1


def test_undoing_a_change_brings_the_rules_back(world: World) -> None:
    project = project_with(world, AT_LEAST_FIVE)
    say_rules(world, project)

    undone = world.services.ontologies.undo(world.owner, project.id, base=3)

    assert undone.ontology.rules == (AT_LEAST_FIVE,)


def test_yaml_holds_the_rules(world: World) -> None:
    project = project_with(world, AT_LEAST_FIVE)
    text = world.services.ontologies.yaml(world.owner, project.id)

    saved = world.services.ontologies.save_yaml(world.owner, project.id, text.replace("width: 5", "width: 6"))

    assert "rule: minimum size" in text
    assert saved.change.rules
    assert saved.ontology.rules[0].width == 6


def labeled(world: World, *boxes: Box) -> ProjectView:
    """A project with an item for each box, each handed in."""
    project = world.project(items=len(boxes), review=False)
    for box in boxes:
        task = world.services.queue.next(world.owner, project.id)
        submit(world, world.owner, task, world.put(box=box))
    return project


def test_a_change_lists_old_offenders_before_it_is_saved(world: World) -> None:
    project = labeled(world, SMALL, LARGE, SMALL)
    names = names_of(world, project.id)

    found = world.services.rule_offenders.changed(world.owner, project.id, base=1, rules=[AT_LEAST_FIVE])

    assert [(o.item_name, o.state, o.count) for o in found.items] == [
        (names[0], "done", 1), (names[2], "done", 1),
    ]  # fmt: skip
    assert found.items[0].broken[0].sentence == "“Cell” is too small: width 3 (at least 5)"
    assert (found.looked_at, found.total, found.next) == (3, 3, None)
    assert world.services.ontologies.get(world.owner, project.id).version == 1


def test_only_rules_that_an_edit_changes_are_looked_at(world: World) -> None:
    project = labeled(world, SMALL)
    say_rules(world, project, AT_LEAST_FIVE)
    offenders = world.services.rule_offenders

    kept = offenders.changed(world.owner, project.id, base=2, rules=[AT_LEAST_FIVE])
    looser = offenders.changed(
        world.owner, project.id, base=2, rules=[MinimumSize(id="size", categories=("cell",), width=2)]
    )

    assert kept.items == looser.items == []
    assert len(offenders.saved(world.owner, project.id).items) == 1


def test_offenders_are_read_through_a_merge_that_is_not_saved(world: World) -> None:
    project = labeled(world, SMALL)
    rule = MinimumSize(id="size", categories=("dirt",), width=5)

    found = world.services.rule_offenders.changed(
        world.owner, project.id, base=1, categories=[DIRT], merges={"cell": "dirt"}, rules=[rule]
    )

    assert [o.broken[0].sentence for o in found.items] == ["“Dirt” is too small: width 3 (at least 5)"]


def test_offenders_come_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_offenders, "MOST_ITEMS", 2)
    project = labeled(world, SMALL, LARGE, LARGE, LARGE, SMALL)
    say_rules(world, project, AT_LEAST_FIVE)
    offenders = world.services.rule_offenders

    parts = [offenders.saved(world.owner, project.id)]
    while parts[-1].next:
        parts.append(offenders.saved(world.owner, project.id, cursor=parts[-1].next))

    assert [part.looked_at for part in parts] == [2, 4, 5]
    names = names_of(world, project.id)
    assert [o.item_name for part in parts for o in part.items] == [names[0], names[4]]


def test_offenders_are_for_managers_and_of_what_there_is(world: World) -> None:
    project = labeled(world, SMALL)
    ana = world.person("ana", project=project.id)
    offenders = world.services.rule_offenders

    with pytest.raises(Forbidden):
        offenders.saved(ana, project.id)
    with pytest.raises(StaleVersion):
        offenders.changed(world.owner, project.id, base=7)
    with pytest.raises(InvalidInput, match="no rule “size”"):
        offenders.saved(world.owner, project.id, rule="size")
    say_rules(world, project, AT_LEAST_FIVE)
    with pytest.raises(InvalidInput, match="no place to go on from"):
        offenders.saved(world.owner, project.id, cursor="x.1")


def test_an_import_that_breaks_a_rule_waits_for_people_and_says_so(world: World, tmp_path: Path) -> None:
    project = project_with(world, AT_LEAST_FIVE, ONE_CELL, items=3, review=False)
    names = names_of(world, project.id)
    boxes = {
        names[0]: [("Cell", [1, 2, 3, 10])],
        names[1]: [("Cell", [1, 2, 20, 10])],
        names[2]: [("Dirt", [1, 2, 3, 3])],
    }
    source = coco(tmp_path / "in", boxes)

    preview = bring(world, project.id, source, dry_run=True).report or {}
    done = bring(world, project.id, source)

    report = done.report or {}
    assert report["rules"] == preview["rules"] == [
        {"rule": "size", "severity": "error", "count": 1},
        {"rule": "one", "severity": "warning", "count": 1},
    ]  # fmt: skip
    assert report["broken_rules"][0] == {
        "item": names[0],
        "record": names[0],
        "rule": "size",
        "severity": "error",
        "reason": "“Cell” is too small: width 3 (at least 5)",
    }
    assert report["left_for_people"] == 1
    assert report["annotations"] == 3  # nothing was dropped
    found = world.services.items.list(world.owner, project.id).items
    assert [(item.state, item.annotations) for item in found] == [("returned", 1), ("done", 1), ("done", 1)]


def test_whoever_takes_such_an_item_reads_why_and_mends_it(world: World, tmp_path: Path) -> None:
    project = project_with(world, AT_LEAST_FIVE, review=False)
    bring(
        world, project.id, coco(tmp_path / "in", {names_of(world, project.id)[0]: [("Cell", [1, 2, 3, 10])]})
    )

    task = world.services.queue.next(world.owner, project.id)
    envelope = world.services.envelopes.get(world.owner, task)
    annotation = envelope.draft.document.annotations[0]

    assert "“Cell” is too small: width 3" in (envelope.task.comment or "")
    handed = submit(world, world.owner, task, world.put(annotation=annotation.id, box=LARGE))
    assert handed.item_state == "done"


def test_such_an_import_is_taken_back_like_any_other(world: World, tmp_path: Path) -> None:
    project = project_with(world, AT_LEAST_FIVE, review=False)
    source = coco(tmp_path / "in", {names_of(world, project.id)[0]: [("Cell", [1, 2, 3, 10])]})
    done = bring(world, project.id, source)

    assert undo(world, done)["items"] == 1
    item = world.services.items.list(world.owner, project.id).items[0]
    assert (item.state, item.annotations) == ("waiting", 0)


def test_predictions_that_break_a_rule_are_reported_and_kept(world: World, tmp_path: Path) -> None:
    project = project_with(world, AT_LEAST_FIVE)
    source = coco(tmp_path / "in", {names_of(world, project.id)[0]: [("Cell", [1, 2, 3, 10])]})

    report = bring(world, project.id, source, **{"as": "predictions"}).report or {}

    assert report["rules"] == [{"rule": "size", "severity": "error", "count": 1}]
    assert report["left_for_people"] == 0
    assert report["annotations"] == 1


def test_a_category_that_came_with_an_import_stays_while_a_rule_names_it(
    world: World, tmp_path: Path
) -> None:
    project = project_with(world)
    source = coco(tmp_path / "in", {names_of(world, project.id)[0]: [("Yeast", [1, 2, 9, 10])]})
    done = bring(world, project.id, source, create_categories=True)
    view = world.services.ontologies.get(world.owner, project.id)
    yeast = view.ontology.named("Yeast")
    rule = MinimumSize(id="1", categories=(yeast.id,), width=5)
    world.services.ontologies.save(
        world.owner, project.id, base=view.version, categories=view.ontology.categories, rules=[rule]
    )

    assert undo(world, done)["removed_categories"] == []
