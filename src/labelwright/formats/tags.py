"""Tags of an item, for formats that say what a picture shows and nothing of where."""

from collections.abc import Collection

from labelwright.core.document import Annotation
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.format import LabeledItem
from labelwright.formats.report import Losses

SHAPED = "the format says what a picture shows, not where"
SECOND = "an item has one category here; only its first tag is written"


def only_tags(
    item: LabeledItem,
    categories: Collection[str],
    losses: Losses,
    *,
    most: int | None = None,
    judged: bool = False,
) -> list[Annotation]:
    """The tags to write, at most so many; all else that is said of the item goes into the losses.

    With `judged` the writer keeps votes, doubt and confidence.
    """
    kept: list[Annotation] = []
    for annotation in item.document.annotations:
        if annotation.category not in categories:
            losses.drop(item.name, "category", "the ontology does not have it")
        elif annotation.shape is not None:
            losses.drop(item.name, annotation.kind, SHAPED)
        elif most is not None and len(kept) >= most:
            losses.drop(item.name, "tag", SECOND)
        else:
            losses.keep()
            note_lost_fields(losses, item.name, annotation, judged=judged)
            kept.append(annotation)
    return kept
