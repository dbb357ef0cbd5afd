"""What models find, as annotations of a project: their words as its categories, their shapes as it allows.

What has no place in the ontology is counted with the reason; nothing is dropped in silence.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Found
from labelwright.core.document import Annotation, AttributeValue, Document, Evidence
from labelwright.core.errors import InvalidShape
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    Box,
    Mask,
    RotatedBox,
    Shape,
    Skeleton,
    kind_of,
)
from labelwright.formats.fitting import polygon_of_mask
from labelwright.formats.painting import outline_of, pixels_of

Segment = Callable[[Box], Mask | None]
"""Gives the mask of what a box holds, or None."""

AREAS = ("mask", "polygon")


class Counts(msgspec.Struct, kw_only=True):
    """What was left out of what was found: by label, by reason, and for its score."""

    unmapped: Counter[str] = msgspec.field(default_factory=Counter[str])
    unfit: Counter[str] = msgspec.field(default_factory=Counter[str])
    weak: int = 0


def suggested(labels: Sequence[str], ontology: Ontology) -> dict[str, str]:
    """The categories that are named like a model's labels, by label."""
    found = {label: ontology.named(label) for label in labels}
    return {label: category.id for label, category in found.items() if category is not None}


class Fitter:
    """Makes annotations of what one model found. `mapping` leads from its labels to ids of categories."""

    def __init__(
        self,
        manifest: Manifest,
        ontology: Ontology,
        mapping: Mapping[str, str],
        *,
        new_id: Callable[[], str],
        now: str,
        least: Mapping[str, float] | None = None,
    ) -> None:
        self._ontology, self._mapping, self._new_id = ontology, mapping, new_id
        self._evidence = Evidence(author=manifest.author, model=manifest.author, created_at=now)
        self._keypoints = manifest.keypoints
        self._least = least or {}
        self.counts = Counts()

    def document(self, found: Sequence[Found], segment: Segment | None = None) -> Document:
        """The annotations that have a place, in the order they were found."""
        made = [self._one(each, segment) for each in found]
        kept: list[Annotation] = []
        tagged: set[str] = set()
        for annotation in made:
            if annotation is None or (annotation.shape is None and annotation.category in tagged):
                continue
            if annotation.shape is None:
                tagged.add(annotation.category)
            kept.append(annotation)
        return Document(annotations=tuple(kept))

    def _one(self, found: Found, segment: Segment | None) -> Annotation | None:
        category = self._ontology.category(self._mapping.get(found.label, ""))
        if category is None:
            self.counts.unmapped[found.label] += 1
            return None
        if found.score < self._least.get(category.id, 0.0):
            self.counts.weak += 1
            return None
        try:
            shape, fits = self._shape(found, category, segment)
        except InvalidShape as error:
            self.counts.unfit[error.message] += 1
            return None
        if not fits:
            what = "a tag" if found.shape is None else f"a {kind_of(found.shape).replace('_', ' ')}"
            self.counts.unfit[f"“{category.name}” has no place for {what}"] += 1
            return None
        return Annotation(
            id=self._new_id(),
            category=category.id,
            shape=shape,
            attributes=self._attributes(found, category),
            evidence=msgspec.structs.replace(self._evidence, score=round(found.score, 4)),
        )

    def _shape(self, found: Found, category: Category, segment: Segment | None) -> tuple[Shape | None, bool]:
        allowed = category.shapes
        if found.shape is None:
            return None, "tag" in allowed
        area = next((kind for kind in allowed if kind in AREAS), None)
        if isinstance(found.shape, Box) and segment is not None and area is not None:
            mask = segment(found.shape)
            if mask is not None:
                return (mask if area == "mask" else polygon_of_mask(mask)), True
        for kind in (kind_of(found.shape), *allowed):
            if kind in allowed:
                shape = self._as(found.shape, kind, category)
                if shape is not None:
                    return shape, True
        return None, "tag" in allowed

    def _as(self, shape: Shape, kind: str, category: Category) -> Shape | None:
        if isinstance(shape, Skeleton):
            return self._skeleton(shape, kind, category)
        if kind_of(shape) == kind:
            return shape
        outline = polygon_of_mask(shape) if isinstance(shape, Mask) else outline_of(shape)
        if outline is None:
            return None
        bounds = outline.bounds
        if kind == "box":
            return Box(*bounds)
        if kind == "rotated_box":
            x, y = (bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2
            return RotatedBox(x, y, bounds.width, bounds.height, 0.0)
        if kind == "polygon":
            return outline
        return pixels_of(shape) if kind == "mask" else None

    def _skeleton(self, shape: Skeleton, kind: str, category: Category) -> Shape | None:
        if kind == "box" and len(shape.present()) > 1:
            return Box(*shape.bounds)
        template = category.skeleton
        if kind != "skeleton" or template is None:
            return None
        names = [point.name.casefold() for point in template.keypoints]
        by_name = dict(zip((name.casefold() for name in self._keypoints), shape.keypoints, strict=False))
        if all(name in by_name for name in names):
            return Skeleton(tuple(by_name[name] for name in names))
        return shape if len(names) == len(shape.keypoints) else None

    def _attributes(self, found: Found, category: Category) -> dict[str, AttributeValue]:
        text = found.attributes.get("text")
        spec = next((spec for spec in category.attributes if spec.kind == "text"), None)
        return {spec.id: text} if spec is not None and isinstance(text, str) else {}
