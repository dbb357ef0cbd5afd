"""Pictures that are written after the table that names them: one archive entry cannot wait in another."""

from collections.abc import Callable, Iterable, Iterator

from labelwright.formats.folder import Sink
from labelwright.formats.format import Items, LabeledItem
from labelwright.formats.names import Names
from labelwright.formats.report import Losses
from labelwright.formats.splits import written_split

Placed = Callable[[LabeledItem, str], str]


class Beside:
    """Gives each item the place of its picture, the same on both ways through the items."""

    def __init__(self, items: Items, losses: Losses, place: Placed) -> None:
        self._items, self._place = items, place
        self._losses: Losses | None = losses
        self._has_pictures = False

    def named(self) -> Iterator[tuple[LabeledItem, str]]:
        """Every item with the path of its picture; changed names are noted the first time."""
        names, losses = Names(by_stem=False), self._losses
        self._losses = None
        for item in self._items():
            self._has_pictures = self._has_pictures or item.media is not None
            yield item, self._place(item, names.take(item.name, losses))

    def copy(self, sink: Sink) -> None:
        """Write the pictures that are to be brought along."""
        names = Names(by_stem=False)
        for item in self._items() if self._has_pictures else ():
            path = self._place(item, names.take(item.name))
            if item.media is not None:
                sink.copy(path, item.media())


def below_images(item: LabeledItem, name: str) -> str:
    """Pictures lie in one folder."""
    del item
    return f"images/{name}"


def below_split(item: LabeledItem, name: str) -> str:
    """Pictures lie in the folder of their split."""
    return f"{written_split(item.split)}/{name}"


def splits_in(items: Iterable[LabeledItem], losses: Losses) -> list[str]:
    """The splits to write, in their order; a word that is none of the three is noted."""
    found: set[str] = set()
    for item in items:
        split = written_split(item.split)
        if item.split not in (split, None):
            losses.convert(item.name, "split", f"it is written as {split}")
        found.add(split)
    return [split for split in ("train", "val", "test") if split in found]
