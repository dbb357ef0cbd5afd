"""Keypoints of a person and boxes of faces: what the models answer, brought back to the picture."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from labelwright.assist import catalog
from labelwright.assist.adapters import load
from labelwright.assist.adapters.centerface import CenterFace
from labelwright.assist.adapters.movenet import MoveNet
from labelwright.assist.manifest import Input, Manifest, ModelFile, Source
from labelwright.assist.predictor import Options
from labelwright.core.model_errors import BadModelFile, ModelNonsense
from labelwright.core.shapes import Skeleton
from tests.assist.onnx_models import constant


def manifest(adapter: str, **values: object) -> Manifest:
    given: dict = {
        "name": "tiny",
        "version": "1",
        "title": "Tiny",
        "adapter": adapter,
        "tasks": ("detect",),
        "licence": "MIT",
        "source": Source(kind="file"),
        "files": (ModelFile(name="model.onnx", sha256="0"),),
    }
    return Manifest(**{**given, **values})


def person(folder: Path, rows: list[list[float]]) -> MoveNet:
    constant(folder / "model.onnx", {"points": np.array([[rows]])})
    seen = Input(width=8, height=8, fit="letterbox")
    return MoveNet(folder, manifest("movenet", labels=("person",), keypoints=("nose", "hand"), input=seen), 1)


def faces(folder: Path, heat: np.ndarray, sizes: np.ndarray, offsets: np.ndarray) -> CenterFace:
    answers = {"heat": heat, "sizes": sizes, "offsets": offsets, "marks": np.zeros((1, 10, 8, 8))}
    constant(folder / "model.onnx", answers, (1, 3, 32, 32))
    return CenterFace(folder, manifest("centerface", labels=("face",), overlap=0.3), 1)


def test_keypoints_come_back_from_shares_of_the_padded_square(tmp_path: Path) -> None:
    # A picture of 16 × 8 in a square of 8: half the size, two rows of padding above.
    model = person(tmp_path, [[0.5, 0.25, 0.9], [0.1, 0.9, 0.1]])

    (said,) = model.predict([np.zeros((8, 16, 3), np.uint8)], Options())

    (found,) = said.found
    assert isinstance(found.shape, Skeleton)
    assert found.score == pytest.approx(0.5)
    assert found.shape.keypoints[0] == pytest.approx((4, 4, 2))
    assert found.shape.keypoints[1][2] == 0


def test_nobody_is_an_empty_answer(tmp_path: Path) -> None:
    model = person(tmp_path, [[0.5, 0.25, 0.1], [0.1, 0.9, 0.1]])

    assert model.predict([np.zeros((8, 16, 3), np.uint8)], Options())[0].found == ()


def test_another_number_of_keypoints_is_nonsense(tmp_path: Path) -> None:
    model = person(tmp_path, [[0.5, 0.25, 0.9]])

    with pytest.raises(ModelNonsense, match="shape"):
        model.predict([np.zeros((8, 16, 3), np.uint8)], Options())


def test_a_face_is_a_middle_a_size_and_an_offset(tmp_path: Path) -> None:
    heat, sizes, offsets = np.zeros((1, 1, 8, 8)), np.zeros((1, 2, 8, 8)), np.zeros((1, 2, 8, 8))
    for column, score in ((3, 0.9), (4, 0.8)):  # the second is the same face again
        heat[0, 0, 4, column] = score
        sizes[0, :, 4, column] = log(4), log(2)  # 16 high, 8 wide
    offsets[0, :, 4, 3] = 0.25, 0.5
    model = faces(tmp_path, heat, sizes, offsets)

    (said,) = model.predict([np.zeros((32, 32, 3), np.uint8)], Options())

    (found,) = said.found
    assert (found.label, found.score) == ("face", pytest.approx(0.9))
    assert found.shape is not None
    assert tuple(found.shape.bounds) == pytest.approx((12, 11, 20, 27))


def test_faces_that_are_no_numbers_or_of_another_grid_are_nonsense(tmp_path: Path) -> None:
    none, two = np.zeros((1, 1, 8, 8)), np.zeros((1, 2, 8, 8))
    (tmp_path / "other").mkdir()

    with pytest.raises(ModelNonsense, match="no numbers"):
        faces(tmp_path, none, np.full((1, 2, 8, 8), np.nan), two).predict(
            [np.zeros((32, 32, 3), np.uint8)], Options()
        )
    with pytest.raises(ModelNonsense, match="shape"):
        faces(tmp_path / "other", none, two, two).predict([np.zeros((64, 64, 3), np.uint8)], Options())


@pytest.mark.parametrize("side", [1, 32])
def test_an_empty_picture_has_no_faces(tmp_path: Path, side: int) -> None:
    none, two = np.zeros((1, 1, 8, 8)), np.zeros((1, 2, 8, 8))

    said = faces(tmp_path, none, two, two).predict([np.zeros((side, side, 3), np.uint8)], Options())

    assert said[0].found == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (90, 60)])
def test_the_real_weights_see_nobody_on_a_plain_picture(size: tuple[int, int]) -> None:
    model = load(catalog.WEIGHTS, catalog.in_catalog("movenet"), 1)

    assert model.predict([np.full((*size, 3), 127, np.uint8)], Options())[0].found == ()


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x0a")

    with pytest.raises(BadModelFile, match=r"model\.onnx"):
        CenterFace(tmp_path, manifest("centerface"), 1)
