"""The grid of fast verification: what is shown, in which order, a page at a time.

An order is worked out once, when a grid is opened, and then stays as it is while people judge, so that
nothing moves under their hands; what each page shows is read anew. The orders of the last few grids are
held in memory. One that was let go of, or lost with a restart, begins again with what is still open.
"""

import random
import secrets
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection, Row

from labelwright.core.document import Annotation
from labelwright.core.errors import InvalidInput
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Bounds
from labelwright.media.crop import Window, window_around
from labelwright.quality.likeness import by_likeness
from labelwright.quality.suspicion import Sign, Suspicion, suspicions
from labelwright.services.access import RIGHT_OF_STAGE, Actor, project_for
from labelwright.services.context import Context
from labelwright.services.crops import Crops
from labelwright.services.ontologies import read_ontology
from labelwright.services.projects import workflow_of
from labelwright.services.suspect_signs import signs_for
from labelwright.services.verification_cells import (
    MOST,
    SOURCES,
    Found,
    annotations_of,
    candidate_of,
    key_of,
    predicted_of,
    waiting,
)

SORTS = ("suspicion", "similarity", "smallest", "largest", "score", "random")
ORDERS_HELD = 8
LOOKING = 6.0  # seconds that one request spends on how objects look
NEVER = Suspicion(0.0, ())


class GridQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a grid shows: a source (review or predictions), which annotations of it, and their order.

    `category`, `kind` (of shape, or tag) and `model` narrow it down, as does `minimum_score`; `cursor`
    is the `next` of the page before.
    """

    source: str = "review"
    category: str | None = None
    kind: str | None = None
    model: str | None = None
    minimum_score: float | None = None
    sort: str = "suspicion"
    cursor: str | None = None
    limit: int = 60


class WindowView(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the picture that a cell shows, in whole pixels; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One annotation of the grid.

    `revision` is that of the person's draft; `verdict` the one they gave already. A predicted annotation
    names its `model` and the `document` it stands in. `held_by` is the name of somebody else who took the
    item meanwhile.
    """

    task: str
    item: str
    name: str
    width: int
    height: int
    annotation: Annotation
    revision: int
    window: WindowView
    suspicion: float
    reasons: list[str]
    verdict: str | None
    model: str | None
    document: str | None
    held_by: str | None


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """How many open annotations of the source there are by category, kind of shape, and model."""

    categories: dict[str, int]
    kinds: dict[str, int]
    models: dict[str, int]


class GridPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cells.

    `total` counts the cells of the grid as it was opened, `judged` what the person had judged before,
    `held` what others hold. `looked` counts those that an order by similarity could compare so far.
    `limited`: there is more than one grid looks through. `restarted`: the order was lost, and these are
    the first that are still open.
    """

    cells: list[Cell]
    next: str | None
    total: int
    judged: int
    held: int
    looked: int
    limited: bool
    restarted: bool
    ontology_version: int
    facets: Facets


class _Place(NamedTuple):
    task: str
    annotation: str
    document: str | None
    suspicion: Suspicion


class _Order(NamedTuple):
    """A grid as it was opened, and whose it is."""

    owner: tuple[str, str, str]
    places: list[_Place]
    judged: int
    held: int
    looked: int
    limited: bool
    facets: Facets


class Verification:
    """The service of grids."""

    def __init__(self, context: Context, crops: Crops) -> None:
        self.context = context
        self._crops = crops
        self._orders: OrderedDict[str, _Order] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, actor: Actor, project_id: str, query: GridQuery) -> GridPage:
        """A page of a grid, which is opened by asking for its first page.

        Raises NotFound, Forbidden, InvalidInput for an unknown source, order or cursor.
        """
        _check(query)
        owner = (actor.id, project_id, query.source)
        token, start = _cursor(query.cursor)
        order = self._known(token, owner)
        restarted = bool(token) and order is None
        if order is None:
            token, start = secrets.token_urlsafe(9), 0
            order = self._opened(actor, project_id, query, owner)
            self._keep(token, order)
        end = start + query.limit
        cells, version = self._cells(actor, project_id, query.source, order.places[start:end])
        return GridPage(
            cells=cells,
            next=f"{token}.{end}" if end < len(order.places) else None,
            total=len(order.places),
            judged=order.judged,
            held=order.held,
            looked=order.looked,
            limited=order.limited,
            restarted=restarted,
            ontology_version=version,
            facets=order.facets,
        )

    def _opened(self, actor: Actor, project_id: str, query: GridQuery, owner: tuple[str, str, str]) -> _Order:
        def read(tx: Connection) -> tuple[list[Found], Ontology, bool, dict[tuple[str, str], list[Sign]]]:
            found, ontology, limited = self._everything(tx, actor, project_id, query.source)
            return found, ontology, limited, signs_for(tx, project_id, ontology, found, query.source)

        found, ontology, limited, signs = self.context.database.read(read)
        free = [one for one in found if one.waiting.holder is None]
        still_open = [one for one in free if one.verdict is None]
        name_of = _namer(ontology)
        # Neighbors that were judged already are no longer suspects, but others are measured by them.
        candidates = [candidate_of(one, name_of) for one in free]
        judged_by = suspicions(candidates, predicted_of(free, name_of), signs)
        chosen = [one for one in still_open if _fits(one, query)]
        ordered, looked = self._ordered(chosen, query.sort, judged_by)
        return _Order(
            owner=owner,
            places=[
                _Place(
                    one.waiting.task.id,
                    one.annotation.id,
                    one.document,
                    judged_by.get(key_of(one), NEVER),
                )
                for one in ordered
            ],
            judged=sum(one.verdict is not None and _fits(one, query) for one in free),
            held=sum(one.waiting.holder is not None and _fits(one, query) for one in found),
            looked=looked,
            limited=limited,
            facets=_facets(still_open),
        )

    def _everything(
        self, tx: Connection, actor: Actor, project_id: str, source: str
    ) -> tuple[list[Found], Ontology, bool]:
        project, ontology = self._project(tx, actor, project_id, source)
        self_review, now = workflow_of(project).self_review, self.context.clock()
        found: list[Found] = []
        for entry in waiting(tx, actor, project, ontology, source, now, self_review=self_review):
            found += annotations_of(entry, source)
            if len(found) >= MOST:
                return found[:MOST], ontology, True
        return found, ontology, False

    def _project(
        self, tx: Connection, actor: Actor, project_id: str, source: str
    ) -> tuple[Row[Any], Ontology]:
        project = project_for(tx, actor, project_id, RIGHT_OF_STAGE[SOURCES[source]])
        return project, read_ontology(self.context, tx, project.id, project.ontology_version)

    def _ordered(
        self,
        chosen: Sequence[Found],
        sort: str,
        judged_by: dict[tuple[str, str], Suspicion],
    ) -> tuple[list[Found], int]:
        def suspect(one: Found) -> float:
            return -judged_by.get(key_of(one), NEVER).score

        def area(one: Found) -> float:
            return one.annotation.shape.area if one.annotation.shape is not None else 0.0

        def score(one: Found) -> float:
            given = one.annotation.evidence.score
            return 2.0 if given is None else given

        keys: dict[str, Callable[[Found], float]] = {
            "smallest": area,
            "largest": lambda one: -area(one),
            "score": score,
        }
        first = sorted(chosen, key=suspect)
        if sort == "random":
            random.SystemRandom().shuffle(first)
        elif sort == "similarity":
            return self._alike(first)
        elif sort in keys:
            first.sort(key=keys[sort])
        return first, 0

    def _alike(self, first: Sequence[Found]) -> tuple[list[Found], int]:
        """Like with like; what nobody had time to look at comes last, the most suspect first."""
        looks = self._crops.looks([(one.waiting.item, _bounds(one)) for one in first], LOOKING)
        seen = [place for place, look in enumerate(looks) if look is not None]
        unseen = [one for one, look in zip(first, looks, strict=True) if look is None]
        if not seen:
            return list(first), 0
        rows = np.stack([look for look in looks if look is not None])
        return [first[seen[place]] for place in by_likeness(rows)] + unseen, len(seen)

    def _cells(
        self, actor: Actor, project_id: str, source: str, places: Sequence[_Place]
    ) -> tuple[list[Cell], int]:
        wanted = sorted({place.task for place in places})

        def work(tx: Connection) -> tuple[dict[tuple[str, str, str | None], Found], int]:
            project, ontology = self._project(tx, actor, project_id, source)
            now, self_review = self.context.clock(), workflow_of(project).self_review
            entries = waiting(tx, actor, project, ontology, source, now, self_review=self_review, only=wanted)
            found = {
                (one.waiting.task.id, one.annotation.id, one.document): one
                for entry in entries
                for one in annotations_of(entry, source)
            }
            return found, project.ontology_version

        found, version = self.context.database.read(work)
        shown = [(place, found.get((place.task, place.annotation, place.document))) for place in places]
        return [_cell(one, place.suspicion) for place, one in shown if one is not None], version

    def _known(self, token: str, owner: tuple[str, str, str]) -> _Order | None:
        with self._lock:
            order = self._orders.get(token)
            if order is None or order.owner != owner:
                return None
            self._orders.move_to_end(token)
            return order

    def _keep(self, token: str, order: _Order) -> None:
        with self._lock:
            self._orders[token] = order
            while len(self._orders) > ORDERS_HELD:
                self._orders.popitem(last=False)


def _check(query: GridQuery) -> None:
    for name, value, known in (("source", query.source, tuple(SOURCES)), ("sort", query.sort, SORTS)):
        if value not in known:
            raise InvalidInput(
                f"There is no {name} “{value}”.", place=name, remedy=f"Use {', '.join(known)}."
            )


def _cursor(text: str | None) -> tuple[str, int]:
    if not text:
        return "", 0
    token, _, start = text.rpartition(".")
    if not token or not (start.isascii() and start.isdigit() and len(start) < 7):
        raise InvalidInput("This cursor is none of ours.", place="cursor", remedy="Leave it out.")
    return token, int(start)


def _fits(one: Found, query: GridQuery) -> bool:
    score = one.annotation.evidence.score
    return (
        query.category in (None, one.annotation.category)
        and query.kind in (None, one.annotation.kind)
        and query.model in (None, one.model or one.annotation.evidence.model)
        and (query.minimum_score is None or (score is not None and score >= query.minimum_score))
    )


def _facets(found: Sequence[Found]) -> Facets:
    models = Counter(one.model or one.annotation.evidence.model or "" for one in found)
    models.pop("", None)
    return Facets(
        categories=dict(Counter(one.annotation.category for one in found)),
        kinds=dict(Counter(one.annotation.kind for one in found)),
        models=dict(models),
    )


def _namer(ontology: Ontology) -> Callable[[str], str]:
    names = {category.id: category.name for category in ontology.categories}
    return lambda category: names.get(category, category)


def _bounds(one: Found) -> Bounds:
    item, shape = one.waiting.item, one.annotation.shape
    return shape.bounds if shape is not None else Bounds(0, 0, item.width, item.height)


def _cell(one: Found, suspicion: Suspicion) -> Cell:
    entry, item = one.waiting, one.waiting.item
    window: Window = window_around(_bounds(one), item.width, item.height)
    return Cell(
        task=entry.task.id,
        item=item.id,
        name=item.name,
        width=item.width,
        height=item.height,
        annotation=one.annotation,
        revision=entry.revision,
        window=WindowView(**window._asdict()),
        suspicion=suspicion.score,
        reasons=list(suspicion.reasons),
        verdict=one.verdict,
        model=one.model,
        document=one.document,
        held_by=entry.holder,
    )
