"""Consensus of shapes: pedestrian boxes against experts, simulated bias, and masks against a fifth person.

    python -m benchmarks.quality.shapes

Everything is measured beside its baseline in the same run. Data: pedestrian_boxes (Branson et al., 2017) and
BSDS500 (Arbelaez et al., 2011), looked for as the tests do.
"""

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image
from tests.shared_data import shared_data

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import InvalidShape
from labelwright.core.shapes import Box, Mask, Shape
from labelwright.quality.iou import iou
from labelwright.quality.matching import match
from labelwright.quality.shape_agreement import instances
from labelwright.quality.shape_consensus import UNKNOWN, fit, merge_documents
from labelwright.quality.shape_merge import medoid, merged_shape

SETS = shared_data("multi_annotator")
SEED = 5
NOISE = 0.02  # of the size, beside the bias: the hand


def ids() -> object:
    """A function that counts."""
    count = iter(range(10**9))
    return lambda: f"m{next(count)}"


def box_of(row: dict[str, str]) -> Box | None:
    """A drawn box, None where it is degenerate."""
    try:
        x, y, w, h = (float(row[name]) for name in ("x", "y", "width", "height"))
        return Box(left=x, top=y, right=x + w, bottom=y + h)
    except (InvalidShape, ValueError):
        return None


def pedestrians() -> tuple[dict[str, dict[str, Document]], dict[str, list[Box]]]:
    """Every image's documents by person, and the experts' boxes."""
    folder = SETS / "pedestrian_boxes"
    items: dict[str, dict[str, Document]] = defaultdict(dict)
    tasks = list(csv.DictReader((folder / "tasks.csv").open()))
    image, worker = list(tasks[0])[:2]
    for row in tasks:
        items[row[image]][row[worker]] = Document()
    drawn: dict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for number, row in enumerate(csv.DictReader((folder / "annotations.csv").open())):
        box = box_of(row)
        if box is not None:
            drawn[row[image], row[worker]].append(Annotation(id=str(number), category="person", shape=box))
    for (item, who), marks in drawn.items():
        items[item][who] = Document(annotations=tuple(marks))
    truth: dict[str, list[Box]] = defaultdict(list)
    for row in csv.DictReader((folder / "expert.csv").open()):
        box = box_of(row)
        if box is not None:
            truth[row[image]].append(box)
    return dict(items), truth


def scored(found: dict[str, list[Box]], truth: dict[str, list[Box]]) -> tuple[float, float, int]:
    """Precision and recall at IoU 0.5 over all images, and the number of boxes."""
    right = given = wanted = 0
    for item, boxes in found.items():
        a = [Annotation(id=str(at), category="p", shape=box) for at, box in enumerate(truth.get(item, []))]
        b = [Annotation(id=str(at), category="p", shape=box) for at, box in enumerate(boxes)]
        right += len(match(a, b, threshold=0.5).matched)
        given, wanted = given + len(b), wanted + len(a)
    return right / max(given, 1), right / max(wanted, 1), given


def median_boxes(documents: dict[str, Document], least: int) -> list[Box]:
    """The plain baseline: the median box of every cluster of at least so many people."""
    found: list[Box] = []
    for thing in instances(documents):
        if len(thing) >= least:
            rows = [documents[who].annotations[at].shape for who, at in thing.items()]
            edges = np.median([(b.left, b.top, b.right, b.bottom) for b in rows], axis=0).tolist()
            found.append(Box(left=edges[0], top=edges[1], right=edges[2], bottom=edges[3]))
    return found


def pedestrian_table() -> None:
    """Consensus of seven people against experts."""
    items, truth = pedestrians()
    known = fit(list(items.values()))
    rng = np.random.default_rng(SEED)
    print("\n### Pedestrian boxes: 350 images, 7 people each, against experts at IoU 0.5\n")
    print("| people | method | precision | recall | boxes |\n| --- | --- | --- | --- | --- |")
    for people in (1, 3, 5, 7):
        chosen = {
            item: {who: said[who] for who in sorted(rng.permutation(sorted(said))[:people].tolist())}
            for item, said in items.items()
        }
        least = people // 2 + 1 if people < 7 else 3
        rows = {f"median of at least {least}": {i: median_boxes(s, least) for i, s in chosen.items()}}
        for name, fitted in (("Labelwright, nothing known", UNKNOWN), ("Labelwright, people fitted", known)):
            rows[name] = {
                item: [
                    a.shape
                    for a in merge_documents(said, ids(), fit=fitted, categories=1).document.annotations
                    if isinstance(a.shape, Box)
                ]
                for item, said in chosen.items()
            }
        for name, found in rows.items():
            precision, recall, count = scored(found, truth)
            print(f"| {people} | {name} | {precision:.3f} | {recall:.3f} | {count} |")


def bias_table() -> None:
    """Simulated people with a bias of their own, on real boxes: each is drawn by a few of twenty people."""
    _, truth = pedestrians()
    boxes = [box for found in truth.values() for box in found]
    print("\n### Simulated bias on the experts' boxes: share of merged boxes with IoU ≥ 0.9\n")
    print("| bias sd | people | mean | median | Labelwright |\n| --- | --- | --- | --- | --- |")
    for spread in (0.0, 0.05):
        for people in (3, 5):
            rng = np.random.default_rng(SEED)
            bias = rng.normal(0, spread, (20, 4))
            documents = [_drawn(box, bias, people, rng) for box in boxes]
            known = fit(documents)
            share: dict[str, list[bool]] = defaultdict(list)
            for box, said in zip(boxes, documents, strict=True):
                drawn = [document.annotations[0].shape for document in said.values()]
                rows = np.array([(b.left, b.top, b.right, b.bottom) for b in drawn])
                for name, edges in (("mean", rows.mean(axis=0)), ("median", np.median(rows, axis=0))):
                    left, top, right, bottom = edges.tolist()
                    share[name].append(iou(box, Box(left=left, top=top, right=right, bottom=bottom)) >= 0.9)
                made = merge_documents(said, ids(), fit=known, categories=1).document.annotations
                share["ours"].append(bool(made) and iou(box, made[0].shape) >= 0.9)
            mean, median, ours = (100 * np.mean(share[name]) for name in ("mean", "median", "ours"))
            print(f"| {spread:.0%} | {people} | {mean:.1f} | {median:.1f} | {ours:.1f} |")


def _drawn(box: Box, bias: np.ndarray, people: int, rng: np.random.Generator) -> dict[str, Document]:
    size = np.array([box.right - box.left, box.bottom - box.top] * 2)
    edges = np.array([box.left, box.top, box.right, box.bottom])
    said: dict[str, Document] = {}
    for who in rng.permutation(len(bias))[:people].tolist():
        left, top, right, bottom = (edges + (bias[who] + rng.normal(0, NOISE, 4)) * size).tolist()
        shape = Box(left=left, top=top, right=max(right, left + 1), bottom=max(bottom, top + 1))
        said[f"p{who}"] = Document(annotations=(Annotation(id=f"a{who}", category="p", shape=shape),))
    return said


def regions(path: Path) -> list[Mask]:
    """The regions of a segmentation as masks."""
    labels = np.asarray(Image.open(path))
    found: list[Mask] = []
    for number in np.unique(labels):
        inside = labels == number
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        part = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].ravel()
        edges = np.concatenate([[0], np.flatnonzero(np.diff(part.astype(np.int8))) + 1, [part.size]])
        runs = np.diff(edges).tolist()
        found.append(
            Mask(
                left=int(columns[0]),
                top=int(rows[0]),
                width=int(columns[-1] - columns[0] + 1),
                height=int(rows[-1] - rows[0] + 1),
                runs=tuple([0, *runs] if part[0] else runs),
            )
        )
    return found


def mask_table() -> None:
    """Masks of up to four people against a fifth person's."""
    folder = SETS / "bsds_segmentations" / "segmentations"
    scores: dict[str, list[float]] = defaultdict(list)
    count = 0
    for image in sorted({path.name.split("_")[0] for path in folder.glob("*.png")}):
        people = sorted(folder.glob(f"{image}_ann*.png"))[:5]
        if len(people) < 5:
            continue
        documents = {
            path.stem: Document(
                annotations=tuple(
                    Annotation(id=f"{path.stem}/{at}", category="region", shape=mask)
                    for at, mask in enumerate(regions(path))
                )
            )
            for path in people
        }
        names = list(documents)
        for thing in instances(documents):
            if len(thing) < 5:
                continue
            shapes = {name: documents[name].annotations[thing[name]].shape for name in names}
            count += 1
            for held in names:
                others: list[Shape] = [shapes[name] for name in names if name != held and shapes[name]]
                truth = shapes[held]
                scores["one person"].append(np.mean([iou(one, truth) for one in others]))
                three = [merged_shape(list(some)) for some in combinations(others, 3)]
                scores["majority of three"].append(np.mean([iou(one, truth) for one in three]))
                scores["STAPLE of four"].append(iou(merged_shape(others), truth))
                scores["medoid of four"].append(iou(medoid(others), truth))
    print(f"\n### BSDS masks: {count} regions that five people drew, each held against the fifth\n")
    print("| method | mean IoU |\n| --- | --- |")
    for name, values in scores.items():
        print(f"| {name} | {np.mean(values):.3f} |")


def main() -> None:
    """Print every table."""
    pedestrian_table()
    bias_table()
    mask_table()


if __name__ == "__main__":
    main()
