"""Categories and attributes that an import of labels adds, and takes away again when it is undone.

What will be added is written down beside the import's other entries before it is added, so that an
import that is killed in between, or tried again, still knows its own.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select

from labelwright.core.document import decode
from labelwright.core.ontology import (
    PALETTE,
    AttributeSpec,
    Category,
    Ontology,
    Option,
    RelationSpec,
    SkeletonTemplate,
)
from labelwright.core.rules import Rule, others_of
from labelwright.formats.figures import numbered, template_of
from labelwright.formats.format import Reading
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.label_fitting import attribute_of
from labelwright.services.label_mapping import Ignore, LabelMapping, NewAttribute, NewCategory
from labelwright.services.label_survey import MOST_VALUES, SeenAttribute, Survey
from labelwright.services.ontologies import Ontologies, annotation_counts, read_ontology
from labelwright.storage.schema import documents, drafts, import_entries

ENTRY, OUTCOME = "categories", "categories"
SHAPES = ("box", "polygon", "mask")
LIVING = ("submission", "prediction", "reference")
BODIES = 200  # that are read at once


@dataclass(frozen=True)
class Missing:
    """What a file has and an ontology lacks: categories as the file describes them, relations, and
    attributes, each with the id of its category."""

    categories: tuple[Category, ...] = ()
    relations: tuple[RelationSpec, ...] = ()
    attributes: tuple[tuple[str, AttributeSpec], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.categories or self.relations or self.attributes)

    def on(self, ontology: Ontology) -> Ontology:
        """The ontology with these behind its own."""
        return msgspec.structs.replace(
            ontology,
            categories=tuple(map(self._with_attributes, (*ontology.categories, *self.categories))),
            relations=(*ontology.relations, *self.relations),
        )

    def _with_attributes(self, category: Category) -> Category:
        new = tuple(spec for owner, spec in self.attributes if owner == category.id)
        return msgspec.structs.replace(category, attributes=(*category.attributes, *new)) if new else category


class Lacking:
    """Finds out what an ontology lacks for a file, under ids that were never used."""

    def __init__(self, ontology: Ontology, reading: Reading, survey: Survey, mapping: LabelMapping) -> None:
        self._ontology, self._reading, self._survey, self._mapping = ontology, reading, survey, mapping
        self._ids = {category.id for category in ontology.categories} | set(ontology.retired)
        self._shortcuts = {category.shortcut for category in ontology.categories}
        self.notes: list[str] = []

    def missing(self, known: Mapping[str, str | None], new: Mapping[str, NewCategory]) -> Missing:
        """What to add for these names of the file; `known` are those that lead somewhere already."""
        groups: dict[str, list[str]] = {}
        for word, choice in new.items():
            groups.setdefault((choice.name or word).strip(), []).append(word)
        places = dict(known)
        made: list[Category] = []
        for index, (name, group) in enumerate(groups.items()):
            color = next((c.color for word in group if (c := new[word]).color), None)
            place = len(self._ontology.categories) + index
            category = self._category(name, group, color or PALETTE[place % len(PALETTE)], color)
            made.append(category)
            places.update(dict.fromkeys(group, category.id))
        after = Missing(tuple(made)).on(self._ontology)
        return Missing(
            tuple(made), _relations(self._ontology, self._reading), tuple(self._attributes(after, places))
        )

    def _category(self, name: str, group: Sequence[str], color: str, wanted: str | None) -> Category:
        own = self._reading.is_own
        described = next((d for word in group if (d := self._reading.definitions.get(word))), None)
        kinds = self._kinds(group)
        category = _described(described, kinds, color, own=own) or _plain(name, kinds, color)
        changes: dict[str, Any] = {"name": name}
        if wanted:
            changes["color"] = wanted
        if category.shortcut in self._shortcuts:
            changes["shortcut"] = None
        ignored = {word for word, c in self._mapping.attributes.items() if isinstance(c, Ignore)}
        changes["attributes"] = tuple(spec for spec in category.attributes if spec.name not in ignored)
        self._shortcuts.add(changes.get("shortcut", category.shortcut))
        chosen = category.id if own and category.id not in self._ids else _unused(name, self._ids)
        self._ids.add(chosen)
        return msgspec.structs.replace(category, id=chosen, **changes)

    def _kinds(self, group: Sequence[str]) -> dict[str, int]:
        """The kinds of shapes that annotations of some categories have; of skeletons the most keypoints."""
        kinds: dict[str, int] = {}
        for word in group:
            seen = self._survey.categories.get(word)
            for kind in seen.kinds if seen else ():
                kinds[kind] = max(kinds.get(kind, 0), seen.keypoints if seen and kind == "skeleton" else 0)
        return kinds

    def _attributes(
        self, ontology: Ontology, places: Mapping[str, str | None]
    ) -> Iterator[tuple[str, AttributeSpec]]:
        for word, choice in self._mapping.attributes.items():
            seen = self._survey.attributes.get(word)
            if not isinstance(choice, NewAttribute) or seen is None:
                continue
            name = (choice.name or word).strip()
            for owner in dict.fromkeys(places.get(category) for category in seen.categories):
                category = ontology.category(owner) if owner else None
                if category is not None and attribute_of(name, category) is None:
                    yield category.id, self._spec(word, name, choice, seen, category)

    def _spec(
        self, word: str, name: str, choice: NewAttribute, seen: SeenAttribute, category: Category
    ) -> AttributeSpec:
        taken = {spec.id for spec in category.attributes}
        chosen = _unused(name, taken)
        for told in self._reading.definitions.values():
            for spec in told.attributes:
                if spec.name == word and spec.kind == choice.kind:
                    return msgspec.structs.replace(spec, id=chosen, name=name, required=False)
        if choice.kind not in ("choice", "choices"):
            return AttributeSpec(id=chosen, name=name, kind=choice.kind)
        if seen.is_open:
            note = f"“{word}” has more than {MOST_VALUES} values, so it became a text instead of a choice."
            if note not in self.notes:
                self.notes.append(note)
            return AttributeSpec(id=chosen, name=name, kind="text")
        options: dict[str, Option] = {}
        for value in seen.options:
            if value.strip():
                option = _unused(value, options.keys())
                options[option] = Option(id=option, name=value)
        return AttributeSpec(id=chosen, name=name, kind=choice.kind, options=tuple(options.values()))


def _described(given: Category | None, kinds: Mapping[str, int], color: str, *, own: bool) -> Category | None:
    if given is None or own:
        return given
    shapes = tuple(dict.fromkeys((*given.shapes, *kinds)))
    template = given.skeleton or _template(kinds)
    return msgspec.structs.replace(given, shapes=shapes, color=color, skeleton=template)


def _plain(name: str, kinds: Mapping[str, int], color: str) -> Category:
    shapes = tuple(dict.fromkeys((*SHAPES, *kinds)))
    return Category(id=name, name=name, color=color, shapes=shapes, skeleton=_template(kinds))


def _template(kinds: Mapping[str, int]) -> SkeletonTemplate | None:
    count = kinds.get("skeleton", 0)
    return template_of(numbered(count)) if count else None


def _relations(ontology: Ontology, reading: Reading) -> tuple[RelationSpec, ...]:
    names = {relation.name for relation in ontology.relations}
    taken = {relation.id for relation in ontology.relations}
    made: list[RelationSpec] = []
    for relation in reading.relations:
        if relation.name in names:
            continue
        chosen = relation.id if relation.id not in taken else _unused(relation.name, taken)
        taken.add(chosen)
        made.append(msgspec.structs.replace(relation, id=chosen))
    return tuple(made)


def add(
    context: Context, row: Row[Any], actor: Actor, version: int, ontology: Ontology, wanted: Missing
) -> Ontology:
    """Save the ontology with what it lacks; the import remembers the categories and attributes.

    Relations stay when the import is undone: somebody may have drawn some since.
    """
    after = wanted.on(ontology)

    def note(tx: Connection) -> None:
        known = _noted(tx, row.id)
        ids = {**known.ids, **{category.id: category.name for category in wanted.categories}}
        specs = (*known.attributes, *((owner, spec.id, spec.name) for owner, spec in wanted.attributes))
        tx.execute(
            delete(import_entries).where(import_entries.c.import_id == row.id, import_entries.c.name == ENTRY)
        )
        detail = msgspec.to_builtins(Added(ids=ids, attributes=specs))
        entry = {"import_id": row.id, "name": ENTRY, "outcome": OUTCOME, "detail": detail}
        tx.execute(insert(import_entries).values(**entry))

    context.database.write(note)
    saved = Ontologies(context).save(
        actor, row.project_id, base=version, categories=after.categories, relations=after.relations
    )
    return saved.ontology


class Added(msgspec.Struct, frozen=True):
    """Names of categories by id; and of attributes: the category's id, its own, and its name."""

    ids: dict[str, str] = {}
    attributes: tuple[tuple[str, str, str], ...] = ()


def added(context: Context, import_id: str) -> Added:
    """What an import has added to the ontology."""
    return context.database.read(lambda tx: _noted(tx, import_id))


class Removed(msgspec.Struct, frozen=True):
    """The names of what was taken away."""

    categories: list[str]
    attributes: list[str]


def remove(context: Context, row: Row[Any], actor: Actor) -> Removed:
    """Take away the categories and attributes that the import added and nothing uses any more.

    A category that a label rule names stays, and so does an attribute that one names.
    """

    def look(tx: Connection) -> tuple[int, Ontology, set[str], set[tuple[str, str]]]:
        project = project_for(tx, actor, row.project_id, "project.import")
        ontology = read_ontology(context, tx, project.id, project.ontology_version)
        noted = _noted(tx, row.id)
        used = {name for name, count in annotation_counts(tx, project.id, ontology).items() if count}
        used |= {name for rule in ontology.rules for name in (*rule.categories, *others_of(rule))}
        specs = {(owner, spec) for owner, spec, _ in noted.attributes}
        ruled = {spec for spec in specs if any(_names(rule, spec[1]) for rule in ontology.rules)}
        free = specs - ruled - _used_attributes(tx, project.id, ontology, specs)
        return project.ontology_version, ontology, noted.ids.keys() - used, free

    version, ontology, unused, free = context.database.read(look)
    going = [category.name for category in ontology.categories if category.id in unused]
    kept = [category for category in ontology.categories if category.id not in unused]
    lost: list[str] = []
    for place, category in enumerate(kept):
        staying = tuple(spec for spec in category.attributes if (category.id, spec.id) not in free)
        if len(staying) < len(category.attributes):
            lost += [spec.name for spec in category.attributes if spec not in staying]
            kept[place] = msgspec.structs.replace(category, attributes=staying)
    if going or lost:
        Ontologies(context).save(actor, row.project_id, base=version, categories=kept)
    return Removed(going, list(dict.fromkeys(lost)))


def _names(rule: Rule, attribute: str) -> bool:
    return f'"{attribute}"'.encode() in msgspec.json.encode(rule)


def _used_attributes(
    tx: Connection, project_id: str, ontology: Ontology, wanted: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Which attributes (category id, own id) some document that counts, or a draft, has a value for."""
    if not wanted:
        return set()
    signs = {f'"{spec}"'.encode() for _, spec in wanted}
    bodies = (
        select(documents.c.body).where(documents.c.project_id == project_id, documents.c.kind.in_(LIVING)),
        select(drafts.c.snapshot).where(drafts.c.project_id == project_id),
    )
    found: set[tuple[str, str]] = set()
    for statement in bodies:
        for part in tx.execute(statement).partitions(BODIES):
            for (body,) in part:
                if any(sign in body for sign in signs):
                    for annotation in ontology.resolve(decode(body)).annotations:
                        found |= {(annotation.category, spec) for spec in annotation.attributes} & wanted
    return found


def _noted(tx: Connection, import_id: str) -> Added:
    chosen = select(import_entries.c.detail).where(
        import_entries.c.import_id == import_id, import_entries.c.name == ENTRY
    )
    detail = tx.execute(chosen).scalar()
    return msgspec.convert(detail, Added) if detail else Added()


def _unused(name: str, known: Collection[str]) -> str:
    base = "".join(c if c.isalnum() else "-" for c in name.casefold()).strip("-")[:60] or "category"
    chosen, number = base, 2
    while chosen in known:
        chosen, number = f"{base}-{number}", number + 1
    return chosen
