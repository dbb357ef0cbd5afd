"""What the files of an import hold, in numbers: categories with their shapes, attributes with their values.

It is taken while the files are read, and grows with the words that are used, not with the annotations.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from labelwright.core.document import AttributeValue
from labelwright.core.shapes import Skeleton
from labelwright.formats.format import LabeledItem

MOST_VALUES = 500  # of an attribute that are told apart; one with more is no choice
MOST_WORDS = 20_000  # categories or attributes that are told apart in the report
SHOWN_VALUES = 12


@dataclass
class SeenCategory:
    """A category of the files."""

    annotations: int = 0
    kinds: Counter[str] = field(default_factory=Counter[str])
    keypoints: int = 0


@dataclass
class SeenAttribute:
    """An attribute of the files; `values` stops growing at `MOST_VALUES`."""

    annotations: int = 0
    kinds: Counter[str] = field(default_factory=Counter[str])
    values: Counter[str] = field(default_factory=Counter[str])
    categories: Counter[str] = field(default_factory=Counter[str])
    is_open: bool = False

    @property
    def kind(self) -> str:
        """The kind of attribute that holds every value seen, the narrowest one."""
        kinds = set(self.kinds)
        if kinds == {"flag"} or kinds == {"number"}:
            return next(iter(kinds))
        if "choices" in kinds:
            return "choices"
        words = set(self.values)
        if not self.is_open and words <= YES_OR_NO:
            return "flag"
        if not self.is_open and words and all(_is_number(word) for word in words):
            return "number"
        return "text" if self.is_open or not self._repeats() else "choice"

    def _repeats(self) -> bool:
        # Names and numbers of single things are texts; what comes again and again is a choice.
        return len(self.values) <= 20 or len(self.values) * 4 <= self.annotations

    @property
    def options(self) -> list[str]:
        """The values as the options of a choice, in an order that people expect."""
        return sorted(self.values, key=lambda word: (word.casefold(), word))


YES_OR_NO = frozenset(("true", "false", "yes", "no", "True", "False", "Yes", "No"))


@dataclass
class Survey:
    """Counts over all records that were read."""

    records: int = 0
    annotations: int = 0
    categories: dict[str, SeenCategory] = field(default_factory=dict[str, SeenCategory])
    attributes: dict[str, SeenAttribute] = field(default_factory=dict[str, SeenAttribute])
    splits: Counter[str] = field(default_factory=Counter[str])

    def add(self, entry: LabeledItem) -> None:
        """Count one more record."""
        self.records += 1
        self.annotations += len(entry.document.annotations)
        if entry.split:
            self.splits[entry.split] += 1
        for annotation in entry.document.annotations:
            seen = self.categories.setdefault(annotation.category, SeenCategory())
            seen.annotations += 1
            is_turned = entry.turned_boxes and annotation.kind == "polygon"
            seen.kinds["rotated_box" if is_turned else annotation.kind] += 1
            if isinstance(annotation.shape, Skeleton):
                seen.keypoints = max(seen.keypoints, len(annotation.shape.keypoints))
            for name, value in annotation.attributes.items():
                self._attribute(name, value, annotation.category)

    def _attribute(self, name: str, value: AttributeValue, category: str) -> None:
        if name not in self.attributes and len(self.attributes) >= MOST_WORDS:
            return
        seen = self.attributes.setdefault(name, SeenAttribute())
        seen.annotations += 1
        seen.categories[category] += 1
        match value:
            case bool():
                kind, words = "flag", ["true" if value else "false"]
            case int() | float():
                kind, words = "number", [f"{value:g}"]
            case str():
                kind, words = "text", [value]
            case _:
                kind, words = "choices", [str(word) for word in value]
        seen.kinds[kind] += 1
        for word in words:
            if word in seen.values or len(seen.values) < MOST_VALUES:
                seen.values[word] += 1
            else:
                seen.is_open = True

    def attributes_told(self) -> list[dict[str, Any]]:
        """The attributes as the report tells them."""
        return [
            {
                "name": name,
                "annotations": seen.annotations,
                "kind": seen.kind,
                "distinct": len(seen.values),
                "more_values": seen.is_open,
                "values": [word for word, _ in seen.values.most_common(SHOWN_VALUES)],
                "categories": [word for word, _ in seen.categories.most_common(SHOWN_VALUES)],
            }
            for name, seen in self.attributes.items()
        ]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
