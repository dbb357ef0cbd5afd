"""What stands beside votes: references (gold) of some items, and a model's probabilities."""

from math import isfinite
from pathlib import Path

import numpy as np

from labelwright.core.errors import UnreadableLabels
from labelwright.formats.votes.file import VoteFile
from labelwright.formats.votes.long import ANSWER, ITEM
from labelwright.formats.votes.table import Gathering
from labelwright.quality.statistic import Floats

TRUTH = ("truth", "gold", "reference", "golden", *ANSWER)
ROOM = 1e-3  # how far the sum of an item's probabilities may be from 1


def read_references(path: Path) -> dict[str, str]:
    """The right answers of some items, from a table with a row for each. Raises UnreadableLabels."""
    file = VoteFile(path)
    item, truth = file.place(*ITEM), file.place(*TRUTH)
    if item is None or truth is None:
        raise UnreadableLabels(file.name, "line 1", "references need the columns item and answer")
    known: dict[str, str] = {}
    gathering = Gathering(file.name)
    for place, (name, answer) in file.rows([file.header[item], file.header[truth]], gathering):
        if not name or not answer:
            column = file.header[truth if name else item]
            raise UnreadableLabels(file.name, f"{place}, column “{column}”", "it is empty")
        if known.setdefault(name, answer) != answer:
            raise UnreadableLabels(file.name, place, f"“{name}” has another reference further up")
    if not known:
        raise UnreadableLabels(file.name, "", "it has no references")
    return known


def read_probabilities(path: Path, items: tuple[str, ...], categories: tuple[str, ...]) -> Floats:
    """A model's probabilities (items × categories): a row for each item, a column for each category.

    Raises UnreadableLabels if an item or a category is not there, or a row is no distribution.
    """
    file = VoteFile(path)
    item = file.place(*ITEM)
    if item is None:
        raise UnreadableLabels(file.name, "line 1", "there is no column of items")
    missing = next((name for name in categories if name not in file.header), None)
    if missing is not None:
        raise UnreadableLabels(file.name, "line 1", f"there is no column for the category “{missing}”")
    rows = {name: at for at, name in enumerate(items)}
    found = np.full((len(items), len(categories)), np.nan)
    gathering = Gathering(file.name)
    for place, (name, *cells) in file.rows([file.header[item], *categories], gathering):
        at = rows.get(name)
        if at is None:
            continue
        for column, cell in zip(categories, cells, strict=True):
            found[at, categories.index(column)] = _probability(file.name, place, column, cell)
        total = float(found[at].sum())
        if total > 1 + ROOM:
            raise UnreadableLabels(file.name, place, f"the probabilities add up to {total:.3f}")
        if total <= 0:
            raise UnreadableLabels(file.name, place, "every probability is 0")
    lacking = next((name for name, at in rows.items() if np.isnan(found[at]).any()), None)
    if lacking is not None:
        raise UnreadableLabels(file.name, "", f"there is no row for the item “{lacking}”")
    return found / found.sum(axis=1, keepdims=True)


def _probability(file: str, place: str, column: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = -1.0
    if not isfinite(value) or not 0 <= value <= 1:
        raise UnreadableLabels(file, f"{place}, column “{column}”", f"“{cell[:40]}” is no probability")
    return value
