"""Steps: what each gesture of a hand did, read from the operation log, so that undo reaches back.

A step is the operations that carry one `step` id; an operation without one is a step of its own.
A step that was taken back or made again is told by its `turn`, and moves between the two stacks.
"""

from collections import deque
from collections.abc import Iterable

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.operations import Operation, apply, target


class Change(msgspec.Struct, kw_only=True):
    """What a step did to one annotation; None: it was not there."""

    id: str
    before: Annotation | None
    after: Annotation | None


class Step(msgspec.Struct, kw_only=True):
    """One gesture, as it can be undone; `settles` are its choices about conflicts, by annotation."""

    id: str
    title: str
    changes: list[Change]
    settles: dict[str, list[str]]


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """What can be undone and what can be made again, oldest first."""

    done: list[Step]
    undone: list[Step]


def steps_of(document: Document, operations: Iterable[Operation], author: str, most: int) -> Steps:
    """The newest `most` steps that operations made on a document."""
    annotations = document.by_id()
    done: deque[Step] = deque(maxlen=most)
    undone: deque[Step] = deque(maxlen=most)
    current: str | None = None
    noted: dict[str, Change] = {}
    for operation in operations:
        name = target(operation)
        before = annotations.get(name)
        apply(annotations, operation, author)
        key = operation.step or operation.id
        if operation.turn is not None:
            current = None
            source, goal = (done, undone) if operation.turn == "undo" else (undone, done)
            _move(source, goal, key)
            continue
        if current != key:
            current, noted = key, {}
            done.append(Step(id=key, title=operation.title or "Change", changes=[], settles={}))
            undone.clear()
        if operation.settles:
            done[-1].settles.setdefault(name, []).extend(operation.settles)
        if name in noted:  # of one annotation it is what was first found and what was last left
            noted[name].after = annotations.get(name)
        else:
            noted[name] = Change(id=name, before=before, after=annotations.get(name))
            done[-1].changes.append(noted[name])
    return Steps(done=list(done), undone=list(undone))


def _move(source: deque[Step], goal: deque[Step], key: str) -> None:
    found = next((step for step in reversed(source) if step.id == key), None)
    if found is not None:
        source.remove(found)
        goal.append(found)
