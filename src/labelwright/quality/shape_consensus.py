"""One document made of several people's documents of an item, with who said what of each annotation.

**Which things there are.** Annotations of one thing are put together by their places
(`shape_agreement.instances`), whatever their categories. Whether a thing is there is judged from who marked
it and who did not: everybody has a rate of finding what is there and a rate of marking what is not, and the
posterior follows by Bayes' rule. Things that are there are plain or hard to see, for three of seven people
marking a small thing far away are more than chance. `fit` learns the rates from many items by EM (Dawid and
Skene, 1979, with three classes; Beta priors keep them sane while little is known), so the word of somebody
who marks anything counts little.

**What it is and where.** The category by weighted vote, the shape as in `shape_merge.py`, attributes by
weighted vote of those who gave the category. Weights are everybody's chance to be right.

**Tags** are there or not by the same rule. Where everybody gave exactly one tag and nothing else, the tags
exclude one another and the posterior is that of one answer among all of them.

The posteriors rest on how often people are right; they are no calibrated probabilities until gold says so.
"""

from collections.abc import Callable, Mapping, Sequence
from math import exp, log
from typing import Literal, NamedTuple

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Vote
from labelwright.core.shapes import Box
from labelwright.quality.iou import iou
from labelwright.quality.shape_agreement import instances
from labelwright.quality.shape_bias import NO_BIAS, Bias, box_biases, corrected
from labelwright.quality.shape_merge import merged_shape

SAME_THING = 0.3  # IoU; small things are drawn roughly
THERE = 0.5  # posterior from which a thing is taken to be there
LOOSE = 0.75  # least IoU of somebody's shape with the merged one before its border is in dispute
ROUNDS = 60
CLOSE = 1e-6
SHARES_PRIOR = (6.0, 1.5, 2.5)  # in ten marked things: plain to see, hard to see, not there
LEAST_SHARE = 0.005
HARDER = 3.5  # on the scale of log-odds: who finds 19 in 20 plain things finds one in three hard ones
SOFT = 0.05  # of a size: how much everybody's spread is evened out when boxes are weighed
FOUND_PRIOR = (8.5, 1.5)  # right and wrong in ten things that are plain to see
FALSE_PRIOR = (2.0, 10.0)  # marks and none at twelve places where nothing is
NAME_PRIOR = (9.0, 1.0)

Doubt = Literal["existence", "category", "shape", "attributes"]


class Rates(NamedTuple):
    """How somebody marks: the chance to mark what is there, what is not, and to name it right."""

    found: float
    false: float
    name: float


USUAL = Rates(
    FOUND_PRIOR[0] / sum(FOUND_PRIOR), FALSE_PRIOR[0] / sum(FALSE_PRIOR), NAME_PRIOR[0] / sum(NAME_PRIOR)
)


class Shares(NamedTuple):
    """How large a part of what anybody marked is plain to see, hard to see, or not there."""

    plain: float
    hard: float
    none: float


class Fit(NamedTuple):
    """What is known of the people of a project: rates and biases by name, and what they look at."""

    rates: Mapping[str, Rates]
    biases: Mapping[str, Bias]
    shares: Shares = Shares(*(part / sum(SHARES_PRIOR) for part in SHARES_PRIOR))


UNKNOWN = Fit({}, {})


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a merged annotation comes from: one person's annotation, and its IoU with the merged one."""

    annotator: str
    annotation: str
    iou: float | None


class MergedThing(msgspec.Struct, frozen=True, kw_only=True):
    """One thing: `id` in the merged document (None: left out), its posterior, who marked it, what differs."""

    id: str | None
    posterior: float
    origins: tuple[Origin, ...]
    doubts: tuple[Doubt, ...]


class MergedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The merged document, and every thing that anybody marked.

    `confidence` is the posterior of the least sure decision, None where nobody marked anything.
    """

    document: Document
    things: tuple[MergedThing, ...]
    confidence: float | None


def merge_documents(
    documents: Mapping[str, Document],
    new_id: Callable[[], str],
    *,
    fit: Fit = UNKNOWN,
    categories: int = 2,
    threshold: float = SAME_THING,
) -> MergedDocument:
    """The consensus of the documents by person; `categories` is how many there are to choose from.

    `threshold` is the IoU from which two shapes may be of one thing. The order of people makes no
    difference but for ties, which go to the name that comes first.
    """
    people = sorted(documents)
    ordered = {name: documents[name] for name in people}
    things = [
        {name: ordered[name].annotations[place] for name, place in sorted(thing.items())}
        for thing in instances(ordered, threshold=threshold)
    ]
    tags = _tags(ordered)
    merged: list[tuple[Annotation | None, MergedThing]] = []
    if _is_one_choice(ordered):
        merged += _one_choice(ordered, tags, new_id, fit, max(categories, len(tags), 2))
    else:
        merged += [_thing(thing, people, new_id, fit, categories) for thing in (*things, *tags)]
    kept = [annotation for annotation, _ in merged if annotation is not None]
    sure = [thing.posterior if thing.id else 1 - thing.posterior for _, thing in merged]
    return MergedDocument(
        document=Document(annotations=tuple(kept)),
        things=tuple(thing for _, thing in merged),
        confidence=min(sure, default=None),
    )


def fit(items: Sequence[Mapping[str, Document]], threshold: float = SAME_THING) -> Fit:
    """What many items tell of their people: rates by EM, and biases of boxes."""
    seen: list[tuple[tuple[str, ...], dict[str, Annotation]]] = []
    for documents in items:
        people = tuple(sorted(documents))
        if len(people) < 2:
            continue
        ordered = {name: documents[name] for name in people}
        for thing in instances(ordered, threshold=threshold):
            marks = {name: ordered[name].annotations[place] for name, place in thing.items()}
            seen.append((people, marks))
        seen += [(people, dict(tag)) for tag in _tags(ordered)]
    rates, shares = _rates(seen)
    boxes = [
        {name: mark.shape for name, mark in sorted(marks.items()) if isinstance(mark.shape, Box)}
        for _, marks in seen
    ]
    return Fit(rates, box_biases(boxes), shares)


def _rates(
    seen: Sequence[tuple[tuple[str, ...], Mapping[str, Annotation]]],
) -> tuple[dict[str, Rates], Shares]:
    rates = {name: USUAL for people, _ in seen for name in people}
    shares = Shares(*(part / sum(SHARES_PRIOR) for part in SHARES_PRIOR))
    for _ in range(ROUNDS):
        chances = [_classes(people, marks, rates, shares) for people, marks in seen]
        found = {name: [FOUND_PRIOR[0], sum(FOUND_PRIOR)] for name in rates}
        false = {name: [FALSE_PRIOR[0], sum(FALSE_PRIOR)] for name in rates}
        sums = list(SHARES_PRIOR)
        for (people, marks), chance in zip(seen, chances, strict=True):
            sums = [sum(pair) for pair in zip(sums, chance, strict=True)]
            for name in people:
                marked = name in marks
                found[name][0] += chance.plain * marked
                found[name][1] += chance.plain
                false[name][0] += chance.none * marked
                false[name][1] += chance.none
        before = rates
        rates = {
            name: Rates(found[name][0] / found[name][1], false[name][0] / false[name][1], USUAL.name)
            for name in rates
        }
        shares = Shares(*(part / sum(sums) for part in sums))
        if max((abs(rates[n].found - before[n].found) for n in rates), default=0.0) < CLOSE:
            break
    return _named(seen, rates), shares


def _named(
    seen: Sequence[tuple[tuple[str, ...], Mapping[str, Annotation]]], rates: Mapping[str, Rates]
) -> dict[str, Rates]:
    """The rates with how often everybody names things as the others do."""
    right = {name: [NAME_PRIOR[0], sum(NAME_PRIOR)] for name in rates}
    for _, marks in seen:
        if len(marks) < 2 or all(mark.shape is None for mark in marks.values()):
            continue
        for name, mark in marks.items():
            others = [other.category for who, other in marks.items() if who != name]
            right[name][0] += others.count(mark.category) / len(others)
            right[name][1] += 1
    return {name: rate._replace(name=right[name][0] / right[name][1]) for name, rate in rates.items()}


def _classes(
    people: Sequence[str], marks: Mapping[str, Annotation], rates: Mapping[str, Rates], shares: Shares
) -> Shares:
    """The chances that a thing is there and plain to see, there and hard to see, or not there."""
    plain, hard, none = (log(max(share, LEAST_SHARE)) for share in shares)
    for name in people:
        rate = rates.get(name, USUAL)
        harder = _harder(rate.found)
        if name in marks:
            plain, hard, none = plain + log(rate.found), hard + log(harder), none + log(rate.false)
        else:
            plain, hard, none = (
                plain + log(1 - rate.found),
                hard + log(1 - harder),
                none + log(1 - rate.false),
            )
    most = max(plain, hard, none)
    parts = [exp(value - most) for value in (plain, hard, none)]
    return Shares(*(part / sum(parts) for part in parts))


def _harder(found: float) -> float:
    """The chance to mark what is hard to see, of somebody who marks what is plain with chance `found`."""
    return 1 / (1 + exp(HARDER) * (1 - found) / found)


def _thing(
    marks: Mapping[str, Annotation],
    people: Sequence[str],
    new_id: Callable[[], str],
    known: Fit,
    categories: int,
) -> tuple[Annotation | None, MergedThing]:
    posterior = 1 - _classes(people, marks, known.rates, known.shares).none
    names = [known.rates.get(name, USUAL).name for name in marks]
    chances = _category_chances(list(marks.values()), names, max(categories, 2))
    category = max(sorted(chances), key=lambda one: chances[one])
    shapes = [
        corrected(mark.shape, known.biases[name])
        if isinstance(mark.shape, Box) and name in known.biases
        else mark.shape
        for name, mark in marks.items()
    ]
    spreads = [known.biases[name].spread if name in known.biases else NO_BIAS.spread for name in marks]
    drawn = [shape for shape in shapes if shape is not None]
    shape = merged_shape(drawn, [1 / (spread**2 + SOFT**2) for spread in spreads]) if drawn else None
    origins = tuple(
        Origin(
            annotator=name,
            annotation=mark.id,
            iou=None if shape is None or mark.shape is None else round(iou(shape, mark.shape), 6),
        )
        for name, mark in marks.items()
    )
    same = [mark for mark in marks.values() if mark.category == category]
    attributes, doubtful = _attributes(same)
    sure = posterior * chances[category]
    is_there = posterior >= THERE
    thing = MergedThing(
        id=new_id() if is_there else None,
        posterior=sure if is_there else posterior,
        origins=origins,
        doubts=_doubts(marks, people, origins, doubtful=doubtful),
    )
    if thing.id is None:
        return None, thing
    first = same[0]
    votes = tuple(
        Vote(annotator=origin.annotator, answer=marks[origin.annotator].category, similarity=origin.iou)
        for origin in origins
    )
    made = Annotation(
        id=thing.id,
        category=category,
        shape=shape,
        attributes=attributes,
        flags=first.flags,
        votes=votes,
        unsure=next((mark.unsure for mark in marks.values() if mark.unsure), None),
    )
    return made, thing


def _doubts(
    marks: Mapping[str, Annotation],
    people: Sequence[str],
    origins: Sequence[Origin],
    *,
    doubtful: bool,
) -> tuple[Doubt, ...]:
    found: list[Doubt] = []
    if len(marks) < len(people) or any(mark.unsure for mark in marks.values()):
        found.append("existence")
    if len({mark.category for mark in marks.values()}) > 1:
        found.append("category")
    if any(origin.iou is not None and origin.iou < LOOSE for origin in origins):
        found.append("shape")
    if doubtful:
        found.append("attributes")
    return tuple(found)


def _category_chances(
    marks: Sequence[Annotation], skills: Sequence[float], categories: int
) -> dict[str, float]:
    """The posterior of every category that anybody named; the others share what is left."""
    named = {mark.category for mark in marks}
    odds: dict[str, float] = {}
    nobody = 0.0
    for mark, skill in zip(marks, skills, strict=True):
        wrong = (1 - skill) / (categories - 1)
        nobody += log(wrong)
        for one in named:
            odds[one] = odds.get(one, 0.0) + log(skill if one == mark.category else wrong)
    most = max(*odds.values(), nobody)
    rest = max(0, categories - len(named)) * exp(nobody - most)
    whole = sum(exp(value - most) for value in odds.values()) + rest
    return {one: exp(value - most) / whole for one, value in odds.items()}


def _attributes(marks: Sequence[Annotation]) -> tuple[dict[str, AttributeValue], bool]:
    """The commonest value of every attribute; ties go to the person named first. Whether any differ."""
    merged: dict[str, AttributeValue] = {}
    differ = False
    for spec in dict.fromkeys(spec for mark in marks for spec in mark.attributes):
        said = [mark.attributes.get(spec) for mark in marks]
        told = [msgspec.json.encode(value) for value in said]
        differ = differ or len(set(told)) > 1
        best = max(range(len(said)), key=lambda at: (told.count(told[at]), -at))
        value = said[best]
        if value is not None:
            merged[spec] = value
    return merged, differ


def _tags(documents: Mapping[str, Document]) -> list[dict[str, Annotation]]:
    """The tags that anybody gave, by category, in the order in which they first come."""
    found: dict[str, dict[str, Annotation]] = {}
    for name, document in documents.items():
        for mark in document.annotations:
            if mark.shape is None:
                found.setdefault(mark.category, {}).setdefault(name, mark)
    return list(found.values())


def _is_one_choice(documents: Mapping[str, Document]) -> bool:
    return bool(documents) and all(
        len(document.annotations) == 1 and document.annotations[0].shape is None
        for document in documents.values()
    )


def _one_choice(
    documents: Mapping[str, Document],
    tags: Sequence[Mapping[str, Annotation]],
    new_id: Callable[[], str],
    known: Fit,
    categories: int,
) -> list[tuple[Annotation | None, MergedThing]]:
    marks = {name: document.annotations[0] for name, document in documents.items()}
    skills = [known.rates.get(name, USUAL).found for name in marks]
    chances = _category_chances(list(marks.values()), skills, categories)
    best = max(sorted(chances), key=lambda one: chances[one])
    made: list[tuple[Annotation | None, MergedThing]] = []
    votes = tuple(Vote(annotator=name, answer=mark.category) for name, mark in marks.items())
    unsure = next((mark.unsure for mark in marks.values() if mark.unsure), None)
    for tag in tags:
        first = next(iter(tag.values()))
        won = first.category == best
        attributes, doubtful = _attributes(list(tag.values()))
        doubts: list[Doubt] = []
        if len(tags) > 1:
            doubts.append("category")
        if unsure and won:
            doubts.append("existence")
        if doubtful:
            doubts.append("attributes")
        thing = MergedThing(
            id=new_id() if won else None,
            posterior=chances[first.category],
            origins=tuple(Origin(annotator=name, annotation=mark.id, iou=None) for name, mark in tag.items()),
            doubts=tuple(doubts),
        )
        annotation = Annotation(
            id=thing.id, category=best, attributes=attributes, flags=first.flags, votes=votes, unsure=unsure
        ) if thing.id else None  # fmt: skip
        made.append((annotation, thing))
    return made
