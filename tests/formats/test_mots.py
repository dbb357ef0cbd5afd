"""MOTS: Datumaro's sample, tracks there and back, and the challenge's text files."""

from pathlib import Path

from labelwright.core.document import Document
from labelwright.formats.folder import source_of
from labelwright.formats.mots import NO_TRACK, Mots
from labelwright.formats.registry import choose
from labelwright.formats.rle import pack, runs_of
from tests.conformance.conftest import MASK, annotation, item, moved, written
from tests.formats.label_map_files import put, read, said, sample


def test_datumaros_sample() -> None:
    place = sample("mots_dataset")
    reading, found = read(Mots(), place)

    assert reading.categories == ["a", "b", "c", "d"]
    assert {name: (entry.split, len(said(entry))) for name, entry in found.items()} == {
        "1.jpg": ("train", 3),
        "2.jpg": ("train", 1),
        "3.jpg": ("val", 1),
    }
    tracks = [(entry.category, entry.flags["track"]) for entry in found["1.jpg"].document.annotations]
    assert tracks == [("c", 2), ("d", 1), ("d", 3)]
    assert not reading.faults
    assert choose(source_of(place))[0].name == "mots"


def test_tracks_come_back_and_those_that_cannot_be_are_told(tmp_path: Path) -> None:
    tracks = (7, 7, "long", 3, None)
    document = Document(
        annotations=tuple(
            annotation(n, moved(MASK, n), flags={} if track is None else {"track": track})
            for n, track in enumerate(tracks)
        )
    )
    losses = written(Mots(), [item("a.png", document)], tmp_path / "out")
    _, found = read(Mots(), tmp_path / "out")

    by_place = {
        entry.shape.left: entry.flags["track"] for entry in found["a.png"].document.annotations if entry.shape
    }  # type: ignore[union-attr]
    assert by_place == {3: 7, 8: 1, 13: 2, 18: 3, 23: 4}
    assert losses.dropped == {f"flags: {NO_TRACK}": 2}


def test_text_files_have_packed_masks(tmp_path: Path) -> None:
    packed = pack(runs_of(MASK, 20, 30))
    lines = [f"2 2005 2 20 30 {packed}", f"1 10000 10 20 30 {packed}", f"2 1001 1 20 30 {packed}?", "x"]
    (tmp_path / "0003.txt").write_text("\n".join(lines))
    reading, found = read(Mots(), tmp_path)

    assert choose(source_of(tmp_path))[0].name == "mots"
    assert sorted(found) == ["0003/000001.png", "0003/000002.png"]
    (only,) = found["0003/000002.png"].document.annotations
    assert (only.category, only.shape, only.flags) == ("pedestrian", MASK, {"track": 5})
    assert [fault.place for fault in reading.faults] == ["line 3", "line 4"]


def test_numbers_that_are_no_class_are_faults(tmp_path: Path) -> None:
    put(tmp_path, "instances/a.png", [[1001, 9001, 10000]], wide=True)
    (tmp_path / "instances/labels.txt").write_text("cat\n")
    reading, found = read(Mots(), tmp_path)

    assert said(found["a.png"]) == [("cat", (0, 0, 1, 1), 1)]
    assert [fault.reason for fault in reading.faults] == ["there is no class of the number 9"]
