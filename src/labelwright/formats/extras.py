"""What is said beside a shape, for JSON formats whose readers pass over fields that they do not know.

Attributes go where the tool has them; flags, the group and relations go into fields of those names, by name.
Ids are written only where a relation may lead to them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from labelwright.core.document import Annotation, Relation
from labelwright.core.ontology import Ontology, RelationSpec
from labelwright.formats.judged import category_names

Extra = dict[str, Any]


class Bonds:
    """The relations of an ontology by their names, and its categories, which votes name."""

    def __init__(self, ontology: Ontology) -> None:
        self._names = {relation.id: relation.name for relation in ontology.relations}
        self.categories = category_names(ontology)
        self.listed = [
            {"name": relation.name, "directed": relation.directed} for relation in ontology.relations
        ]

    def name(self, kind: str) -> str:
        """What a kind of relation is called."""
        return self._names.get(kind, kind)

    def beside(self, annotation: Annotation, *, is_linked: bool) -> Extra:
        """Flags, group, relations and, in an item with relations, the id; only what is there."""
        said: Extra = {}
        if is_linked:
            said["uid"] = annotation.id
        if annotation.flags:
            said["flags"] = dict(annotation.flags)
        if annotation.group is not None:
            said["group_name"] = annotation.group
        if annotation.relations:
            said["relations"] = [
                {"kind": self.name(bond.kind), "to": bond.to} for bond in annotation.relations
            ]
        return said


def is_linked(annotations: Iterable[Annotation]) -> bool:
    """Whether any annotation leads to another."""
    return any(annotation.relations for annotation in annotations)


def flags_of(found: object) -> dict[str, bool | float | str]:
    """Flags as `Bonds.beside` writes them; what cannot be one is left out."""
    if not isinstance(found, dict):
        return {}
    table = cast("dict[object, object]", found)
    return {
        key: value
        for key, value in table.items()
        if isinstance(key, str) and isinstance(value, bool | int | float | str)
    }


def relations_of(found: object) -> tuple[Relation, ...]:
    """Relations as `Bonds.beside` writes them."""
    if not isinstance(found, list):
        return ()
    bonds: list[Relation] = []
    for entry in cast("list[object]", found):
        if isinstance(entry, dict):
            said = cast("dict[str, object]", entry)
            kind, to = said.get("kind"), said.get("to")
            if isinstance(kind, str) and kind and isinstance(to, str):
                bonds.append(Relation(kind=kind, to=to))
    return tuple(bonds)


def specs_of(found: object) -> tuple[RelationSpec, ...]:
    """The kinds of relations that a file lists (`Bonds.listed`)."""
    if not isinstance(found, list):
        return ()
    specs: dict[str, RelationSpec] = {}
    for entry in cast("list[object]", found):
        if isinstance(entry, dict):
            said = cast("dict[str, object]", entry)
            name = said.get("name")
            if isinstance(name, str) and name:
                specs.setdefault(
                    name, RelationSpec(id=name, name=name, directed=said.get("directed") is not False)
                )
    return tuple(specs.values())


class Ids:
    """Ids that are each given once: the one wished for, or the place in the item."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wished: object, place: int) -> str:
        """An id that no other annotation of the item has."""
        chosen = str(wished) if isinstance(wished, str | int) and str(wished) else str(place)
        number = 2
        while chosen in self._taken:
            chosen, number = f"{place} ({number})", number + 1
        self._taken.add(chosen)
        return chosen


def text_of_key(found: Mapping[str, Any], *keys: str) -> str | None:
    """The first of the keys that has a text, or None."""
    texts = (found.get(key) for key in keys)
    return next((text for text in texts if isinstance(text, str) and text), None)


def each(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Records of a JSON list, each on its line, with the commas between them."""
    first = True
    for line in lines:
        yield (b"\n" if first else b",\n") + line
        first = False
