"""The contract of a format.

A format reads from a `Source` and writes to a `Sink`; it touches no disk of its own. What it reads
are `LabeledItem`s whose annotations name their category as the file does; what it writes are
`LabeledItem`s whose categories are ids of the ontology. A new format is one file with a class that
fits `Format` and one line in `registry.py`; the conformance suite then runs over it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.core.errors import Conflict
from labelwright.core.ontology import AttributeSpec, Category, Ontology, RelationSpec
from labelwright.formats.folder import Sink, Source
from labelwright.formats.report import Fault, Losses

UNSIZED = "it is in shares of a picture whose size is not known"


@dataclass(frozen=True)
class LabeledItem:
    """An item and what is said of it. Sizes are pixels of the upright picture; 0 if not known.

    With `in_shares` the shapes are shares of the picture's width and height, whose size the reader
    could not find out: they are on a picture of 1 × 1. A turned box has no angle there; with
    `turned_boxes` polygons of four corners stand for such boxes. `shares.py` makes pixels of both.

    `media` gives the bytes of the picture or its file when they are to be written too. `item_id` and
    `sha256` (of the item's own bytes) say which item it is where formats have a place for that. `tags`
    are words about the item that readers find; an import keeps them, writers do not know them.
    """

    name: str
    width: int
    height: int
    document: Document
    split: str | None = None
    key: str | None = None
    media: Callable[[], Path | bytes] | None = None
    in_shares: bool = False
    turned_boxes: bool = False
    item_id: str | None = None
    sha256: str | None = None
    tags: tuple[str, ...] = ()


@dataclass
class Reading:
    """What a file set holds: category names in the file's order, items, and faults so far.

    `faults` grows while `items` is consumed. Categories, attributes, options and relations are called
    by their names. `definitions` has what the files say of a category beside its name (its skeleton,
    attributes, …), by name; `relations` the kinds of relations. With `is_own` the ids and the evidence
    of annotations were written by Labelwright and mean something.
    """

    categories: list[str]
    items: Iterator[LabeledItem]
    faults: list[Fault] = field(default_factory=list[Fault])
    notes: list[str] = field(default_factory=list[str])
    definitions: dict[str, Category] = field(default_factory=dict[str, Category])
    relations: tuple[RelationSpec, ...] = ()
    is_own: bool = False


Items = Callable[[], Iterable[LabeledItem]]
"""The items to write; it may be called more than once."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the files of a format have no place for, so that the tests ask for no more than there is.

    Whatever a format cannot hold is still in its losses. `precision` is how far, in pixels, a kept
    coordinate may be from where it was. Without `overlaps` a pixel belongs to one annotation (label
    maps). `most` is how many annotations an item may have. `names_every_category`: also those that
    nobody used come back, all in their order. `plain_names`: words of letters, digits, - and _ only,
    for categories. `one_category`: the files do not say a category at all. `keeps_empty`: items of
    which nothing is said come back. `keeps_names`: items come back under their names; else each
    changed name is in the losses. `needs_pictures`: sizes are known from the pictures only. `merges`:
    annotations of one category in an item come back as one.
    """

    precision: float = 1e-5
    overlaps: bool = True
    most: int | None = None
    names_every_category: bool = True
    plain_names: bool = False
    one_category: bool = False
    keeps_empty: bool = True
    keeps_names: bool = True
    needs_pictures: bool = False
    merges: bool = False


class Format(Protocol):
    """One format. `keeps` names the kinds of annotation that survive a round trip.

    `label_pictures` are patterns (as in fnmatch, `/` between folders) of pictures that are labels
    themselves, such as label maps: nobody annotates those. `made_for` names what the files come from
    or go to, for people who search the list.
    """

    name: str
    title: str
    keeps: frozenset[str]
    about: str
    limits: Limits = Limits()
    label_pictures: tuple[str, ...] = ()
    made_for: tuple[str, ...] = ()

    def recognize(self, source: Source) -> str | None:
        """Why this looks like the format, in words, or None."""
        ...

    def read(self, source: Source) -> Reading:
        """What the files hold. Raises UnreadableLabels if they are not of this format at all."""
        ...

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the items; gives what was kept, converted and dropped."""
        ...


class WouldDrop(Conflict):
    """Writing would leave something out, and nobody has agreed to that; `report` says what."""

    code = "export.would_drop"

    def __init__(self, title: str, losses: Losses) -> None:
        listed = "; ".join(f"{count} × {what}" for what, count in losses.dropped.items())
        super().__init__(
            f"{title} cannot hold everything. It would leave out {listed}.",
            remedy="Choose another format, or allow it to drop this (drop).",
        )
        self.report = losses


def named_attributes(annotation: Annotation, category: Category) -> dict[str, AttributeValue]:
    """The attribute values by the names that people gave them, options by their names."""
    named: dict[str, AttributeValue] = {}
    for spec_id, value in annotation.attributes.items():
        spec = category.attribute(spec_id)
        if spec is None:
            named[spec_id] = value
            continue
        words = _words(spec) if spec.options else {}
        if isinstance(value, str):
            named[spec.name] = words.get(value, value)
        elif isinstance(value, tuple):
            named[spec.name] = tuple(words.get(entry, entry) for entry in value)
        else:
            named[spec.name] = value
    return named


@lru_cache(1000)
def _words(spec: AttributeSpec) -> dict[str, str]:
    # Two options of one name keep their ids: the name would not tell them apart on the way back.
    times = Counter(option.name for option in spec.options)
    return {option.id: option.name for option in spec.options if times[option.name] == 1}


def attributes_by_id(
    named: Mapping[str, AttributeValue], category: Category, *, keep_others: bool = False
) -> dict[str, AttributeValue]:
    """The other way round; what the category does not know is left out, or kept as it is (`keep_others`).

    Formats that hold text only say numbers and yes or no as words; they are understood.
    """
    names = {spec.name: spec for spec in category.attributes}
    ids = {spec.id: spec for spec in category.attributes if spec.name not in named}
    values: dict[str, AttributeValue] = {}
    for key, value in named.items():
        spec = names.get(key) or ids.get(key)
        fitted = None if spec is None else _fitted(spec, value)
        if spec is not None and fitted is not None and spec.fault(fitted) is None:
            values[spec.id] = fitted
        elif keep_others:
            values[key if spec is None else spec.id] = value
    return values


def _fitted(spec: AttributeSpec, value: object) -> AttributeValue | None:
    ids = {word: option for option, word in _words(spec).items()} if spec.options else {}
    if isinstance(value, list | tuple):
        listed = [str(entry) for entry in cast("Iterable[object]", value)]
        return tuple(ids.get(entry, entry) for entry in listed)
    if spec.kind == "choices" and isinstance(value, str):
        return (ids.get(value, value),)
    if spec.kind == "flag" and isinstance(value, str):
        return {"true": True, "false": False, "yes": True, "no": False}.get(value.casefold())
    if spec.kind == "number" and isinstance(value, str):
        return _number(value)
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, bool):
        return value
    return float(value) if isinstance(value, int | float) else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
