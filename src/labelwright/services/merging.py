"""Merging: one document made of several people's, with how far they agree and how sure it is."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from labelwright.core.document import Document, decode
from labelwright.services.context import Context
from labelwright.services.ontologies import read_ontology


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What answers were merged into.

    `agreement` is from 0 to 1, None where it is undefined or there is one answer; `confidence` is that of
    the least sure annotation; `detail` tells for each annotation who said what, and what was left out.
    """

    document: Document
    agreement: float | None
    confidence: float | None
    method: str
    detail: dict[str, Any]


def merge_answers(tx: Connection, context: Context, project: Row[Any], rows: Sequence[Row[Any]]) -> Merged:
    """The consensus of the documents of several people, read through the current ontology."""
    ontology = read_ontology(context, tx, project.id, project.ontology_version)
    said = {row.author: ontology.resolve(decode(row.body)) for row in rows}
    if len(said) == 1:
        (document,) = said.values()
        return Merged(document=document, agreement=None, confidence=None, method="single", detail={})
    raise NotImplementedError
