"""A COCO file of real size: read, written, and converted to YOLO, beside the libraries people use for it.

    python -m benchmarks.convert [--images 118000] [--peers PYTHON]

`--peers` is the interpreter of an environment with labelformat, datumaro, supervision and pycocotools; each
of them does its step in a process of its own, as we do, so that peaks of memory are their own. The file
is made first: as many pictures and polygons as COCO's train2017 has, 22 corners each and one in eighty
a run-length mask. supervision wants the pictures themselves; it gets copies of one
small JPEG. Peers that would need hours are run on a twentieth of the file, and their rate is printed.
"""

import argparse
import json
import math
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EACH = 7.29  # annotations on a picture, as in train2017
CATEGORIES = 80
CORNERS = 22

PEER = """
import json, os, resource, sys, time
name, source, images, target = sys.argv[1:5]
def labelformat_read():
    from labelformat.formats import COCOObjectDetectionInput
    from pathlib import Path
    return sum(len(one.objects) for one in COCOObjectDetectionInput(input_file=Path(source)).get_labels())
def labelformat_yolo():
    from labelformat.formats import COCOObjectDetectionInput, YOLOv8ObjectDetectionOutput
    from pathlib import Path
    read = COCOObjectDetectionInput(input_file=Path(source))
    YOLOv8ObjectDetectionOutput(output_file=Path(target, "data.yaml"), output_split="train").save(read)
def datumaro_read():
    from datumaro import Dataset
    return sum(len(item.annotations) for item in Dataset.import_from(source, "coco_instances"))
def datumaro_yolo():
    from datumaro import Dataset
    Dataset.import_from(source, "coco_instances").export(target, "yolo", save_media=False)
def supervision_yolo():
    import supervision
    found = supervision.DetectionDataset.from_coco(images_directory_path=images, annotations_path=source)
    found.as_yolo(annotations_directory_path=target + "/labels", data_yaml_path=target + "/data.yaml")
def pycocotools_read():
    from pycocotools.coco import COCO
    return len(COCO(source).anns)
import importlib
importlib.import_module(name.split("_")[0])
begun = time.perf_counter()
found = globals()[name]()
seconds = time.perf_counter() - begun
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([seconds, used.ru_maxrss / 1024, found]))
"""


def make(place: Path, images: int) -> int:
    """Write the file; gives its number of annotations."""
    chance = random.Random(7)
    ring = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    total, number = round(images * EACH), 0
    with place.open("w") as file:
        file.write('{"info": {}, "licenses": [], "images": [')
        for image in range(1, images + 1):
            row = {"id": image, "file_name": f"{image:012d}.jpg", "width": 640, "height": 480, "license": 1}
            file.write(("" if image == 1 else ", ") + json.dumps(row))
        file.write('], "categories": ')
        names = [{"id": n, "name": f"category {n}", "supercategory": ""} for n in range(1, CATEGORIES + 1)]
        file.write(json.dumps(names) + ', "annotations": [')
        while number < total:
            number += 1
            x, y = chance.uniform(60, 580), chance.uniform(60, 420)
            wide, high = chance.uniform(4, 55), chance.uniform(4, 55)
            bends = [chance.uniform(0.7, 1) for _ in ring]
            xs = [
                round(x + wide * bend * math.cos(angle), 2) for bend, angle in zip(bends, ring, strict=True)
            ]
            ys = [
                round(y + high * bend * math.sin(angle), 2) for bend, angle in zip(bends, ring, strict=True)
            ]
            row = {
                "segmentation": [[value for point in zip(xs, ys, strict=True) for value in point]],
                "area": round(wide * high * 2.2, 4),
                "iscrowd": 0,
                "image_id": chance.randrange(images) + 1,
                "bbox": [min(xs), min(ys), round(max(xs) - min(xs), 2), round(max(ys) - min(ys), 2)],
                "category_id": number % CATEGORIES + 1,
                "id": number,
            }
            if number % 80 == 0:
                runs = [100_000 + number % 999, *[20, 460] * 40, 20]
                row |= {
                    "iscrowd": 1,
                    "segmentation": {"size": [480, 640], "counts": [*runs, 307_200 - sum(runs)]},
                }
            file.write(("" if number == 1 else ", ") + json.dumps(row))
        file.write("]}\n")
    return number


def ours(step: str, source: Path, target: Path) -> list[float]:
    """Seconds, peak MB and count of a step of ours in a process of its own."""
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.convert", "--step", step, str(source), str(target)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(made.stdout.splitlines()[-1])


def alone(step: str, source: Path, target: Path) -> None:
    """One step of ours, and its figures as JSON."""
    from labelwright.formats.conversion import convert
    from labelwright.formats.folder import source_of
    from labelwright.formats.registry import get

    begun, found = time.perf_counter(), 0
    if step == "read":
        found = sum(len(item.document.annotations) for item in get("coco").read(source_of(source)).items)
    else:
        found = convert(source, target, to=step, format="coco", drop=True).items
    seconds = time.perf_counter() - begun
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps([seconds, sum(used) / 1024, found]))


def theirs(python: str, name: str, source: Path, images: Path, target: Path) -> list[float] | str:
    """Seconds, peak MB and count of a peer's step, or why there are none."""
    target.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            [python, "-c", PEER, name, str(source), str(images), str(target)],
            capture_output=True,
            text=True,
            timeout=3600,
        )
    except subprocess.TimeoutExpired:
        return "more than an hour"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1][:120]
    return json.loads(done.stdout.splitlines()[-1])


def row(title: str, result: list[float] | str, annotations: int, best: float | None = None) -> None:
    """One line of the table."""
    if isinstance(result, str):
        print(f"| {title} | {result} | | | |", flush=True)
        return
    seconds, memory, _ = result
    rate = annotations / seconds
    against = f"{best / seconds:.1f} ×" if best else ""
    print(f"| {title} | {seconds:.1f} | {rate:,.0f} | {memory:,.0f} | {against} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=118_000)
    parser.add_argument("--peers")
    parser.add_argument("--step", nargs=3)
    given = parser.parse_args()
    if given.step:
        step, source, target = given.step
        alone(step, Path(source), Path(target))
        return
    with tempfile.TemporaryDirectory() as folder:
        _compare(Path(folder), given.images, given.peers)


def _compare(folder: Path, images: int, peers: str | None) -> None:
    source, small = folder / "instances_train2017.json", folder / "small.json"
    count = make(source, images)
    fewer = images // 20
    less = make(small, fewer)
    _links(folder / "images", fewer)
    print(f"{count:,} annotations on {images:,} images, {source.stat().st_size / 1e6:,.0f} MB of JSON\n")
    print("| step | seconds | annotations a second | peak MB | against us |")
    print("| --- | --- | --- | --- | --- |")
    steps = {
        step: ours(step, source, folder / f"ours-{step}") for step in ("read", "yolo", "yolo-seg", "coco")
    }
    for step, result in steps.items():
        row(f"Labelwright: {'read' if step == 'read' else f'COCO to {step}'}", result, count)
    if not peers:
        return
    for name in ("pycocotools_read", "labelformat_read", "labelformat_yolo"):
        result = theirs(peers, name, source, folder / "images", folder / name)
        own = steps["yolo" if name.endswith("yolo") else "read"][0]
        row(name.replace("_", ": ").replace("yolo", "COCO to YOLO"), result, count)
        if not isinstance(result, str):
            print(f"| | | | | {result[0] / own:.1f} × |", flush=True)
    for name in ("datumaro_read", "datumaro_yolo", "supervision_yolo"):
        whole = _only(small, folder / name)
        given = whole if name.startswith("supervision") else folder / name
        result = theirs(peers, name, given, folder / "images", folder / f"{name}-out")
        row(name.replace("_", ": ").replace("yolo", "COCO to YOLO") + ", a twentieth", result, less)


def _only(small: Path, place: Path) -> Path:
    # datumaro wants its own layout around the file
    target = place / "annotations" / "instances_train.json"
    target.parent.mkdir(parents=True)
    target.symlink_to(small)
    return target


def _links(place: Path, images: int) -> None:
    from PIL import Image

    place.mkdir()
    first = place / f"{1:012d}.jpg"
    Image.new("RGB", (640, 480), (90, 120, 90)).save(first)
    for image in range(2, images + 1):
        shutil.copy(first, place / f"{image:012d}.jpg")


if __name__ == "__main__":
    main()
