"""How reliable everybody is: skill, speed, errors, what changed and what looks odd, each with evidence."""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.core.ontology import Ontology
from labelwright.core.operations import iso_time
from labelwright.quality.outcomes import Estimate, Outcome
from labelwright.services.gold_rows import EVER
from labelwright.services.quality_rows import (
    WRONG,
    names_of,
    outcomes_of,
    seconds_since_epoch,
    times_of,
    votes_of,
)
from labelwright.storage.schema import error_marks

MOST_MARKS = 50_000
FEWEST_WATCHED = 40  # answers before which nobody is watched for drift
PAST = 0.5  # of somebody's answers say what is usual for them
POINTS = 60  # of a line over time


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A share with its interval, and the number of answers it rests on."""

    value: float
    low: float
    high: float
    evidence: float


class SkillView(msgspec.Struct, frozen=True, kw_only=True):
    """The skill in a category (None: over all); `gold` and `peer` where there is such evidence."""

    category: str | None
    fused: Share
    gold: Share | None
    peer: Share | None


class ConfusionView(msgspec.Struct, frozen=True, kw_only=True):
    """How often something of category `reference` was answered as `answered`; None is nothing."""

    reference: str | None
    answered: str | None
    times: float
    of: float


class AlarmView(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a person changed, or is odd; `since` is when it began, where that is known."""

    what: str
    reason: str
    since: str | None


class PersonQuality(msgspec.Struct, frozen=True, kw_only=True):
    """One person (or model) as the evidence shows them; `times` is when each point of the `line` begins."""

    member: str
    name: str
    skills: list[SkillView]
    confusions: list[ConfusionView]
    seconds_per_object: float | None
    pace: float | None
    checked: int
    wrong: int
    codes: dict[str, int]
    line: list[float]
    times: list[str]
    alarms: list[AlarmView]


class ErrorPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two categories that are taken for one another, and how often either way."""

    one: str
    other: str
    one_for_other: int
    other_for_one: int


class CommonError(msgspec.Struct, frozen=True, kw_only=True):
    """A code of errors, how often it was found, its share of all, and the newest items that have it."""

    code: str
    errors: int
    share: float
    examples: list[str]


class PeopleReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody's reliability, the commonest errors, and pairs of categories that are confused.

    `warnings` holds by category what whoever picks it should be told. `discords` are contradictions of gold
    and peers, in words: they speak of the guideline rather than of a person.
    """

    people: list[PersonQuality]
    errors: list[CommonError]
    pairs: list[ErrorPair]
    warnings: dict[str, str]
    discords: list[str]
    outcomes: int

    def only(self, member: str) -> "PeopleReport":
        """What that person may see: themselves, and what concerns everybody."""
        mine = [person for person in self.people if person.member == member]
        return msgspec.structs.replace(self, people=mine, discords=[], errors=[])


class Evidence(NamedTuple):
    """What a report on people rests on."""

    outcomes: list[Outcome]
    votes: list[tuple[str, str, str]]
    marks: Sequence[Row[Any]]
    names: dict[str, str]
    ontology: Ontology
    times: dict[str, list[float]]


def evidence_of(tx: Connection, project_id: str, ontology: Ontology, *, gold_until: str = EVER) -> Evidence:
    """What the records say of the people of a project; of answers to gold those up to a time."""
    outcomes = outcomes_of(tx, project_id, ontology, gold_until=gold_until)
    marks = tx.execute(
        select(error_marks)
        .where(error_marks.c.project_id == project_id)
        .order_by(error_marks.c.id.desc())
        .limit(MOST_MARKS)
    ).all()
    people = {one.annotator for one in outcomes} | {mark.author for mark in marks}
    votes, names = votes_of(tx, project_id, ontology), names_of(tx, sorted(people))
    return Evidence(outcomes, votes, marks, names, ontology, times_of(tx, project_id))


def people_report(found: Evidence) -> PeopleReport:
    """Everybody's reliability, and the errors that reviewers named."""
    # The maths loads SciPy, which a server that nobody asks for reports does without.
    from labelwright.quality.confusion import confusions, speeds
    from labelwright.quality.error_codes import CodedError, commonest, confused_pairs, confusion_warnings
    from labelwright.quality.reliability import discords, skills

    outcomes, votes, marks, names, ontology, times = found
    known = {category.id: category.name for category in ontology.categories}
    errors = [
        CodedError(
            row.item_id,
            row.annotation_id,
            row.code,
            row.author,
            ontology.current_id(row.category) or row.category or "",
            row.should_be if row.annotation_id else None,
            seconds_since_epoch(row.created_at),
        )
        for row in marks
    ]
    checked = Counter(one.answered for one in outcomes if one.answered and one.source != "peer")
    by_person: dict[str, dict[str, Any]] = {}
    for skill in skills(outcomes):
        by_person.setdefault(skill.annotator, {"skills": []})["skills"].append(
            SkillView(
                category=skill.category,
                fused=_share(skill.fused),
                gold=None if skill.gold is None else _share(skill.gold),
                peer=None if skill.peer is None else _share(skill.peer),
            )
        )
    cells: dict[str, list[ConfusionView]] = {}
    for cell in confusions(outcomes):
        if cell.reference != WRONG:
            view = ConfusionView(
                reference=cell.reference, answered=cell.answered, times=cell.times, of=cell.of
            )
            cells.setdefault(cell.annotator, []).append(view)
    timed = _paces(times) | {speed.annotator: (speed.median, speed.pace) for speed in speeds(outcomes)}
    mine: dict[str, Counter[str]] = {}
    for error in errors:
        mine.setdefault(error.annotator, Counter())[error.code] += 1
    people = sorted(by_person.keys() | mine.keys())
    answered: dict[str, list[Outcome]] = {}
    for one in outcomes:
        answered.setdefault(one.annotator, []).append(one)
    odd = _odd(votes)
    return PeopleReport(
        people=[
            PersonQuality(
                member=person,
                name=names.get(person, person),
                skills=by_person.get(person, {}).get("skills", []),
                confusions=cells.get(person, []),
                seconds_per_object=timed[person][0] if person in timed else None,
                pace=timed[person][1] if person in timed else None,
                checked=sum(1 for one in answered.get(person, ()) if one.source != "peer" and one.answered),
                wrong=sum(1 for one in answered.get(person, ()) if one.source != "peer" and not one.right),
                codes=dict(mine.get(person, Counter()).most_common()),
                line=[value for _, value in _line(answered.get(person, []))],
                times=[_moment(time) for time, _ in _line(answered.get(person, []))],
                alarms=[*_alarms(answered.get(person, [])), *odd.get(person, [])],
            )
            for person in people
        ],
        errors=[
            CommonError(
                code=common.code,
                errors=common.errors,
                share=common.share,
                examples=[example.item for example in common.examples],
            )
            for common in commonest(errors)
        ],
        pairs=[
            ErrorPair(
                one=pair.one,
                other=pair.other,
                one_for_other=pair.one_for_other,
                other_for_one=pair.other_for_one,
            )
            for pair in confused_pairs(errors, checked)[:20]
        ],
        warnings={
            picked: warning.text
            for picked, warning in confusion_warnings(errors, checked, names=known).items()
        },
        discords=[discord.reason for discord in discords(outcomes)],
        outcomes=len(outcomes),
    )


def _share(estimate: Estimate) -> Share:
    return Share(value=estimate.value, low=estimate.low, high=estimate.high, evidence=estimate.evidence)


def _paces(times: dict[str, list[float]]) -> dict[str, tuple[float, float | None]]:
    """Seconds for an annotation and the pace, by whole items: all there is where answers are merged."""
    usual = median(taken for mine in times.values() for taken in mine) if len(times) > 1 else None
    return {who: (median(mine), median(mine) / usual if usual else None) for who, mine in times.items()}


def _line(answers: list[Outcome]) -> list[tuple[float, float]]:
    """When, and the share of right answers, in at most 60 steps of equal numbers of answers."""
    if len(answers) < 2:
        return []
    step = max(1, -(-len(answers) // POINTS))
    parts = [answers[start : start + step] for start in range(0, len(answers) - step + 1, step)]
    return [(part[0].time, _weight(part, right=True) / _weight(part)) for part in parts if _weight(part)]


def _weight(answers: list[Outcome], *, right: bool = False) -> float:
    return sum(one.weight for one in answers if one.right or not right)


def _alarms(answers: list[Outcome]) -> list[AlarmView]:
    from labelwright.quality.drift import usual_error, watch_errors, watch_pace

    if len(answers) < FEWEST_WATCHED:
        return []
    wrong = [1 - one.weight if one.right else one.weight for one in answers]
    begun = int(len(answers) * PAST)
    usual = usual_error(wrong[:begun])
    found = [
        AlarmView(what=alarm.what, reason=alarm.reason, since=_moment(answers[begun + alarm.since].time))
        for alarm in watch_errors(wrong[begun:], usual).alarms
    ]
    timed = [one for one in answers if one.seconds]
    if len(timed) >= FEWEST_WATCHED:
        half = int(len(timed) * PAST)
        seconds = [one.seconds or 0.0 for one in timed]
        for way in ("slower", "faster"):
            for alarm in watch_pace(seconds[half:], seconds[:half], way).alarms:
                since = _moment(timed[half + alarm.since].time)
                found.append(AlarmView(what=alarm.what, reason=alarm.reason, since=since))
    return found


def _odd(rows: Sequence[tuple[str, str, str]]) -> dict[str, list[AlarmView]]:
    from labelwright.quality.spam import constant_answers, random_clickers
    from labelwright.quality.votes import Votes

    if not rows:
        return {}
    votes = Votes.of(rows)
    found: dict[str, list[AlarmView]] = {}
    for finding in [*random_clickers(votes), *constant_answers(votes)]:
        view = AlarmView(what=finding.rule, reason=finding.reason, since=None)
        found.setdefault(finding.annotator, []).append(view)
    return found


def _moment(seconds: float) -> str:
    return iso_time(int(seconds * 1000))
