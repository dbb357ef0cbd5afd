"""What formats write that hold boxes only: the box around a shape, and what is lost by it."""

from labelwright.core.document import Annotation
from labelwright.core.shapes import Box, Shape
from labelwright.formats.format import UNSIZED, LabeledItem
from labelwright.formats.report import Losses

FLAT = "its points lie on one line, so no box is around them"
NO_TAGS = "the format has no place for tags of the whole item"


def boxed(
    annotation: Annotation, item: LabeledItem, words: dict[str, str], losses: Losses, no_tags: str = NO_TAGS
) -> Shape | None:
    """The shape whose box is to be written, or None; what is kept and lost is noted."""
    shape = annotation.shape
    if annotation.category not in words:
        losses.drop(item.name, "category", "the ontology does not have it")
    elif shape is None:
        losses.drop(item.name, "tag", no_tags)
    elif item.in_shares:
        losses.drop(item.name, annotation.kind, UNSIZED)
    elif not shape.bounds.width or not shape.bounds.height:
        losses.drop(item.name, annotation.kind, FLAT)
    else:
        if isinstance(shape, Box):
            losses.keep()
        else:
            losses.drop(item.name, annotation.kind, "only its box is written; the outline is lost")
        return shape
    return None
