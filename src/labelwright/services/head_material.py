"""What heads see of items: vectors of proposals and of what people marked, worked out once and kept.

They are kept by the picture's hash under `crops/` of the data folder, which may be deleted at any time.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from labelwright.assist.learned import Seen
from labelwright.assist.predictor import Options, Picture
from labelwright.assist.proposals import Floats, crops, proposals, with_sizes
from labelwright.core.document import Document
from labelwright.core.shapes import Bounds
from labelwright.services.context import Context, new_secret
from labelwright.services.item_pixels import pixels_of
from labelwright.services.models import ModelStore

EMBEDDER, DETECTOR = "efficientnet-lite0", "nanodet"
TAGS, BOXES = "tags", "boxes"
LEAST_SCORE, OVERLAP, MOST = 0.05, 0.7, 60  # of the detector's boxes: its labels do not matter
NO_BOXES = np.zeros((0, 4))


class Material:
    """Gives what a head sees. Raises UnreadableImage, ModelFailure."""

    def __init__(self, context: Context, kind: str) -> None:
        self._context, self._kind = context, kind
        self._store = ModelStore(context)
        self._folder = (
            context.settings.data / "crops" / self._store.manifest(EMBEDDER).author.replace(":", "-")
        )

    def of(self, item: Row[Any], document: Document | None, labels: Sequence[str]) -> Seen:
        """An item with what people marked on it in categories `labels`; None: to propose only."""
        vectors, boxes = self._proposed(item)
        marked: list[str] = []
        around: list[Bounds] = []
        for annotation in document.annotations if document else ():
            if annotation.category in labels and (annotation.shape is None) == (self._kind == TAGS):
                marked.append(annotation.category)
                if annotation.shape is not None:
                    around.append(annotation.shape.bounds)
        marked_boxes = np.array(around, np.float64).reshape(-1, 4)
        return Seen(
            vectors=vectors,
            boxes=boxes,
            marked=tuple(marked),
            marked_boxes=marked_boxes,
            marked_vectors=self._marked(item, marked_boxes),
        )

    def _proposed(self, item: Row[Any]) -> tuple[Floats, Floats]:
        kept = self._kept(f"{item.sha256}-{self._kind}")
        if kept is None:
            kept = self._worked_out(pixels_of(self._context, item))
            self._keep(f"{item.sha256}-{self._kind}", kept)
        return self._as_seen(kept, (item.width, item.height))

    def on(self, picture: Picture) -> tuple[Floats, Floats]:
        """Vectors and boxes of a picture that is no item; nothing of it is kept."""
        return self._as_seen(self._worked_out(picture), (picture.shape[1], picture.shape[0]))

    def _worked_out(self, picture: Picture) -> dict[str, NDArray[Any]]:
        if self._kind == TAGS:
            boxes, vectors = NO_BOXES, self._store.embed(EMBEDDER, [picture])
        else:
            options = Options(least_score=LEAST_SCORE, overlap=OVERLAP, most=MOST)
            boxes = proposals(picture, self._store.predict(DETECTOR, [picture], options)[0].found)
            vectors = self._store.embed(EMBEDDER, crops(picture, boxes))
        return {"vectors": vectors.astype(np.float16), "boxes": boxes}

    def _as_seen(self, kept: dict[str, NDArray[Any]], size: tuple[int, int]) -> tuple[Floats, Floats]:
        vectors, boxes = kept["vectors"].astype(np.float64), kept["boxes"].astype(np.float64)
        if self._kind == TAGS:
            return vectors, NO_BOXES
        return with_sizes(vectors.reshape(len(boxes), -1), boxes, size), boxes

    def _marked(self, item: Row[Any], boxes: Floats) -> Floats:
        if not len(boxes):
            return np.zeros((0, 1))
        name = f"{item.sha256}-{item.document_id}"
        kept = self._kept(name)
        if kept is None or len(kept["vectors"]) != len(boxes):
            vectors = self._store.embed(EMBEDDER, crops(pixels_of(self._context, item), boxes))
            kept = {"vectors": vectors.astype(np.float16)}
            self._keep(name, kept)
        return with_sizes(kept["vectors"], boxes, (item.width, item.height))

    def _place(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.npz"

    def _kept(self, name: str) -> dict[str, NDArray[Any]] | None:
        try:
            with np.load(self._place(name), allow_pickle=False) as kept:
                return {key: kept[key] for key in kept.files}
        except (OSError, ValueError, KeyError):
            return None

    def _keep(self, name: str, arrays: dict[str, NDArray[Any]]) -> None:
        place = self._place(name)
        part = place.with_name(f".{new_secret()[:8]}.npz")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            np.savez(part, allow_pickle=False, **arrays)
            part.replace(place)
        except OSError:
            part.unlink(missing_ok=True)  # it only saves time
