"""Runs in the environment of other tools' readers: what one of them finds in a folder, as JSON.

    .venv/oracles/bin/python tests/conformance/oracle.py READER FOLDER

prints `{item: [[category, left, top, right, bottom], …]}`; a tag has no numbers. It knows nothing of us.
"""

import json
import sys
from pathlib import Path

Found = dict[str, list[list[object]]]


def datumaro(name: str, folder: Path) -> Found:
    """By Datumaro's importer of a name."""
    from datumaro import Dataset

    read = Dataset.import_from(str(folder), name)
    labels = [label.name for label in read.categories()[next(iter(read.categories()))]]
    found: Found = {}
    for item in read:
        rows = found.setdefault(item.id, [])
        for entry in item.annotations:
            label = None if entry.label is None else labels[entry.label]
            if entry.type.name == "label":
                rows.append([label])
                continue
            left, top, wide, high = entry.get_bbox()
            rows.append([label, left, top, left + wide, top + high])
    return found


def labelformat(name: str, folder: Path) -> Found:
    """By labelformat's reader."""
    from labelformat import formats

    if name == "yolo":
        read = formats.YOLOv8ObjectDetectionInput(folder / "data.yaml", input_split="train")
    elif name == "coco":
        read = formats.COCOObjectDetectionInput(next(folder.rglob("*.json")))
    else:
        read = formats.KittiObjectDetectionInput(folder / "labels", ",".join(("zz", "aa")))
    found: Found = {}
    for entry in read.get_labels():
        boxes = [(one.category.name, one.box) for one in entry.objects]
        found[entry.image.filename] = [[name, box.xmin, box.ymin, box.xmax, box.ymax] for name, box in boxes]
    return found


def pycocotools(name: str, folder: Path) -> Found:
    """By COCO's own reader."""
    from pycocotools.coco import COCO

    read = COCO(str(next(folder.rglob("*.json"))))
    found: Found = {}
    for image in read.loadImgs(read.getImgIds()):
        rows = found.setdefault(image["file_name"], [])
        for entry in read.loadAnns(read.getAnnIds(imgIds=image["id"])):
            left, top, wide, high = entry["bbox"]
            label = read.loadCats(entry["category_id"])[0]["name"]
            rows.append([label, left, top, left + wide, top + high])
            read.annToMask(entry) if entry["segmentation"] else None
    return found


def label_studio(name: str, folder: Path) -> Found:
    """By Label Studio's own converter, which makes COCO of its JSON."""
    import tempfile

    from label_studio_sdk.converter import Converter

    config = next(folder.rglob("*config*.xml")).read_text(encoding="utf-8")
    tasks = next(path for path in folder.rglob("*.json") if path.name != "report.json")
    with tempfile.TemporaryDirectory() as place:
        Converter(config, place, download_resources=False).convert_to_coco(
            str(tasks), place, is_dir=False, output_image_dir=place
        )
        made = json.loads((Path(place) / "result.json").read_text())
    names = {entry["id"]: entry["name"] for entry in made["categories"]}
    images = {entry["id"]: Path(entry["file_name"]).name for entry in made["images"]}
    found: Found = {name: [] for name in images.values()}
    for entry in made["annotations"]:
        left, top, wide, high = entry["bbox"]
        row = [names[entry["category_id"]], left, top, left + wide, top + high]
        found[images[entry["image_id"]]].append(row)
    return found


def huggingface(name: str, folder: Path) -> Found:
    """By the library “datasets”."""
    from datasets import load_dataset

    read = load_dataset("imagefolder", data_dir=str(folder), split="train")
    found: Found = {}
    for row in read:
        objects = row.get("objects") or {"bbox": [], "categories": []}
        boxes = zip(objects["bbox"], objects.get("categories") or objects.get("category"), strict=True)
        found[Path(row["image"].filename).name] = [
            [str(label), left, top, left + wide, top + high] for (left, top, wide, high), label in boxes
        ]
    return found


READERS = {
    "datumaro": datumaro,
    "labelformat": labelformat,
    "pycocotools": pycocotools,
    "label_studio": label_studio,
    "huggingface": huggingface,
}

if __name__ == "__main__":
    reader, _, name = sys.argv[1].partition(":")
    json.dump(READERS[reader](name, Path(sys.argv[2])), sys.stdout)
