"""Which of the work that counts breaks label rules: those in force, or those of an edit not saved yet.

Documents are looked at in the order of the items, a bounded part at a time; who asks goes on from where
the last answer ended.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, func, select

from labelwright.core.document import decode
from labelwright.core.errors import InvalidInput, StaleVersion
from labelwright.core.ontology import Category, Ontology, RelationSpec, succeed
from labelwright.core.rules import BrokenRule, Rule
from labelwright.quality.rule_check import broken_rules
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import documents, items

MOST_ITEMS = 500  # looked at for one answer
MOST_ANNOTATIONS = 20_000
MOST_TOLD = 20  # broken rules of one item


class Offender(msgspec.Struct, frozen=True, kw_only=True):
    """An item whose current work breaks rules: the first places, and how many there are."""

    item: str
    item_name: str
    state: str
    count: int
    broken: list[BrokenRule]


class Offenders(msgspec.Struct, frozen=True, kw_only=True):
    """Some offenders. So far `looked_at` of the `total` items with work were looked at; `next` goes on."""

    items: list[Offender]
    looked_at: int
    total: int
    next: str | None


class RuleOffenders:
    """The service that lists offenders."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def saved(
        self,
        actor: Actor,
        project_id: str,
        *,
        rule: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Offenders:
        """Items that break the rules in force, or only the one named.

        Raises InvalidInput for a rule that there is not.
        """

        def work(tx: Connection) -> Offenders:
            project = project_for(tx, actor, project_id, "project.manage")
            ontology = read_ontology(self.context, tx, project_id, project.ontology_version)
            chosen = [entry for entry in ontology.rules if rule is None or entry.id == rule]
            if rule is not None and not chosen:
                listed = ", ".join(entry.id for entry in ontology.rules) or "none"
                raise InvalidInput(
                    f"There is no rule “{rule}”.", place="rule", remedy=f"Rules are: {listed}."
                )
            return _look(tx, project_id, ontology, chosen, cursor, limit)

        return self.context.database.read(work)

    def changed(
        self,
        actor: Actor,
        project_id: str,
        *,
        base: int,
        categories: Iterable[Category] | None = None,
        merges: Mapping[str, str] | None = None,
        relations: Iterable[RelationSpec] | None = None,
        rules: Iterable[Rule] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Offenders:
        """Items that break the rules that an edit of the ontology adds or changes; nothing is saved.

        Raises StaleVersion if `base` is not the current version, InvalidOntology.
        """

        def work(tx: Connection) -> Offenders:
            project = project_for(tx, actor, project_id, "project.manage")
            if project.ontology_version != base:
                raise StaleVersion("ontology", base, project.ontology_version)
            before = read_ontology(self.context, tx, project_id, base)
            wanted = before.categories if categories is None else categories
            after, _ = succeed(before, wanted, dict(merges or {}), relations, rules)
            fresh = [rule for rule in after.rules if rule not in before.rules]
            return _look(tx, project_id, after, fresh, cursor, limit)

        return self.context.database.read(work)


def _look(
    tx: Connection,
    project_id: str,
    ontology: Ontology,
    rules: Sequence[Rule],
    cursor: str | None,
    limit: int,
) -> Offenders:
    counting = select(func.count()).where(items.c.project_id == project_id, items.c.document_id.is_not(None))
    total = int(tx.execute(counting).scalar_one())
    position, looked_at = _place(cursor)
    if not rules:
        return Offenders(items=[], looked_at=total, total=total, next=None)
    chosen = (
        select(items)
        .where(
            items.c.project_id == project_id, items.c.document_id.is_not(None), items.c.position > position
        )
        .order_by(items.c.position)
        .limit(MOST_ITEMS)
    )
    found: list[Offender] = []
    weight = 0
    rows = tx.execute(chosen).all()
    for number, row in enumerate(rows, 1):
        # One body at a time: those of a whole answer may be too much to hold.
        body = tx.execute(select(documents.c.body).where(documents.c.id == row.document_id)).scalar_one()
        document = ontology.resolve(decode(body))
        broken = broken_rules(document, ontology, row.width, row.height, rules)
        weight += len(document.annotations)
        if broken:
            found.append(
                Offender(
                    item=row.id,
                    item_name=row.name,
                    state=row.state,
                    count=len(broken),
                    broken=broken[:MOST_TOLD],
                )
            )
        if len(found) >= limit or weight >= MOST_ANNOTATIONS:
            rows = rows[:number]
            break
    seen = looked_at + len(rows)
    more = bool(rows) and seen < total
    return Offenders(
        items=found,
        looked_at=seen,
        total=total,
        next=f"{rows[-1].position}.{seen}" if more else None,
    )


def _place(cursor: str | None) -> tuple[int, int]:
    if not cursor:
        return -1, 0
    position, _, seen = cursor.partition(".")
    if not (position.isdecimal() and seen.isdecimal() and len(cursor) < 40):
        raise InvalidInput("That is no place to go on from.", place="cursor", remedy="Begin without one.")
    return int(position), int(seen)
