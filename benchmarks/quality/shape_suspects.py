"""Suspects among boxes that real people drew, against what the experts drew.

    python -m benchmarks.quality.shape_suspects

Pedestrians, 350 images, seven people each. Every person's boxes in turn are those given, and the merged boxes
of the other six (clusters at IoU 0.4, median edges) are what is claimed. A suspect is right where the
expert's boxes say so at IoU 0.5: an extra one meets none of them, a missing one is one of theirs that the
person has not. Printed is how many of the first suspects were right, beside chance, and how many real
errors they hold.
"""

import csv
import os
from collections import defaultdict
from pathlib import Path

import numpy as np

from labelwright.core.document import Annotation
from labelwright.core.shapes import Box
from labelwright.quality.iou import iou
from labelwright.quality.shape_errors import Claim, cluster_claims, shape_suspects
from labelwright.quality.suspects import Suspect, suspect_yield

HERE = Path(
    os.environ.get("LABELWRIGHT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
FOLDER = HERE / "multi_annotator" / "pedestrian_boxes"
SAME, SIGHT = 0.5, 0.4


def boxes(name: str) -> dict[tuple[str, str], list[Box]]:
    """Boxes by image and annotator; those without a width or height are left out."""
    found: dict[tuple[str, str], list[Box]] = defaultdict(list)
    with (FOLDER / name).open(newline="") as file:
        for row in csv.DictReader(file):
            x, y, wide, high = (float(row[key]) for key in ("x", "y", "width", "height"))
            if wide > 0 and high > 0:
                found[row["image"], row.get("annotator", "")].append(Box(x, y, x + wide, y + high))
    return found


def merged(drawn: list[list[Box]]) -> list[Claim]:
    """Clusters of several people's boxes, each person once in each, as claims."""
    clusters: list[list[Box]] = []
    for mine in drawn:
        free = list(range(len(clusters)))
        for box in mine:
            best = max(free, key=lambda at: _middle(clusters[at], box), default=None)
            if best is not None and _middle(clusters[best], box) >= SIGHT:
                clusters[best].append(box)
                free.remove(best)
            else:
                clusters.append([box])
    edges = [np.median([[b.left, b.top, b.right, b.bottom] for b in cluster], axis=0) for cluster in clusters]
    return cluster_claims(
        (Box(*(float(edge) for edge in four)), "person", len(cluster), len(drawn))
        for four, cluster in zip(edges, clusters, strict=True)
    )


def _middle(cluster: list[Box], box: Box) -> float:
    return sum(iou(one, box) for one in cluster) / len(cluster)


def main() -> None:
    with (FOLDER / "images.csv").open(newline="") as file:
        expert_images = {row["image"] for row in csv.DictReader(file) if row["has_expert"] == "1"}
    people: dict[str, list[str]] = defaultdict(list)
    with (FOLDER / "tasks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            people[row["image"]].append(row["annotator"])
    drawn, experts = boxes("annotations.csv"), boxes("expert.csv")
    marks: dict[str, list[Annotation]] = {}
    claims: dict[str, list[Claim]] = {}
    truth: dict[str, list[Box]] = {}
    for image in sorted(expert_images):
        for who in people[image]:
            place = f"{image} {who}"
            mine = drawn.get((image, who), [])
            marks[place] = [
                Annotation(id=f"{place} {at}", category="person", shape=box) for at, box in enumerate(mine)
            ]
            claims[place] = merged([drawn.get((image, other), []) for other in people[image] if other != who])
            truth[place] = experts.get((image, ""), [])
    extra = {m.id for place, own in marks.items() for m in own if m.shape and not _met(m.shape, truth[place])}
    missing = {
        (place, at)
        for place, right in truth.items()
        for at, box in enumerate(right)
        if not _met(box, [m.shape for m in marks[place] if m.shape])
    }
    found = shape_suspects(marks, claims, by="the others")
    total = sum(len(own) for own in marks.values())
    print(f"{total} boxes given, {len(extra)} extra; {len(missing)} missing\n")
    print("| suspects | first | right | share (95 %) | of all such errors |\n| --- | --- | --- | --- | --- |")
    for kind in ("extra", "missing"):
        these = [one for one in found if one.kind == kind]
        hits = [_right(one, extra, truth, missing) for one in these]
        for first in (*(n for n in (50, 100, 200) if n < len(these)), len(these)):
            seen = suspect_yield([bool(hit) for hit in hits[:first]])
            held = len(set().union(*hits[:first])) / len(extra if kind == "extra" else missing)
            print(
                f"| {kind} | {first} of {len(these)} | {seen.wrong} "
                f"| {seen.share:.0%} ({seen.low:.0%} to {seen.high:.0%}) | {held:.0%} |"
            )
    loose = [one for one in found if one.kind == "loose_shape"]
    shapes = {m.id: m.shape for own in marks.values() for m in own}
    print("\n| boxes | median IoU with the expert's |\n| --- | --- |")
    for name, ids in (
        ("first 100 loose", [one.annotation for one in loose[:100]]),
        ("all", list(shapes)),
    ):
        place_of = {m.id: place for place, own in marks.items() for m in own}
        best = [max((iou(shapes[i], t) for t in truth[place_of[i]]), default=0.0) for i in ids]
        print(f"| {name} | {np.median([value for value in best if value > 0.1]):.2f} |")


def _met(box: object, others: list[Box]) -> bool:
    return any(iou(box, other) >= SAME for other in others)  # type: ignore[arg-type]


def _right(
    suspect: Suspect, extra: set[str], truth: dict[str, list[Box]], missing: set[tuple[str, int]]
) -> set[object]:
    """The real errors that a suspect hits."""
    if suspect.annotation is not None:
        return {suspect.annotation} & extra
    assert suspect.shape is not None
    return {
        (suspect.item, at)
        for at, box in enumerate(truth[suspect.item])
        if (suspect.item, at) in missing and iou(box, suspect.shape) >= SAME
    }


if __name__ == "__main__":
    main()
