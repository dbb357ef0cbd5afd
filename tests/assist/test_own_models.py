"""Models of one's own: what kind they are is told from what they answer, and they are read right."""

from pathlib import Path

import numpy as np
import pytest

from labelwright.assist.adapters import load
from labelwright.assist.predictor import Options, Prediction
from labelwright.assist.recognition import recognized
from labelwright.core.model_errors import BadModelFile, ModelNonsense, UnfitModel
from labelwright.core.shapes import Box, Mask
from tests.assist.onnx_models import constant, segmenter

NAMES = {"names": "{0: 'cat', 1: 'dog'}"}


def asked(file: Path, picture: np.ndarray, options: Options | None = None) -> Prediction:
    manifest = recognized(file, "own", {})
    file.rename(file.with_name("model.onnx"))
    return load(file.parent, manifest).predict([picture], options or Options())[0]


def black(width: int = 16, height: int = 8) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_a_classifier_gives_its_likeliest_labels(tmp_path: Path) -> None:
    file = constant(tmp_path / "c.onnx", {"logits": np.log([[0.2, 0.8]])}, metadata=NAMES)

    said = asked(file, black())

    assert [(found.label, round(found.score, 6)) for found in said.found] == [("dog", 0.8), ("cat", 0.2)]
    assert said.probabilities == pytest.approx({"cat": 0.2, "dog": 0.8})


def test_what_is_a_probability_already_is_left_as_it_is(tmp_path: Path) -> None:
    file = constant(tmp_path / "c.onnx", {"p": [[0.9, 0.1]]}, metadata=NAMES)

    assert asked(file, black()).probabilities == pytest.approx({"cat": 0.9, "dog": 0.1})


def test_yolo_boxes_come_back_to_the_picture_and_doubles_go(tmp_path: Path) -> None:
    # A picture of 16 × 8 in an input of 8 × 8: half the size, two rows of padding above and below.
    cells = np.zeros((1, 6, 12), np.float32)
    cells[0, :, 0] = [4, 4, 4, 2, 0.9, 0.0]  # center 4, 4; 4 wide, 2 high
    cells[0, :, 1] = [4, 4, 4, 2.2, 0.8, 0.0]  # the same thing again
    cells[0, :, 2] = [4, 4, 4, 2, 0.0, 0.7]  # another label at the same place stays
    file = constant(tmp_path / "y.onnx", {"output0": cells}, metadata=NAMES)

    said = asked(file, black(), Options(least_score=0.5))

    assert [(found.label, round(found.score, 3)) for found in said.found] == [("cat", 0.9), ("dog", 0.7)]
    assert said.found[0].shape == Box(4, 2, 12, 6)


def test_the_older_yolo_weighs_scores_by_objectness(tmp_path: Path) -> None:
    cells = np.zeros((1, 30, 7), np.float32)
    cells[0, 0] = [4, 4, 4, 2, 0.5, 0.0, 0.9]
    file = constant(tmp_path / "y.onnx", {"output": cells}, metadata=NAMES)

    said = asked(file, black(), Options(least_score=0.1))

    assert [(found.label, round(found.score, 3)) for found in said.found] == [("dog", 0.45)]


def test_boxes_after_suppression_are_taken_as_they_come(tmp_path: Path) -> None:
    rows = np.zeros((1, 5, 6), np.float32)
    rows[0, 0] = [2, 3, 6, 5, 0.6, 1]
    file = constant(tmp_path / "e.onnx", {"output0": rows}, metadata=NAMES)

    said = asked(file, black(), Options(least_score=0.5))

    assert [(found.label, found.shape) for found in said.found] == [("dog", Box(4, 2, 12, 6))]


def test_detr_counts_the_last_logit_as_nothing(tmp_path: Path) -> None:
    logits = np.array([[[0.0, 5.0, 0.0], [0.0, 0.0, 9.0]]], np.float32)
    boxes = np.array([[[0.5, 0.5, 0.5, 0.5], [0.1, 0.1, 0.1, 0.1]]], np.float32)
    file = constant(tmp_path / "d.onnx", {"logits": logits, "pred_boxes": boxes}, metadata=NAMES)

    said = asked(file, black(), Options(least_score=0.5))

    assert [(found.label, found.shape) for found in said.found] == [("dog", Box(4, 2, 12, 6))]


def test_regions_become_masks_of_the_pictures_size(tmp_path: Path) -> None:
    scores = np.zeros((1, 2, 4, 4), np.float32)
    scores[0, 1, :2, :] = 4  # the upper half is a dog, the rest background
    file = constant(tmp_path / "s.onnx", {"out": scores}, metadata={"names": "['background', 'dog']"})

    said = asked(file, black(8, 8), Options(least_score=0.5))

    (found,) = said.found
    assert isinstance(found.shape, Mask)
    assert found.label == "dog"
    assert found.shape.bounds == (0, 0, 8, 4)
    assert found.shape.area == 32


def test_a_picture_of_one_pixel_is_a_picture(tmp_path: Path) -> None:
    cells = np.zeros((1, 6, 12), np.float32)
    cells[0, :, 0] = [4, 4, 8, 8, 0.9, 0.0]
    file = constant(tmp_path / "y.onnx", {"output0": cells}, metadata=NAMES)

    said = asked(file, black(1, 1), Options(least_score=0.5))

    assert [found.shape for found in said.found] == [Box(0, 0, 1, 1)]


def test_values_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    file = constant(tmp_path / "n.onnx", {"logits": [[float("nan"), 1.0]]}, metadata=NAMES)

    with pytest.raises(ModelNonsense, match="no numbers"):
        asked(file, black())


def test_more_answers_than_labels_are_nonsense(tmp_path: Path) -> None:
    file = constant(tmp_path / "c.onnx", {"logits": np.zeros((1, 5))}, metadata=NAMES)

    with pytest.raises(ModelNonsense, match="shape"):
        asked(file, black())


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.onnx"
    file.write_bytes(b"not a model at all")

    with pytest.raises(BadModelFile, match=r"notes\.onnx") as refused:
        recognized(file, "own", {})

    assert str(tmp_path) not in refused.value.message


def test_a_model_that_no_adapter_reads_says_what_it_answers(tmp_path: Path) -> None:
    _, decoder = segmenter(tmp_path)

    with pytest.raises(UnfitModel, match="6 inputs and answers masks"):
        recognized(decoder, "own", {})


def test_a_model_that_reads_lines_is_not_taken_for_a_detector(tmp_path: Path) -> None:
    file = constant(tmp_path / "r.onnx", {"steps": np.zeros((1, 40, 97))}, metadata={"character": "a\nb"})

    with pytest.raises(UnfitModel) as refused:
        recognized(file, "own", {})

    assert "rapidocr" in refused.value.remedy


def test_a_classifier_of_yolo_is_given_pixels_from_0_to_1(tmp_path: Path) -> None:
    file = constant(tmp_path / "c.onnx", {"p": [[0.9, 0.1]]}, metadata={**NAMES, "task": "classify"})

    given = recognized(file, "own", {}).input

    assert (given.divide, given.mean, given.scale, given.fit) == (255, (0, 0, 0), (1, 1, 1), "crop")
