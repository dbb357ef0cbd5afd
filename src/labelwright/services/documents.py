"""Documents as they are kept: what somebody said of an item, never altered."""

import hashlib
from typing import Any

from sqlalchemy import Connection, Row, insert

from labelwright.core.document import Document, encode
from labelwright.services.context import Context
from labelwright.storage.schema import documents

SUBMISSION, CONSENSUS, PREDICTION, REFERENCE = "submission", "consensus", "prediction", "reference"
GOLD_ANSWER = "gold_answer"
"""An answer to a gold item: it says something of its author, and nothing of the item."""

_insert_document = insert(documents)


def store_document(
    tx: Connection,
    context: Context,
    project: Row[Any],
    document: Document,
    *,
    item_id: str,
    kind: str,
    author: str,
    **values: Any,  # noqa: ANN401  # further columns of the row
) -> str:
    """Keep an immutable document; gives its id."""
    body = encode(document)
    document_id = context.new_id()
    row = {
        "id": document_id,
        "kind": kind,
        "project_id": project.id,
        "item_id": item_id,
        "author": author,
        "created_at": context.now(),
        "ontology_version": project.ontology_version,
        "annotations": len(document.annotations),
        "categories": document.counts(),
        "sha256": hashlib.sha256(body).hexdigest(),
        "body": body,
        **values,
    }
    tx.execute(_insert_document, row)
    return document_id
