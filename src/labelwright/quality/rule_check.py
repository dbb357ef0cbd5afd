"""Whether a document keeps to the label rules of its ontology; pure, the same answer for the same input.

Each kind of rule is one small function and one line in `CHECKS`. `web/src/model/rules.ts` holds the same
functions for the studio, with the same sentences; `tests/golden/rules.json` is read by the tests of both.
A rule about shapes says nothing of a tag, and shares are taken with a slack of one millionth.
"""

from collections.abc import Callable, Iterator, Sequence
from math import floor
from typing import Any, NamedTuple

from labelwright.core.document import Annotation, Document
from labelwright.core.ontology import Ontology
from labelwright.core.rules import (
    AtLeastPoints,
    BrokenRule,
    Count,
    CountInside,
    Inside,
    MaximumSize,
    MinimumSize,
    MustNotOverlap,
    MustTouch,
    NoSelfCrossing,
    OnePerImage,
    Related,
    RequiredAttribute,
    Requires,
    Rule,
)
from labelwright.core.shapes import (
    Bounds,
    Ellipse,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
)
from labelwright.quality.covering import most_overlap, overlap, self_crossing, share_inside, touches
from labelwright.quality.rule_scene import Scene, TooManyPairs

SLACK = 1e-6
HALF = 0.5  # what is more than half inside is inside
MOST_NAMED = 100  # annotations that one broken rule points at
MOST_FOUND = 2000  # places of one rule; there is no use in more
NOT_WHOLE = "It was not looked at to the end: more than 100,000 pairs of shapes lie close together"


class Finding(NamedTuple):
    """One place where a rule is broken, before it has the rule's name on it."""

    facts: str
    annotations: Sequence[Annotation]
    place: Bounds | None = None


def _meant(rule: Rule, scene: Scene) -> list[Annotation]:
    return scene.meant(rule)


def _holders(rule: CountInside, scene: Scene) -> list[Annotation]:
    return scene.of(rule.others)


class Check(NamedTuple):
    """How a kind of rule is checked: for each annotation that `subjects` names, or for the whole item."""

    each: Callable[[Any, Annotation, Scene], Iterator[Finding]] | None = None
    whole: Callable[[Any, Scene], Iterator[Finding]] | None = None
    subjects: Callable[[Any, Scene], list[Annotation]] = _meant


def broken_rules(
    document: Document, ontology: Ontology, width: int, height: int, rules: Sequence[Rule] | None = None
) -> list[BrokenRule]:
    """Every place where a document breaks a rule, by the order of the rules and of the annotations.

    `width` and `height` are the item's, in pixels. `rules` stand in for those of the ontology.
    """
    wanted = ontology.rules if rules is None else rules
    if not wanted:
        return []
    scene = Scene(document.annotations, ontology, width, height)
    return [broken for rule in wanted for broken in _broken(rule, scene)]


def _broken(rule: Rule, scene: Scene) -> Iterator[BrokenRule]:
    check = CHECKS[type(rule)]
    found: list[Finding] = []
    scene.pairs, is_whole = 0, True
    if check.each is not None:
        for annotation in check.subjects(rule, scene):
            try:
                found.extend(check.each(rule, annotation, scene))
            except TooManyPairs:
                is_whole = False
            if not is_whole or len(found) >= MOST_FOUND:
                break
    if check.whole is not None:
        found.extend(check.whole(rule, scene))
    for facts, annotations, place in found:
        sentence = f"{rule.message} ({facts})" if rule.message else facts
        ids = tuple(annotation.id for annotation in annotations[:MOST_NAMED])
        yield BrokenRule(
            rule=rule.id, severity=rule.severity, sentence=sentence, annotations=ids, place=place
        )
    if not is_whole:
        yield BrokenRule(rule=rule.id, severity="warning", sentence=NOT_WHOLE)


def _minimum_size(rule: MinimumSize, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    yield from _size(rule, annotation, scene, "small", "at least", lambda has, wants: has < wants - SLACK)


def _maximum_size(rule: MaximumSize, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    yield from _size(rule, annotation, scene, "large", "at most", lambda has, wants: has > wants + SLACK)


def _size(
    rule: MinimumSize | MaximumSize,
    annotation: Annotation,
    scene: Scene,
    word: str,
    bound: str,
    is_off: Callable[[float, float], bool],
) -> Iterator[Finding]:
    if annotation.shape is None:
        return
    wanted = {"width": rule.width, "height": rule.height, "area": rule.area, "length": rule.length}
    off = [
        f"{name} {_number(has)} ({bound} {_number(wants)})"
        for name, has in _sizes(annotation.shape, scene.figure(annotation).tight).items()
        if (wants := wanted[name]) is not None and is_off(has, wants)
    ]
    if off:
        yield _about(f"{scene.name(annotation)} is too {word}: {', '.join(off)}", scene, annotation)


def _sizes(shape: Shape, bounds: Bounds) -> dict[str, float]:
    match shape:
        case RotatedBox():
            return {"width": shape.width, "height": shape.height, "area": shape.area}
        case Ellipse():
            return {"width": 2 * shape.rx, "height": 2 * shape.ry, "area": shape.area}
        case Polyline():
            return {"length": shape.length}
        case Points():
            return {}
        case Skeleton():
            return {"width": bounds.width, "height": bounds.height}
        case _:
            return {"width": bounds.width, "height": bounds.height, "area": shape.area}


def _must_touch(rule: MustTouch, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    if annotation.shape is None:
        return
    own = scene.figure(annotation)
    near = scene.near(annotation, rule.others, rule.within)
    if not any(touches(own, scene.figure(other), rule.within) for other in near):
        others = scene.names(rule.others)
        facts = f"{scene.name(annotation)} touches no {others} (within {_number(rule.within)} px)"
        yield _about(facts, scene, annotation)


def _must_not_overlap(rule: MustNotOverlap, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    if annotation.shape is None:
        return
    own = scene.figure(annotation)
    allowed = f"at most {_percent(rule.above)} is allowed" if rule.above else "they may not"
    for other in scene.near(annotation, rule.others, 0):
        # A pair that the rule is about from both sides is told once, with the first.
        told = scene.order[other.id] < scene.order[annotation.id] and annotation.category in rule.others
        if told and scene.is_meant(rule, other):
            continue
        if most_overlap(own, scene.figure(other), rule.of) <= rule.above:
            continue
        share = overlap(own, scene.figure(other), rule.of)
        if share > rule.above + SLACK:
            facts = (
                f"{scene.name(annotation)} and {scene.name(other)} overlap by {_percent(share)}; {allowed}"
            )
            yield _about(facts, scene, annotation, other)


def _inside(rule: Inside, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    if annotation.shape is None:
        return
    own = scene.figure(annotation)
    if rule.image:
        best, what = share_inside(own, scene.image), "the image"
    else:
        near = scene.near(annotation, rule.others, 0)
        best = max((share_inside(own, scene.figure(other)) for other in near), default=0.0)
        what = f"a {scene.names(rule.others)}"
    if best < rule.share - SLACK:
        facts = (
            f"{scene.name(annotation)} lies {_percent(best)} inside {what}; {_percent(rule.share)} is wanted"
        )
        yield _about(facts, scene, annotation)


def _count_inside(rule: CountInside, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    if annotation.shape is None:
        return
    own = scene.figure(annotation)
    held = [
        other
        for other in scene.near(annotation, rule.categories, 0)
        if scene.is_meant(rule, other) and share_inside(scene.figure(other), own) > HALF
    ]
    fault = _count_fault(len(held), rule.at_least, rule.at_most)
    if fault:
        facts = f"{scene.names(rule.categories)} inside this {scene.name(annotation)}: {fault}"
        yield Finding(facts, [annotation, *held], own.bounds)


def _count(rule: Count, scene: Scene) -> Iterator[Finding]:
    found = scene.meant(rule)
    fault = _count_fault(len(found), rule.at_least, rule.at_most)
    if fault:
        yield Finding(f"{scene.names(rule.categories)}: {fault}", found)


def _one_per_image(rule: OnePerImage, scene: Scene) -> Iterator[Finding]:
    found = scene.meant(rule)
    if len(found) != 1:
        yield Finding(f"{scene.names(rule.categories)}: {len(found)} marked, exactly 1 wanted", found)


def _required_attribute(rule: RequiredAttribute, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    if annotation.attributes.get(rule.attribute) in (None, "", (), []):
        facts = f"{scene.name(annotation)} has no {scene.attribute_name(annotation, rule.attribute)}"
        yield _about(facts, scene, annotation)


def _requires(rule: Requires, scene: Scene) -> Iterator[Finding]:
    found = scene.meant(rule)
    if found and not scene.of(rule.others):
        yield Finding(f"{scene.name(found[0])} is marked, but no {scene.names(rule.others)}", found)


def _related(rule: Related, scene: Scene) -> Iterator[Finding]:
    for annotation in scene.meant(rule):
        ends = (scene.by_id.get(r.to) for r in annotation.relations if r.kind == rule.relation)
        if not any(end is not None and end.category in rule.others for end in ends):
            wanted = f"{scene.relation_name(rule.relation)} to a {scene.names(rule.others)}"
            yield _about(f"{scene.name(annotation)} has no relation {wanted}", scene, annotation)


def _no_self_crossing(_rule: NoSelfCrossing, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    at = None if annotation.shape is None else self_crossing(annotation.shape)
    if at is not None:
        yield Finding(f"{scene.name(annotation)} crosses itself", [annotation], Bounds(*at, *at))


def _at_least_points(rule: AtLeastPoints, annotation: Annotation, scene: Scene) -> Iterator[Finding]:
    match annotation.shape:
        case Polygon():
            has = sum(len(ring) for ring in annotation.shape.rings())
        case Polyline() | Points():
            has = len(annotation.shape.points)
        case Skeleton():
            has = len(annotation.shape.present())
        case _:
            return
    if has < rule.points:
        facts = f"{scene.name(annotation)}: {has} points, at least {rule.points} wanted"
        yield _about(facts, scene, annotation)


CHECKS: dict[type[Rule], Check] = {
    MinimumSize: Check(each=_minimum_size),
    MaximumSize: Check(each=_maximum_size),
    MustTouch: Check(each=_must_touch),
    MustNotOverlap: Check(each=_must_not_overlap),
    Inside: Check(each=_inside),
    Count: Check(whole=_count),
    CountInside: Check(each=_count_inside, subjects=_holders),
    OnePerImage: Check(whole=_one_per_image),
    RequiredAttribute: Check(each=_required_attribute),
    Requires: Check(whole=_requires),
    Related: Check(whole=_related),
    NoSelfCrossing: Check(each=_no_self_crossing),
    AtLeastPoints: Check(each=_at_least_points),
}
"""How each kind of rule is checked."""


def _about(facts: str, scene: Scene, *annotations: Annotation) -> Finding:
    shaped = [scene.figure(a).bounds for a in annotations if a.shape is not None]
    if not shaped:
        return Finding(facts, annotations)
    lefts, tops, rights, bottoms = zip(*shaped, strict=True)
    return Finding(facts, annotations, Bounds(min(lefts), min(tops), max(rights), max(bottoms)))


def _count_fault(has: int, at_least: int | None, at_most: int | None) -> str | None:
    if at_least is not None and has < at_least:
        return f"{has} marked, at least {at_least} wanted"
    if at_most is not None and has > at_most:
        return f"{has} marked, at most {at_most} allowed"
    return None


def _number(value: float) -> str:
    """A length as people read it: at most two decimals, and none that say nothing."""
    return f"{floor(value * 100 + 0.5) / 100:.2f}".rstrip("0").rstrip(".")


def _percent(share: float) -> str:
    return f"{floor(share * 1000 + 0.5) / 10:.1f}".rstrip("0").rstrip(".") + " %"
