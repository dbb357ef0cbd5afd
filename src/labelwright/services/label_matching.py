"""Which item a record of labels means, and what of it the item's document does not have yet."""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.core.document import Annotation, Document
from labelwright.formats.format import LabeledItem
from labelwright.storage.schema import items


class Finder:
    """Finds the item that a record means: by its id or bytes, by client key, name, file name, then stem."""

    def __init__(self, tx: Connection, project_id: str) -> None:
        self._by: list[dict[str, list[Row[Any]]]] = [{}, {}, {}, {}, {}, {}]
        rows = tx.execute(
            select(
                items.c.id, items.c.sha256, items.c.key, items.c.name, items.c.width, items.c.height
            ).where(items.c.project_id == project_id)
        )
        for row in rows:
            path = PurePosixPath(row.name)
            words = (row.id, row.key, row.sha256, row.name, path.name, path.stem)
            for table, word in zip(self._by, words, strict=True):
                if word:
                    table.setdefault(word, []).append(cast("Row[Any]", row))

    def find(self, entry: LabeledItem) -> Row[Any] | str | None:
        """The item; a sentence if several fit; None if none does."""
        path = PurePosixPath(entry.name.replace("\\", "/"))
        key = entry.key or entry.name
        words = (entry.item_id, key, entry.sha256, str(path), path.name, path.stem)
        for table, word in zip(self._by, words, strict=True):
            found = table.get(word, []) if word else []
            if len(found) == 1:
                return found[0]
            if found:
                return (
                    f"{entry.name} could be {len(found)} items, such as {found[0].name} and {found[1].name}"
                )
        return None


def other_frame(entry: LabeledItem, item: Row[Any]) -> str | None:
    """Why the coordinates of a record cannot be those of the item's picture."""
    if not entry.width or not entry.height or (entry.width, entry.height) == (item.width, item.height):
        return None
    return (
        f"made on a picture of {entry.width} × {entry.height} pixels, "
        f"but the item has {item.width} × {item.height}"
    )


def not_there(given: Sequence[Annotation], present: Document) -> tuple[Annotation, ...]:
    """The annotations that a document does not hold yet with the same category and shape."""
    known = {(annotation.category, annotation.shape) for annotation in present.annotations}
    return tuple(a for a in given if (a.category, a.shape) not in known)


def fresh_beside(
    given: Sequence[Annotation], present: Document, new_id: Callable[[], str]
) -> tuple[Annotation, ...]:
    """Those that are not there yet, fit to stand in one document with those that are.

    An id or a group that means something else there gets another name; relations follow, also to
    annotations that are there already.
    """
    twins = {(a.category, a.shape): a for a in present.annotations}
    fresh = not_there(given, present)
    known_ids, known_groups = present.by_id().keys(), {a.group for a in present.annotations}
    ids: dict[str, str] = {}
    groups: dict[str | None, str | None] = {None: None}
    for annotation in given:
        twin = twins.get((annotation.category, annotation.shape))
        if twin is not None:
            ids[annotation.id] = twin.id
            if annotation.group is not None and twin.group is not None:
                groups.setdefault(annotation.group, twin.group)
        else:
            ids[annotation.id] = new_id() if annotation.id in known_ids else annotation.id
    for annotation in fresh:
        if annotation.group not in groups:
            groups[annotation.group] = new_id() if annotation.group in known_groups else annotation.group
    return tuple(
        msgspec.structs.replace(
            annotation,
            id=ids[annotation.id],
            group=groups[annotation.group],
            relations=tuple(
                msgspec.structs.replace(bond, to=ids.get(bond.to, bond.to)) for bond in annotation.relations
            ),
        )
        for annotation in fresh
    )
