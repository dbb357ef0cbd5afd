"""The dataset page's services: pages, facets, acts on many items, saved views."""

import pytest
from sqlalchemy import select

from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.services import explore_facets
from labelwright.services.explore import Order
from labelwright.services.explore_facets import FACETS, bins_of
from labelwright.services.item_acts import Selection
from labelwright.services.item_filter import AttributeRule, Between, CategoryRule, ItemFilter
from labelwright.services.submissions import Submitting
from labelwright.services.views import Looked
from labelwright.storage.schema import audit, item_terms, tasks
from tests.services.conftest import World
from tests.services.explore_world import a_project, everything, fits, the_ontology

PLAIN = ("position", "name", "annotations", "size", "bytes", "updated")
ORDERS = [
    *(Order(by=by) for by in PLAIN),
    *(Order(by=by, descending=True) for by in PLAIN),
    Order(by="category", category="cat", descending=True),
    Order(by="category", category="dog"),
]  # fmt: skip


def test_pages_of_every_order_hold_each_item_once_and_in_order(world: World) -> None:
    project = a_project(world, 23)
    rows = {one.row.id: one.row for one in everything(world, project).values()}
    explore = world.services.explore

    for order in ORDERS:
        found, cursor = [], None
        while True:
            page = explore.page(world.owner, project, ItemFilter(), order, cursor=cursor, limit=4)
            found += page.items
            assert page.total == (None if cursor else 23)
            cursor = page.next
            if cursor is None:
                break
        assert len({one.id for one in found}) == len(found) == len(rows), order
        if order.by in ("annotations", "bytes", "updated", "position"):
            name = "updated_at" if order.by == "updated" else order.by
            values = [getattr(one, name) for one in found]
            assert values == sorted(values, reverse=order.descending)
        at = explore.page(world.owner, project, ItemFilter(), order, offset=7, limit=5)
        assert [one.id for one in at.items] == [one.id for one in found[7:12]]


def test_a_cursor_of_another_order_is_refused(world: World) -> None:
    project = a_project(world, 5)
    page = world.services.explore.page(world.owner, project, ItemFilter(), Order(by="name"), limit=2)

    for cursor in (page.next, "nonsense", "bnVsbA=="):
        with pytest.raises(InvalidInput, match="cursor"):
            world.services.explore.page(world.owner, project, ItemFilter(), Order(by="bytes"), cursor=cursor)


def test_a_facet_says_how_many_items_the_click_will_leave(world: World) -> None:
    project = a_project(world, 40)
    known, ontology = everything(world, project), the_ontology(world, project)
    base = ItemFilter(annotations=Between(min=1))

    def count(wanted: ItemFilter) -> int:
        return sum(fits(one, wanted, ontology, world.context.clock()) for one in known.values())

    facets = {f.name: f for f in world.services.explore_facets.of(world.owner, project, base, FACETS)}

    assert not any(facet.sampled for facet in facets.values())
    for name in ("states", "splits", "sources", "tags", "shapes", "authors", "reviewers"):
        assert facets[name].values or name == "tags"
        for one in facets[name].values:
            if name == "shapes":  # those of categories that were deleted have shapes, too
                assert one.items >= 1
            wanted = ItemFilter(annotations=base.annotations, **{name: (one.value,)})
            assert one.items == count(wanted), (name, one.value)
    cat = next(one for one in facets["categories"].values if one.value == "cat")
    assert cat.items == count(
        ItemFilter(annotations=base.annotations, categories=(CategoryRule(category="cat"),))
    )
    assert {one.value for one in facets["categories"].values} == {"cat", "dog"}
    kind = next(one for one in facets["attributes"].values if one.value == "a" and one.attribute == "kind")
    rule = AttributeRule(category="cat", attribute="kind", values=("a",))
    assert kind.items == count(ItemFilter(annotations=base.annotations, attributes=(rule,)))
    # A facet is counted without its own part of the filter.
    assert sum(one.items for one in facets["annotations"].bins) == len(known)
    for one in facets["annotations"].bins:
        assert one.items == count(ItemFilter(annotations=Between(min=one.min, max=one.max)))


def test_many_items_are_estimated_from_an_even_sample(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project(world, 60)
    monkeypatch.setattr(explore_facets, "EXACT", 20)

    (facet,) = world.services.explore_facets.of(world.owner, project, ItemFilter(), ["states"])

    assert facet.sampled
    assert facet.total == 60
    assert sum(one.items for one in facet.values) == pytest.approx(60, abs=3)


def test_bins_are_round_and_hold_everything() -> None:
    import numpy as np

    for values in ([1, 2, 3], [5], [0, 100_000], [0.1, 0.25, 7.9], [-3, 4]):
        whole = all(value == int(value) for value in values)
        bins = bins_of(np.array(values, dtype=float), whole=whole)

        assert sum(n for _, _, n in bins) == len(values)
        assert bins[0][0] <= min(values)
        assert bins[-1][1] >= max(values)
        assert len(bins) <= 20
    assert bins_of(np.array([]), whole=True) == []


def test_what_is_submitted_is_found_at_once_and_a_merge_or_its_undo_moves_it(world: World) -> None:
    project = world.project(items=1, review=False).id
    ann = world.person("ann", "annotator", project)
    task = world.services.queue.next(ann, project) or ""
    world.services.submissions.submit(
        ann, task, Submitting(operations=(world.put(), world.put(category="dirt")))
    )
    found = lambda category: world.services.explore.ids(  # noqa: E731
        world.owner,
        project,
        ItemFilter(categories=(CategoryRule(category=category, count=Between(min=1)),)),
        limit=9,
    )
    assert len(found("cell")) == len(found("dirt")) == 1

    ontologies = world.services.ontologies
    kept = [c for c in ontologies.get(world.owner, project).ontology.categories if c.id == "cell"]
    ontologies.save(world.owner, project, base=1, categories=kept, merges={"dirt": "cell"})
    twice = ItemFilter(categories=(CategoryRule(category="cell", count=Between(min=2, max=2)),))
    assert len(world.services.explore.ids(world.owner, project, twice, limit=9)) == 1
    assert found("dirt") == []

    ontologies.undo(world.owner, project, base=2)
    assert len(found("dirt")) == 1
    assert world.services.explore.ids(world.owner, project, twice, limit=9) == []


def test_tags_splits_and_turns_change_what_is_chosen_and_nothing_else(world: World) -> None:
    project = a_project(world, 12)
    acts, explore = world.services.item_acts, world.services.explore
    every = explore.ids(world.owner, project, ItemFilter(), limit=99)
    two = Selection(items=tuple(every[:2]))
    rest = Selection(filter=ItemFilter(), without=tuple(every[:2]))

    assert acts.tag(world.owner, project, two, add=["  new   tag "], remove=[]).changed == 2
    assert acts.tag(world.owner, project, two, add=["new tag"], remove=[]).changed == 0
    tagged = explore.ids(world.owner, project, ItemFilter(tags=("new tag",)), limit=99)
    assert sorted(tagged) == sorted(every[:2])
    assert (
        acts.tag(world.owner, project, Selection(items=(every[0],)), add=[], remove=["new tag"]).changed == 1
    )
    assert explore.ids(world.owner, project, ItemFilter(tags=("new tag",)), limit=99) == [every[1]]

    done = acts.split(world.owner, project, rest, "test")
    assert done.chosen == done.changed == 10
    assert len(explore.ids(world.owner, project, ItemFilter(splits=("test",)), limit=99)) == 10
    assert acts.split(world.owner, project, rest, None).changed == 10

    ann = next(a for a in world.people.values() if a.name == "ann1")
    acts.assign(world.owner, project, Selection(filter=ItemFilter()), ann.id)
    turns = select(tasks.c.assigned_to, tasks.c.stage, tasks.c.lease_expires).where(
        tasks.c.project_id == project
    )
    for row in world.context.database.read(lambda tx: tx.execute(turns).all()):
        if row.stage == "annotate" and (row.lease_expires or 0) < world.context.clock():
            assert row.assigned_to == ann.id
    actions = world.context.database.read(lambda tx: set(tx.execute(select(audit.c.action)).scalars()))
    assert {"items.tagged", "items.split", "items.assigned"} <= actions


def test_acts_refuse_what_means_nothing(world: World) -> None:
    project = a_project(world, 3)
    acts, chosen = world.services.item_acts, Selection()

    with pytest.raises(InvalidInput, match="tag"):
        acts.tag(world.owner, project, chosen, add=[" "], remove=[])
    with pytest.raises(InvalidInput, match="tags"):
        acts.tag(world.owner, project, chosen, add=["a"], remove=["a"])
    with pytest.raises(InvalidInput, match="split"):
        acts.split(world.owner, project, chosen, "training")
    with pytest.raises(NotFound):
        acts.assign(world.owner, project, chosen, "nobody")


def test_many_finished_items_are_opened_again_and_held_ones_stay(world: World) -> None:
    project = world.project(items=3, review=False).id
    ann = world.person("ann", "annotator", project)
    for _ in range(2):
        task = world.services.queue.next(ann, project) or ""
        world.services.submissions.submit(ann, task, Submitting(operations=(world.put(),)))
    world.services.queue.next(ann, project)

    done = world.services.item_acts.reopen(world.owner, project, Selection(), to=None, comment="again")

    assert (done.chosen, done.changed, len(done.kept)) == (3, 2, 1)
    assert "works on this item" in done.kept[0].reason
    states = ItemFilter(states=("returned",))
    assert len(world.services.explore.ids(world.owner, project, states, limit=9)) == 2


def test_an_annotator_sees_no_more_than_the_list_told_them(world: World) -> None:
    project = a_project(world, 6)
    ann = next(a for a in world.people.values() if a.name == "ann1")
    explore, facets = world.services.explore, world.services.explore_facets
    reviewer = world.person("rita", "reviewer", project)
    secret = [
        ItemFilter(authors=("x",)), ItemFilter(reviewers=("x",)), ItemFilter(score=Between(min=0)),
        ItemFilter(shapes=("box",)), ItemFilter(assigned=("x",)),
        ItemFilter(categories=(CategoryRule(category="cat", count=Between(min=2)),)),
        ItemFilter(attributes=(AttributeRule(category="cat", attribute="kind", values=("a",)),)),
    ]  # fmt: skip

    assert explore.page(ann, project, ItemFilter(states=("done",)), Order()).total is not None
    for wanted in secret:
        with pytest.raises(Forbidden):
            explore.page(ann, project, wanted, Order())
        explore.page(reviewer, project, wanted, Order())
    for name in ("authors", "reviewers", "shapes", "attributes", "score"):
        with pytest.raises(Forbidden):
            facets.of(ann, project, ItemFilter(), [name])
    with pytest.raises(Forbidden):
        explore.page(ann, project, ItemFilter(), Order(by="category", category="cat"))
    with pytest.raises(Forbidden):
        explore.outlines(ann, project, [])
    assert explore.outlines(reviewer, project, explore.ids(reviewer, project, ItemFilter(), limit=9))


def test_views_are_ones_own_until_they_are_shared(world: World) -> None:
    project = a_project(world, 2)
    views = world.services.views
    ann = next(a for a in world.people.values() if a.name == "ann1")
    rita = world.person("rita", "reviewer", project)
    looked = Looked(filter=ItemFilter(states=("done",)), order=Order(by="name"))
    own = views.save(ann, project, " My  view ", looked)

    assert own.name == "My view"
    assert [one.looked for one in views.list(ann, project)] == [looked]
    assert views.list(rita, project) == []
    with pytest.raises(NotFound):
        views.delete(rita, own.id)
    with pytest.raises(Forbidden):
        views.change(ann, own.id, shared=True)

    shared = views.save(rita, project, "Ours", looked, shared=True)
    assert [(one.name, one.mine) for one in views.list(ann, project)] == [("My view", True), ("Ours", False)]
    with pytest.raises(Forbidden):
        views.change(ann, shared.id, name="Mine")
    assert views.change(world.owner, shared.id, name="All of us").name == "All of us"
    views.delete(rita, shared.id)
    assert len(views.list(ann, project)) == 1
    with pytest.raises(InvalidInput, match="name"):
        views.save(ann, project, " ", looked)


def test_items_that_an_undone_import_takes_away_leave_no_terms(world: World) -> None:
    from labelwright.services.item_index import forget_items

    project = a_project(world, 4)
    ids = world.services.explore.ids(world.owner, project, ItemFilter(), limit=9)

    world.context.database.write(lambda tx: forget_items(tx, ids))

    left = select(item_terms.c.position).where(item_terms.c.project_id == project)
    assert world.context.database.read(lambda tx: tx.execute(left).all()) == []
