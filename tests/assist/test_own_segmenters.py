"""Encoders and decoders of one's own: told apart, fed by name or by shape; masks of the picture's size."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from labelwright.assist.adapters import load
from labelwright.assist.adapters.sam import Sam, fed_by
from labelwright.assist.manifest import check_files
from labelwright.assist.predictor import Prompt, PromptPoint
from labelwright.assist.recognition import recognized, recognized_pair, taken_in
from labelwright.core.model_errors import BadModelFile, ModelNonsense, UnfitModel
from tests.assist.onnx_models import constant, save, segmenter

CLICK = Prompt(points=(PromptPoint(x=10, y=10),))


def second(folder: Path, masks: np.ndarray, scores: np.ndarray) -> tuple[Path, Path]:
    """Encoder and decoder as SAM 2 has them: features of three sizes, masks not cut to the picture."""
    sides = {
        "high_res_feats_0": (1, 2, 16, 16),
        "high_res_feats_1": (1, 4, 8, 8),
        "image_embed": (1, 8, 4, 4),
    }
    features = {name: np.ones(shape) for name, shape in sides.items()}
    encoder = constant(folder / "a.onnx", features, (1, 3, 64, 64))
    held = [
        numpy_helper.from_array(masks.astype(np.float32), "m"),
        numpy_helper.from_array(scores.astype(np.float32), "s"),
    ]
    nodes = [
        helper.make_node("Identity", ["m"], ["masks"]),
        helper.make_node("Identity", ["s"], ["iou_predictions"]),
    ]
    shapes = {
        **sides,
        "point_coords": (1, "n", 2),
        "point_labels": (1, "n"),
        "mask_input": (1, 1, 256, 256),
        "has_mask_input": (1,),
    }
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, list(s)) for n, s in shapes.items()]
    outputs = [
        helper.make_tensor_value_info("masks", TensorProto.FLOAT, list(masks.shape)),
        helper.make_tensor_value_info("iou_predictions", TensorProto.FLOAT, list(scores.shape)),
    ]
    return encoder, save(nodes, inputs, outputs, folder / "b.onnx", held)


def pair(folder: Path, files: tuple[Path, ...]) -> Sam:
    packed = folder / "pair.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in files:
            archive.write(file, f"inside/{file.name}")
    kept = folder / "kept"
    kept.mkdir()
    manifest = taken_in(packed, kept, "own", {})
    check_files(kept, manifest)
    return load(kept, manifest)


def left_half(count: int) -> np.ndarray:
    masks = np.full((1, count, 256, 256), -1.0)
    masks[0, :, :, :128] = 1.0
    return masks


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_pair_of_sam_is_told_apart_whichever_comes_first(tmp_path: Path, is_turned: bool) -> None:
    files = segmenter(tmp_path / "from")
    model = pair(tmp_path, files[::-1] if is_turned else files)
    picture = np.zeros((30, 40, 3), np.uint8)

    said = model.prompt(model.look(picture), (30, 40), CLICK)

    assert model.manifest.input.fit == "corner"
    assert (said.mask.shape, said.mask.all(), said.left, said.top, said.score) == ((30, 40), True, 0, 0, 0.75)
    assert model.prompt(
        model.look(picture), (30, 40), Prompt(box=(1, 1, 9, 9), previous=said.logits)
    ).mask.all()


def test_masks_of_sam_2_are_stretched_back_to_the_picture(tmp_path: Path) -> None:
    model = pair(tmp_path, second(tmp_path, left_half(1), np.array([[0.5]])))

    said = model.prompt(model.look(np.zeros((20, 40, 3), np.uint8)), (20, 40), CLICK)

    assert model.manifest.input.fit == "stretch"
    assert (said.mask[:, :20].all(), said.left, said.top) == (True, 0, 0)
    assert not said.mask[:, 20:].any()
    assert len(said.logits) == 4 * 256 * 256


def test_of_four_masks_a_single_point_takes_the_best_of_the_last_three(tmp_path: Path) -> None:
    model = pair(tmp_path, second(tmp_path, left_half(4), np.array([[0.9, 0.2, 0.6, 0.4]])))
    looked = model.look(np.zeros((20, 40, 3), np.uint8))

    assert model.prompt(looked, (20, 40), CLICK).score == pytest.approx(0.6)
    assert model.prompt(looked, (20, 40), Prompt(box=(0, 0, 5, 5))).score == pytest.approx(0.9)


def test_a_mask_without_a_pixel_is_an_answer(tmp_path: Path) -> None:
    model = pair(tmp_path, second(tmp_path, np.full((1, 1, 256, 256), -3.0), np.array([[0.1]])))

    said = model.prompt(model.look(np.zeros((1, 1, 3), np.uint8)), (1, 1), CLICK)

    assert said.mask.size == 0


def test_values_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    model = pair(tmp_path, second(tmp_path, np.full((1, 1, 256, 256), np.nan), np.array([[0.1]])))

    with pytest.raises(ModelNonsense, match="no numbers"):
        model.prompt(model.look(np.zeros((9, 9, 3), np.uint8)), (9, 9), CLICK)


def test_a_prompt_of_nothing_and_a_mask_of_another_size_are_refused(tmp_path: Path) -> None:
    model = pair(tmp_path, segmenter(tmp_path / "from"))
    looked = model.look(np.zeros((9, 9, 3), np.uint8))

    with pytest.raises(UnfitModel, match="point or a box"):
        model.prompt(looked, (9, 9), Prompt())
    with pytest.raises(UnfitModel, match="another size"):
        model.prompt(looked, (9, 9), Prompt(box=(0, 0, 5, 5), previous=b"short"))


def test_an_encoder_or_decoder_alone_asks_for_the_other(tmp_path: Path) -> None:
    for file in segmenter(tmp_path):
        with pytest.raises(UnfitModel) as refused:
            recognized(file, "own", {})
        assert "zip" in refused.value.remedy


def test_halves_of_different_models_are_refused(tmp_path: Path) -> None:
    encoder, _ = segmenter(tmp_path / "one")
    _, decoder = second(tmp_path, left_half(1), np.array([[0.5]]))

    with pytest.raises(UnfitModel, match="high_res_feats_0"):
        pair(tmp_path, (encoder, decoder))


def test_a_zip_of_anything_else_is_no_model(tmp_path: Path) -> None:
    encoder, _ = segmenter(tmp_path / "one")

    with pytest.raises(BadModelFile, match="1 ONNX files"):
        pair(tmp_path, (encoder,))


def test_features_are_fed_by_name_then_by_the_only_shape_that_fits() -> None:
    assert fed_by("a", (1, 2), {"a": (9,), "b": (1, 2)}) == "a"
    assert fed_by("x", (1, "n"), {"a": (9,), "b": (1, 2)}) == "b"
    assert fed_by("x", (1, 2), {"a": (1, 2), "b": (1, 2)}) is None


def test_two_pairs_that_share_a_decoder_are_two_versions(tmp_path: Path) -> None:
    encoder, decoder = segmenter(tmp_path)
    other = constant(tmp_path / "o.onnx", {"other": np.ones((1, 256, 64, 64))}, (1, 3, 1024, 1024))

    versions = {recognized_pair((one, decoder), "own", {}).version for one in (encoder, other)}

    assert len(versions) == 2
