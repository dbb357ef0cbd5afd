"""What comes with boxes of the YOLO family: masks, turned boxes, keypoints; and other ends of detectors."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from labelwright.assist.adapters import load
from labelwright.assist.predictor import Options, Prediction
from labelwright.assist.recognition import recognized
from labelwright.core.model_errors import ModelNonsense
from labelwright.core.shapes import Box, Mask, RotatedBox, Skeleton
from tests.assist.onnx_models import constant, save

NAMES = {"names": "{0: 'cat', 1: 'dog'}"}
SURE = Options(least_score=0.5)


def asked(file: Path, picture: np.ndarray, options: Options = SURE) -> Prediction:
    manifest = recognized(file, "own", {})
    file.rename(file.with_name("model.onnx"))
    return load(file.parent, manifest).predict([picture], options)[0]


def black(width: int = 16, height: int = 8) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_weights_of_prototypes_become_a_mask_inside_the_box(tmp_path: Path) -> None:
    cells = np.zeros((1, 8, 12), np.float32)
    cells[0, :, 0] = [4, 4, 4, 4, 0, 0.9, 1.0, -1.0]  # left and right 2 to 6, top and bottom 2 to 6
    prototypes = np.zeros((1, 2, 8, 8), np.float32)
    prototypes[0, 0, :, :4] = 1  # for: the left half
    prototypes[0, 1, :, 4:] = 1  # against: the right half
    file = constant(tmp_path / "s.onnx", {"output0": cells, "output1": prototypes}, metadata=NAMES)

    (found,) = asked(file, black(8, 8)).found

    assert (found.label, found.shape) == ("dog", Mask(2, 2, 2, 4, (0, 8)))


def test_a_mask_of_a_wide_picture_leaves_the_padding_out(tmp_path: Path) -> None:
    cells = np.zeros((1, 7, 12), np.float32)
    cells[0, :, 0] = [4, 4, 8, 8, 0, 0.9, 1.0]
    file = constant(tmp_path / "s.onnx", {"output0": cells, "output1": np.ones((1, 1, 8, 8))}, metadata=NAMES)

    (found,) = asked(file, black()).found

    assert found.shape == Mask(0, 0, 16, 8, (0, 128))


def test_masks_after_suppression_are_read_too(tmp_path: Path) -> None:
    rows = np.zeros((1, 3, 7), np.float32)
    rows[0, 1] = [0, 0, 4, 8, 0.8, 1, 2.0]
    file = constant(tmp_path / "s.onnx", {"output0": rows, "output1": np.ones((1, 1, 8, 8))}, metadata=NAMES)

    (found,) = asked(file, black(8, 8)).found

    assert (found.label, found.shape) == ("dog", Mask(0, 0, 4, 8, (0, 32)))


def test_a_turned_box_keeps_its_turn(tmp_path: Path) -> None:
    cells = np.zeros((1, 7, 12), np.float32)
    cells[0, :, 0] = [4, 4, 4, 2, 0.9, 0, 0.5]
    file = constant(tmp_path / "o.onnx", {"output0": cells}, metadata={**NAMES, "task": "obb"})

    (found,) = asked(file, black()).found

    assert (found.label, found.shape) == ("cat", RotatedBox(8, 4, 8, 4, 0.5))


def test_keypoints_that_are_unsure_are_absent(tmp_path: Path) -> None:
    cells = np.zeros((1, 11, 20), np.float32)
    cells[0, :, 0] = [4, 4, 4, 2, 0.9, 3, 4, 0.9, 5, 4, 0.1]
    metadata = {"names": "{0: 'person'}", "task": "pose", "kpt_shape": "[2, 3]"}
    file = constant(tmp_path / "p.onnx", {"output0": cells}, metadata=metadata)

    (found,) = asked(file, black()).found

    assert isinstance(found.shape, Skeleton)
    assert found.shape.keypoints[0] == (6, 4, 2)
    assert found.shape.keypoints[1][2] == 0


def test_one_label_with_objectness_is_not_taken_for_boxes_after_suppression(tmp_path: Path) -> None:
    cells = np.zeros((1, 2000, 6), np.float32)
    cells[0, 0] = [4, 4, 4, 2, 0.8, 0.9]
    file = constant(tmp_path / "y.onnx", {"output": cells}, metadata={"names": "['cat']"})

    (found,) = asked(file, black()).found

    assert (found.label, round(found.score, 4), found.shape) == ("cat", 0.72, Box(4, 2, 12, 6))


def test_without_labels_the_order_of_the_axes_tells_of_objectness(tmp_path: Path) -> None:
    cells = np.zeros((1, 30, 8), np.float32)
    cells[0, 0] = [4, 4, 4, 2, 0.5, 0, 0, 1.0]
    file = constant(tmp_path / "y.onnx", {"output": cells})

    (found,) = asked(file, black()).found

    assert (found.label, found.score) == ("2", 0.5)


def test_nothing_that_scores_enough_is_an_empty_answer(tmp_path: Path) -> None:
    file = constant(
        tmp_path / "s.onnx", {"o": np.zeros((1, 7, 12)), "p": np.ones((1, 1, 8, 8))}, metadata=NAMES
    )

    assert asked(file, black()).found == ()


def test_boxes_scores_and_labels_are_told_by_their_names(tmp_path: Path) -> None:
    answers = {"labels": [1, 0], "boxes": [[1, 2, 3, 4], [0, 0, 8, 8]], "scores": [0.6, 0.9]}
    file = constant(
        tmp_path / "b.onnx", {name: np.array(one, float) for name, one in answers.items()}, metadata=NAMES
    )

    said = asked(file, black(8, 8))

    assert [(found.label, found.shape) for found in said.found] == [
        ("cat", Box(0, 0, 8, 8)),
        ("dog", Box(1, 2, 3, 4)),
    ]


def test_a_label_below_zero_is_nonsense(tmp_path: Path) -> None:
    answers = {"labels": np.array([-1.0]), "boxes": np.ones((1, 4)), "scores": np.ones(1)}
    file = constant(tmp_path / "b.onnx", answers, metadata=NAMES)

    with pytest.raises(ModelNonsense, match="shape"):
        asked(file, black())


def test_the_number_of_each_pixels_label_becomes_masks(tmp_path: Path) -> None:
    numbers = np.zeros((1, 8, 8), np.int64)
    numbers[0, :, 6:] = 2
    held = numpy_helper.from_array(numbers, "held")
    picture = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 8, 8])
    answer = helper.make_tensor_value_info("map", TensorProto.INT64, [1, 8, 8])
    file = save(
        [helper.make_node("Identity", ["held"], ["map"])],
        [picture],
        [answer],
        tmp_path / "m.onnx",
        [held],
        {"names": "['background', 'cat', 'dog']"},
    )
    assert onnx.load(str(file)).graph.output[0].name == "map"

    (found,) = asked(file, black(8, 8)).found

    assert (found.label, found.shape) == ("dog", Mask(6, 0, 2, 8, (0, 16)))
