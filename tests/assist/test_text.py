"""Printed text: turned boxes on a map of probabilities, and the text of rows of probabilities."""

import os
from math import atan, cos, pi, sin
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.assist import catalog
from labelwright.assist.adapters import load
from labelwright.assist.adapters.rapidocr import RapidOcr, spelled
from labelwright.assist.adapters.text_areas import smallest_around, text_areas
from labelwright.assist.manifest import Manifest, ModelFile, Source
from labelwright.assist.predictor import Options
from labelwright.core.model_errors import ModelNonsense, UnfitModel
from labelwright.core.shapes import Box, Point, RotatedBox
from tests.assist.onnx_models import constant

SIDE = 736  # what a small square picture is enlarged to


def test_the_smallest_box_around_a_diamond_is_turned() -> None:
    box = smallest_around((Point(0, 1), Point(2, 0), Point(3, 2), Point(1, 3)))

    assert (box.x, box.y) == pytest.approx((1.5, 1.5))
    assert (box.width, box.height) == pytest.approx((5**0.5, 5**0.5))
    assert abs(box.angle) == pytest.approx(atan(1 / 2))


@given(st.floats(-0.7, 0.7), st.floats(5, 90), st.floats(5, 90), st.floats(-50, 50), st.floats(-50, 50))
def test_a_turned_rectangle_is_found_again(
    angle: float, width: float, height: float, x: float, y: float
) -> None:
    box = smallest_around(RotatedBox(x, y, width, height, angle).corners())

    assert (box.x, box.y) == pytest.approx((x, y), abs=1e-6)
    assert (box.width, box.height) == pytest.approx((width, height), abs=1e-4)


def test_an_area_grows_by_its_area_over_its_perimeter() -> None:
    likely = np.zeros((60, 100), np.float32)
    likely[20:30, 10:50] = 0.9

    (area,) = text_areas(likely)

    grow = 40 * 10 * 1.6 / 100
    assert (area.x, area.y, area.angle) == (30, 25, 0)
    assert (area.width, area.height) == pytest.approx((40 + 2 * grow, 10 + 2 * grow))


def test_a_turned_line_keeps_its_turn() -> None:
    rows, columns = np.mgrid[:120, :200] + 0.5
    along = (columns - 100) * cos(0.3) + (rows - 60) * sin(0.3)
    across = (rows - 60) * cos(0.3) - (columns - 100) * sin(0.3)
    likely = ((np.abs(along) < 60) & (np.abs(across) < 8)).astype(np.float32)

    (area,) = text_areas(likely)

    assert area.angle == pytest.approx(0.3, abs=0.02)
    assert (area.x, area.y) == pytest.approx((100, 60), abs=1)


@pytest.mark.parametrize("level", [0.0, 0.29])
def test_nothing_likely_is_no_text(level: float) -> None:
    assert text_areas(np.full((32, 32), level, np.float32)) == []


def test_specks_and_unsure_regions_are_no_text() -> None:
    likely = np.zeros((40, 40), np.float32)
    likely[3, 3] = 1
    likely[10:30, 10:30] = 0.4

    assert text_areas(likely) == []


def test_repeated_steps_are_one_character_unless_nothing_parts_them() -> None:
    steps = np.zeros((6, 3))
    for step, (character, score) in enumerate([(1, 0.9), (1, 0.5), (0, 1), (1, 0.7), (2, 0.8), (2, 0.6)]):
        steps[step, character] = score

    assert spelled(steps, ["", "a", "b"]) == ("aab", pytest.approx(0.8))
    assert spelled(np.eye(3)[[0, 0]], ["", "a", "b"]) == ("", 0.0)


def reader(folder: Path, likely: np.ndarray, steps: np.ndarray, characters: str = "a\nb") -> RapidOcr:
    metadata = {"character": characters} if characters else None
    constant(folder / "detector.onnx", {"map": likely}, (1, 3, "h", "w"))
    constant(folder / "reader.onnx", {"steps": steps}, ("n", 3, 48, "w"), metadata)
    files = tuple(ModelFile(name=f"{role}.onnx", sha256="0", role=role) for role in ("detector", "reader"))
    manifest = Manifest(
        name="tiny",
        version="1",
        title="Tiny",
        adapter="rapidocr",
        tasks=("text",),
        licence="MIT",
        source=Source(kind="file"),
        files=files,
        labels=("line",),
    )
    return RapidOcr(folder, manifest, 1)


def one_line() -> np.ndarray:
    likely = np.zeros((1, 1, SIDE, SIDE), np.float32)
    likely[0, 0, 100:150, 100:600] = 0.9
    return likely


def test_lines_come_back_in_the_pictures_pixels_with_their_text(tmp_path: Path) -> None:
    steps = np.eye(4, dtype=np.float32)[[1, 0, 2, 3, 1]][None]
    model = reader(tmp_path, one_line(), steps)

    (said,) = model.predict([np.zeros((SIDE // 2, SIDE // 2, 3), np.uint8)], Options())

    grow = 500 * 50 * 1.6 / 1100
    (found,) = said.found
    assert (found.label, found.score, found.attributes) == ("line", 1.0, {"text": "ab a"})
    assert found.shape is not None
    assert isinstance(found.shape, Box)
    assert tuple(found.shape.bounds) == pytest.approx(
        ((100 - grow) / 2, (100 - grow) / 2, (600 + grow) / 2, (150 + grow) / 2)
    )


def test_an_empty_page_and_a_picture_of_one_pixel_have_no_text(tmp_path: Path) -> None:
    model = reader(tmp_path, np.zeros((1, 1, SIDE, SIDE)), np.zeros((1, 5, 4)))

    said = model.predict([np.zeros((1, 1, 3), np.uint8), np.zeros((80, 80, 3), np.uint8)], Options())

    assert [one.found for one in said] == [(), ()]


def test_another_number_of_characters_is_nonsense(tmp_path: Path) -> None:
    model = reader(tmp_path, one_line(), np.zeros((1, 5, 9)))

    with pytest.raises(ModelNonsense, match="shape"):
        model.predict([np.zeros((SIDE, SIDE, 3), np.uint8)], Options())


def test_a_reader_without_characters_is_unfit(tmp_path: Path) -> None:
    with pytest.raises(UnfitModel, match="characters"):
        reader(tmp_path, one_line(), np.zeros((1, 5, 4)), characters="")


def test_the_real_model_reads_a_printed_line_either_way_up(tmp_path: Path) -> None:
    package = Path(os.environ.get("LABELWRIGHT_TEST_PACKAGES", "nowhere"))
    given = next(iter(sorted(package.glob("rapidocr_onnxruntime-*.whl"))), None)
    if given is None:
        pytest.skip("the package rapidocr-onnxruntime is not here (LABELWRIGHT_TEST_PACKAGES)")
    from PIL import Image, ImageDraw, ImageFont

    manifest = catalog.in_catalog("rapidocr")
    catalog.install(manifest, tmp_path / "rapidocr", given)
    page = Image.new("RGB", (500, 160), "white")
    ImageDraw.Draw(page).text((40, 60), "Total 1284", fill="black", font=ImageFont.load_default(48))
    model = load(tmp_path / "rapidocr", manifest, 1)

    upright, turned = model.predict([np.asarray(page), np.asarray(page.rotate(180))], Options())

    assert [one.attributes for one in upright.found] == [{"text": "Total 1284"}]
    assert isinstance(turned.found[0].shape, RotatedBox)
    assert abs(turned.found[0].shape.angle) == pytest.approx(pi, abs=0.05)
    assert turned.found[0].attributes == {"text": "Total 1284"}
