"""The two tables of our own format: their columns, and a row of each."""

from typing import Any

import msgspec

from labelwright.core.document import Annotation, Evidence
from labelwright.core.ontology import Category
from labelwright.core.shapes import Shape
from labelwright.formats.format import LabeledItem, named_attributes
from labelwright.formats.parquet import Column, Row

ITEMS = (
    Column("item", "text", "id of the item; joins the tables"),
    Column("name", "text", "name of the item, as it came in"),
    Column("key", "text", "your own id of it"),
    Column("sha256", "text", "SHA-256 of the item's bytes"),
    Column("width", "whole", "pixels of the upright picture; 0 if not known"),
    Column("height", "whole", "likewise"),
    Column("split", "text", "train, val, test or another", repeats=True),
    Column("in_shares", "flag", "whether its shapes are shares of a size that nobody knew"),
    Column("turned_boxes", "flag", "with `in_shares`: polygons of four corners stand for turned boxes"),
    Column("annotations", "whole", "how many rows of `annotations.parquet` are of this item"),
    Column("picture", "text", "where its picture is in the folder, if it came along"),
    Column("picture_sha256", "text", "SHA-256 of that file"),
)

ANNOTATIONS = (
    Column("item", "text", "id of the item", repeats=True),
    Column("item_name", "text", "name of the item", repeats=True),
    Column("annotation", "text", "id of the annotation"),
    Column("category", "text", "id of the category", repeats=True),
    Column("category_name", "text", "its name", repeats=True),
    Column("kind", "text", "kind of the shape; `tag` has none", repeats=True),
    Column("left", "number", "left of the shape's bounds, in pixels from the left border"),
    Column("top", "number", "top, in pixels from the upper border"),
    Column("right", "number", "right of the bounds"),
    Column("bottom", "number", "bottom of the bounds"),
    Column("area", "number", "square pixels; 0 for lines, points and skeletons"),
    Column("shape", "text", "the shape as JSON; this is what counts when it is read"),
    Column("attributes", "text", "JSON object of attributes by name, options by name", repeats=True),
    Column("group", "text", "annotations of one group belong together", repeats=True),
    Column("relations", "text", "JSON list of {kind, to}: id of the relation, id of an annotation"),
    Column("flags", "text", "JSON object: facts of other formats", repeats=True),
    Column("author", "text", "who or what made it", repeats=True),
    Column("created_at", "text", "when, UTC, ISO 8601"),
    Column("changed_by", "text", "who changed it last", repeats=True),
    Column("changed_at", "text", "when"),
    Column("model", "text", "model and version it came from", repeats=True),
    Column("score", "number", "how sure the model was"),
    Column("prediction", "text", "id of the predicted annotation it came from"),
    Column("similarity", "number", "how much of that prediction is left (IoU)"),
    Column("seconds", "number", "human work spent on it"),
    Column("reviewer", "text", "who checked it", repeats=True),
    Column("verdict", "text", "accepted, returned or amended", repeats=True),
    Column("reviewed_at", "text", "when"),
    Column("confidence", "number", "probability that it is right, as measured", optional=True),
    Column("errors", "text", "JSON list of error codes that the reviewer named", repeats=True, optional=True),
    Column("votes", "text", "JSON list of {annotator, answer, similarity}: id of a category", optional=True),
    Column("unsure", "text", "why somebody could not tell", repeats=True, optional=True),
)

_json = msgspec.json.Encoder()


def item_row(
    item: LabeledItem, item_id: str, annotations: int, picture: str | None, picture_sha256: str | None
) -> Row:
    """The row of an item."""
    return (
        item_id,
        item.name,
        item.key,
        item.sha256,
        item.width,
        item.height,
        item.split,
        item.in_shares,
        item.turned_boxes,
        annotations,
        picture,
        picture_sha256,
    )


def annotation_row(annotation: Annotation, category: Category, item: LabeledItem, item_id: str) -> Row:
    """The row of an annotation."""
    return (
        item_id,
        item.name,
        annotation.id,
        category.id,
        category.name,
        annotation.kind,
        *_measures(annotation.shape),
        _text(annotation.shape),
        _text(named_attributes(annotation, category)),
        annotation.group,
        _text(annotation.relations),
        _text(annotation.flags),
        *_evidence(annotation.evidence),
        _text(annotation.votes),
        annotation.unsure,
    )


def _measures(shape: Shape | None) -> tuple[float | None, ...]:
    return (None,) * 5 if shape is None else (*shape.bounds, shape.area)


def _text(value: Any) -> str | None:  # noqa: ANN401  # anything that can be JSON
    return _json.encode(value).decode() if value else None


def _evidence(evidence: Evidence) -> Row:
    return (
        evidence.author or None,
        evidence.created_at or None,
        evidence.changed_by,
        evidence.changed_at,
        evidence.model,
        evidence.score,
        evidence.prediction,
        evidence.similarity,
        evidence.seconds,
        evidence.reviewer,
        evidence.verdict,
        evidence.reviewed_at,
        evidence.confidence,
        _text(evidence.errors),
    )
