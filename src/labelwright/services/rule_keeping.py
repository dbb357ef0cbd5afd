"""Label rules where work is taken: what a submission may not break, and what it is told of."""

from typing import Any

from sqlalchemy import Row

from labelwright.core.document import Document
from labelwright.core.errors import BrokenRules
from labelwright.core.ontology import Ontology
from labelwright.core.rules import ERROR, WARNING, BrokenRule
from labelwright.quality.rule_check import broken_rules


def keep_rules(document: Document, ontology: Ontology, item: Row[Any]) -> tuple[BrokenRule, ...]:
    """The warnings about a document that keeps to the rules. Raises BrokenRules for one that does not."""
    found = broken_rules(document, ontology, item.width, item.height)
    broken = [entry for entry in found if entry.severity == ERROR]
    if broken:
        raise BrokenRules(broken)
    return tuple(found)


def warnings_of(document: Document, ontology: Ontology, item: Row[Any]) -> tuple[BrokenRule, ...]:
    """The rules of severity warning that a document breaks."""
    found = broken_rules(document, ontology, item.width, item.height)
    return tuple(entry for entry in found if entry.severity == WARNING)
