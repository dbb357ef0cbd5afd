"""Writing and reading a million annotations: our own tables beside COCO's JSON, in the same run.

    python -m benchmarks.formats [ANNOTATIONS]

Each step runs in a process of its own, so that its peak of memory is its own; what Python and the
package take before anything is written is printed too. Where reading tries tables in further processes
(`formats/parquet_process.py`), they count. The annotations are made on the way, 100 an item:
boxes, turned boxes and polygons of 20 corners, with attributes and evidence. COCO keeps no evidence and
makes polygons of the turned boxes, so it has less to write.
"""

import math
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.ontology import AttributeSpec, Category, Ontology
from labelwright.core.shapes import Box, Point, Polygon, RotatedBox, Shape
from labelwright.formats.folder import FolderSink, source_of
from labelwright.formats.format import LabeledItem
from labelwright.formats.registry import get

EACH = 100
REMARK = AttributeSpec(id="remark", name="remark", kind="text")
ONTOLOGY = Ontology(
    categories=tuple(
        Category(
            id=f"c{n}", name=f"category {n}", shapes=("box", "rotated_box", "polygon"), attributes=(REMARK,)
        )
        for n in range(20)
    )
)
FORMATS = {"Labelwright tables": "labelwright", "COCO JSON": "coco"}
Figures = tuple[float, float, float]


CORNERS = [(25 * math.cos(2 * math.pi * n / 20), 20 * math.sin(2 * math.pi * n / 20)) for n in range(20)]


def shape_of(number: int) -> Shape:
    """Another one for every number, with digits as hands leave them."""
    x = number * 2654435761 % 2**32 / 2**32 * 3900 + 30
    y = number * 40503 * 65537 % 2**32 / 2**32 * 2900 + 30
    if number % 3 == 0:
        return Box(left=x, top=y, right=x + 40.5, bottom=y + 30.125)
    if number % 3 == 1:
        return RotatedBox(x=x, y=y, width=50, height=20, angle=x / 4000)
    return Polygon(parts=((tuple(Point(x + dx, y + dy) for dx, dy in CORNERS),),))


def items(count: int) -> Iterator[LabeledItem]:
    """So many annotations on items of 4,000 × 3,000 pixels."""
    for number in range(count // EACH):
        found = tuple(annotation(number * EACH + place) for place in range(EACH))
        document = Document(annotations=found)
        yield LabeledItem(f"folder/{number:07d}.jpg", 4000, 3000, document, item_id=f"i{number}")


def annotation(number: int) -> Annotation:
    """One annotation with everything that work leaves behind."""
    at = f"2026-11-23T08:{number // 60000 % 60:02d}:{number // 1000 % 60:02d}.{number % 1000:03d}Z"
    return Annotation(
        id=f"01930000-0000-7000-8000-{number:012x}",
        category=f"c{number % 20}",
        shape=shape_of(number),
        attributes={"remark": "seen" if number % 2 else "doubtful"},
        evidence=Evidence(
            author=f"member {number % 7}", created_at=at, seconds=2.5, score=number % 100 / 100
        ),
    )


def nothing(name: str, place: Path, count: int) -> None:
    """Only what is loaded."""


def write(name: str, place: Path, count: int) -> None:
    """Write everything."""
    with FolderSink(place) as sink:
        get(name).write(lambda: items(count), ONTOLOGY, sink)


def read(name: str, place: Path, count: int) -> None:
    """Read everything, holding one item at a time."""
    found = 0
    for item in get(name).read(source_of(place)).items:
        found += len(item.document.annotations)
    if found != count:
        sys.exit(f"{found:,} annotations came back, not {count:,}")


def measured(step: str, name: str, place: Path, count: int) -> Figures:
    """Seconds, seconds of computing, and peak memory (MB) of a step in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_alone, (step, name, place, count))


def _alone(step: str, name: str, place: Path, count: int) -> Figures:
    begun = time.perf_counter()
    {"nothing": nothing, "write": write, "read": read}[step](name, place, count)
    seconds = time.perf_counter() - begun
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    computing = sum(each.ru_utime + each.ru_stime for each in used)
    return seconds, computing, sum(each.ru_maxrss for each in used) / 1024


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) // EACH * EACH if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        *_, idle = measured("nothing", "", Path(folder), count)
        print(f"{count:,} annotations on {count // EACH:,} items; {idle:.0f} MB before anything is done\n")
        print("| | write, s (computing) | peak MB | read, s (computing) | peak MB | MB on disk |")
        print("| --- | --- | --- | --- | --- | --- |")
        for title, name in FORMATS.items():
            place = Path(folder) / name
            written, read_back = (measured(step, name, place, count) for step in ("write", "read"))
            size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) / 1e6
            steps = " | ".join(f"{s:.1f} ({c:.1f}) | {mb:.0f}" for s, c, mb in (written, read_back))
            print(f"| {title} | {steps} | {size:.0f} |", flush=True)


if __name__ == "__main__":
    main()
