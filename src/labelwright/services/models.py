"""Models: which there are, adding and removing them, and asking them.

A model is a folder below `models/` of the data folder, or one that is built in. Asking goes to a process
of its own (`assist/host.py`), so what a model does wrong is an error here and nothing more.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from labelwright.assist import catalog
from labelwright.assist.host import Limits, ModelHosts
from labelwright.assist.manifest import MANIFEST, Manifest, Source, read_manifest, write_manifest
from labelwright.assist.predictor import Options, Prediction, Prompt, Segmented
from labelwright.assist.recognition import taken_in
from labelwright.core.errors import LabelwrightError, WrongState
from labelwright.core.model_errors import UnfitModel, UnknownModel
from labelwright.services.access import Actor, require
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.item_pixels import decoded, limits_of
from labelwright.services.job_run import JobRun
from labelwright.services.jobs import Jobs, submit

RIGHT = "model.manage"


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """A model. `state` is installed, available (one command away) or broken, with the reason in `problem`.

    `bytes` are those of its files; `labels` its own words.
    """

    name: str
    version: str
    title: str
    about: str
    adapter: str
    tasks: list[str]
    licence: str
    source: str
    package: str
    bytes: int
    state: str
    problem: str | None
    built_in: bool
    labels: list[str]
    author: str


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What a model says of one picture."""

    model: str
    width: int
    height: int
    prediction: Prediction


class Models:
    """The service of models."""

    def __init__(self, context: Context, jobs: Jobs) -> None:
        self.context = context
        self._jobs = jobs
        self._store = ModelStore(context)

    def list(self, actor: Actor) -> list[ModelView]:
        """Every model that is installed or known, by name."""
        require(actor, "project.read")
        names = sorted({*catalog.known(), *self._store.added()})
        return [self._view(name) for name in names]

    def get(self, actor: Actor, name: str) -> ModelView:
        """One model. Raises UnknownModel."""
        require(actor, "project.read")
        if name not in catalog.known() and name not in self._store.added():
            raise UnknownModel(name, [*catalog.known(), *self._store.added()])
        return self._view(name)

    def add(self, actor: Actor, name: str) -> str:
        """Fetch a model of the catalog, by a job; gives its id. Raises UnknownModel, WrongState."""
        require(actor, RIGHT)
        manifest = catalog.in_catalog(name)
        if manifest.source.kind == catalog.BUILT_IN:
            raise WrongState(f"The model “{name}” is built in.", remedy="Use it; there is nothing to add.")

        def work(tx: Connection) -> str:
            record(tx, self.context, actor.id, "model.asked", name, {"version": manifest.version})
            return submit(tx, self.context, actor, "add_model", None, {"model": name})

        job = self.context.database.write(work)
        self._jobs.wake()
        return job

    def add_file(self, actor: Actor, file: Path, given: dict[str, Any]) -> ModelView:
        """Add a package of a model of the catalog, or an ONNX file of one's own.

        `given`: name, and for one's own title, licence, labels, adapter, version where they are to differ
        from what the file says. Raises BadModelFile, UnfitModel, ModelFileChanged, InvalidInput.
        """
        require(actor, RIGHT)
        name = str(given.get("name") or Path(file.name).stem.lower())
        if name in catalog.known():
            catalog.install(catalog.in_catalog(name), self._store.place(name), file)
        else:
            self._store.keep_own(name, file, given)
        self._told(actor, "model.added", name)
        return self._view(name)

    def remove(self, actor: Actor, name: str) -> None:
        """Take a model away; what it predicted stays. Raises UnknownModel, WrongState for a built-in one."""
        require(actor, RIGHT)
        if name not in self._store.added():
            if name in self._store.installed():
                raise WrongState(f"The model “{name}” is built in.", remedy="It stays; nobody has to use it.")
            raise UnknownModel(name, self._store.added())
        shutil.rmtree(self._store.place(name))
        self._told(actor, "model.removed", name)

    def try_on(self, actor: Actor, name: str, image: bytes, options: Options) -> Tried:
        """What a model says of a picture. Raises UnknownModel, UnfitModel, UnreadableImage, ModelFailure."""
        require(actor, "project.read")
        pixels = decoded(image, "the picture", limits_of(self.context))
        prediction = self._store.predict(name, [pixels], options)[0]
        manifest = self._store.manifest(name)
        return Tried(
            model=manifest.author, width=pixels.shape[1], height=pixels.shape[0], prediction=prediction
        )

    def _view(self, name: str) -> ModelView:
        state, problem = "installed", None
        try:
            manifest = self._store.manifest(name)
            missing = [f.name for f in manifest.files if not (self._store.folder(name) / f.name).is_file()]
            if missing:
                state, problem = "broken", f"Its file {missing[0]} is gone: remove it and add it again."
        except UnknownModel:
            manifest, state = catalog.in_catalog(name), "available"
        except LabelwrightError as error:
            manifest, state, problem = _placeholder(name), "broken", error.message
        return ModelView(
            name=manifest.name,
            version=manifest.version,
            title=manifest.title,
            about=manifest.about,
            adapter=manifest.adapter,
            tasks=list(manifest.tasks),
            licence=manifest.licence,
            source=manifest.source.kind,
            package=" ".join(part for part in (manifest.source.package, manifest.source.version) if part),
            bytes=sum(file.bytes for file in manifest.files),
            state=state,
            problem=problem,
            built_in=manifest.source.kind == catalog.BUILT_IN,
            labels=list(manifest.labels),
            author=manifest.author,
        )

    def _told(self, actor: Actor, action: str, name: str) -> None:
        self.context.database.write(
            lambda tx: record(tx, self.context, actor.id, action, name, {"model": name})
        )


class ModelStore:
    """Where models lie, and asking them. Services and jobs share the processes of one context."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def root(self) -> Path:
        """The folder of the models that were added."""
        return self.context.settings.data / "models"

    def added(self) -> list[str]:
        """The names of the models that were added."""
        if not self.root.is_dir():
            return []
        return sorted(p.name for p in self.root.iterdir() if (p / MANIFEST).is_file() and p.name[0] != ".")

    def place(self, name: str) -> Path:
        """Where an added model lies, or would."""
        return self.root / name

    def folder(self, name: str) -> Path:
        """Where the files of a model lie."""
        built_in = name in catalog.known() and catalog.known()[name].source.kind == catalog.BUILT_IN
        return catalog.WEIGHTS if built_in else self.place(name)

    def manifest(self, name: str) -> Manifest:
        """The manifest of an installed model. Raises UnknownModel, with the way to add it."""
        known = catalog.known().get(name)
        if known is not None and known.source.kind == catalog.BUILT_IN:
            return known
        if name not in self.added():
            raise _not_here(name, known, self.installed())
        return read_manifest(self.place(name))

    def installed(self) -> list[str]:
        """The names of every model that can be asked."""
        built_in = [n for n, known in catalog.known().items() if known.source.kind == catalog.BUILT_IN]
        return sorted({*built_in, *self.added()})

    def first_for(self, task: str) -> Manifest | None:
        """An installed model that does a task; the first by name."""
        for name in self.installed():
            manifest = self.manifest(name)
            if task in manifest.tasks:
                return manifest
        return None

    def predict(self, name: str, pictures: Sequence[NDArray[np.uint8]], options: Options) -> list[Prediction]:
        """What a model finds in pictures. Raises UnknownModel, UnfitModel, ModelFailure."""
        return self._ask(
            name, ("tag", "detect", "segment", "keypoints", "text"), "predict", list(pictures), options
        )

    def embed(self, name: str, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """A vector of length 1 for each picture. Raises as `predict`."""
        return self._ask(name, ("embed",), "embed", list(pictures))

    def look(self, name: str, picture: NDArray[np.uint8]) -> NDArray[Any]:
        """What a segmenter makes of a picture. Raises as `predict`."""
        return self._ask(name, ("prompt",), "look", picture)

    def prompt(self, name: str, looked: NDArray[Any], size: tuple[int, int], prompt: Prompt) -> Segmented:
        """The mask for a prompt. Raises as `predict`."""
        return self._ask(name, ("prompt",), "prompt", looked, size, prompt)

    def keep_own(self, name: str, file: Path, given: dict[str, Any]) -> None:
        """Keep an ONNX file of one's own, or a zip of a pair, as a model.

        Raises BadModelFile, UnfitModel, InvalidInput.
        """
        part = self.root / f".{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            write_manifest(part, taken_in(file, part, name, given))
            shutil.rmtree(self.place(name), ignore_errors=True)
            part.replace(self.place(name))
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _ask(self, name: str, tasks: Sequence[str], method: str, *given: Any) -> Any:  # noqa: ANN401
        manifest = self.manifest(name)
        if not set(tasks) & set(manifest.tasks):
            raise UnfitModel(
                f"The model “{name}” does {', '.join(manifest.tasks)}, not {' or '.join(tasks)}.",
                place="model",
            )
        return _hosts(self.context).ask(self.folder(name), manifest, method, *given)


def run_add(run: JobRun) -> dict[str, Any]:
    """The job that fetches a model of the catalog."""
    manifest = catalog.in_catalog(run.args["model"])
    store = ModelStore(run.context)
    run.check()
    store.root.mkdir(parents=True, exist_ok=True)
    catalog.install(manifest, store.place(manifest.name))

    def told(tx: Connection) -> None:
        record(tx, run.context, run.created_by, "model.added", manifest.name, {"version": manifest.version})
        run.step(tx, 1, 1)

    run.context.database.write(told)
    return {"model": manifest.name, "version": manifest.version}


def _hosts(context: Context) -> ModelHosts:
    if not context.hosts:
        settings = context.settings
        limits = Limits(
            seconds=settings.model_seconds,
            memory=settings.model_memory_bytes,
            threads=settings.model_threads,
        )
        context.hosts.append(ModelHosts(limits))
    return context.hosts[0]


def _not_here(name: str, known: Manifest | None, installed: Sequence[str]) -> UnknownModel:
    error = UnknownModel(name, installed)
    if known is not None:
        error.message = f"The model “{name}” is not installed yet."
        error.remedy = f"Add it on the page Models, or with “labelwright models add {name}”."
        error.args = (error.message,)
    return error


def _placeholder(name: str) -> Manifest:
    source = Source(kind="file")
    return Manifest(name=name, version="?", title=name, adapter="?", tasks=(), licence="?", source=source)
