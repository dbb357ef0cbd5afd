"""The items behind a number: those that two people answered, or on which two categories were confused."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from labelwright.core.document import Document
from labelwright.core.errors import InvalidInput
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.merging import agreement_of
from labelwright.services.ontologies import read_ontology
from labelwright.services.quality_rows import answers_by_item
from labelwright.storage.schema import items, merges

MOST_MERGES = 2_000  # the newest; agreement is measured on the same
MOST_SHOWN = 60


class BehindItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a number is of: how far those two people agree on it, and how often it was confused."""

    item: str
    name: str
    agreement: float | None
    confused: int
    answers: int
    state: str


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """The items behind a number, those with the least agreement first; `of` is how many there are."""

    items: list[BehindItem]
    of: int


class QualityItems:
    """The service of items behind numbers."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def behind(
        self, actor: Actor, project_id: str, people: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> Behind:
        """Items that both people answered, or where both categories were given to one thing, or all of these.

        Raises NotFound, Forbidden, InvalidInput for other than two of either.
        """
        for given, place in ((people, "people"), (categories, "categories")):
            if len(given) not in (0, 2):
                raise InvalidInput("Name two, or none.", place=place)

        def work(tx: Connection) -> tuple[dict[str, dict[str, Document]], dict[str, Any]]:
            project = project_for(tx, actor, project_id, "item.history")
            ontology = read_ontology(self.context, tx, project_id, project.ontology_version)
            newest = select(merges).where(merges.c.project_id == project_id)
            rows = tx.execute(newest.order_by(merges.c.id.desc()).limit(MOST_MERGES)).all()
            rows = [row for row in rows if len(row.answers) > 1]
            answers = answers_by_item(tx, ontology, rows)
            facts = select(items.c.id, items.c.name, items.c.state)
            known = tx.execute(facts.where(items.c.id.in_([row.item_id for row in rows])))
            return answers, {row.id: row for row in known}

        # The matching runs outside of the transaction: it takes seconds.
        answers, known = self.context.database.read(work)
        found = list(_behind(answers, known, people, categories))
        found.sort(key=lambda one: (1.0 if one.agreement is None else one.agreement, one.name, one.item))
        return Behind(items=found[:MOST_SHOWN], of=len(found))


def _behind(
    answers: Mapping[str, Mapping[str, Document]],
    known: Mapping[str, Any],
    people: Sequence[str],
    categories: Sequence[str],
) -> Iterator[BehindItem]:
    for item, said in answers.items():
        if item not in known or any(person not in said for person in people):
            continue
        chosen = [said[person] for person in people] if people else list(said.values())
        confused = _confused(chosen, categories) if categories else 0
        if categories and not confused:
            continue
        yield BehindItem(
            item=item,
            name=known[item].name,
            agreement=agreement_of(chosen),
            confused=confused,
            answers=len(said),
            state=known[item].state,
        )


def _confused(said: Sequence[Document], categories: Sequence[str]) -> int:
    """How often two people marked one thing, one with the one category and one with the other."""
    from labelwright.quality.matching import match

    wanted = sorted(categories)
    count = 0
    for one, other in combinations(said, 2):
        given = {mark.category for document in (one, other) for mark in document.annotations}
        if not given.issuperset(wanted):
            continue
        a = [mark for mark in one.annotations if mark.shape is not None]
        b = [mark for mark in other.annotations if mark.shape is not None]
        for pair in match(a, b).matched:
            count += sorted((a[pair.first].category, b[pair.second].category)) == wanted
    return count
