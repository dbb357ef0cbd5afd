"""Makes the sample project's files in `src/labelwright/demo/blood_cells` from a copy of BCCD.

Run once, by hand: `python scripts/make_demo_data.py PATH_TO_BCCD`, where the folder holds
`JPEGImages`, `Annotations` and `LICENSE` as published by Shenggan/BCCD_Dataset (MIT). Chosen
images and their annotation files are copied byte for byte.

`predictions.json` (COCO with scores) is no model's output. It is the reference moved about: each
box is dropped with a chance of one in ten (platelets one in four), else its edges are moved by up
to 12 % of its size, and its score is the IoU with the box it came from. It calls itself
`demo-perturbed-reference@1`. The random numbers are seeded with the file's name, so the same input
gives the same file.
"""

import json
import random
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image

TARGET = Path(__file__).parent.parent / "src" / "labelwright" / "demo" / "blood_cells"
CATEGORIES = ("RBC", "WBC", "Platelets")
WANTED = 60
WITH_PREDICTIONS = slice(20, 40)
DROPPED = {"RBC": 0.10, "WBC": 0.10, "Platelets": 0.25}
MOVED = 0.12

Box = tuple[float, float, float, float]


def main() -> None:
    """Copy the chosen files and write the predictions and the guideline's pictures."""
    source = Path(sys.argv[1])
    chosen = choose(source)
    for folder in ("JPEGImages", "Annotations", "guideline"):
        shutil.rmtree(TARGET / folder, ignore_errors=True)
        (TARGET / folder).mkdir(parents=True)
    shutil.copyfile(source / "LICENSE", TARGET / "LICENSE")
    for stem in chosen:
        shutil.copyfile(source / "JPEGImages" / f"{stem}.jpg", TARGET / "JPEGImages" / f"{stem}.jpg")
        shutil.copyfile(source / "Annotations" / f"{stem}.xml", TARGET / "Annotations" / f"{stem}.xml")
    write_predictions(chosen[WITH_PREDICTIONS])
    write_guideline_pictures(chosen)


def choose(source: Path) -> list[str]:
    """Sixty file names, in order: every image with four or more platelets first, then evenly spread."""
    usable = [path.stem for path in sorted((source / "Annotations").glob("*.xml")) if is_sound(path)]
    usable = [stem for stem in usable if (source / "JPEGImages" / f"{stem}.jpg").exists()]
    rich = [stem for stem in usable if count(source, stem, "Platelets") >= 4][:15]
    rest = [stem for stem in usable if stem not in rich]
    step = len(rest) / (WANTED - len(rich))
    return sorted({*rich, *(rest[int(index * step)] for index in range(WANTED - len(rich)))})


def is_sound(annotation: Path) -> bool:
    """Whether the file has all three kinds of cell's names right and no empty box."""
    found = boxes(annotation)
    return bool(found) and all(
        name in CATEGORIES and right > left and bottom > top for name, (left, top, right, bottom) in found
    )


def count(source: Path, stem: str, category: str) -> int:
    """How many boxes of a category an image has."""
    return sum(name == category for name, _ in boxes(source / "Annotations" / f"{stem}.xml"))


def boxes(annotation: Path) -> list[tuple[str, Box]]:
    """The boxes of a VOC file as image points: VOC counts pixels from one and includes the last."""
    found: list[tuple[str, Box]] = []
    for entry in ElementTree.parse(annotation).iter("object"):
        left, top, right, bottom = (
            float(entry.findtext(f"bndbox/{name}") or 0) for name in ("xmin", "ymin", "xmax", "ymax")
        )
        found.append((entry.findtext("name") or "", (left - 1, top - 1, right, bottom)))
    return found


def write_predictions(stems: list[str]) -> None:
    """The perturbed reference of some images as one COCO file."""
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for number, stem in enumerate(stems, start=1):
        with Image.open(TARGET / "JPEGImages" / f"{stem}.jpg") as picture:
            width, height = picture.size
        images.append({"id": number, "file_name": f"{stem}.jpg", "width": width, "height": height})
        chance = random.Random(stem)
        for name, box in boxes(TARGET / "Annotations" / f"{stem}.xml"):
            if chance.random() < DROPPED[name]:
                continue
            moved = jitter(box, chance, width, height)
            left, top, right, bottom = moved
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": CATEGORIES.index(name) + 1,
                    "bbox": [left, top, round(right - left, 1), round(bottom - top, 1)],
                    "area": round((right - left) * (bottom - top), 1),
                    "iscrowd": 0,
                    "score": round(iou(box, moved), 3),
                }
            )
    categories = [{"id": number, "name": name} for number, name in enumerate(CATEGORIES, start=1)]
    info = {"description": "demo-perturbed-reference@1: the reference, moved about; no model made it"}
    body = {"info": info, "images": images, "annotations": annotations, "categories": categories}
    (TARGET / "predictions.json").write_text(json.dumps(body, separators=(",", ":")) + "\n")


def jitter(box: Box, chance: random.Random, width: int, height: int) -> Box:
    """The box with each edge moved by up to MOVED of the box's size, inside the picture."""
    left, top, right, bottom = box
    across, down = (right - left) * MOVED, (bottom - top) * MOVED
    moved = (
        max(0.0, left + chance.uniform(-across, across)),
        max(0.0, top + chance.uniform(-down, down)),
        min(float(width), right + chance.uniform(-across, across)),
        min(float(height), bottom + chance.uniform(-down, down)),
    )
    return (round(moved[0], 1), round(moved[1], 1), round(moved[2], 1), round(moved[3], 1))


def iou(first: Box, second: Box) -> float:
    """How much two boxes cover one another."""
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(across, 0.0) * max(down, 0.0)
    areas = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (first, second))
    return shared / (areas - shared)


def write_guideline_pictures(stems: list[str]) -> None:
    """One example of each category, cut out of the images with a border."""
    for category in CATEGORIES:
        stem, box = next(
            (stem, box)
            for stem in stems
            for name, box in boxes(TARGET / "Annotations" / f"{stem}.xml")
            if name == category and box[0] > 60 and box[1] > 60 and box[2] < 580 and box[3] < 420
        )
        margin = 30
        with Image.open(TARGET / "JPEGImages" / f"{stem}.jpg") as picture:
            cut = picture.crop((box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin))
        cut.save(TARGET / "guideline" / f"{category.lower()}.jpg", quality=88)


if __name__ == "__main__":
    main()
