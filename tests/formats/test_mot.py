"""MOTChallenge: rows with 7 to 10 columns, what sequences are made of, and Datumaro's samples."""

from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.mot import Mot
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, annotation, item, picture, written
from tests.shared_data import shared_data


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = Mot().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def file(root: Path, name: str, text: str) -> Path:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    return root


@pytest.mark.parametrize(("folder", "size"), [("mot_seq", (0, 0)), ("mot_seq_with_seqinfo", (16, 16))])
def test_datumaros_samples(folder: str, size: tuple[int, int]) -> None:
    place = shared_data(f"formats/datumaro_assets/mot_dataset/{folder}")
    reading, found = read(place)

    entry = found["000001.jpg"]
    (box,) = entry.document.annotations
    assert reading.categories == [f"label_{number}" for number in range(10)]
    assert box.shape == Box(left=-1, top=3, right=3, bottom=11)  # 0, 4, 4, 8 counted from 1
    assert (box.category, box.flags) == ("label_2", {})
    assert (entry.width, entry.height) == size or size == (0, 0)
    assert not reading.faults
    assert choose(source_of(place))[0].name == "mot"


def test_rows_of_mot16(tmp_path: Path) -> None:
    rows = ["2,7,1,1,10,20,1,1,0.25", "1,7,3.5,2,10,20,0,7,1", "2,8,5,5,1,1,1,3,1"]
    file(tmp_path, "train/MOT16-02/gt/gt.txt", "\n".join(rows))
    info = "[Sequence]\nname=MOT16-02\nimDir=img1\nseqLength=3\nimWidth=1920\nimHeight=1080\nimExt=.jpg\n"
    file(tmp_path, "train/MOT16-02/seqinfo.ini", info)
    reading, found = read(tmp_path)

    assert list(found) == [f"MOT16-02/00000{n}.jpg" for n in (1, 2, 3)]
    first, second = (found[f"MOT16-02/00000{n}.jpg"] for n in (1, 2))
    assert (first.split, first.width, first.height) == ("train", 1920, 1080)
    assert first.document.annotations[0].flags == {"track": 7, "ignored": True}
    assert first.document.annotations[0].category == "static person"
    assert [(a.shape, a.category, a.flags) for a in second.document.annotations] == [
        (Box(left=0, top=0, right=10, bottom=20), "pedestrian", {"track": 7, "visibility": 0.25}),
        (Box(left=4, top=4, right=5, bottom=5), "car", {"track": 8}),
    ]
    assert reading.categories == ["pedestrian", "car", "static person"]


def test_mot15_has_places_in_the_world_instead_of_classes(tmp_path: Path) -> None:
    _, found = read(file(tmp_path, "gt/gt.txt", "1,1,1,1,10,20,1,-4.5,3,2\n"))

    assert [a.category for a in found["000001.jpg"].document.annotations] == ["pedestrian"]


def test_detections_are_read_with_their_scores_only_where_there_is_nothing_else(tmp_path: Path) -> None:
    file(tmp_path, "det/det.txt", "1,-1,1,1,10,20,0.75\n")
    _, found = read(tmp_path)
    (box,) = found["000001.jpg"].document.annotations
    reading, beside = read(file(tmp_path, "gt/gt.txt", "2,1,1,1,10,20,1,1,1\n"))

    assert (box.evidence.score, box.flags) == (0.75, {})
    assert [name for name, entry in beside.items() if entry.document.annotations] == ["000002.jpg"]
    assert "Detections" in reading.notes[0]


def test_frames_without_boxes_are_items_too(tmp_path: Path) -> None:
    file(tmp_path, "gt/gt.txt", "2,1,1,1,10,20,1,1,1\n")
    (tmp_path / "img1").mkdir()
    for number in (1, 2, 3):
        (tmp_path / f"img1/00000{number}.png").write_bytes(picture(9, 7))
    _, found = read(tmp_path)

    assert {name: len(entry.document.annotations) for name, entry in found.items()} == {
        "000001.png": 0,
        "000002.png": 1,
        "000003.png": 0,
    }
    assert found["000001.png"].width == 9


def test_bad_rows_are_faults_with_their_lines(tmp_path: Path) -> None:
    rows = ["1,1,1,1,0,5,1,1,1", "x,1,1,1,5,5,1,1,1", "1,1,1", "1,1,nan,1,5,5,1,1,1", "1,1,1,1,5,5,1,9,1"]
    file(tmp_path, "gt/labels.txt", "cat\n")
    reading, found = read(file(tmp_path, "gt/gt.txt", "\n".join([*rows, "1,1,1,1,5,5,1,1,1"])))

    assert len(found["000001.jpg"].document.annotations) == 1
    assert {fault.place for fault in reading.faults} == {f"line {n}" for n in range(1, 6)}


def test_frames_keep_their_names_and_tracks_where_they_are_numbers(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, flags={"track": 12, "visibility": 0.5, "ignored": True}),))
    frames = [item(f"clip/00000{n}.png", document, split="train") for n in (3, 5)]
    losses = written(Mot(), frames, tmp_path / "out")

    lines = (tmp_path / "out/train/clip/gt/gt.txt").read_text().splitlines()
    assert not losses.converted
    assert not losses.dropped
    assert lines[0].startswith("3,12,2.5,3.25,28.6,")
    assert lines[0].endswith(",0,1,0.5")
    assert {n: e.document.annotations[0].flags for n, e in read(tmp_path / "out")[1].items()} == {
        frame.name: document.annotations[0].flags for frame in frames
    }


def test_tracks_with_names_get_numbers_and_stay_apart(tmp_path: Path) -> None:
    tracks = ["Anna", 4, "Bert", "Anna"]
    document = Document(annotations=tuple(annotation(n, flags={"track": t}) for n, t in enumerate(tracks)))
    losses = written(Mot(), [item("a.png", document)], tmp_path / "out")

    (found,) = read(tmp_path / "out")[1].values()
    assert [entry.flags["track"] for entry in found.document.annotations] == [5, 4, 6, 5]
    assert sum(losses.dropped.values()) == 3


def test_pictures_of_another_size_are_another_sequence(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, BOX),))
    written(Mot(), [item("s/a.png", document), item("s/b.png", document, 90, 80)], tmp_path / "out")

    assert sorted((entry.width, entry.height) for entry in read(tmp_path / "out")[1].values()) == [
        (50, 40),
        (90, 80),
    ]


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels, match=r"gt\.txt"):
        Mot().read(source_of(tmp_path))


def test_numbers_of_pictures_are_not_taken_for_frames(tmp_path: Path) -> None:
    items = [item(name, Document()) for name in ("000000109005.png", "000000036086.png")]
    written(Mot(), items, tmp_path / "out")

    assert sorted(path.name for path in (tmp_path / "out/img1").iterdir()) == ["000001.png", "000002.png"]
    assert list(read(tmp_path / "out")[1]) == [entry.name for entry in items]


def test_frames_left_out_are_no_items(tmp_path: Path) -> None:
    items = [item(f"s/{number:06}.png", Document()) for number in (3, 40)]
    written(Mot(), [type(entry)(entry.name, 50, 40, Document()) for entry in items], tmp_path / "out")

    assert list(read(tmp_path / "out")[1]) == [entry.name for entry in items]
