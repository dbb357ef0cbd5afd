"""Annotations of categories that a manager removed.

What was there before the work began is hidden, and travels on unseen, so that it comes back if the
change of the ontology is undone. What a hand made or changed is shown, for that hand to move it to
another category or delete it: nobody's work vanishes under their eyes.
"""

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.fields import differing
from labelwright.core.ontology import Ontology


def shown(ontology: Ontology, document: Document, base: Document) -> Document:
    """A draft as its hand sees it: merged categories renamed, only what is hidden left out."""
    if not ontology.retired:
        return document
    unseen = {annotation.id for annotation in hidden(ontology, document, base)}
    kept = [_renamed(ontology, entry) for entry in document.annotations if entry.id not in unseen]
    return Document(annotations=tuple(kept))


def hidden(ontology: Ontology, document: Document, base: Document) -> tuple[Annotation, ...]:
    """The annotations of removed categories that stand as they were when the work began."""
    if not ontology.retired:
        return ()
    before = base.by_id()
    return tuple(
        annotation
        for annotation in document.annotations
        if _is_removed(ontology, annotation)
        and annotation.id in before
        and not differing(before[annotation.id], annotation)
    )


def _is_removed(ontology: Ontology, annotation: Annotation) -> bool:
    retired = annotation.category in ontology.retired
    return retired and ontology.current_id(annotation.category) is None


def _renamed(ontology: Ontology, annotation: Annotation) -> Annotation:
    current = ontology.current_id(annotation.category)
    if current is None or current == annotation.category:
        return annotation
    return msgspec.structs.replace(annotation, category=current)
