"""What a table of votes is made into: votes as arrays, or shapes by item and annotator; and its making."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from labelwright.core.document import Annotation
from labelwright.core.errors import UnreadableLabels
from labelwright.formats.report import Fault
from labelwright.formats.tables import unguarded
from labelwright.quality.votes import Ints, Votes

MOST_FAULTS = 100

Shapes = Mapping[str, Mapping[str, tuple[Annotation, ...]]]
"""What each annotator marked in each item: nothing where they saw it and marked nothing."""


@dataclass(frozen=True, eq=False)
class VoteTable:
    """A table as it was read.

    `shape` is the reader's name and `recognized` says why it was chosen. With `shapes` the answers are
    shapes and `votes` is empty. `left_out` counts the rows that could not be used; `faults` are the first of
    them. Of several answers of one person to an item the last counts (`votes.repeated`).
    """

    file: str
    shape: str
    recognized: str
    votes: Votes
    shapes: Shapes | None = None
    left_out: int = 0
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Gathering:
    """Votes and shapes as they come, one by one or many at once."""

    file: str
    notes: list[str] = field(default_factory=list[str])
    faults: list[Fault] = field(default_factory=list[Fault])
    left_out: int = 0

    def __post_init__(self) -> None:
        self._items, self._annotators, self._answers = _Names(), _Names(), _Names()
        self._shapes: dict[str, dict[str, list[Annotation]]] = {}

    def vote(self, item: str, annotator: str, answer: str) -> None:
        """One answer."""
        self._items.add(item)
        self._annotators.add(annotator)
        self._answers.add(answer)

    def columns(self, item: Any, annotator: Any, answer: Any) -> None:  # noqa: ANN401  # Arrow dictionaries
        """Many answers: three Arrow arrays, each in a dictionary. Raises ValueError if a cell is empty."""
        for names, column in (
            (self._items, item),
            (self._annotators, annotator),
            (self._answers, answer),
        ):
            names.extend(column)

    def take(self, other: "Gathering") -> None:
        """Everything that was gathered apart, in place of what is here."""
        self._items, self._annotators, self._answers = other._items, other._annotators, other._answers

    def saw(self, item: str, annotator: str) -> None:
        """Somebody looked at an item for things to mark."""
        self._shapes.setdefault(item, {}).setdefault(annotator, [])

    def mark(self, item: str, annotator: str, annotation: Annotation) -> None:
        """Somebody marked a thing; its id is given here."""
        self.saw(item, annotator)
        marked = self._shapes[item][annotator]
        marked.append(msgspec.structs.replace(annotation, id=str(len(marked) + 1)))

    @property
    def has_shapes(self) -> bool:
        """Whether anybody marked anything, or looked."""
        return bool(self._shapes)

    def forget_shapes(self) -> None:
        """Only answers are wanted."""
        self._shapes = {}

    def fault(self, place: str, reason: str) -> None:
        """A row that is left out."""
        self.left_out += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(file=self.file, place=place, reason=reason[:300]))

    def note(self, text: str) -> None:
        """Something that the reader of the report should know."""
        if text not in self.notes:
            self.notes.append(text)

    def table(self, shape: str, recognized: str) -> VoteTable:
        """All of it. Raises UnreadableLabels if there is nothing."""
        if not len(self._items) and not self._shapes:
            first = self.faults[0] if self.faults else None
            reason = f"no row could be used; the first: {first.reason}" if first else "it has no answers"
            raise UnreadableLabels(self.file, first.place if first else "", reason)
        if len(self._items) and self._shapes:
            self.note("It has votes and shapes; only the shapes are used.")
        return VoteTable(
            file=self.file,
            shape=shape,
            recognized=recognized,
            votes=self._votes() if not self._shapes else Votes.of(()),
            shapes=self._frozen() if self._shapes else None,
            left_out=self.left_out,
            faults=tuple(self.faults),
            notes=tuple(self.notes),
        )

    def _frozen(self) -> Shapes:
        return {
            item: {who: tuple(marked) for who, marked in by_whom.items()}
            for item, by_whom in self._shapes.items()
        }

    def _votes(self) -> Votes:
        return votes_of_codes(self._items, self._annotators, self._answers)


class _Names:
    """Names by their numbers, and the numbers of a column, eight bytes a row."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self._chunks: list[Ints] = []
        self._open = array("q")

    def __len__(self) -> int:
        return sum(map(len, self._chunks)) + len(self._open)

    def add(self, name: str) -> None:
        self._open.append(self.places.setdefault(name, len(self.places)))

    def extend(self, column: Any) -> None:  # noqa: ANN401  # an Arrow dictionary
        words: list[str | None] = column.dictionary.to_pylist()
        cleaned = [clean(word or "") for word in words]
        if column.null_count or any(not word or '"' in word for word in cleaned):
            raise ValueError("a cell is empty, or quoted in an odd way")
        known = np.array([self.places.setdefault(word, len(self.places)) for word in cleaned], np.int64)
        self._chunks.append(known[column.indices.to_numpy(zero_copy_only=False)])

    def codes(self) -> Ints:
        return np.concatenate([*self._chunks, np.frombuffer(self._open, np.int64)])


def clean(cell: str) -> str:
    """A cell of a CSV without the guard against formulas, and without blanks around it."""
    return unguarded(cell.strip(" ")).strip()


def votes_of_codes(items: _Names, annotators: _Names, answers: _Names) -> Votes:
    """As `Votes.of` of the same rows: of several answers of one person to an item the last one counts."""
    item, annotator, answer = items.codes(), annotators.codes(), answers.codes()
    key = item * max(len(annotators.places), 1) + annotator
    _, first = np.unique(key, return_index=True)
    repeated = len(key) - len(first)
    if repeated:
        _, place = np.unique(key[::-1], return_index=True)
        order = np.argsort(first, kind="stable")
        first, last = first[order], (len(key) - 1 - place)[order]
        item, annotator, answer = item[first], annotator[first], answer[last]
    return Votes(
        items=tuple(items.places),
        annotators=tuple(annotators.places),
        categories=tuple(answers.places),
        item=item,
        annotator=annotator,
        answer=answer,
        repeated=repeated,
    )
