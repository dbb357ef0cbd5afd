"""Annotations of a file as annotations of a project: its categories, attributes, relations and keypoints.

What has no place in the project is counted by reason, never left out in silence. Ids and evidence are
those of the file if Labelwright wrote it; other files say nothing of that kind.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Evidence, Relation, Vote
from labelwright.core.errors import InvalidShape
from labelwright.core.ids import is_uuid
from labelwright.core.ontology import AttributeSpec, Category, Ontology, SkeletonTemplate
from labelwright.core.shapes import Shape, Skeleton, outside
from labelwright.formats.format import Reading, attributes_by_id
from labelwright.formats.shares import in_pixels
from labelwright.services.label_mapping import AttributeChoice, Ignore, MapTo, NewAttribute
from labelwright.services.label_matching import ItemRef
from labelwright.services.label_spool import Record


@dataclass
class Fitted:
    """What became of the annotations, in counts by reason or name."""

    unknown: Counter[str] = field(default_factory=Counter[str])
    ignored: Counter[str] = field(default_factory=Counter[str])
    ignored_attributes: Counter[str] = field(default_factory=Counter[str])
    converted: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    left_out: Counter[str] = field(default_factory=Counter[str])
    incomplete: int = 0


class Fitter:
    """Fits annotations of one reading into one ontology.

    `categories` leads from names of the file to ids of the ontology, or to None for what is ignored;
    `attributes` says what becomes of attributes by their names.
    """

    def __init__(
        self,
        reading: Reading,
        ontology: Ontology,
        *,
        categories: Mapping[str, str | None],
        attributes: Mapping[str, AttributeChoice],
        evidence: Evidence,
        keeps_evidence: bool,
        new_id: Callable[[], str],
    ) -> None:
        self._ontology, self._known, self._choices = ontology, categories, attributes
        self._definitions = reading.definitions
        self._evidence = evidence
        self._is_own = reading.is_own and keeps_evidence
        self._new_id = new_id
        self._relations = {relation.name: relation.id for relation in ontology.relations}
        self._categories: dict[str, Category | None] = {}
        self.counts = Fitted()

    def fit(self, entry: Record, item: ItemRef) -> list[Annotation]:
        """The annotations of a record that have a place on the item."""
        ids: dict[str, str] = {}
        fitted: list[tuple[Annotation, Annotation]] = []
        for given in entry.document.annotations:
            made = self._made(given, entry, item)
            if made is not None:
                ids[given.id] = made.id
                fitted.append((given, made))
        return [
            msgspec.structs.replace(made, relations=self._bonds(given, ids)) if given.relations else made
            for given, made in fitted
        ]

    def ignores_all(self, records: Sequence[Record]) -> bool:
        """Whether every annotation of some records is one that was asked to be ignored."""
        return all(
            self._known.get(annotation.category, "") is None
            for record in records
            for annotation in record.document.annotations
        )

    def _made(self, given: Annotation, entry: Record, item: ItemRef) -> Annotation | None:
        category = self._category(given.category)
        if category is None:
            is_ignored = self._known.get(given.category, "") is None
            counter = self.counts.ignored if is_ignored else self.counts.unknown
            counter[given.category] += 1
            return None
        try:
            shape = self._shape(given, category, entry, item)
        except InvalidShape as error:
            self.counts.refused[error.message] += 1
            return None
        made = Annotation(
            id=given.id if self._is_own and is_uuid(given.id) else self._new_id(),
            category=category.id,
            shape=shape,
            attributes=self._attributes(given, category),
            group=given.group,
            flags=given.flags,
            evidence=self._evidence_of(given),
            votes=self._votes(given),
            unsure=given.unsure,
        )
        faults = self._ontology.faults(made)
        over = outside(shape, item.width, item.height) if shape is not None else None
        faults += [over] if over else []
        wrong = [fault for fault in faults if not fault.endswith("is required")]
        if wrong:
            self.counts.refused[wrong[0]] += 1
            return None
        self.counts.incomplete += bool(faults)
        return made

    def _category(self, name: str) -> Category | None:
        if name not in self._categories:
            ontology = self._ontology
            chosen = self._known[name] if name in self._known else getattr(ontology.named(name), "id", None)
            self._categories[name] = ontology.category(chosen) if chosen else None
        return self._categories[name]

    def _shape(self, given: Annotation, category: Category, entry: Record, item: ItemRef) -> Shape | None:
        shape = given.shape
        if entry.in_shares and shape is not None:
            self.counts.converted["shares of the picture to its pixels"] += 1
            shape = in_pixels(shape, item.width, item.height, turned_boxes=entry.turned_boxes)
        if not isinstance(shape, Skeleton) or category.skeleton is None:
            return shape
        told = self._definitions.get(given.category)
        return _in_order(shape, told.skeleton if told else None, category.skeleton)

    def _attributes(self, given: Annotation, category: Category) -> dict[str, AttributeValue]:
        defaults = {spec.id: spec.default for spec in category.attributes if spec.default is not None}
        if not given.attributes:
            return {} if self._is_own else defaults
        named, sources = self._renamed(given, category)
        fitted = attributes_by_id(named, category)
        names = {spec.name: spec.id for spec in category.attributes}
        for name, source in sources.items():
            if names.get(name, name) not in fitted:
                self.counts.left_out[f"attribute “{source}” of “{category.name}”"] += 1
        return fitted if self._is_own else {**defaults, **fitted}

    def _renamed(
        self, given: Annotation, category: Category
    ) -> tuple[dict[str, AttributeValue], dict[str, str]]:
        """The values by the names of the category's attributes, and the file's word for each name."""
        named: dict[str, AttributeValue] = {}
        sources: dict[str, str] = {}
        for name, value in given.attributes.items():
            choice = self._choices.get(name)
            if isinstance(choice, Ignore):
                self.counts.ignored_attributes[name] += 1
                continue
            wanted = name
            if isinstance(choice, MapTo):
                wanted = choice.to
            elif isinstance(choice, NewAttribute):
                wanted = (choice.name or name).strip()
            spec = attribute_of(wanted, category)
            key = wanted if spec is None else spec.name
            named[key] = value if spec is None else _in_words_of(spec, value)
            sources[key] = name
        return named, sources

    def _bonds(self, given: Annotation, ids: Mapping[str, str]) -> tuple[Relation, ...]:
        kept: list[Relation] = []
        for bond in given.relations:
            kind, to = self._relations.get(bond.kind), ids.get(bond.to)
            if kind is None:
                self.counts.left_out[f"relation “{bond.kind}”"] += 1
            elif to is None:
                self.counts.left_out["relation to an annotation that is not there"] += 1
            else:
                kept.append(Relation(kind=kind, to=to))
        return tuple(kept)

    def _votes(self, given: Annotation) -> tuple[Vote, ...]:
        kept: list[Vote] = []
        for vote in given.votes:
            category = self._category(vote.answer)
            if category is None:
                self.counts.left_out[f"votes for “{vote.answer}”"] += 1
            else:
                kept.append(msgspec.structs.replace(vote, answer=category.id))
        return tuple(kept)

    def _evidence_of(self, given: Annotation) -> Evidence:
        if self._is_own and given.evidence.author:
            return given.evidence
        told = given.evidence
        return msgspec.structs.replace(self._evidence, score=told.score, confidence=told.confidence)


def attribute_of(word: str, category: Category) -> AttributeSpec | None:
    """The attribute of a name, first exactly, then of an id, then of a name without regard to case."""
    for spec in category.attributes:
        if spec.name == word:
            return spec
    found = category.attribute(word)
    if found is not None:
        return found
    bare = word.casefold()
    return next((spec for spec in category.attributes if spec.name.casefold() == bare), None)


def _in_words_of(spec: AttributeSpec, value: AttributeValue) -> AttributeValue:
    """A value as the attribute spells it: options without regard to case, anything as text for a text."""
    if spec.kind in ("choice", "choices"):
        names = _option_names(spec)
        if isinstance(value, tuple):
            words = tuple(names.get(str(word).casefold(), str(word)) for word in value)
            return words[0] if spec.kind == "choice" and len(words) == 1 else words
        word = as_text(value)
        return names.get(word.casefold(), word)
    if spec.kind == "text" and not isinstance(value, str):
        return as_text(value)
    if spec.kind == "number" and isinstance(value, bool):
        return float(value)
    return value


@lru_cache(1000)
def _option_names(spec: AttributeSpec) -> dict[str, str]:
    return {option.name.casefold(): option.name for option in spec.options}


def as_text(value: AttributeValue) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(str(word) for word in value)
    return value if isinstance(value, str) else f"{value:g}"


def _in_order(skeleton: Skeleton, told: SkeletonTemplate | None, wanted: SkeletonTemplate) -> Skeleton:
    """The keypoints in the order of the project's template, if the file's one has the same names."""
    if told is None or len(told.keypoints) != len(skeleton.keypoints):
        return skeleton
    places = {point.name.casefold(): place for place, point in enumerate(told.keypoints)}
    names = [point.name.casefold() for point in wanted.keypoints]
    if len(places) != len(told.keypoints) or set(names) != set(places):
        return skeleton
    return Skeleton(keypoints=tuple(skeleton.keypoints[places[name]] for name in names))
