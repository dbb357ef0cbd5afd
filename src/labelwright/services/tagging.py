"""The tagging service: pictures in, tags with their confidence out; boxes on request.

With a project the answer is in its categories, and a picture of which the model is not sure can be put
before a person (`on_call.py`). A few requests are worked on at a time and a few wait; more are told to
come again, so that tagging never takes the threads of the rest of the server.
"""

import base64
import binascii
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Found, Options, Prediction
from labelwright.core.errors import InvalidInput, LabelwrightError, Throttled
from labelwright.core.model_errors import UnfitModel
from labelwright.core.ontology import Ontology
from labelwright.media.decode import ImageLimits
from labelwright.services.access import Actor, project_for, require
from labelwright.services.context import Context
from labelwright.services.head_tagger import HeadTagger, head_tagger
from labelwright.services.item_pixels import decoded, limits_of
from labelwright.services.models import ModelStore
from labelwright.services.on_call import RIGHT as ASKING
from labelwright.services.on_call import TagRequestView, ask_person, get_request
from labelwright.services.ontologies import read_ontology
from labelwright.services.outward import NotReached, ask
from labelwright.services.predicting import suggested

MOST_IMAGES = 64
MOST_PIXELS = 50_000_000  # of one picture, and of those that are asked about together
TOGETHER = 8
RUNNING, WAITING = 2, 8
PATIENCE = 30.0  # seconds until a waiting request is told to come again
BATCH_SECONDS = 120.0
FETCH_SECONDS = 15.0
MOST_TAGS = 100

Picture = NDArray[np.uint8]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Busy(Throttled):
    """More tagging requests than are worked on or may wait."""

    code = "tagging.busy"

    def __init__(self) -> None:
        super().__init__(5)
        self.message = "The tagging service has as many requests as it takes."
        self.remedy = "Wait 5 seconds and send it again, or send several pictures in one batch."
        self.args = (self.message,)


class OutOfTime(LabelwrightError):
    """A picture of a batch that was not reached in time."""

    code = "tagging.out_of_time"
    remedy = "Send it again, with fewer pictures at once."


class PictureIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture: its bytes in base64, or an address of http or https; `name` is for people."""

    image: str | None = None
    address: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    name: Text | None = None


class TagOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How is tagged. Everything may be left out.

    `mapping` leads from the model's labels to ids of categories of `project`; without it labels mean
    the categories that are named like them. `ask_below`: a person is asked where the best confidence is
    lower. `fetch` is the caller's word that the server may fetch addresses.
    """

    model: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    project: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    mapping: Annotated[dict[str, str], msgspec.Meta(max_length=2000)] | None = None
    least_confidence: Share | None = None
    ask_below: Share | None = None
    boxes: bool = False
    fetch: bool = False


class TagView(msgspec.Struct, frozen=True, kw_only=True):
    """A tag: the model's label, or with a project the id and name of a category."""

    label: str
    confidence: float
    category: str | None = None
    name: str | None = None


class BoxView(msgspec.Struct, frozen=True, kw_only=True):
    """A box in pixels of the upright picture."""

    label: str
    confidence: float
    box: dict[str, float]
    category: str | None = None
    name: str | None = None


class Tagged(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one picture. `unmapped` are labels that mean nothing in the project.

    `state` is done, or that of the request to a person: pending, answered, skipped. `answer` is what
    people said, where they said it already.
    """

    model: str
    version: str
    width: int
    height: int
    tags: list[TagView]
    boxes: list[BoxView] | None
    unmapped: list[str]
    state: str = "done"
    request: str | None = None
    answer: dict[str, Any] | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one picture of a batch: a result, or an error with code, message and remedy."""

    index: int
    name: str | None
    result: Tagged | None = None
    error: dict[str, str | None] | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of a batch, in the order of its pictures."""

    items: list[Outcome]


class _Way(NamedTuple):
    """How the pictures of a request are tagged, found out once."""

    name: str
    version: str
    ask: Any  # pictures, options -> predictions
    categories: Mapping[str, tuple[str, str]] | None  # by label: id and name


class Tagging:
    """The service."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._store = ModelStore(context)
        self._slots = _Slots()

    def check_room(self) -> None:
        """Raise Busy before a body is read that would have no place."""
        self._slots.check()

    def tag(self, actor: Actor, picture: PictureIn | bytes, options: TagOptions, name: str | None) -> Tagged:
        """The tags of one picture, given or behind an address.

        Raises Busy, InvalidInput, NotReached, UnreadableImage, ImageTooLarge, UnknownModel, UnfitModel,
        ModelFailure; NotFound and Forbidden for the project.
        """
        with self._slots.place():
            way = self._way(actor, options)
            given = PictureIn() if isinstance(picture, bytes) else picture
            data = picture if isinstance(picture, bytes) else self._bytes(picture, options)
            name = name or given.name
            with self._slots.turn():
                pixels = self._pixels(data, name)
                predicted = way.ask([pixels], _options(options))[0]
            return self._told(actor, options, way, data, pixels, predicted, name)

    def batch(self, actor: Actor, pictures: Sequence[PictureIn], options: TagOptions) -> Batch:
        """The tags of several pictures; what is wrong with one does not lose the others.

        Raises Busy, InvalidInput, UnknownModel, UnfitModel; NotFound and Forbidden for the project.
        """
        if not 0 < len(pictures) <= MOST_IMAGES:
            raise InvalidInput(f"A batch has 1 to {MOST_IMAGES} pictures.", place="images")
        with self._slots.place():
            way = self._way(actor, options)
            ends = time.monotonic() + BATCH_SECONDS
            done: dict[int, Tagged | LabelwrightError] = {}
            waiting: list[tuple[int, bytes, Picture]] = []
            for index, picture in enumerate(pictures):
                try:
                    if time.monotonic() > ends:
                        raise OutOfTime(f"The batch took longer than {BATCH_SECONDS:g} seconds.")
                    data = self._bytes(picture, options)
                    with self._slots.turn():
                        pixels = self._pixels(data, picture.name)
                except LabelwrightError as error:
                    done[index] = error
                    continue
                size = sum(_size(each) for _, _, each in waiting) + _size(pixels)
                if waiting and (size > MOST_PIXELS or len(waiting) >= TOGETHER):
                    self._flush(actor, pictures, options, way, waiting, done)
                    waiting = []
                waiting.append((index, data, pixels))
            self._flush(actor, pictures, options, way, waiting, done)
        return Batch(items=[_outcome(index, pictures[index], done[index]) for index in range(len(pictures))])

    def request(self, actor: Actor, request_id: str) -> TagRequestView:
        """A request that a person answers, or answered. Raises NotFound."""
        return get_request(self.context, actor, request_id)

    def _flush(
        self,
        actor: Actor,
        pictures: Sequence[PictureIn],
        options: TagOptions,
        way: _Way,
        waiting: Sequence[tuple[int, bytes, Picture]],
        done: dict[int, Tagged | LabelwrightError],
    ) -> None:
        if not waiting:
            return
        try:
            with self._slots.turn():
                predicted = way.ask([pixels for _, _, pixels in waiting], _options(options))
        except LabelwrightError as error:
            if len(waiting) == 1 or isinstance(error, Busy):
                done.update((index, error) for index, _, _ in waiting)
                return
            for one in waiting:  # one of them is at fault; the others shall have their answer
                self._flush(actor, pictures, options, way, [one], done)
            return
        for (index, data, pixels), prediction in zip(waiting, predicted, strict=True):
            name = pictures[index].name
            try:
                done[index] = self._told(actor, options, way, data, pixels, prediction, name)
            except LabelwrightError as error:
                done[index] = error

    def _way(self, actor: Actor, options: TagOptions) -> _Way:
        if options.project is None:
            require(actor, "project.read")
            if options.ask_below is not None or options.mapping is not None:
                raise InvalidInput(
                    "A mapping, and asking a person, need a project.",
                    place="project",
                    remedy="Name the project whose categories are meant.",
                )
            return self._by_model(options, None)
        project_id = options.project

        def work(tx: Connection) -> tuple[Ontology, HeadTagger | None]:
            project = project_for(tx, actor, project_id, "project.read")
            if options.ask_below is not None:
                project_for(tx, actor, project_id, ASKING)
            own = head_tagger(tx, self.context, project) if options.model is None else None
            return read_ontology(self.context, tx, project.id, project.ontology_version), own

        ontology, own = self.context.database.read(work)
        if own is not None:
            by_id = {each.id: (each.id, each.name) for each in ontology.categories}
            return _Way(own.name, own.version, own.predict, by_id)
        return self._by_model(options, ontology)

    def _by_model(self, options: TagOptions, ontology: Ontology | None) -> _Way:
        manifest = self._manifest(options)
        categories = None
        if ontology is not None:
            mapping = suggested(manifest.labels, ontology) if options.mapping is None else options.mapping
            categories = {label: _category(ontology, one) for label, one in mapping.items()}

        def asked(pictures: Sequence[Picture], said: Options) -> list[Prediction]:
            return self._store.predict(manifest.name, pictures, said)

        return _Way(manifest.name, manifest.version, asked, categories)

    def _manifest(self, options: TagOptions) -> Manifest:
        if options.model is not None:
            manifest = self._store.manifest(options.model)
        else:
            tasks = ("detect",) if options.boxes else ("tag", "detect")
            manifest = next((found for task in tasks if (found := self._store.first_for(task))), None)
        if manifest is None:
            raise UnfitModel("No model that tags pictures is installed.", place="model")
        if not {"tag", "detect", "segment", "keypoints", "text"} & set(manifest.tasks):
            raise UnfitModel(f"The model “{manifest.name}” does not tag.", place="model")
        if options.boxes and not {"detect", "segment", "keypoints", "text"} & set(manifest.tasks):
            raise UnfitModel(f"The model “{manifest.name}” finds no boxes, only tags.", place="model")
        return manifest

    def _bytes(self, picture: PictureIn, options: TagOptions) -> bytes:
        if (picture.image is None) == (picture.address is None):
            raise InvalidInput("A picture is an image or an address, one of them.", place="image")
        limit = self.context.settings.max_body_bytes
        if picture.image is not None:
            try:
                return base64.b64decode(picture.image, validate=True)
            except (binascii.Error, ValueError):
                raise InvalidInput("The image is no base64.", place="image") from None
        if not options.fetch:
            raise InvalidInput(
                "The server fetches an address only if you say so.",
                place="fetch",
                remedy="Add “fetch”: true, or send the picture itself.",
            )
        address = str(picture.address)
        reply = ask(self.context, "GET", address, seconds=FETCH_SECONDS, most=limit)
        if reply.status != 200:
            remedy = "Give the address that answers with the picture itself; redirects are not followed."
            raise NotReached(f"The address answers with {reply.status}.", place="address", remedy=remedy)
        return reply.body

    def _pixels(self, data: bytes, name: str | None) -> Picture:
        limits = limits_of(self.context)
        most = min(MOST_PIXELS, limits.max_pixels)
        return decoded(data, name or "the picture", ImageLimits(most, most))

    def _told(
        self,
        actor: Actor,
        options: TagOptions,
        way: _Way,
        data: bytes,
        pixels: Picture,
        prediction: Prediction,
        name: str | None,
    ) -> Tagged:
        told = _tagged(way, prediction, pixels, boxes=options.boxes)
        best = max((tag.confidence for tag in told.tags), default=0.0)
        if options.ask_below is None or options.project is None or best >= options.ask_below:
            return told
        said = {"model": told.model, "version": told.version, "tags": msgspec.to_builtins(told.tags)}
        asked = ask_person(self.context, actor, options.project, data, name=name, said=said)
        return msgspec.structs.replace(told, state=asked.state, request=asked.id, answer=asked.answer)


class _Slots:
    """Few at a time, few that wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = threading.BoundedSemaphore(RUNNING)
        self._inside = 0

    def check(self) -> None:
        """Raise Busy if there is no place."""
        if self._inside >= RUNNING + WAITING:
            raise Busy

    @contextmanager
    def place(self) -> Generator[None]:
        """A place among those that run or wait. Raises Busy."""
        with self._lock:
            self.check()
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    @contextmanager
    def turn(self) -> Generator[None]:
        """One of those that run. Raises Busy after a while."""
        if not self._running.acquire(timeout=PATIENCE):
            raise Busy
        try:
            yield
        finally:
            self._running.release()


def _tagged(way: _Way, prediction: Prediction, pixels: Picture, *, boxes: bool) -> Tagged:
    best: dict[str, TagView] = {}
    found_boxes: list[BoxView] = []
    unmapped: dict[str, None] = {}
    for found in prediction.found:
        category = None if way.categories is None else way.categories.get(found.label)
        if way.categories is not None and category is None:
            unmapped[found.label] = None
            continue
        view = _tag(found, category)
        key = view.category or view.label
        if key not in best or best[key].confidence < view.confidence:
            best[key] = view
        if boxes and found.shape is not None:
            left, top, right, bottom = found.shape.bounds
            box = {"left": left, "top": top, "right": right, "bottom": bottom}
            found_boxes.append(BoxView(box=box, **msgspec.structs.asdict(view)))
    tags = sorted(best.values(), key=lambda tag: (-tag.confidence, tag.label))
    return Tagged(
        model=way.name,
        version=way.version,
        width=pixels.shape[1],
        height=pixels.shape[0],
        tags=tags[:MOST_TAGS],
        boxes=sorted(found_boxes, key=lambda one: -one.confidence) if boxes else None,
        unmapped=list(unmapped)[:MOST_TAGS],
    )


def _tag(found: Found, category: tuple[str, str] | None) -> TagView:
    confidence = round(found.score, 4)
    if category is None:
        return TagView(label=found.label, confidence=confidence)
    return TagView(label=found.label, confidence=confidence, category=category[0], name=category[1])


def _category(ontology: Ontology, category_id: str) -> tuple[str, str]:
    category = ontology.category(category_id)
    if category is None:
        raise InvalidInput(
            f"The project has no category “{category_id[:80]}”.",
            place="mapping",
            remedy="Give ids of categories of the project.",
        )
    return category.id, category.name


def _options(options: TagOptions) -> Options:
    return Options(least_score=options.least_confidence)


def _size(pixels: Picture) -> int:
    return int(pixels.shape[0] * pixels.shape[1])


def _outcome(index: int, picture: PictureIn, came: Tagged | LabelwrightError) -> Outcome:
    if isinstance(came, Tagged):
        return Outcome(index=index, name=picture.name, result=came)
    error = {"code": came.code, "message": came.message, "place": came.place, "remedy": came.remedy or None}
    return Outcome(index=index, name=picture.name, error=error)
