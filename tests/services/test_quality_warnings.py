"""What the studio is told of confused categories is kept for a while, and never told to strangers."""

from dataclasses import replace

import pytest
from sqlalchemy import insert

from labelwright.core.errors import NotFound
from labelwright.services.services import Services
from labelwright.storage.schema import error_marks
from tests.services.conftest import World


def confuse(world: World, project: str, who, times: int) -> None:
    """Reviews found so many cells that are dirt."""

    def work(tx) -> None:
        for item in items:
            tx.execute(
                insert(error_marks).values(
                    id=world.context.new_id(),
                    project_id=project,
                    item_id=item,
                    task_id="t",
                    document_id="d",
                    annotation_id=world.context.new_id(),
                    code="wrong_category",
                    category="cell",
                    should_be="dirt",
                    author=who.id,
                    reviewer=world.owner.id,
                    created_at=world.context.now(),
                )
            )

    items = world.add_items(project, times)
    world.context.database.write(work)


def test_a_warning_is_kept_for_a_quarter_of_an_hour(world: World) -> None:
    project = world.project()
    ana = world.person("ana", project=project.id)

    before = world.services.quality.warnings(ana, project.id)
    confuse(world, project.id, ana, 8)
    soon = world.services.quality.warnings(ana, project.id)
    later = Services(replace(world.context, clock=lambda: world.context.clock() + 1_000_000))
    later.quality._warned = world.services.quality._warned
    after = later.quality.warnings(ana, project.id)

    assert before.pairs == soon.pairs == []
    assert [(pair.one, pair.other, pair.one_for_other) for pair in after.pairs] == [("cell", "dirt", 8)]


def test_a_stranger_is_told_nothing_of_what_is_kept(world: World) -> None:
    project = world.project()
    stranger = world.person("eva")
    world.services.quality.warnings(world.owner, project.id)

    with pytest.raises(NotFound):
        world.services.quality.warnings(stranger, project.id)
