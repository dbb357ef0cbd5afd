"""The dataset page through the client."""

from collections.abc import Iterator

import pytest

from labelwright.api.app import create_app
from labelwright.api.gate import IN_PROCESS
from labelwright.sdk import Client
from labelwright.sdk.errors import InvalidInput
from labelwright.sdk.in_process import InProcess
from tests.services.conftest import World, world
from tests.services.explore_world import a_project

__all__ = ["world"]


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    """The owner's client of a real application."""
    app = create_app(world.services, access_log=False)
    with Client("http://localhost", transport=InProcess(app, {IN_PROCESS: world.owner})) as made:
        yield made


def test_items_are_found_counted_and_tagged_by_a_filter(world: World, client: Client) -> None:
    project = a_project(world, 12)
    cats = {"categories": [{"category": "cat"}]}
    found = list(client.explore.items(project, cats, sort="annotations", descending=True))

    assert client.explore.count(project, cats) == len(found) > 0
    assert [one.annotations for one in found] == sorted((one.annotations for one in found), reverse=True)

    done = client.explore.tag(project, {"filter": cats}, add=["cats"])
    assert done.changed == len(found)
    (facet,) = client.explore.facets(project, ["tags"])
    assert next(one["items"] for one in facet["values"] if one["value"] == "cats") == len(found)
    assert client.explore.set_split(project, {"items": [found[0].id]}, "test").chosen == 1
    assert client.explore.assign(project, {"items": [found[0].id]}, None).chosen == 1
    assert client.explore.views(project) == []


def test_a_filter_that_means_nothing_is_told_with_its_place(world: World, client: Client) -> None:
    with pytest.raises(InvalidInput, match="ready"):
        client.explore.count(a_project(world, 2), {"states": ["ready"]})
