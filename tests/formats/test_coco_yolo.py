"""The short way from COCO to YOLO writes and says the very same as the long one."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.formats import coco_yolo, conversion
from labelwright.formats.conversion import convert
from labelwright.formats.report import Conversion
from tests.shared_data import shared_data

numbers = st.one_of(
    st.floats(-20, 120, allow_nan=False).map(lambda value: round(value, 3)),
    st.integers(-5, 105),
    st.sampled_from([0, 100, 80, 1e7, 1e308, 33.333333333333336]),
)
rings = st.lists(numbers, min_size=0, max_size=14)
runs = st.fixed_dictionaries(
    {
        "size": st.sampled_from([[80, 100], [100, 80], [0, 0]]),
        "counts": st.one_of(
            st.just([100, 20, 7880]), st.just([0, 8000]), st.just([7900, 100]), st.just([70, 20, 7910]),
            st.just([8000]), st.just([10, -5, 7995]), st.just("?!"),
            st.lists(st.integers(0, 4000), max_size=5),
        ),
    }
)  # fmt: skip
records = st.fixed_dictionaries(
    {
        "image_id": st.sampled_from([1, 2, 3, 99, "b"]),
        "category_id": st.sampled_from([1, 2, 2, 77, "x"]),
    },
    optional={
        "bbox": st.one_of(
            st.lists(numbers, min_size=4, max_size=4), st.just([1, 2]), st.just(["a"]), st.none()
        ),
        "segmentation": st.one_of(
            st.lists(rings, max_size=3),
            st.just([[10, 10, 50, 10, 50, 50, 10, 50]]),
            st.just([[10, 10, 50, 10, 50, 50, 10, 10]]),
            st.just([[1, 1, 2, 2, 3, 3]]),
            runs,
            st.none(),
        ),
        "iscrowd": st.sampled_from([0, 1, "0", "1", True, False, ""]),
        "keypoints": st.sampled_from([[], [1, 2, 2], [1, 2, 0], [1, 2], None]),
        "attributes": st.sampled_from([{}, {"a": 1}, None]),
        "flags": st.sampled_from([{}, {"difficult": True}]),
        "group": st.sampled_from(["g", None]),
        "score": st.just(0.5),
        "votes": st.sampled_from([None, [{"annotator": "ana", "answer": "cell"}]]),
        "unsure": st.sampled_from([None, "blurred"]),
        "measured_confidence": st.sampled_from([None, 0.5]),
    },
)
images = [
    {"id": 1, "file_name": "a.jpg", "width": 100, "height": 80},
    {"id": 2, "file_name": "sub folder/ä.png", "width": 100, "height": 80, "split": "val"},
    {"id": 3, "file_name": "unsized.jpg"},
    {"id": "b", "file_name": "a.png", "width": 33, "height": 77},
]
categories = [
    {"id": 1, "name": "cell"},
    {"id": 2, "name": "dirt", "keypoints": ["one"]},
    {"id": 5, "name": "none"},
]


def both(
    source: Path, place: Path, to: str, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[Conversion, dict[str, bytes]]]:
    """What the short and the long way say and write."""
    made = []
    for ways in (conversion.SHORT_WAYS, {}):
        with monkeypatch.context() as patch:
            patch.setattr(conversion, "SHORT_WAYS", ways)
            said = convert(source, place / f"{len(ways)}", to=to, format="coco", drop=True)
        files = {
            path.relative_to(place / f"{len(ways)}").as_posix(): path.read_bytes()
            for path in (place / f"{len(ways)}").rglob("*")
            if path.is_file()
        }
        made.append((said, files))
    return made


@pytest.mark.parametrize("to", ["yolo", "yolo-seg"])
@given(given_records=st.lists(records, max_size=12))
@settings(max_examples=150, deadline=None)
def test_both_ways_write_the_same_bytes_and_say_the_same_words(
    tmp_path_factory: pytest.TempPathFactory, to: str, given_records: list[dict[str, Any]]
) -> None:
    place = tmp_path_factory.mktemp("ways")
    source = place / "instances.json"
    source.write_text(json.dumps({"images": images, "categories": categories, "annotations": given_records}))

    with pytest.MonkeyPatch.context() as monkeypatch:
        (short, short_files), (long, long_files) = both(source, place, to, monkeypatch)

    assert short_files == long_files
    assert msgspec.to_builtins(short) == msgspec.to_builtins(long)


@pytest.mark.parametrize("to", ["yolo", "yolo-seg"])
def test_real_polygons_go_both_ways_alike(tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = shared_data("formats/datumaro_assets/coco_dataset/coco_instances")

    (short, short_files), (long, long_files) = both(source, tmp_path, to, monkeypatch)

    assert short_files == long_files
    assert short == long


def test_several_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {
            "image_id": number % 700 + 1,
            "category_id": 1,
            "iscrowd": int(number % 11 == 0),
            "segmentation": [[number % 60, 5, 30 + number % 60, 5.5, 40, 60 + number % 20]],
            "bbox": [1, 1, 5, 5],
        }
        for number in range(20_000)
    ]
    pictures = [{"id": n, "file_name": f"{n}.jpg", "width": 100, "height": 80} for n in range(1, 701)]
    source = tmp_path / "many.json"
    source.write_text(json.dumps({"images": pictures, "categories": categories, "annotations": rows}))
    monkeypatch.setattr(coco_yolo, "WORTH_SHARING", 10)
    monkeypatch.setattr(coco_yolo, "_processors", lambda: 3)
    monkeypatch.setattr(coco_yolo.threading, "active_count", lambda: 1)

    (short, short_files), (long, long_files) = both(source, tmp_path, "yolo", monkeypatch)

    assert len(short_files) == 702
    assert short_files == long_files
    assert short == long
