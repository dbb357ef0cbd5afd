"""Editing an ontology in use: previews count, saves are versioned, undo brings everything back."""

import pytest

from labelwright.core.errors import Forbidden, StaleVersion, WrongState
from labelwright.core.ontology import Category
from tests.services.conftest import CATEGORIES, World
from tests.services.test_work import submit

CELL, DIRT = CATEGORIES


def labeled_project(world: World):
    project = world.project(items=1, review=False)
    task = world.services.queue.next(world.owner, project.id)
    submit(world, world.owner, task, world.put(annotation="a"), world.put(annotation="b", category="dirt"))
    return project


def test_a_dry_run_counts_what_a_deletion_touches_and_changes_nothing(world: World) -> None:
    project = labeled_project(world)

    preview = world.services.ontologies.save(world.owner, project.id, base=1, categories=[DIRT], dry_run=True)

    assert preview.change.deleted == ("cell",)
    assert preview.change.touched == {"cell": 1}
    assert world.services.ontologies.get(world.owner, project.id).version == 1


def test_merging_moves_the_counts_and_undo_moves_them_back(world: World) -> None:
    project = labeled_project(world)
    service = world.services.ontologies

    service.save(world.owner, project.id, base=1, categories=[CELL], merges={"dirt": "cell"})
    assert service.get(world.owner, project.id).counts == {"cell": 2}
    undone = service.undo(world.owner, project.id, base=2)

    assert undone.version == 3
    assert service.get(world.owner, project.id).counts == {"cell": 1, "dirt": 1}


def test_undo_goes_back_step_by_step_and_says_when_nothing_is_left(world: World) -> None:
    project = labeled_project(world)
    service = world.services.ontologies
    names = []
    for base, name in enumerate(["One", "Two"], 1):
        service.save(world.owner, project.id, base=base, categories=[Category(id="cell", name=name), DIRT])

    for base in (3, 4):
        undone = service.undo(world.owner, project.id, base=base)
        names.append(undone.ontology.categories[0].name)

    assert names == ["One", "Cell"]
    with pytest.raises(WrongState, match="left to undo"):
        service.undo(world.owner, project.id, base=5)


def test_saving_over_a_newer_version_is_refused(world: World) -> None:
    project = labeled_project(world)
    world.services.ontologies.save(world.owner, project.id, base=1, categories=[DIRT, CELL])

    with pytest.raises(StaleVersion, match="version 2"):
        world.services.ontologies.save(world.owner, project.id, base=1, categories=[CELL])


def test_only_managers_change_the_ontology(world: World) -> None:
    project = labeled_project(world)
    rita = world.person("rita", "reviewer", project=project.id)

    with pytest.raises(Forbidden):
        world.services.ontologies.save(rita, project.id, base=1, categories=[CELL])


def test_the_yaml_of_a_project_can_be_saved_back_unchanged(world: World) -> None:
    project = labeled_project(world)
    text = world.services.ontologies.yaml(world.owner, project.id)

    saved = world.services.ontologies.save_yaml(world.owner, project.id, text, dry_run=True)

    assert not saved.change.touched
    assert saved.ontology.categories == CATEGORIES
