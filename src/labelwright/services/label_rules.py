"""Label rules in an import of labels: what breaks them is brought in all the same, but not as finished work.

Nothing is dropped for breaking a rule. An item whose annotations break one of severity “error” waits for
people with the reasons as its comment, where otherwise it would go on to review or be done.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, update

from labelwright.core.rules import ERROR, BrokenRule
from labelwright.core.workflow import ANNOTATE
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.item_index import index_item
from labelwright.services.task_rows import open_task
from labelwright.storage.schema import items

MOST_LISTED = 1000
MOST_TOLD = 5  # reasons in the comment of a task


@dataclass
class RuleTally:
    """The rules that records of an import break, by item; counted all, listed up to a thousand."""

    listed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    for_people: int = 0

    def add(self, item_name: str, record: str, broken: Sequence[BrokenRule], *, waits: bool) -> None:
        """Note what one record breaks; `waits` if its item is then left for people."""
        self.for_people += waits and any(entry.severity == ERROR for entry in broken)
        for entry in broken:
            self.by_rule[entry.rule, entry.severity] += 1
            if len(self.listed) < MOST_LISTED:
                told = {"rule": entry.rule, "severity": entry.severity, "reason": entry.sentence}
                self.listed.append({"item": item_name, "record": record, **told})

    def report(self) -> dict[str, Any]:
        """The tally as people read it; nothing where no rule is broken."""
        if not self.by_rule:
            return {}
        return {
            "rules": [
                {"rule": rule, "severity": severity, "count": count}
                for (rule, severity), count in self.by_rule.most_common()
            ],
            "broken_rules": self.listed,
            "left_for_people": self.for_people,
        }


def leave_for_people(
    tx: Connection,
    context: Context,
    item: Row[Any],
    round_number: int,
    document_id: str,
    annotations: int,
    broken: Sequence[BrokenRule],
) -> None:
    """Hold what came in as the item's work, and open a task to mend it."""
    now = context.now()
    changes = {"state": "returned", "document_id": document_id, "annotations": annotations}
    tx.execute(update(items).where(items.c.id == item.id).values(**changes, updated_at=now))
    index_item(tx, item.id)
    open_task(
        tx,
        context,
        project_id=item.project_id,
        item_id=item.id,
        position=item.position,
        stage=ANNOTATE,
        round=round_number + 1,
        base_document_id=document_id,
        comment=_comment(broken),
    )
    announce(tx, context, item.project_id, "item.changed", item.id, {"state": "returned"})


def _comment(broken: Sequence[BrokenRule]) -> str:
    reasons = [f"• {entry.sentence}" for entry in broken[:MOST_TOLD]]
    if len(broken) > MOST_TOLD:
        reasons.append(f"• and {len(broken) - MOST_TOLD} more")
    return "\n".join(["The imported annotations break label rules:", *reasons])
