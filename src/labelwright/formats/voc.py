"""Pascal VOC: one XML file a picture, boxes only.

VOC counts pixels from 1 and names the first and the last pixel that belong to a box, so a box from
left to right in our points is written as `xmin = left + 1`, `xmax = right`; top and bottom likewise.
Reading does the reverse, in decimals, so that a round trip is exact, also for fractions. Hence a file
with `xmin = xmax` holds a box one pixel wide: it is read, and listed as a fault that wants a look.
Attributes follow CVAT's extension; they are text. How VOC is read is in `voc_reading.py`.
The layout: Everingham et al., The PASCAL Visual Object Classes Challenge (2010), development kit.
"""

from collections.abc import Iterator
from decimal import Decimal
from xml.sax.saxutils import escape

from labelwright.core.document import Annotation, AttributeValue
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Shape
from labelwright.formats import voc_reading
from labelwright.formats.fields import note_lost_fields, told_as_yes_or_no
from labelwright.formats.figures import without_pairs
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import UNSIZED, Format, Items, LabeledItem, Reading, named_attributes
from labelwright.formats.names import Names, stem_of
from labelwright.formats.report import Losses
from labelwright.formats.voc_reading import ANNOTATIONS, CLASSES, FLAGS, MAP, PICTURES, POSE, SETS, UNSPLIT

NO_BOX = "its points lie on one line, so no box is around them"


class Voc(Format):
    """Pascal VOC."""

    name = "voc"
    title = "Pascal VOC"
    keeps = frozenset({"box"})
    about = "One XML file a picture. Boxes with attributes. Other shapes become their boxes."
    label_pictures = ("*SegmentationClass*/*", "*SegmentationObject*/*")

    def recognize(self, source: Source) -> str | None:
        """XML files with an <annotation>."""
        return voc_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every XML file."""
        return voc_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `Annotations/`, `ImageSets/Main/`, the lists of classes, and `JPEGImages/`."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        names = Names(by_stem=True)
        sets: dict[str, list[str]] = {}
        for item in items():
            name = names.take(item.name, losses)
            sets.setdefault(item.split or UNSPLIT, []).append(stem_of(name))
            with sink.open(f"{ANNOTATIONS}{stem_of(name)}.xml") as file:
                for line in _lines(item, name, categories, losses):
                    file.write(line.encode() + b"\n")
            if item.media is not None:
                sink.copy(PICTURES + name, item.media())
        for split, listed in sets.items():
            sink.lines(f"{SETS}{split}.txt", listed)
        sink.lines(CLASSES, [category.name for category in ontology.categories])
        # CVAT and Datumaro want this one beside it; its colons leave no room for those of a name.
        named = [category.name.replace(":", " ") for category in ontology.categories]
        sink.lines(MAP, ["# label:color_rgb:parts:actions", *(f"{name}:::" for name in named)])
        return losses


def _lines(item: LabeledItem, picture: str, categories: dict[str, Category], losses: Losses) -> Iterator[str]:
    yield "<annotation>"
    yield "  <folder>JPEGImages</folder>"
    yield f"  <filename>{_text(picture)}</filename>"
    size = f"<width>{item.width}</width><height>{item.height}</height><depth>3</depth>"
    yield f"  <size>{size}</size>"
    yield "  <segmented>0</segmented>"
    for annotation in without_pairs(item, losses):
        category = categories.get(annotation.category)
        if category is None:
            losses.drop(item.name, "category", "the ontology does not have it")
        elif annotation.shape is None:
            losses.drop(item.name, "tag", "VOC has no place for tags of the whole item")
        elif item.in_shares:
            losses.drop(item.name, annotation.kind, UNSIZED)
        elif not annotation.shape.bounds.width or not annotation.shape.bounds.height:
            losses.drop(item.name, annotation.kind, NO_BOX)
        else:
            _note(annotation, item.name, losses)
            yield from _object(annotation, annotation.shape, category)
    yield "</annotation>"


def _note(annotation: Annotation, item: str, losses: Losses) -> None:
    if isinstance(annotation.shape, Box):
        losses.keep()
    else:
        losses.drop(item, annotation.kind, "only its box is written; the outline is lost")
    held = told_as_yes_or_no(annotation.flags, FLAGS)
    note_lost_fields(losses, item, annotation, attributes=True, flags=(*held, POSE))


def _object(annotation: Annotation, shape: Shape, category: Category) -> Iterator[str]:
    bounds = shape.bounds
    yield "  <object>"
    yield f"    <name>{_text(category.name)}</name>"
    yield f"    <pose>{_text(str(annotation.flags.get(POSE, 'Unspecified')))}</pose>"
    for flag in FLAGS:
        yield f"    <{flag}>{1 if annotation.flags.get(flag) is True else 0}</{flag}>"
    first, last = (bounds.left, bounds.top), (bounds.right, bounds.bottom)
    xmin, ymin = (_decimal(Decimal(repr(float(value))) + 1) for value in first)
    xmax, ymax = (_decimal(Decimal(repr(float(value)))) for value in last)
    yield (
        f"    <bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox>"
    )
    named = named_attributes(annotation, category)
    if named:
        yield "    <attributes>"
        for name, value in named.items():
            for word in _words(value):
                yield f"      <attribute><name>{_text(name)}</name><value>{_text(word)}</value></attribute>"
        yield "    </attributes>"
    yield "  </object>"


def _words(value: AttributeValue) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return ("true" if value else "false",) if isinstance(value, bool) else (str(value),)


def _decimal(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _text(value: str) -> str:
    # Characters that XML 1.0 cannot hold, even escaped.
    return escape("".join(c if (c >= " " and c not in "￾￿") or c in "\t\n" else "�" for c in value))
