"""CVAT's tracks: Datumaro's sample, and what lies between keyframes."""

from pathlib import Path

import msgspec
from defusedxml.ElementTree import fromstring

from labelwright.core.document import Document
from labelwright.core.shapes import Box, Polygon
from labelwright.formats.cvat_video import CvatVideo
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, MASK, annotation, item, written
from tests.shared_data import shared_data

HEAD = "<annotations><meta><task><mode>interpolation</mode>{meta}</task></meta>"
BOX_AT = '<box frame="{}" outside="{}" keyframe="1" xtl="{}" ytl="2" xbr="{}" ybr="9"></box>'


def read(folder: Path, *boxes: str, meta: str = ""):
    """The reading and the items of one track."""
    track = f'<track id="7" label="cell">{"".join(boxes)}</track>'
    (folder / "annotations.xml").write_text(f"{HEAD.format(meta=meta)}{track}</annotations>")
    reading = CvatVideo().read(source_of(folder))
    return reading, {one.name: one for one in reading.items}


def test_datumaros_sample_is_read() -> None:
    source = source_of(shared_data("formats") / "datumaro_assets" / "cvat_dataset" / "for_video")
    found, _ = choose(source)
    assert found.name == "cvat-video"

    reading = found.read(source)
    items = {one.name: one for one in reading.items}

    kinds = {name: [a.kind for a in one.document.annotations] for name, one in items.items()}
    assert kinds == {
        "frame_000010.png": ["box", "points"],
        "frame_000013.png": ["polyline"],
        "frame_000016.png": [],
    }
    box = items["frame_000010.png"].document.annotations[0]
    assert box.shape == Box(left=3, top=4, right=10, bottom=5)
    assert box.flags == {"occluded": True, "track": 0, "keyframe": True}
    assert {(one.width, one.height) for one in items.values()} == {(25, 20)}
    assert reading.faults == []


def test_between_keyframes_a_shape_moves_evenly_until_it_is_outside(tmp_path: Path) -> None:
    boxes = (BOX_AT.format(0, 0, 0, 10), BOX_AT.format(4, 0, 8, 18), BOX_AT.format(6, 1, 8, 18))
    _, items = read(tmp_path, *boxes, BOX_AT.format(8, 0, 1, 3), meta="<stop_frame>9</stop_frame>")

    lefts = {name: one.document.annotations[0].shape.left for name, one in items.items()}
    assert lefts == {
        "frame_000000.PNG": 0,
        "frame_000001.PNG": 2,
        "frame_000002.PNG": 4,
        "frame_000003.PNG": 6,
        "frame_000004.PNG": 8,
        "frame_000005.PNG": 8,
        "frame_000008.PNG": 1,
        "frame_000009.PNG": 1,
    }
    flags = [one.document.annotations[0].flags["keyframe"] for one in items.values()]
    assert flags == [True, False, False, False, True, False, True, False]


def test_a_bad_shape_is_one_fault(tmp_path: Path) -> None:
    reading, items = read(tmp_path, BOX_AT.format(0, 0, 0, 10), BOX_AT.format(1, 0, "x", 18))

    assert list(items) == ["frame_000000.PNG"]
    assert [fault.place for fault in reading.faults] == ["track 7, frame 1"]


def test_tracks_come_back_with_their_gaps(tmp_path: Path) -> None:
    first = annotation(1, BOX, flags={"track": "a"})
    moved = msgspec.structs.replace(first, shape=Box(left=2, top=3, right=8, bottom=9))
    documents = [Document(annotations=given) for given in ((first,), (), (moved,), (annotation(2),), ())]
    items = [item(f"{n}.png", document) for n, document in enumerate(documents)]
    written(CvatVideo(), items, tmp_path / "out")

    body = (tmp_path / "out" / "annotations.xml").read_text()
    back = list(CvatVideo().read(source_of(tmp_path / "out")).items)

    assert body.count("<track ") == 2
    assert [(one.name, [a.shape for a in one.document.annotations]) for one in back] == [
        ("0.png", [BOX]),
        ("1.png", []),
        ("2.png", [moved.shape]),
        ("3.png", [BOX]),
        ("4.png", []),
    ]
    assert back[0].document.annotations[0].flags["track"] == "a"
    assert "track" not in back[3].document.annotations[0].flags


def test_a_polygon_of_other_points_stays_until_the_next_keyframe(tmp_path: Path) -> None:
    shapes = ("1,1;5,1;5,5", "1,1;5,1;5,5;1,5")
    lines = (f'<polygon frame="{2 * n}" outside="0" points="{s}"></polygon>' for n, s in enumerate(shapes))
    _, items = read(tmp_path, *lines)

    between = items["frame_000001.PNG"].document.annotations[0].shape
    assert isinstance(between, Polygon)
    assert len(between.parts[0][0]) == 3


def elements(place: Path) -> list[list[tuple[str, str, str]]]:
    """The frame, outside and keyframe of each shape, track by track, as CVAT reads them."""
    root = fromstring((place / "annotations.xml").read_text())
    return [
        [(shape.get("frame"), shape.get("outside"), shape.get("keyframe")) for shape in track]
        for track in root.iterfind("track")
    ]


def test_a_track_begins_and_ends_with_keyframes_which_are_all_that_cvat_takes(tmp_path: Path) -> None:
    drawn = annotation(1, BOX, flags={"track": 7, "keyframe": False})
    lone = annotation(2, BOX, flags={"keyframe": False})
    shown = (Document(annotations=(drawn, lone)), Document(annotations=(drawn,)), Document(), Document())
    items = [item(f"frame_{n:06}.PNG", said) for n, said in enumerate(shown)]

    written(CvatVideo(), items, tmp_path / "out")

    assert elements(tmp_path / "out") == [
        [("0", "0", "1"), ("1", "0", "0"), ("2", "1", "1")],
        [("0", "0", "1"), ("1", "1", "1")],
    ]
    back = list(CvatVideo().read(source_of(tmp_path / "out")).items)
    assert [[one.flags for one in entry.document.annotations] for entry in back] == [
        [drawn.flags, lone.flags], [drawn.flags], [], [],
    ]  # fmt: skip


def test_tracks_are_told_apart_by_number_and_word_and_masks_are_none(tmp_path: Path) -> None:
    first, second = annotation(1, BOX, flags={"track": 1}), annotation(2, BOX, flags={"track": "1"})
    mask = annotation(3, MASK, flags={"track": 5})
    items = [item(f"frame_{n:06}.PNG", Document(annotations=(first, second, mask))) for n in range(2)]

    written(CvatVideo(), items, tmp_path / "out")

    assert [len(track) for track in elements(tmp_path / "out")] == [2, 2, 2, 1]
    back = list(CvatVideo().read(source_of(tmp_path / "out")).items)
    tracks = [one.flags["track"] for one in back[1].document.annotations]
    assert sorted(map(repr, tracks)) == ["'1'", "1", "5"]
