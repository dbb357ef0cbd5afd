"""Items: pages of a project's items, by cursor, by place, and around one of them."""

import pytest

from labelwright.core.errors import NotFound
from tests.services.conftest import World


def test_a_page_begins_at_a_place_and_says_which(world: World) -> None:
    project = world.project(items=7).id
    names = [item.name for item in world.services.items.list(world.owner, project).items]

    page = world.services.items.list(world.owner, project, offset=3, limit=2)

    assert [item.name for item in page.items] == names[3:5]
    assert (page.start, page.total) == (3, 7)
    assert world.services.items.list(world.owner, project, offset=99).items == []


@pytest.mark.parametrize(("place", "start"), [(0, 0), (1, 0), (4, 2), (6, 4)])
def test_a_page_around_an_item_has_it_in_its_middle(world: World, place: int, start: int) -> None:
    project = world.project(items=7).id
    items = world.services.items.list(world.owner, project).items

    page = world.services.items.list(world.owner, project, around=items[place].id, limit=4)

    assert page.start == start
    assert items[place] in page.items


def test_a_page_around_an_item_that_the_state_leaves_out_begins_where_it_would_stand(world: World) -> None:
    project = world.project(items=3)
    ana = world.person("ana", project=project.id)
    world.services.submissions.skip(ana, world.services.queue.next(ana, project.id), "unclear", "")
    skipped = world.services.items.list(world.owner, project.id, state="skipped").items[0]

    page = world.services.items.list(world.owner, project.id, state="waiting", around=skipped.id)

    assert (page.start, len(page.items), page.total) == (0, 2, 2)


def test_a_page_around_an_item_of_another_project_is_refused(world: World) -> None:
    project, other = world.project(items=1).id, world.project("Others", items=1).id
    stranger = world.services.items.list(world.owner, other).items[0]

    with pytest.raises(NotFound):
        world.services.items.list(world.owner, project, around=stranger.id)
