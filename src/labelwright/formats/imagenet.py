"""ImageNet: lists of pictures with the numbers of their classes, and the list of the classes.

`synsets.txt` has a class a line. `train.txt`, `val.txt` and `test.txt` have a picture a line and the
numbers of its classes, from 0: `cat.jpg 0 3`; a name with spaces stands in quotes. A line without a number
is a picture of no class. Pictures lie below `images/`. This is what Caffe's and Datumaro's lists look like
(imagenet_txt), and it is what is written.

Also read is the challenge's own folder: `LOC_synset_mapping.txt` (an id and words a line; the words name
the class), lists `*_cls.txt` whose pictures lie in a folder of the class's id (the number there only
counts pictures), and `LOC_*_solution.csv` with classes and boxes in pixels: `id left top right bottom`.
An item has any number of tags. Only tags are written.
Layout: ILSVRC 2012 (Russakovsky et al., 2015), Kaggle's ImageNet object localization challenge, and
Datumaro's documentation of imagenet_txt.
"""

from collections.abc import Iterator

from labelwright.core.ontology import Ontology
from labelwright.formats import imagenet_reading
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, Limits, Reading
from labelwright.formats.imagenet_reading import CLASSES, PICTURES
from labelwright.formats.names import Names
from labelwright.formats.report import Losses
from labelwright.formats.splits import SPLITS, written_split
from labelwright.formats.tags import only_tags

BROKEN = "line breaks in its name are written as spaces"


class ImageNet(Format):
    """ImageNet's lists."""

    name = "imagenet"
    title = "ImageNet (lists)"
    keeps = frozenset({"tag"})
    about = "A list of classes, and lists of pictures with the numbers of their classes. Tags only."
    limits = Limits(needs_pictures=True)
    made_for = ("ImageNet", "ILSVRC", "Caffe", "Datumaro imagenet_txt", "MMPreTrain")

    def recognize(self, source: Source) -> str | None:
        """A list of synsets beside a list of pictures."""
        return imagenet_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every list of the source."""
        return imagenet_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `synsets.txt`, a list for each split and the pictures below `images/`."""
        losses = Losses()
        numbers = {category.id: number for number, category in enumerate(ontology.categories)}
        names = Names(by_stem=False)
        splits: dict[str, list[str]] = {}  # a line an item: names and numbers, not items
        for item in items():
            name = names.take(item.name, losses)
            split = written_split(item.split)
            if item.split not in (split, None):
                losses.convert(item.name, "split", f"it is written as {split}")
            tags = only_tags(item, numbers, losses)
            words = [f'"{name}"' if " " in name else name, *(str(numbers[tag.category]) for tag in tags)]
            splits.setdefault(split, []).append(" ".join(words))
            if item.media is not None:
                sink.copy(PICTURES + name, item.media())
        for split in SPLITS:
            if split in splits:
                sink.lines(f"{split}.txt", splits[split])
        sink.lines(CLASSES, _classes(ontology, losses))
        return losses


def _classes(ontology: Ontology, losses: Losses) -> Iterator[str]:
    for category in ontology.categories:
        line = " ".join(category.name.split())
        if line != category.name:
            losses.convert(category.name, "category", BROKEN)
        yield line
