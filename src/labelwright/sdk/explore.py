"""The dataset page as a client has it: items by a filter, facets, acts on many items, saved views.

A filter is a dictionary of the fields of the dataset page, such as
`{"states": ["done"], "categories": [{"category": id, "count": {"min": 2}}]}`; an empty one means every item.
A selection is either `{"items": [ids]}` or `{"filter": {…}, "without": [ids]}`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from labelwright.sdk.connection import Connection
from labelwright.sdk.records import Record

Filter = Mapping[str, Any]
Selection = Mapping[str, Any]


class FoundItem(Record, frozen=True, kw_only=True):
    """An item as the dataset page has it."""

    id: str
    name: str
    width: int
    height: int
    position: int = 0
    key: str | None = None
    state: str = ""
    annotations: int = 0
    split: str | None = None
    tags: tuple[str, ...] = ()


class Done(Record, frozen=True, kw_only=True):
    """How many items were chosen, and how many are different now."""

    chosen: int
    changed: int


class Explore:
    """The items of projects, found by what is in them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def items(
        self,
        project_id: str,
        wanted: Filter | None = None,
        *,
        sort: str = "position",
        descending: bool = False,
    ) -> Iterator[FoundItem]:
        """The items that fit a filter, in an order."""
        asked = {"filter": _text(wanted), "sort": sort, "descending": descending or None}
        return self._connection.pages(f"/projects/{project_id}/explore", FoundItem, **asked)

    def count(self, project_id: str, wanted: Filter | None = None) -> int:
        """How many items fit a filter."""
        path = f"/projects/{project_id}/explore"
        answer = self._connection.get(path, dict[str, Any], filter=_text(wanted), limit=1)
        return int(answer["total"])

    def facets(
        self, project_id: str, names: Sequence[str], wanted: Filter | None = None
    ) -> list[dict[str, Any]]:
        """How the items that fit spread over some facets, such as states, categories or annotations."""
        path = f"/projects/{project_id}/explore/facets"
        answer = self._connection.get(path, dict[str, Any], of=",".join(names), filter=_text(wanted))
        return list(answer["facets"])

    def tag(
        self, project_id: str, selection: Selection, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> Done:
        """Put tags on items, or take them off."""
        body = {"selection": selection, "add": list(add), "remove": list(remove)}
        return self._connection.post(f"/projects/{project_id}/explore/tags", Done, body)

    def set_split(self, project_id: str, selection: Selection, split: str | None) -> Done:
        """Put items into train, val or test; None: into none."""
        body = {"selection": selection, "split": split}
        return self._connection.post(f"/projects/{project_id}/explore/split", Done, body)

    def assign(self, project_id: str, selection: Selection, to: str | None) -> Done:
        """Give the waiting annotation tasks of items to a member; None: to whoever comes."""
        body = {"selection": selection, "to": to}
        return self._connection.post(f"/projects/{project_id}/explore/assignment", Done, body)

    def views(self, project_id: str) -> list[dict[str, Any]]:
        """One's own saved views, and those that are shared."""
        answer = self._connection.get(f"/projects/{project_id}/views", dict[str, list[dict[str, Any]]])
        return answer["items"]


def _text(wanted: Filter | None) -> str | None:
    return msgspec.json.encode(dict(wanted)).decode() if wanted else None
