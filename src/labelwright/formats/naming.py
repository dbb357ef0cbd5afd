"""From the names that files use to the ids of an ontology, which is made of what the files say."""

from dataclasses import dataclass, field, replace
from itertools import count

import msgspec

from labelwright.core.document import Annotation, Document, Relation
from labelwright.core.ontology import PALETTE, SHAPE_KINDS, AttributeSpec, Category, Ontology
from labelwright.core.shapes import Skeleton
from labelwright.formats.figures import numbered, template_of
from labelwright.formats.format import LabeledItem, Reading, attributes_by_id


@dataclass
class Found:
    """What the items say of their categories beside their names."""

    reading: Reading
    attributes: dict[str, dict[str, AttributeSpec]] = field(
        default_factory=dict[str, dict[str, AttributeSpec]]
    )
    longest: dict[str, int] = field(default_factory=dict[str, int])

    def note(self, item: LabeledItem) -> None:
        """One more item."""
        for annotation in item.document.annotations:
            name = annotation.category
            if annotation.attributes:
                specs = self.attributes.setdefault(name, {})
                for key in annotation.attributes:
                    if key not in specs:
                        specs[key] = AttributeSpec(id=key, name=key, kind="text")
            if isinstance(annotation.shape, Skeleton):
                self.longest[name] = max(self.longest.get(name, 0), len(annotation.shape.keypoints))


class Naming:
    """An ontology of what was found, and the items with its ids instead of names."""

    def __init__(self, found: Found) -> None:
        self._reading = found.reading
        self._taken = {category.id for category in found.reading.definitions.values()}
        names = found.reading.categories
        self._categories = {name: self._category(name, index, found) for index, name in enumerate(names)}
        self.ontology = Ontology(
            categories=tuple(self._categories.values()), relations=found.reading.relations
        )
        self._relations = {relation.name: relation.id for relation in self.ontology.relations}
        self.ids = {name: category.id for name, category in self._categories.items()}

    def item(self, item: LabeledItem) -> LabeledItem:
        """An item with ids."""
        annotations = tuple(map(self._annotation, item.document.annotations))
        return replace(item, document=Document(annotations=annotations))

    def _annotation(self, annotation: Annotation) -> Annotation:
        category = self._categories[annotation.category]
        changes: dict[str, object] = {"category": category.id}
        if annotation.attributes:
            changes["attributes"] = attributes_by_id(annotation.attributes, category, keep_others=True)
        if annotation.relations:
            changes["relations"] = tuple(
                Relation(kind=self._relations.get(bond.kind, bond.kind), to=bond.to)
                for bond in annotation.relations
            )
        return msgspec.structs.replace(annotation, **changes)

    def _category(self, name: str, index: int, found: Found) -> Category:
        known = self._reading.definitions.get(name)
        if known is not None and self._reading.is_own:
            return known
        keypoints = found.longest.get(name, 0)
        template = known.skeleton if known else None
        if template is None and keypoints:
            template = template_of(numbered(keypoints))
        chosen = next(text for n in count(index) if (text := f"c{n}") not in self._taken)
        self._taken.add(chosen)
        return Category(
            id=chosen,
            name=name,
            color=PALETTE[index % len(PALETTE)],
            shapes=SHAPE_KINDS if template else tuple(kind for kind in SHAPE_KINDS if kind != "skeleton"),
            attributes=tuple(found.attributes.get(name, {}).values()),
            skeleton=template,
        )
