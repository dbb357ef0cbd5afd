"""The table of formats. Built-ins enter as plugins would: a name and where the class is."""

from functools import cache
from importlib import import_module

from labelwright.core.errors import UnknownName, UnreadableLabels
from labelwright.formats.folder import Seen, Source
from labelwright.formats.format import Format

FORMATS = {
    "labelwright": "labelwright.formats.labelwright:Labelwright",
    "roboflow-coco": "labelwright.formats.roboflow_coco:RoboflowCoco",
    "sagemaker": "labelwright.formats.sagemaker:SageMaker",
    "datumaro": "labelwright.formats.datumaro:Datumaro",
    "datumaro-binary": "labelwright.formats.datumaro_binary:DatumaroBinary",
    "labelbox": "labelwright.formats.labelbox:Labelbox",
    "mot": "labelwright.formats.mot:Mot",
    "encord": "labelwright.formats.encord:Encord",
    "kitti-masks": "labelwright.formats.kitti_masks:KittiMasks",
    "kitti": "labelwright.formats.kitti:Kitti",
    "dota": "labelwright.formats.dota:Dota",
    "openimages": "labelwright.formats.openimages:OpenImages",
    "widerface": "labelwright.formats.widerface:WiderFace",
    "tfrecord": "labelwright.formats.tfrecord:TfRecord",
    "icdar-segmentation": "labelwright.formats.icdar_segmentation:IcdarSegmentation",
    "icdar": "labelwright.formats.icdar:Icdar",
    "icdar-words": "labelwright.formats.icdar:IcdarWords",
    "geojson": "labelwright.formats.geojson:GeoJson",
    "openlabel": "labelwright.formats.openlabel:OpenLabel",
    "fiftyone": "labelwright.formats.fiftyone:FiftyOne",
    "bdd100k": "labelwright.formats.bdd100k:Bdd100k",
    "cvat": "labelwright.formats.cvat:Cvat",
    "cvat-video": "labelwright.formats.cvat_video:CvatVideo",
    "label-studio": "labelwright.formats.label_studio:LabelStudio",
    "labelme": "labelwright.formats.labelme:LabelMe",
    "labelme-xml": "labelwright.formats.labelme_xml:LabelMeXml",
    "vott": "labelwright.formats.vott:Vott",
    "via": "labelwright.formats.via:Via",
    "darwin": "labelwright.formats.darwin:Darwin",
    "segment-anything": "labelwright.formats.segment_anything:SegmentAnything",
    "supervisely": "labelwright.formats.supervisely:Supervisely",
    "mots": "labelwright.formats.mots:Mots",
    "mapillary": "labelwright.formats.mapillary:Mapillary",
    "ade20k": "labelwright.formats.ade20k:Ade20k",
    "cityscapes": "labelwright.formats.cityscapes:Cityscapes",
    "coco-panoptic": "labelwright.formats.coco_panoptic:CocoPanoptic",
    "coco": "labelwright.formats.coco:Coco",
    "voc": "labelwright.formats.voc:Voc",
    "voc-masks": "labelwright.formats.voc_masks:VocMasks",
    "yolo": "labelwright.formats.yolo:Yolo",
    "yolo-seg": "labelwright.formats.yolo:YoloSegment",
    "yolo-obb": "labelwright.formats.yolo_turned:YoloTurned",
    "yolo-pose": "labelwright.formats.yolo_pose:YoloPose",
    "mturk-csv": "labelwright.formats.mturk_csv:MTurkCsv",
    "huggingface": "labelwright.formats.huggingface:HuggingFace",
    "automl-csv": "labelwright.formats.automl_csv:AutoMlCsv",
    "roboflow-csv": "labelwright.formats.roboflow_csv:RoboflowCsv",
    "classes-csv": "labelwright.formats.classes_csv:ClassesCsv",
    "classes-parquet": "labelwright.formats.classes_parquet:ClassesParquet",
    "camvid": "labelwright.formats.camvid:CamVid",
    "masks": "labelwright.formats.masks:Masks",
    "imagenet": "labelwright.formats.imagenet:ImageNet",
    "imagefolder": "labelwright.formats.imagefolder:ImageFolder",
}


@cache
def get(name: str) -> Format:
    """The format of a name. Raises UnknownName, which lists the known ones."""
    place = FORMATS.get(name)
    if place is None:
        raise UnknownName("format", name, FORMATS)
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)()


def every() -> list[Format]:
    """All formats, in the order of the table."""
    return [get(name) for name in FORMATS]


def recognize(source: Source) -> tuple[Format, str]:
    """The format that files are in, and why we think so. Raises UnreadableLabels if none fits."""
    seen = Seen(source)
    for entry in every():
        reason = entry.recognize(seen)
        if reason is not None:
            return entry, reason
    names = ", ".join(FORMATS)
    raise UnreadableLabels(source.name, "", f"this looks like none of the formats {names}")


def choose(source: Source, name: str = "auto") -> tuple[Format, str]:
    """The format asked for, or for “auto” the one recognized, with the reason."""
    return recognize(source) if name == "auto" else (get(name), "as asked for")
