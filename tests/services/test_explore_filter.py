"""The filter of items: what the SQL finds is what a plain reading of the documents finds."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from labelwright.core.errors import InvalidInput
from labelwright.services.item_filter import (
    AttributeRule,
    Between,
    CategoryRule,
    ItemFilter,
    Span,
    condition,
    read_filter,
)
from labelwright.services.item_index import index_item, index_stale, stale_items
from labelwright.storage.schema import item_terms, items
from tests.services.conftest import World
from tests.services.explore_world import DAYS, NOW, TAGS, a_project, everything, fits, the_ontology


def between(*values: float) -> st.SearchStrategy[Between]:
    ends = st.sampled_from(values) | st.none()
    return st.builds(Between, min=ends, max=ends)


def some(*values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


COUNTS = between(0, 1, 2, 3)
CATEGORY_RULES = st.builds(
    CategoryRule,
    category=st.sampled_from(["cat", "dog", "pup", "nothing"]),
    has=st.booleans(),
    count=st.none() | COUNTS,
    area=st.none() | between(0.001, 0.01, 0.05, 0.2),
)
ATTRIBUTE_RULES = st.builds(
    AttributeRule,
    category=st.sampled_from(["cat", "dog"]),
    attribute=st.sampled_from(["kind", "age", "old"]),
    values=some("a", "b", True, False),
    range=st.none() | between(2, 5, 8),
)
SPANS = st.none() | st.builds(
    Span, since=st.none() | st.sampled_from(DAYS), until=st.none() | st.sampled_from(DAYS)
)


def filters(people: list[str]) -> st.SearchStrategy[ItemFilter]:
    fields: dict[str, st.SearchStrategy[Any]] = {
        "text": st.sampled_from(["image", "KEY_", "5%", "dark", "_", "\\"]),
        "categories": st.lists(CATEGORY_RULES, max_size=2).map(tuple),
        "attributes": st.lists(ATTRIBUTE_RULES, max_size=2).map(tuple),
        "shapes": some("box", "polyline", "tag"),
        "annotations": COUNTS,
        "width": between(60, 100, 300),
        "height": between(50, 90),
        "megapixels": between(0.004, 0.01, 0.1),
        "bytes": between(1, 500, 10**10),
        "aspect": between(0.5, 1, 2),
        "authors": some(*people, "import:coco"),
        "reviewers": some(*people),
        "states": some("waiting", "annotating", "review", "done"),
        "stages": some("annotate", "review"),
        "assigned": some(*people),
        "tags": some(*TAGS),
        "without_tags": some(*TAGS),
        "splits": some("", "train", "val"),
        "imports": some("i1", "i2"),
        "sources": some("stored", "in_place"),
        "near_duplicates": st.booleans(),
        "score": between(0.1, 0.3, 0.6),
        "created": SPANS,
        "updated": SPANS,
    }
    assert set(fields) == set(ItemFilter.__struct_fields__), "a new field needs a line here and in fits()"
    few = st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True)
    return few.flatmap(lambda names: st.builds(ItemFilter, **{name: fields[name] for name in names}))


def test_the_sql_of_a_filter_finds_what_a_plain_reading_finds(world: World) -> None:
    project = a_project(world, 40)
    other = a_project(world, 10, seed=2)
    known, ontology = everything(world, project), the_ontology(world, project)
    people = [world.owner.id, next(a.id for a in world.people.values() if a.name == "ann1")]
    assert other != project

    def found(wanted: ItemFilter) -> set[str]:
        chosen = select(items.c.id).where(condition(wanted, project, ontology, NOW))
        return set(world.context.database.read(lambda tx: tx.execute(chosen).scalars().all()))

    hits: list[int] = []

    @settings(max_examples=250, suppress_health_check=list(HealthCheck))
    @given(filters(people))
    @example(ItemFilter())
    @example(ItemFilter(categories=(CategoryRule(category="dog", count=Between(min=0, max=0)),)))
    @example(ItemFilter(categories=(CategoryRule(category="dog", count=Between(max=1)),)))
    def agree(wanted: ItemFilter) -> None:
        expected = {item for item, one in known.items() if fits(one, wanted, ontology)}
        hits.append(len(expected))

        assert found(wanted) == expected, str(wanted)

    agree()
    assert sum(0 < count < len(known) for count in hits) > 40, "most filters should tell items apart"


def test_a_filter_that_means_nothing_is_refused_with_its_place() -> None:
    for text, said in (
        ("{", "no filter"),
        ('{"nothing": 1}', "nothing"),
        ('{"states": ["ready"]}', "ready"),
        ('{"categories": [{"category": 1}]}', "categories"),
    ):
        with pytest.raises(InvalidInput, match=said):
            read_filter(text)


def test_the_index_made_anew_is_the_one_that_was_kept(world: World) -> None:
    a_project(world, 25)
    terms = select(item_terms).order_by(*item_terms.primary_key.columns)

    def all_terms() -> list[Any]:
        return world.context.database.read(lambda tx: [tuple(row) for row in tx.execute(terms)])

    before = all_terms()
    assert len(before) > 50
    world.context.database.write(lambda tx: tx.execute(item_terms.delete()))
    index_stale(world.context)

    assert all_terms() == before
    assert world.context.database.read(stale_items) == []


def test_an_item_whose_terms_are_gone_is_named_as_stale(world: World) -> None:
    project = a_project(world, 8)
    known = everything(world, project)
    marked = next(one for one in known.values() if one.document is not None)

    world.context.database.write(
        lambda tx: tx.execute(item_terms.delete().where(item_terms.c.position == marked.row.position))
    )

    assert world.context.database.read(stale_items) == [marked.row.name]
    world.context.database.write(lambda tx: index_item(tx, marked.row.id))
    assert world.context.database.read(stale_items) == []
