"""What reading and writing did: kept, converted, dropped. Nothing is silent."""

from collections import Counter

import msgspec

MOST_EXAMPLES = 200


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One record that could not be read: where it is and why."""

    file: str
    place: str
    reason: str


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What one item lost, or how it was converted; `field` is a kind of shape or a field."""

    item: str
    field: str
    reason: str
    count: int = 1


class Losses(msgspec.Struct, kw_only=True):
    """What a writer kept, converted and dropped; counts are exact, examples are limited."""

    kept: int = 0
    converted: dict[str, int] = {}
    dropped: dict[str, int] = {}
    examples: list[Loss] = []

    def keep(self, count: int = 1) -> None:
        """So many annotations were written as they are."""
        self.kept += count

    def convert(self, item: str, field: str, reason: str, count: int = 1) -> None:
        """Something was written in another form; the reason states the error."""
        self._add(self.converted, item, field, reason, count)

    def drop(self, item: str, field: str, reason: str, count: int = 1) -> None:
        """Something has no place in the format."""
        self._add(self.dropped, item, field, reason, count)

    @property
    def loses(self) -> bool:
        """Whether anything is dropped."""
        return bool(self.dropped)

    def _add(self, table: dict[str, int], item: str, field: str, reason: str, count: int) -> None:
        table[f"{field}: {reason}"] = table.get(f"{field}: {reason}", 0) + count
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(Loss(item=item, field=field, reason=reason, count=count))


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """What `convert` did, from reading to writing."""

    read: str
    written: str
    recognized: str
    items: int
    categories: list[str]
    faults: list[Fault]
    notes: list[str]
    kept: int
    converted: dict[str, int]
    dropped: dict[str, int]
    examples: list[Loss]


def summary(faults: list[Fault]) -> dict[str, int]:
    """Faults by reason, for messages."""
    return dict(Counter(fault.reason for fault in faults))
