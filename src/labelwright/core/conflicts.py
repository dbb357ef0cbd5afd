"""Conflicts: two hands that changed the same of one annotation without knowing of one another.

Both operations stay in the log. The later one stands in the document, the other version is put
aside until a person chooses. A change against a deletion always leaves the annotation standing and
puts the deletion aside, so that nothing vanishes before somebody has said so. Verdicts are the
exception: of two, the later one counts.
"""

from collections.abc import Iterable, Sequence

import msgspec

from labelwright.core.fields import differing, field_value
from labelwright.core.operations import Delete, Judge, Marking, Operation, Put, target


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one operation wanted of an annotation; `annotation` None: that it be deleted.

    `fields` are those about which is to be chosen. `by` is the member, `at` Unix milliseconds on
    their clock.
    """

    operation: str
    at: int
    by: str
    fields: tuple[str, ...] = ()
    annotation: Marking | None = None


class OpenConflict(msgspec.Struct, frozen=True, kw_only=True):
    """An annotation about which a person has to choose, and the versions that were put aside."""

    annotation: str
    aside: tuple[Version, ...]


Clash = tuple[Put | Delete, tuple[str, ...]]
"""An operation that is contradicted, and in which fields (none: in being there at all)."""


class Trail:
    """The newest operations of a draft, from which it is told what an operation did not know."""

    def __init__(self, entries: Iterable[tuple[int, Operation]] = ()) -> None:
        self._log: dict[str, list[tuple[int, Operation]]] = {}
        self._by_id: dict[str, Operation] = {}
        self._unknown: dict[str, tuple[int, list[tuple[int, Operation]]]] = {}
        for revision, operation in entries:
            self.add(revision, operation)

    def add(self, revision: int, operation: Operation) -> None:
        """Append an operation."""
        self._log.setdefault(target(operation), []).append((revision, operation))
        self._by_id[operation.id] = operation

    def clashes(self, operation: Operation) -> list[Clash]:
        """The operations that this one did not know and contradicts, oldest first."""
        if operation.seen is None or isinstance(operation, Judge):
            return []
        unknown = [entry for _, entry in self._unknown_to(operation, operation.seen)]
        return _contradicted(operation, [entry for entry in unknown if not isinstance(entry, Judge)])

    def chain(self, operation: Operation) -> set[str]:
        """The operations before this one of which only its own hand knew."""
        known: set[str] = set()
        after = operation.after
        while after is not None and after not in known:
            known.add(after)
            found = self._by_id.get(after)
            after = found.after if found is not None else None
        return known

    def _unknown_to(self, operation: Operation, seen: int) -> list[tuple[int, Operation]]:
        log = self._log.get(target(operation), [])
        if operation.after in self._unknown:
            # What the operation before it did not know, and what came in between: a hand that
            # changed one annotation a thousand times without a network costs a thousand steps.
            end, before = self._unknown[operation.after]
            fresh = [entry for entry in log[end:] if entry[1].id != operation.after]
            unknown = [entry for entry in before if entry[0] > seen] + fresh
        else:
            known = self.chain(operation)
            unknown = [entry for entry in log if entry[0] > seen and entry[1].id not in known]
        self._unknown[operation.id] = (len(log), unknown)
        return unknown


def advance(
    conflicts: Sequence[OpenConflict],
    operation: Operation,
    clashes: Sequence[Clash],
    author: str,
    chain: Iterable[str] = (),
    reopened: Iterable[Put | Delete] = (),
) -> tuple[OpenConflict, ...]:
    """The conflicts that are open after an operation.

    `chain` are the operations from which its hand went on; a version of theirs that was put aside
    is brought forward by it and no longer waits. `reopened` are those that it asks about again.
    """
    name = target(operation)
    found = {conflict.annotation: conflict for conflict in conflicts}
    gone = set(operation.settles)
    if clashes:
        gone |= set(chain)
    before = found[name].aside if name in found else ()
    aside = {version.operation: version for version in before if version.operation not in gone}
    if isinstance(operation, Delete):
        if clashes:
            aside[operation.id] = version_of(operation, author)
        else:  # nothing stands any more, so those who wanted it deleted have their way
            aside = {key: version for key, version in aside.items() if version.annotation is not None}
    else:
        for earlier, fields in clashes:
            aside[earlier.id] = version_of(earlier, author, fields)
    for earlier in reopened:
        if target(earlier) == name:
            fields = (earlier.fields or ()) if isinstance(earlier, Put) else ()
            aside[earlier.id] = version_of(earlier, author, fields)
    found.pop(name, None)
    if aside:
        found[name] = OpenConflict(annotation=name, aside=tuple(aside.values()))
    return tuple(found.values())


def version_of(operation: Put | Delete, author: str, fields: tuple[str, ...] = ()) -> Version:
    """What an operation wanted, as it is put aside."""
    marking = operation.annotation if isinstance(operation, Put) else None
    return Version(
        operation=operation.id, at=operation.at, by=operation.by or author, fields=fields, annotation=marking
    )


def _contradicted(operation: Put | Delete, unknown: Sequence[Put | Delete]) -> list[Clash]:
    """Of each field the newest unknown operation, where it says something else."""
    standing: list[Put] = []
    deleted: Delete | None = None
    for earlier in unknown:
        if isinstance(earlier, Put):
            standing.append(earlier)
            deleted = None
        elif not earlier.clashes:
            standing, deleted = [], earlier
    if isinstance(operation, Delete):
        return [(put, ()) for put in standing[-1:]]
    if deleted is not None:
        return [(deleted, ())]
    newest: dict[str, Put] = {}
    for put in standing:
        newest.update(dict.fromkeys(_fields(put, operation), put))
    clashes: dict[str, tuple[Put, list[str]]] = {}
    for field in newest if operation.fields is None else operation.fields:
        earlier = newest.get(field)
        if earlier is None:
            continue
        if field_value(earlier.annotation, field) != field_value(operation.annotation, field):
            clashes.setdefault(earlier.id, (earlier, []))[1].append(field)
    return [(put, tuple(fields)) for put, fields in clashes.values()]


def _fields(put: Put, other: Put) -> tuple[str, ...]:
    """The fields that an operation means to change; without a list, whatever differs."""
    return put.fields if put.fields is not None else differing(put.annotation, other.annotation)
