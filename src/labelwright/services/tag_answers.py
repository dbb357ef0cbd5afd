"""What people said of an item, as callers of the tagging service are told: tags, and boxes of shapes."""

from typing import Any

from sqlalchemy import Connection, Row, select

from labelwright.core.document import decode
from labelwright.services.context import Context
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import documents, projects


def answer_of(tx: Connection, context: Context, item: Row[Any]) -> dict[str, Any]:
    """Tags (each category once, in order of first use) and boxes of the document that counts for an item.

    Both are empty where nobody said anything of it.
    """
    found = tx.execute(
        select(documents.c.body, documents.c.created_at).where(documents.c.id == item.document_id)
    ).first()
    if found is None:
        return {"tags": [], "boxes": []}
    version = tx.execute(
        select(projects.c.ontology_version).where(projects.c.id == item.project_id)
    ).scalar_one()
    ontology = read_ontology(context, tx, item.project_id, version)
    tags: dict[str, dict[str, Any]] = {}
    boxes: list[dict[str, Any]] = []
    for annotation in decode(found.body).annotations:
        category = ontology.category(annotation.category)
        if category is None:
            continue  # it was removed from the ontology since
        named = {"category": category.id, "name": category.name}
        tags.setdefault(category.id, named)
        if annotation.shape is not None:
            left, top, right, bottom = annotation.shape.bounds
            boxes.append({**named, "box": {"left": left, "top": top, "right": right, "bottom": bottom}})
    return {"tags": list(tags.values()), "boxes": boxes}
