"""Gold: items whose answer is known, how much of it is mixed into work, and what people answered."""

from collections.abc import Iterator, Sequence

import msgspec

from labelwright.core.gold import GoldPlan
from labelwright.sdk.connection import Connection
from labelwright.sdk.records import GoldAdded, GoldAnswer, GoldItem, GoldOffer


class Gold:
    """The gold items of projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self, project_id: str) -> GoldPlan:
        """How much gold people get among their work, and what they are told of it."""
        return self._connection.get(f"/projects/{project_id}/gold/plan", GoldPlan)

    def set_plan(self, project_id: str, plan: GoldPlan) -> GoldPlan:
        """Decide how much gold people get from now on."""
        body = msgspec.to_builtins(plan)
        return self._connection.put(f"/projects/{project_id}/gold/plan", GoldPlan, body)

    def list(self, project_id: str, *, retired: bool = False) -> Iterator[GoldItem]:
        """The gold items, the newest first; with `retired` also those that are no longer asked."""
        return self._connection.pages(f"/projects/{project_id}/gold", GoldItem, retired=str(retired).lower())

    def offers(self, project_id: str) -> Sequence[GoldOffer]:
        """How many items each source offers that are not gold yet."""
        return self._connection.get(f"/projects/{project_id}/gold/candidates", _Offers).sources

    def add(
        self,
        project_id: str,
        *,
        source: str,
        count: int | None = None,
        items: Sequence[str] | None = None,
        explanation: str = "",
        mixed: bool = True,
    ) -> GoldAdded:
        """Make items gold: the named ones, or so many of a source, spread over categories.

        `source` is reference, adjudicated, reviewed or expert. With `mixed` false only tests and courses
        ask them.
        """
        body: dict[str, object] = {"source": source, "explanation": explanation, "mixed": mixed}
        body |= {"count": count} if items is None else {"items": [*items]}
        return self._connection.post(f"/projects/{project_id}/gold", GoldAdded, body)

    def retire(self, gold_id: str) -> GoldItem:
        """Ask an item no longer; what people answered to it stays."""
        return self._connection.patch(f"/gold/{gold_id}", GoldItem, {"retired": True})

    def answers(
        self, project_id: str, *, member: str | None = None, purpose: str | None = None
    ) -> Iterator[GoldAnswer]:
        """What people answered, newest first; who may not manage sees what they are told of their own."""
        path = f"/projects/{project_id}/gold/answers"
        return self._connection.pages(path, GoldAnswer, member=member, purpose=purpose)


class _Offers(msgspec.Struct, frozen=True):
    sources: list[GoldOffer]
