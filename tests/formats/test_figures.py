"""Skeletons, turned boxes and poses: in the words of other tools and back, and lines that are none."""

import contextlib
import io
import json
from math import pi
from pathlib import Path

import numpy as np
import pytest
import shapely
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from labelwright.core.document import Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Keypoint, Point, RotatedBox, Shape, Skeleton
from labelwright.formats.coco import FILE, Coco
from labelwright.formats.conversion import convert
from labelwright.formats.figures import template_of
from labelwright.formats.folder import source_of
from labelwright.formats.labelwright import Labelwright
from labelwright.formats.registry import choose
from labelwright.formats.turned import smallest_around, turned_box
from labelwright.formats.voc import Voc
from labelwright.formats.yolo import Yolo, YoloSegment
from labelwright.formats.yolo_pose import YoloPose
from labelwright.formats.yolo_turned import YoloTurned
from labelwright.quality.iou import SIGMA, oks
from tests.conformance.conftest import (
    CUBOID,
    DOTS,
    ELLIPSE,
    LINE,
    MASK,
    ONTOLOGY,
    SKELETON,
    TRIANGLE,
    TURNED,
    annotation,
    item,
    picture,
    without_media,
    written,
)
from tests.conformance.shapes import ANY
from tests.shared_data import shared_data

AROUND = Box(left=5, top=4, right=45, bottom=30)


def pair(outline: Shape = AROUND, **values: object) -> Document:
    """A skeleton and what is around it, in one group."""
    return Document(
        annotations=(
            annotation("s", SKELETON, group="g", **values),
            annotation("o", outline, group="g", **values),
        )
    )


def there_and_back(form, document: Document, place: Path, ontology: Ontology = ONTOLOGY):
    losses = written(form, [item("a.png", document)], place, ontology)
    reading = form.read(source_of(place))
    (found,) = reading.items
    return losses, found.document.annotations, reading


def lines_of(place: Path) -> list[list[float]]:
    text = (place / "labels/train/a.txt").read_text()
    return [[float(word) for word in line.split()] for line in text.splitlines()]


def told(place: Path) -> dict:
    return yaml.safe_load((place / "data.yaml").read_text())


def test_pycocotools_finds_the_keypoints_and_agrees_with_them(tmp_path: Path) -> None:
    names = [str(n) for n in range(17)]
    keypoints = tuple(Keypoint(2.0 * n, 30 - n, 2 if n % 3 else 1) for n in range(17))
    person = Category(id="p", name="person", shapes=("skeleton",), skeleton=template_of(names))
    document = Document(annotations=(annotation(1, Skeleton(keypoints=keypoints), "p"),))
    written(Coco(), [item("a.png", document)], tmp_path / "out", Ontology(categories=(person,)))

    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(tmp_path / "out" / FILE))
        (entry,) = truth.loadAnns(truth.getAnnIds())
        found = truth.loadRes([{**entry, "score": 0.9}])
        judge = COCOeval(truth, found, "keypoints")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()

    assert (entry["num_keypoints"], len(truth.cats[1]["keypoints"])) == (17, 17)
    assert judge.stats[0] == pytest.approx(1)


@given(ANY["skeleton"], ANY["skeleton"])
@settings(deadline=None, max_examples=40)
def test_oks_is_cocos_where_both_have_the_same_keypoints(one: Skeleton, other: Skeleton) -> None:
    shown = [k.visibility for k in one.keypoints]
    other = Skeleton(
        keypoints=tuple(Keypoint(x, y, v) for (x, y, _), v in zip(other.keypoints, shown, strict=True))
    )
    size = sum((s.bounds.width + 1) * (s.bounds.height + 1) for s in (one, other)) / 2
    said = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "area": size, "iscrowd": 0}
    flat = [
        [value for k in s.keypoints for value in (k if k.visibility else (0, 0, 0))] for s in (one, other)
    ]
    truth = COCO()
    truth.dataset = {
        "images": [{"id": 1}],
        "categories": [{"id": 1, "name": "x"}],
        "annotations": [{**said, "keypoints": flat[0], "num_keypoints": sum(map(bool, shown))}],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found = COCO()
        found.dataset = {**truth.dataset, "annotations": [{**said, "keypoints": flat[1], "score": 1}]}
        found.createIndex()
        judge = COCOeval(truth, found, "keypoints")
        judge.params.kpt_oks_sigmas = np.full(3, SIGMA)
        judge.params.imgIds = [1]
        judge.evaluate()

    assert oks(one, other) == pytest.approx(float(judge.computeOks(1, 1)[0, 0]), abs=1e-6)


def test_real_keypoints_of_coco_are_read_with_their_outlines(tmp_path: Path) -> None:
    source = shared_data("formats/datumaro_assets/coco_dataset/coco_person_keypoints")
    reading = Coco().read(source_of(source))
    items = {entry.name: entry.document.annotations for entry in reading.items}

    assert not reading.faults
    assert [a.kind for a in items["a.jpg"]] == ["skeleton", "box"]
    assert [a.kind for a in items["b.jpg"]][:2] == ["skeleton", "polygon"]
    made = convert(source, tmp_path / "own", to="labelwright")
    again = {e.name: e.document.annotations for e in Labelwright().read(source_of(tmp_path / "own")).items}
    assert (made.dropped, made.converted) == ({}, {})
    for name, found in items.items():
        assert [(a.kind, a.shape, a.group) for a in again[name]] == [
            (a.kind, a.shape, a.group) for a in found
        ]


@pytest.mark.parametrize("outline", [AROUND, TRIANGLE, MASK], ids=["box", "polygon", "mask"])
def test_coco_has_one_record_for_a_figure_and_it_is_two_annotations_again(
    tmp_path: Path, outline: Shape
) -> None:
    said = {"attributes": {"a2": "x"}, "flags": {"iscrowd": True}, "evidence": Evidence(score=0.5)}
    losses, found, reading = there_and_back(Coco(), pair(outline, **said), tmp_path / "out")

    written_file = json.loads((tmp_path / "out" / FILE).read_text())
    assert written_file["categories"][0]["skeleton"] == [[1, 2], [1, 3]]
    (record,) = written_file["annotations"]
    assert record["keypoints"] == [10.5, 8.25, 2, 30, 12, 1, 0, 0, 0]
    assert (record["num_keypoints"], record["iscrowd"], record["group"]) == (2, 1, "g")
    assert record["area"] == pytest.approx(outline.area)
    assert (losses.kept, losses.converted, losses.dropped) == (2, {}, {})
    assert [a.shape for a in found] == [SKELETON, outline]
    assert {a.group for a in found} == {"g"}
    assert {a.attributes["Remark"] for a in found} == {"x"}
    assert {a.evidence.score for a in found} == {0.5}
    assert reading.definitions["Zelle"].skeleton == ONTOLOGY.categories[0].skeleton


def test_an_absent_keypoint_is_at_zero_as_coco_has_it(tmp_path: Path) -> None:
    absent = Skeleton(keypoints=(Keypoint(1, 2, 2), Keypoint(3, 4, 0), Keypoint(5, 6, 1)))
    written(Coco(), [item("a.png", Document(annotations=(annotation(1, absent),)))], tmp_path / "out")

    (record,) = json.loads((tmp_path / "out" / FILE).read_text())["annotations"]
    assert record["keypoints"] == [1, 2, 2, 0, 0, 0, 5, 6, 1]


def test_what_is_not_one_thing_stays_two_records(tmp_path: Path) -> None:
    other = annotation("b", AROUND, "aa", group="g")
    three = (*pair().annotations, annotation("t", AROUND, group="g"))
    unlike = (pair().annotations[0], annotation("o", AROUND, group="g", flags={"difficult": True}))
    same = (pair().annotations[0], annotation("o", Box(*SKELETON.bounds), group="g"))

    for number, annotations in enumerate(((pair().annotations[0], other), three, unlike, same)):
        losses, found, _ = there_and_back(Coco(), Document(annotations=annotations), tmp_path / str(number))
        assert losses.kept == len(annotations) == len(found)
        assert [a.shape for a in found] == [a.shape for a in annotations]


def test_a_skeleton_without_a_template_is_dropped_and_said(tmp_path: Path) -> None:
    long = Skeleton(keypoints=(*SKELETON.keypoints, Keypoint(1, 1, 2)))
    document = Document(annotations=(annotation(1, long), annotation(2, SKELETON, "mm")))

    for form in (Coco(), YoloPose()):
        losses, found, _ = there_and_back(form, document, tmp_path / form.name)
        assert (sum(losses.dropped.values()), found) == (2, ())
        assert "template" in next(iter(losses.dropped))


@pytest.mark.parametrize(
    ("category", "entry", "what"),
    [
        ({"keypoints": ["a", "a"]}, {}, "twice"),
        ({"keypoints": ["a", "b"], "skeleton": [[1, 9]]}, {}, "edge"),
        ({"keypoints": ["a"], "skeleton": [[1]]}, {}, ""),
        ({"keypoints": [" "]}, {}, "name"),
        ({}, {"keypoints": [1, 2]}, "three numbers"),
        ({}, {"keypoints": [1, 2, 7]}, "visible"),
        ({}, {"keypoints": [1, 2, 1e999]}, ""),
        ({}, {"keypoints": [1e300, 2, 2]}, "coordinate"),
    ],
)
def test_keypoints_that_mean_nothing_are_faults(
    tmp_path: Path, category: dict, entry: dict, what: str
) -> None:
    content = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 8}],
        "categories": [{"id": 1, "name": "cell", **category}, {"id": 2, "name": "good"}],
        "annotations": [
            {"bbox": [1, 1, 2, 2], "image_id": 1, "category_id": 2 if category else 1, **entry},
            {"bbox": [1, 1, 2, 2], "image_id": 1, "category_id": 2},
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(content).replace("Infinity", "1e999"))

    reading = Coco().read(source_of(tmp_path))
    (found,) = reading.items

    (fault,) = reading.faults
    assert what in fault.reason
    assert len(found.document.annotations) == (2 if category else 1)


def test_edges_counted_from_zero_are_understood(tmp_path: Path) -> None:
    content = {
        "images": [],
        "categories": [{"id": 1, "name": "x", "keypoints": ["left_a", "b", "right_a"], "skeleton": [[0, 1]]}],
        "annotations": [],
    }
    (tmp_path / "a.json").write_text(json.dumps(content))

    template = Coco().read(source_of(tmp_path)).definitions["x"].skeleton

    assert template is not None
    assert (template.edges, template.swaps) == (((0, 1),), ((0, 2),))


def test_turned_boxes_are_four_corners_clockwise(tmp_path: Path) -> None:
    quarter = RotatedBox(x=20, y=10, width=10, height=4, angle=pi / 2)
    losses, found, _ = there_and_back(
        YoloTurned(), Document(annotations=(annotation(1, quarter),)), tmp_path / "out"
    )

    ((_, *shares),) = lines_of(tmp_path / "out")
    corners = [(x * 50, y * 40) for x, y in zip(shares[::2], shares[1::2], strict=True)]
    assert corners == [pytest.approx(pair) for pair in ((22, 5), (22, 15), (18, 15), (18, 5))]
    assert losses.kept == 1
    assert told(tmp_path / "out")["task"] == "obb"
    assert found[0].shape.angle == pytest.approx(pi / 2)


@pytest.mark.parametrize("shape", [TRIANGLE, MASK, ELLIPSE, CUBOID, LINE, SKELETON, DOTS])
def test_of_other_shapes_the_smallest_turned_box_is_written_and_said(tmp_path: Path, shape: Shape) -> None:
    losses, found, _ = there_and_back(
        YoloTurned(), Document(annotations=(annotation(1, shape),)), tmp_path / "out"
    )

    assert sum(losses.dropped.values()) == 1
    if shape in (SKELETON, DOTS):  # two points have no box around them
        assert found == ()
        return
    box = shapely.Polygon(found[0].shape.corners())
    assert found[0].shape.area <= shape.bounds.width * shape.bounds.height + 1e-6
    for x, y in corners_of(shape):
        assert box.distance(shapely.Point(x, y)) < 1e-6


def corners_of(shape: Shape) -> list[tuple[float, float]]:
    match shape:
        case _ if shape is ELLIPSE:
            return list(ELLIPSE.ring())
        case _ if shape is CUBOID:
            return [*CUBOID.front, *CUBOID.back]
        case _ if shape is LINE:
            return list(LINE.points)
        case _ if shape is MASK:
            return [(3, 6), (6, 6), (4, 4), (5, 4)]
        case _:
            return list(TRIANGLE.parts[0][0])


@given(st.lists(st.builds(Point, *[st.floats(0, 50).map(lambda v: round(v, 3))] * 2), min_size=3, max_size=9))
@settings(deadline=None, max_examples=200)
def test_the_smallest_turned_box_is_the_one_that_shapely_finds(points: list[Point]) -> None:
    cloud = shapely.MultiPoint(points)
    expected = shapely.minimum_rotated_rectangle(cloud)
    found = smallest_around(points)

    if cloud.convex_hull.area < 1e-3:
        return
    assert found is not None
    assert found.area <= expected.area * (1 + 1e-6) + 1e-9
    assert shapely.Polygon(found.corners()).buffer(1e-6).covers(cloud)


@given(ANY["rotated_box"], st.integers(0, 3), st.booleans())
@settings(deadline=None, max_examples=100)
def test_corners_make_their_box_wherever_they_begin_and_whichever_way_they_go(
    box: RotatedBox, start: int, turned: bool
) -> None:
    corners = box.corners()[::-1] if turned else box.corners()
    found = turned_box([*corners[start:], *corners[:start]])

    assert found is not None
    one, other = shapely.Polygon(box.corners()), shapely.Polygon(found.corners())
    assert one.symmetric_difference(other).area < 1e-6


def test_corners_outside_of_the_picture_are_moved_to_its_border(tmp_path: Path) -> None:
    over = RotatedBox(x=48, y=20, width=20, height=6, angle=0.3)
    away = RotatedBox(x=80, y=20, width=20, height=6, angle=0.3)
    document = Document(annotations=(annotation(1, over), annotation(2, away)))

    losses, _, reading = there_and_back(YoloTurned(), document, tmp_path / "out")

    (line,) = lines_of(tmp_path / "out")
    assert all(0 <= share <= 1 for share in line[1:])
    assert (sum(losses.converted.values()), sum(losses.dropped.values())) == (1, 1)
    assert any("no rectangle" in note for note in reading.notes)


def test_four_corners_are_told_from_polygons_by_their_even_sides(tmp_path: Path) -> None:
    def source(name: str, lines: str, yaml_text: str = "names: [a, b]\n") -> str:
        folder = tmp_path / name
        (folder / "labels").mkdir(parents=True)
        (folder / "data.yaml").write_text(yaml_text)
        (folder / "labels/a.txt").write_text(lines)
        return choose(source_of(folder))[0].name

    turned = "0 .5 .1 .9 .5 .5 .9 .1 .5\n"
    assert source("turned", turned) == "yolo-obb"
    assert source("scored", turned.strip() + " 0.9\n") == "yolo-obb"
    assert source("polygons", turned + "0 .1 .1 .5 .1 .5 .5 .2 .7\n") == "yolo-seg"
    assert source("triangle", turned + "0 .1 .1 .5 .1 .5 .5\n") == "yolo-seg"
    assert source("told", turned, "names: [a]\ntask: segment\n") == "yolo-seg"
    assert source("pose", "0 .5 .5 .2 .2 .5 .5 2\n", "names: [a]\nkpt_shape: [1, 3]\n") == "yolo-pose"


def test_lines_that_make_no_rectangle_are_counted_and_their_smallest_box_is_read(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "images").mkdir()
    (tmp_path / "data.yaml").write_text("names: [a]\ntask: obb\n")
    (tmp_path / "images/a.png").write_bytes(picture(100, 50))
    bent, flat = "0 .1 .1 .5 .1 .5 .5 .1 .6", "0 .1 .1 .2 .1 .3 .1 .4 .1"
    short, scored = "0 .5 .5 .2 .2", "0 .1 .2 .3 .2 .3 .6 .1 .6 0.25"
    (tmp_path / "labels/a.txt").write_text("\n".join((bent, flat, short, scored)))

    reading = YoloTurned().read(source_of(tmp_path))
    (found,) = reading.items

    first, second = found.document.annotations
    assert first.shape.area >= 40 * 20
    assert second.shape.area == pytest.approx(20 * 20)
    assert second.evidence.score == 0.25
    assert [(fault.place, "line" in fault.reason) for fault in reading.faults] == [
        ("line 2", True),
        ("line 3", True),
    ]
    assert reading.notes == ["1 lines make no rectangle; the smallest turned box around each is read."]


def test_a_pose_is_a_box_and_its_keypoints(tmp_path: Path) -> None:
    losses, found, reading = there_and_back(YoloPose(), pair(), tmp_path / "out")

    ((number, *shares),) = lines_of(tmp_path / "out")
    assert number == 0
    assert shares[:4] == pytest.approx([0.5, 17 / 40, 0.8, 26 / 40])
    assert shares[4:] == pytest.approx([10.5 / 50, 8.25 / 40, 2, 30 / 50, 12 / 40, 1, 0, 0, 0])
    assert losses.kept == 2
    assert [a.shape.bounds for a in found] == [pytest.approx(SKELETON.bounds), pytest.approx(AROUND.bounds)]
    assert found[0].group == found[1].group is not None
    data = told(tmp_path / "out")
    assert (data["kpt_shape"], data["flip_idx"]) == ([3, 3], [0, 2, 1])
    assert data["kpt_names"][1] == ["nose", "left ear", "right ear"]
    template = reading.definitions["Zelle"].skeleton
    wanted = ONTOLOGY.categories[0].skeleton
    assert template is not None
    assert wanted is not None
    assert [p.name for p in template.keypoints] == [p.name for p in wanted.keypoints]
    assert (template.edges, template.swaps) == (wanted.edges, wanted.swaps)


def test_of_a_figure_with_an_outline_the_pose_takes_the_box(tmp_path: Path) -> None:
    losses, found, _ = there_and_back(YoloPose(), pair(TRIANGLE), tmp_path / "out")

    assert [a.kind for a in found] == ["skeleton", "box"]
    assert found[1].shape.bounds == pytest.approx(TRIANGLE.bounds)
    assert (losses.kept, list(losses.dropped)) == (
        1,
        ["polygon: only its box is written; the outline is lost"],
    )


@pytest.mark.parametrize("form", [Yolo(), YoloSegment(), YoloTurned(), Voc()], ids=lambda form: form.name)
def test_formats_without_keypoints_hold_a_figure_once(tmp_path: Path, form) -> None:
    losses, found, _ = there_and_back(form, pair(), tmp_path / "out")

    assert [a.shape.bounds for a in found] == [pytest.approx(AROUND.bounds)]
    assert losses.dropped["skeleton: the outline of its figure is written; the keypoints are lost"] == 1


def test_shorter_templates_are_filled_up_and_cut_again(tmp_path: Path) -> None:
    two = Category(id="two", name="two", shapes=("skeleton",), skeleton=template_of(["a", "b"]))
    ontology = Ontology(categories=(ONTOLOGY.categories[0], two))
    short = Skeleton(keypoints=(Keypoint(5, 5, 2), Keypoint(9, 9, 1)))
    document = Document(annotations=(annotation(1, SKELETON), annotation(2, short, "two")))

    losses, found, _ = there_and_back(YoloPose(), document, tmp_path / "out", ontology)

    assert [len(line) for line in lines_of(tmp_path / "out")] == [1 + 4 + 9] * 2
    assert losses.kept == 2
    assert [len(a.shape.keypoints) for a in found] == [3, 2]
    assert "flip_idx" not in told(tmp_path / "out")  # the two disagree on who stands where


def test_keypoints_outside_are_moved_to_the_border_and_said(tmp_path: Path) -> None:
    over = Skeleton(keypoints=(Keypoint(-5, 5, 2), Keypoint(60, 45, 2), Keypoint(9, 9, 2)))

    losses, found, _ = there_and_back(
        YoloPose(), Document(annotations=(annotation(1, over),)), tmp_path / "out"
    )

    assert all(0 <= share <= 2 for share in lines_of(tmp_path / "out")[0])
    assert list(losses.converted) == ["skeleton: keypoints outside of the picture are moved to its border"]
    assert found[0].shape.keypoints[0][:2] == pytest.approx((0, 5))


def test_a_box_outside_does_not_take_its_skeleton_along(tmp_path: Path) -> None:
    losses, found, _ = there_and_back(
        YoloPose(), pair(Box(left=-20, top=-20, right=-10, bottom=-10)), tmp_path / "out"
    )

    assert [a.kind for a in found] == ["skeleton"]
    assert (losses.kept, sum(losses.dropped.values())) == (1, 1)


def test_keypoints_without_visibility_are_seen_unless_at_zero_or_below(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [a]\nkpt_shape: [3, 2]\n")
    (tmp_path / "labels/a.txt").write_text("0 .5 .5 .2 .2 .45 .5 0 0 -1 .5\n0 .5 .5 .2 .2 0 0 0 0 0 0 .75\n")

    (found,) = YoloPose().read(source_of(tmp_path)).items

    skeleton, _, alone = found.document.annotations
    assert [k.visibility for k in skeleton.shape.keypoints] == [2, 0, 0]
    assert (alone.kind, alone.evidence.score) == ("box", 0.75)


@pytest.mark.parametrize(
    "text",
    [
        "kpt_shape: 3",
        "kpt_shape: [0, 3]",
        "kpt_shape: [3, 9]",
        "kpt_shape: [999999999, 3]",
        "kpt_shape: [a, b]",
        "kpt_shape: [1, 3]\nkpt_names: {0: [a, a]}",
        "kpt_shape: [1, 3]\nkpt_names: {0: [[a]], 1: 5}\nkpt_edges: {0: [[0, 9]]}",
        "kpt_shape: [2, 3]\nkpt_edges: {0: [5]}",
        "kpt_shape: [2, 3]\nflip_idx: [x]",
        "task: pose",
    ],
)
def test_a_description_of_keypoints_that_is_none_is_a_named_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text(f"names: [a]\n{text}\n")
    (tmp_path / "labels/a.txt").write_text("0 .5 .5 .2 .2 .5 .5 2\n")

    with pytest.raises(UnreadableLabels, match=r"data\.yaml: (kpt|flip)"):
        YoloPose().read(source_of(tmp_path))


def test_bad_lines_of_poses_are_faults(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [a]\nkpt_shape: [1, 3]\n")
    bad = ["0 .5 .5 .2 .2", "0 .5 .5 .2 .2 .5 .5 9", "0 .5 .5 .2 .2 nan .5 2", "0 .5 .5 .2 .2 .5 .5 inf"]
    bad += ["0 .5 .5 0 0 0 0 0", "5 .5 .5 .2 .2 .5 .5 2"]
    (tmp_path / "labels/a.txt").write_text("\n".join(["0 .5 .5 .2 .2 .5 .5 2", *bad]))

    reading = YoloPose().read(source_of(tmp_path))
    (found,) = reading.items

    assert [a.kind for a in found.document.annotations] == ["skeleton", "box"]
    assert [fault.place for fault in reading.faults] == [f"line {n}" for n in range(2, 8)]


def test_pictures_of_unknown_size_keep_their_shares_through_our_own_tables(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, TURNED),))
    written(YoloTurned(), [without_media(item("a.png", document))], tmp_path / "obb")

    convert(tmp_path / "obb", tmp_path / "own", to="labelwright")
    (found,) = Labelwright().read(source_of(tmp_path / "own")).items

    assert (found.width, found.in_shares, found.turned_boxes) == (0, True, True)
    assert [a.kind for a in found.document.annotations] == ["polygon"]
