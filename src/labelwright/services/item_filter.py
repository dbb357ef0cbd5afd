"""One filter of items, for the dataset page, releases, actions on many items, and saved views.

Everything that is given must hold (and). Within a list of plain values one is enough (or). Ranges include
both ends. What counts for an item is its newest submission; an item without one has no categories, shapes,
attributes, authors or reviewers. Categories are named by their current ids; annotations of categories
that were merged into one count as its own, those of a removed category count nowhere.
"""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from labelwright.core.errors import InvalidInput
from labelwright.core.gold import WORK
from labelwright.core.graph import STAGES
from labelwright.core.item_terms import (
    ATTRIBUTE,
    AUTHOR,
    CATEGORY,
    NUMBER,
    REVIEWER,
    SCORE,
    SHAPE,
    attribute_key,
    attribute_value,
    ids_meaning,
)
from labelwright.core.ontology import SHAPE_KINDS, Ontology
from labelwright.core.workflow import ITEM_STATES
from labelwright.storage.schema import comments, issues, item_tags, item_terms, items, tasks

STORED, IN_PLACE = SOURCES = ("stored", "in_place")
NO_SPLIT = ""
"""In `splits`: items that have none."""

Word = Annotated[str, Meta(max_length=300)]
Words = Annotated[tuple[Word, ...], Meta(max_length=200)]


class _Part(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Between(_Part, frozen=True, kw_only=True):
    """A range with both ends; an end that is left out is open."""

    min: float | None = None
    max: float | None = None


class Span(_Part, frozen=True, kw_only=True):
    """From one moment (UTC text) to another, both included; a day stands for all of it."""

    since: Word | None = None
    until: Word | None = None


class CategoryRule(_Part, frozen=True, kw_only=True):
    """So many annotations of a category: at least one, or `count`; with `has` false, none.

    `area` asks that the smallest or the largest of them covers such a share of the picture (0 to 1).
    """

    category: Word
    has: bool = True
    count: Between | None = None
    area: Between | None = None


class AttributeRule(_Part, frozen=True, kw_only=True):
    """An annotation of a category whose attribute has one of some values, or a number in a range.

    Of the numbers of one attribute on an item, the least or the greatest must lie in the range.
    """

    category: Word
    attribute: Word
    values: Annotated[tuple[Word | bool, ...], Meta(max_length=200)] = ()
    range: Between | None = None


class ItemFilter(_Part, frozen=True, kw_only=True):
    """Which items (see the top of this page). `{}` are all.

    `text` stands in the name, the key or a comment of an issue, whatever the case of its letters.
    `megapixels` are millions of pixels; `aspect` is width by height. `stages` are those of a waiting task,
    `assigned` whose it is. `without_tags`: none of them. `splits` may hold "" for items of none. `score` is
    the least score of a model's annotations on the item, an import's included.
    """

    text: Word | None = None
    categories: Annotated[tuple[CategoryRule, ...], Meta(max_length=50)] = ()
    attributes: Annotated[tuple[AttributeRule, ...], Meta(max_length=50)] = ()
    shapes: Words = ()
    annotations: Between | None = None
    width: Between | None = None
    height: Between | None = None
    megapixels: Between | None = None
    bytes: Between | None = None
    aspect: Between | None = None
    authors: Words = ()
    reviewers: Words = ()
    states: Words = ()
    stages: Words = ()
    assigned: Words = ()
    tags: Words = ()
    without_tags: Words = ()
    splits: Words = ()
    imports: Words = ()
    sources: Words = ()
    near_duplicates: bool | None = None
    score: Between | None = None
    created: Span | None = None
    updated: Span | None = None


EVERYTHING = ItemFilter()
OF_STATE = ("states", "stages", "annotations", "categories", "updated")
"""Fields that tell how far the work on an item is."""

OF_REVIEWERS = ("attributes", "shapes", "authors", "reviewers", "assigned", "score")
"""Fields that tell of other people's work: only who may see the history of items may ask for them."""


def tells_of_others(wanted: ItemFilter) -> bool:
    """Whether the filter asks for what only those may know who may see the history of items."""
    if any(rule.count or rule.area for rule in wanted.categories):
        return True
    return any(getattr(wanted, name) not in ((), None) for name in OF_REVIEWERS)


def as_seeming(
    wanted: ItemFilter, *, state: str, stage: str | None, annotations: int, categories: Collection[str]
) -> ItemFilter | None:
    """What is left to ask of an item that seems to be that far; None: it does not fit."""
    least, most = (wanted.annotations.min, wanted.annotations.max) if wanted.annotations else (None, None)
    fits = (
        (not wanted.states or state in wanted.states)
        and (not wanted.stages or stage in wanted.stages)
        and (least is None or annotations >= least)
        and (most is None or annotations <= most)
        and all(rule.has == (rule.category in categories) for rule in wanted.categories)
    )
    rest: dict[str, Any] = {name: getattr(EVERYTHING, name) for name in OF_STATE}
    return msgspec.structs.replace(wanted, **rest) if fits else None


def read_filter(text: str | None) -> ItemFilter:
    """A filter in JSON text, as addresses have it. Raises InvalidInput."""
    if not text:
        return EVERYTHING
    try:
        return checked(msgspec.json.decode(text, type=ItemFilter))
    except msgspec.DecodeError as error:
        raise InvalidInput(
            f"This is no filter: {error}.", place="filter", remedy="Send a JSON object of its fields."
        ) from None


def checked(wanted: ItemFilter) -> ItemFilter:
    """The filter itself. Raises InvalidInput for words that mean nothing here."""
    for name, given, known in (
        ("states", wanted.states, ITEM_STATES),
        ("stages", wanted.stages, STAGES),
        ("shapes", wanted.shapes, SHAPE_KINDS),
        ("sources", wanted.sources, SOURCES),
    ):
        for word in given:
            if word not in known:
                raise InvalidInput(
                    f"“{word}” is none of the {name}.", place=name, remedy=f"Use {', '.join(known)}."
                )
    return wanted


def condition(
    wanted: ItemFilter,
    project_id: str,
    ontology: Ontology,
    now: int,
    *,
    every: int = 1,
    issues_by: str | None = None,
) -> ColumnElement[bool]:
    """The filter as a condition on `items`, that of the project included. `now`: Unix milliseconds.

    With `every` only items at each so many-th position fit, an even sample of them. `issues_by`: text is
    looked for in the issues of that author only.
    """
    place = _Place(project_id, every, issues_by)
    return and_(
        items.c.project_id == project_id,
        *place.sampled(items.c.position),
        *_conditions(wanted, place, ontology, now),
    )


def quick_count(wanted: ItemFilter, project_id: str, ontology: Ontology) -> Select[int] | None:
    """How the items that fit are counted in the index alone, for the filters where that is enough."""
    if wanted == EVERYTHING:
        return select(func.count()).select_from(items).where(items.c.project_id == project_id)
    for name, kind in (("shapes", SHAPE), ("authors", AUTHOR), ("reviewers", REVIEWER)):
        if wanted == ItemFilter(**{name: getattr(wanted, name)}):
            return _counted(project_id, kind, getattr(wanted, name))
    rule = wanted.categories[0] if wanted.categories else None
    plain = rule is not None and rule.has and rule.count is None and rule.area is None
    if rule is not None and plain and wanted == ItemFilter(categories=(rule,)):
        living = ontology.current_id(rule.category) == rule.category
        return _counted(project_id, CATEGORY, ids_meaning(ontology, rule.category)) if living else None
    return None


def _counted(project_id: str, kind: str, values: Sequence[str]) -> Select[int]:
    one = func.count() if len(values) == 1 else func.count(item_terms.c.position.distinct())
    chosen = and_(
        item_terms.c.project_id == project_id, item_terms.c.kind == kind, item_terms.c.value.in_(values)
    )
    return select(one).select_from(item_terms).where(chosen)


class _Place(NamedTuple):
    """The project, which of its positions are looked at, and whose issues (None: everybody's)."""

    project: str
    every: int
    issues_by: str | None

    def sampled(self, position: ColumnElement[int]) -> list[ColumnElement[bool]]:
        return [position % self.every == 0] if self.every > 1 else []


def _conditions(wanted: ItemFilter, place: _Place, ontology: Ontology, now: int) -> list[ColumnElement[bool]]:
    made: list[ColumnElement[bool]] = []
    if wanted.text:
        made.append(_text(wanted.text, place))
    made += [_category(rule, place, ontology) for rule in wanted.categories]
    made += [_attribute(rule, place, ontology) for rule in wanted.attributes]
    for kind, values in ((SHAPE, wanted.shapes), (AUTHOR, wanted.authors), (REVIEWER, wanted.reviewers)):
        if values:
            made.append(_among(_terms(place, kind, values)))
    pixels = cast(items.c.width, Float) * items.c.height
    for column, between in (
        (items.c.annotations, wanted.annotations),
        (items.c.width, wanted.width),
        (items.c.height, wanted.height),
        (pixels / 1e6, wanted.megapixels),
        (items.c.bytes, wanted.bytes),
        (cast(items.c.width, Float) / items.c.height, wanted.aspect),
    ):
        made += _within(column, between)
    if wanted.states:
        made.append(or_(*(_in_state(state, now) for state in set(wanted.states))))
    if wanted.stages:
        made.append(items.c.id.in_(_waiting(place.project).where(tasks.c.stage.in_(wanted.stages))))
    if wanted.assigned:
        made.append(items.c.id.in_(_waiting(place.project).where(tasks.c.assigned_to.in_(wanted.assigned))))
    if wanted.tags:
        made.append(items.c.position.in_(_tagged(place, wanted.tags)))
    if wanted.without_tags:
        made.append(items.c.position.not_in(_tagged(place, wanted.without_tags)))
    made += _provenance(wanted)
    if wanted.score is not None:
        chosen = _terms(place, SCORE, ("",)).where(*_within(item_terms.c.low, wanted.score))
        made.append(_among(chosen.where(item_terms.c.low.is_not(None))))
    return made


def _provenance(wanted: ItemFilter) -> list[ColumnElement[bool]]:
    made: list[ColumnElement[bool]] = []
    if wanted.splits:
        made.append(func.coalesce(items.c.split, NO_SPLIT).in_(wanted.splits))
    if wanted.imports:
        made.append(items.c.import_id.in_(wanted.imports))
    if wanted.sources:
        elsewhere = or_(items.c.source_path.is_not(None), items.c.source_id.is_not(None))
        kind = case((elsewhere, IN_PLACE), else_=STORED)
        made.append(kind.in_(wanted.sources))
    if wanted.near_duplicates is not None:
        alike = items.c.near_duplicate_of.is_not(None)
        made.append(alike if wanted.near_duplicates else not_(alike))
    for column, span in ((items.c.created_at, wanted.created), (items.c.updated_at, wanted.updated)):
        if span is not None and span.since:
            made.append(column >= span.since)
        if span is not None and span.until:
            made.append(func.substr(column, 1, len(span.until)) <= span.until)
    return made


def _text(text: str, place: _Place) -> ColumnElement[bool]:
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{escaped}%"
    said = (
        select(issues.c.item_id)
        .join(comments, comments.c.issue_id == issues.c.id)
        .where(issues.c.project_id == place.project, func.lower(comments.c.text).like(pattern, escape="\\"))
    )
    if place.issues_by is not None:
        said = said.where(issues.c.author == place.issues_by)
    return or_(
        func.lower(items.c.name).like(pattern, escape="\\"),
        func.lower(items.c.key).like(pattern, escape="\\"),
        items.c.id.in_(said),
    )


def _category(rule: CategoryRule, place: _Place, ontology: Ontology) -> ColumnElement[bool]:
    if ontology.current_id(rule.category) != rule.category:
        return false() if rule.has else items.c.id.is_not(None)
    chosen = _terms(place, CATEGORY, ids_meaning(ontology, rule.category))
    if rule.area is not None:
        chosen = chosen.where(_end_within(rule.area))
    if not rule.has:
        return items.c.position.not_in(chosen)
    if rule.count is None:
        return _among(chosen)
    total = func.sum(item_terms.c.n)
    counted = _among(chosen.group_by(item_terms.c.position).having(_all(_within(total, rule.count))))
    if (rule.count.min or 0) > 0 or rule.area is not None:
        return counted
    any_of_it = _terms(place, CATEGORY, ids_meaning(ontology, rule.category))
    return or_(counted, items.c.position.not_in(any_of_it))


def _attribute(rule: AttributeRule, place: _Place, ontology: Ontology) -> ColumnElement[bool]:
    ids = ids_meaning(ontology, rule.category)
    fits: list[ColumnElement[bool]] = []
    if rule.values:
        values = [attribute_value(one, rule.attribute, value) for one in ids for value in rule.values]
        fits.append(_among(_terms(place, ATTRIBUTE, values)))
    if rule.range is not None:
        keys = [attribute_key(one, rule.attribute) for one in ids]
        fits.append(_among(_terms(place, NUMBER, keys).where(_end_within(rule.range))))
    return or_(*fits) if fits else false()


def _within(column: Any, between: Between | None) -> list[ColumnElement[bool]]:  # noqa: ANN401  # a column
    made: list[ColumnElement[bool]] = []
    if between is not None and between.min is not None:
        made.append(column >= between.min)
    if between is not None and between.max is not None:
        made.append(column <= between.max)
    return made


def _end_within(between: Between) -> ColumnElement[bool]:
    """Whether the least or the greatest of what a term measured lies in a range."""
    ends = (item_terms.c.low, item_terms.c.high)
    return or_(*(_all(_within(end, between)) for end in ends))


def _all(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    return and_(true(), *conditions)


def _terms(place: _Place, kind: str, values: Sequence[str]) -> Any:  # noqa: ANN401  # a select
    return select(item_terms.c.position).where(
        item_terms.c.project_id == place.project,
        item_terms.c.kind == kind,
        item_terms.c.value.in_(values),
        *place.sampled(item_terms.c.position),
    )


def _among(chosen: Any) -> ColumnElement[bool]:  # noqa: ANN401  # a select
    return items.c.position.in_(chosen)


def _tagged(place: _Place, tags: Sequence[str]) -> Any:  # noqa: ANN401  # a select
    return select(item_tags.c.position).where(
        item_tags.c.project_id == place.project, item_tags.c.tag.in_(tags)
    )


def _waiting(project_id: str) -> Any:  # noqa: ANN401  # a select
    return select(tasks.c.item_id).where(
        tasks.c.project_id == project_id, tasks.c.state == "waiting", tasks.c.purpose == WORK
    )


def _in_state(state: str, now: int) -> ColumnElement[bool]:
    # “annotating” is not stored: it is waiting with a live lease, and ends by itself.
    if state not in ("waiting", "annotating"):
        return items.c.state == state
    held = exists().where(
        tasks.c.item_id == items.c.id,
        tasks.c.state == "waiting",
        tasks.c.purpose == WORK,
        tasks.c.lease_expires > now,
    )
    return and_(items.c.state == "waiting", held if state == "annotating" else not_(held))
