"""Models in processes of their own: what one does wrong ends in a named error, and is over with it."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from labelwright.assist.catalog import WEIGHTS, in_catalog
from labelwright.assist.host import Limits, ModelHosts
from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Options
from labelwright.assist.recognition import recognized
from labelwright.core.model_errors import ModelDied, ModelFailure, ModelOutOfMemory, ModelTimeout
from tests.assist.onnx_models import constant, greedy

PICTURE = np.zeros((8, 8, 3), np.uint8)


def own(tmp_path: Path) -> Manifest:
    file = constant(tmp_path / "model.onnx", {"p": [[0.9, 0.1]]})
    return recognized(file, "own", {"labels": ["cat", "dog"]})


def test_a_model_is_asked_from_several_threads(tmp_path: Path) -> None:
    hosts, manifest = ModelHosts(Limits()), own(tmp_path)
    said: list[str] = []

    def ask() -> None:
        said.append(hosts.ask(tmp_path, manifest, "predict", [PICTURE], Options())[0].found[0].label)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hosts.close()

    assert said == ["cat"] * 5


def test_one_that_takes_too_long_is_stopped_and_can_be_asked_again(tmp_path: Path) -> None:
    manifest = own(tmp_path)
    hosts = ModelHosts(Limits(seconds=0.01))

    with pytest.raises(ModelTimeout, match=r"within 0\.01 seconds"):
        hosts.ask(tmp_path, manifest, "predict", [PICTURE], Options())
    hosts.close()
    patient = ModelHosts(Limits())

    assert patient.ask(tmp_path, manifest, "predict", [PICTURE], Options())[0].found
    patient.close()


def test_one_whose_process_dies_is_told_and_started_again(tmp_path: Path) -> None:
    hosts, manifest = ModelHosts(Limits()), own(tmp_path)
    hosts.ask(tmp_path, manifest, "predict", [PICTURE], Options())
    (host,) = hosts._hosts.values()
    process = host._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)  # so that it is in the middle of the next question
    threading.Thread(target=lambda: (time.sleep(0.3), os.kill(process.pid, signal.SIGKILL))).start()

    with pytest.raises(ModelDied, match="signal 9"):
        hosts.ask(tmp_path, manifest, "predict", [PICTURE], Options())

    assert hosts.ask(tmp_path, manifest, "predict", [PICTURE], Options())[0].found
    hosts.close()


def test_one_that_wants_more_memory_than_it_may_have_is_refused(tmp_path: Path) -> None:
    file = greedy(tmp_path / "model.onnx", 2**30)
    manifest = recognized(file, "own", {})
    hosts = ModelHosts(Limits(memory=2 * 2**30))

    with pytest.raises((ModelOutOfMemory, ModelDied)):
        hosts.ask(tmp_path, manifest, "predict", [PICTURE], Options())
    hosts.close()


def test_what_a_model_cannot_do_is_a_failure_of_that_question_only(tmp_path: Path) -> None:
    hosts, manifest = ModelHosts(Limits()), own(tmp_path)

    with pytest.raises(ModelFailure, match="does not do this"):
        hosts.ask(tmp_path, manifest, "embed", [PICTURE])
    hosts.close()


def test_the_built_in_embedding_knows_a_picture_again() -> None:
    hosts, manifest = ModelHosts(Limits()), in_catalog("efficientnet-lite0")
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 255, (40, 60, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    other = np.full((160, 240, 3), 90, np.uint8)

    vectors = hosts.ask(WEIGHTS, manifest, "embed", [picture, (picture * 0.97).astype(np.uint8), other])
    hosts.close()

    assert vectors.shape == (3, 1280)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.05


def test_a_process_that_nobody_asks_any_more_is_ended(tmp_path: Path) -> None:
    now = [0.0]
    hosts, manifest = ModelHosts(Limits(), clock=lambda: now[0]), own(tmp_path)
    hosts.ask(tmp_path, manifest, "predict", [PICTURE], Options())
    (host,) = hosts._hosts.values()
    process = host._process
    assert process is not None

    hosts.sweep()
    assert process.poll() is None
    now[0] = 1000.0
    hosts.sweep()

    assert process.poll() is not None
    assert hosts._hosts == {}
    assert hosts.ask(tmp_path, manifest, "predict", [PICTURE], Options())[0].found
    hosts.close()
