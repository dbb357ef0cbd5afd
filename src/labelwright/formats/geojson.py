"""GeoJSON with pixel coordinates, as QuPath, QGIS and others have it: a FeatureCollection for each picture.

Coordinates are x to the right and y down from the corner of the picture, in pixels, in our documents as in
QuPath. QGIS counts y upward for pictures without a place on earth: where all of a file's are below zero,
they are turned over, with a note. Degrees are refused: small numbers in a file that names a system of them
(`crs`). Written are `annotations/NAME.geojson` for each item, with `image` (its name, size and split)
beside the features, `classes.json` as in a QuPath project, and the pictures in `images/`. A feature's
category is `properties.classification.name`; attributes, flags, groups, relations and scores are
properties. Boxes, turned boxes, ellipses, masks and skeletons are polygons or points for others;
`properties.shape` says what they are, and counts only as long as the geometry is still that of the shape.
Tags have no geometry. Reading: `geojson_reading.py`. The layout: RFC 7946, and QuPath's documentation of
its GeoJSON.
"""

from collections.abc import Iterator

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Ellipse, Mask, RotatedBox, Shape, Skeleton
from labelwright.formats import geojson_reading
from labelwright.formats.extras import Bonds, Extra, each, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.geojson_geometry import geometry_of
from labelwright.formats.geojson_reading import CLASSES
from labelwright.formats.names import Names
from labelwright.formats.report import Losses

KINDS = ("box", "rotated_box", "polygon", "polyline", "points", "ellipse", "mask", "skeleton", "tag")
PLACE = Place(kinds=KINDS, whole_masks=False)


class GeoJson(Format):
    """GeoJSON in pixels."""

    name = "geojson"
    title = "GeoJSON (QuPath, QGIS)"
    keeps = frozenset(KINDS)
    about = "A FeatureCollection for each picture, in pixels with y down. All shapes but cuboids; properties."
    limits = Limits()
    made_for = ("QuPath", "QGIS", "GeoJSON", "pathology", "whole slides", "Supervisely", "Cytomine", "Halo")

    def recognize(self, source: Source) -> str | None:
        """A file that holds a FeatureCollection, or a list of features."""
        return geojson_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file."""
        return geojson_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file for each item, the classes and the pictures."""
        losses = Losses()
        bonds = Bonds(ontology)
        categories = {category.id: category for category in ontology.categories}
        names = Names(by_stem=False)
        listed = {"pathClasses": list(map(_class, ontology.categories)), "relations": bonds.listed}
        sink.lines(CLASSES, [msgspec.json.encode(listed).decode()])
        for item in items():
            name = names.take(item.name, losses)
            with sink.open(f"annotations/{name}.geojson") as file:
                image = msgspec.json.encode(_image(item, name))
                file.write(b'{"type":"FeatureCollection","image":' + image + b',"features":[')
                for line in each(map(msgspec.json.encode, _features(item, categories, bonds, losses))):
                    file.write(line)
                file.write(b"\n]}\n")
            if item.media is not None:
                sink.copy(f"images/{name}", item.media())
        return losses


def _class(category: Category) -> Extra:
    made: Extra = {"name": category.name, "color": _color(category)}
    if category.skeleton is not None:
        made["keypoints"] = [[point.name, point.x, point.y] for point in category.skeleton.keypoints]
        made["edges"] = category.skeleton.edges
        made["swaps"] = category.skeleton.swaps
    return made


def _color(category: Category) -> list[int]:
    text = category.color.lstrip("#")
    return [int(text[place : place + 2], 16) for place in (0, 2, 4)]


def _image(item: LabeledItem, name: str) -> Extra:
    made: Extra = {"name": name}
    if item.width and item.height:
        made |= {"width": item.width, "height": item.height}
    return {**made, "split": item.split} if item.split is not None else made


def _features(
    item: LabeledItem, categories: dict[str, Category], bonds: Bonds, losses: Losses
) -> Iterator[Extra]:
    linked = is_linked(item.document.annotations)
    for annotation, category, shape in fitting(item, categories, PLACE, losses):
        said = _said(annotation, category)
        if shape is not None:
            said |= _kind(shape)
        yield {
            "type": "Feature",
            "geometry": None if shape is None else geometry_of(shape),
            "properties": {**said, **bonds.beside(annotation, is_linked=linked)},
        }


def _said(annotation: Annotation, category: Category) -> Extra:
    made: Extra = {
        "objectType": "annotation",
        "classification": {"name": category.name, "color": _color(category)},
    }
    if annotation.attributes:
        made["attributes"] = named_attributes(annotation, category)
    if annotation.evidence.score is not None:
        made["score"] = annotation.evidence.score
    return made


def _kind(shape: Shape) -> Extra:
    """What a geometry is here, where it could be something else."""
    if isinstance(shape, Mask):
        return {"shape": {"kind": "mask"}}
    if isinstance(shape, Box | RotatedBox | Ellipse | Skeleton):
        return {"shape": msgspec.to_builtins(shape)}
    return {}
