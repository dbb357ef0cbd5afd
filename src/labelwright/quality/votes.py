"""Votes: who gave which answer to which item, as three arrays of positions.

Everything that measures or merges tags works on this. Names are kept in the order in which they first
came, so the same table gives the same arrays. One person has one answer to an item: where a table has
several, the last one counts and `repeated` says how many were left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Votes:
    """Answers as positions in `items`, `annotators` and `categories`; three arrays of one length (n).

    `item`, `annotator` and `answer` say for each vote to what, by whom and what; no person stands twice
    at one item. `repeated` counts the answers that a later one of the same person took the place of.
    """

    items: tuple[str, ...]
    annotators: tuple[str, ...]
    categories: tuple[str, ...]
    item: Ints
    annotator: Ints
    answer: Ints
    repeated: int = 0

    @staticmethod
    def of(rows: Iterable[tuple[str, str, str]], categories: Sequence[str] = ()) -> "Votes":
        """The votes of rows of item, annotator and answer.

        `categories` fixes the first categories and their order; others follow as they come.
        """
        items: dict[str, int] = {}
        annotators: dict[str, int] = {}
        known = {name: place for place, name in enumerate(categories)}
        triples: dict[tuple[int, int], int] = {}
        count = 0
        for item, annotator, answer in rows:
            key = (
                items.setdefault(item, len(items)),
                annotators.setdefault(annotator, len(annotators)),
            )
            triples[key] = known.setdefault(answer, len(known))
            count += 1
        return Votes(
            items=tuple(items),
            annotators=tuple(annotators),
            categories=tuple(known),
            item=np.fromiter((item for item, _ in triples), np.int64, len(triples)),
            annotator=np.fromiter((who for _, who in triples), np.int64, len(triples)),
            answer=np.fromiter(triples.values(), np.int64, len(triples)),
            repeated=count - len(triples),
        )

    def __len__(self) -> int:
        return len(self.item)

    @cached_property
    def counts(self) -> Ints:
        """How often each item was given each category (items × categories)."""
        table = np.zeros((len(self.items), len(self.categories)), np.int64)
        np.add.at(table, (self.item, self.answer), 1)
        return table

    def where(self, chosen: NDArray[np.bool_]) -> "Votes":
        """Only the chosen votes (n booleans); items, annotators and categories keep their places."""
        return Votes(
            items=self.items,
            annotators=self.annotators,
            categories=self.categories,
            item=self.item[chosen],
            annotator=self.annotator[chosen],
            answer=self.answer[chosen],
        )

    def rows(self) -> Iterable[tuple[str, str, str]]:
        """The votes as names, in order."""
        for item, annotator, answer in zip(self.item, self.annotator, self.answer, strict=True):
            yield self.items[item], self.annotators[annotator], self.categories[answer]
