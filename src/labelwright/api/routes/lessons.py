"""Tests and courses, attempts at them, and the skills that people hold."""

from typing import Annotated

import msgspec

from labelwright.api.paging import Text
from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput, NotFound, WrongState
from labelwright.core.lessons import LessonSettings, Skill
from labelwright.services.access import Actor
from labelwright.services.attempts import AttemptView, MayNotTryYet, NothingToAsk
from labelwright.services.lessons import LessonResults, LessonView
from labelwright.services.services import Services
from labelwright.services.skills import MissingSkill, SkillHeld

routes = Routes("lessons")

Name = Annotated[str, msgspec.Meta(max_length=200)]
Reason = Annotated[str, msgspec.Meta(max_length=1_000)]


class LessonsOut(msgspec.Struct, frozen=True, kw_only=True):
    """Tests and courses."""

    lessons: list[LessonView]


class LessonIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new test or course."""

    kind: Text
    name: Name
    settings: LessonSettings


class LessonChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes about a lesson; what is left out stays."""

    name: Name | None = None
    settings: LessonSettings | None = None
    retired: bool | None = None


class ReasonIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why."""

    reason: Reason = ""


class GrantIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which skill somebody holds from now on, for how many days (None: for good), and why."""

    member: Text
    skill: Skill
    days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] | None = None
    reason: Reason = ""


class RevokeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which skill somebody no longer holds, and why."""

    member: Text
    skill: Skill
    reason: Reason = ""


class SkillsOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds which skill."""

    skills: list[SkillHeld]


class MissingOut(msgspec.Struct, frozen=True, kw_only=True):
    """Skills that work waits for."""

    missing: list[MissingSkill]


@routes.get("/projects/{project}/lessons", "project.read")
def list_(project: str, who: Actor, services: Services) -> LessonsOut:
    """The tests and courses of a project, with where one stands oneself."""
    return LessonsOut(lessons=services.lessons.list(who, project))


@routes.post("/projects/{project}/lessons", "project.manage", raises=(InvalidInput,))
def create(project: str, body: LessonIn, who: Actor, services: Services) -> LessonView:
    """Make a test or a course."""
    return services.lessons.create(who, project, body.kind, body.name, body.settings)


@routes.get("/lessons/{lesson}", "project.read", raises=(NotFound,))
def get(lesson: str, who: Actor, services: Services) -> LessonView:
    """A test or course, with where one stands oneself."""
    return services.lessons.get(who, lesson)


@routes.patch("/lessons/{lesson}", "project.manage", raises=(NotFound, InvalidInput))
def change(lesson: str, body: LessonChange, who: Actor, services: Services) -> LessonView:
    """Change a lesson for attempts from now on, or retire it."""
    return services.lessons.change(who, lesson, name=body.name, settings=body.settings, retired=body.retired)


@routes.get("/lessons/{lesson}/results", "project.manage", raises=(NotFound,))
def results(lesson: str, who: Actor, services: Services) -> LessonResults:
    """How people did."""
    return services.lessons.results(who, lesson)


@routes.post("/lessons/{lesson}/attempts", "task.annotate", raises=(NotFound, MayNotTryYet, NothingToAsk))
def begin(lesson: str, who: Actor, services: Services) -> AttemptView:
    """Begin an attempt, or go on with the one that is open."""
    return services.attempts.begin(who, lesson)


@routes.get("/attempts/{attempt}", "project.read", raises=(NotFound,))
def attempt_(attempt: str, who: Actor, services: Services) -> AttemptView:
    """One's own attempt; managers see everybody's."""
    return services.attempts.get(who, attempt)


@routes.post("/attempts/{attempt}/give-up", "task.annotate", raises=(NotFound, WrongState))
def give_up(attempt: str, who: Actor, services: Services) -> AttemptView:
    """End one's own attempt as it is; it counts as tried."""
    return services.attempts.give_up(who, attempt)


@routes.post("/attempts/{attempt}/forgive", "project.manage", raises=(NotFound, WrongState))
def forgive(attempt: str, body: ReasonIn, who: Actor, services: Services) -> None:
    """Let a failed attempt no longer count."""
    services.lessons.forgive(who, attempt, reason=body.reason)


@routes.get("/projects/{project}/skills", "project.read")
def skills(project: str, who: Actor, services: Services) -> SkillsOut:
    """Who holds which skill; who may not manage sees their own."""
    return SkillsOut(skills=services.skills.of(who, project))


@routes.get("/projects/{project}/skills/missing", "project.read")
def missing(project: str, who: Actor, services: Services) -> MissingOut:
    """The skills that work waits for which one does not hold, and the tests that grant them."""
    return MissingOut(missing=services.skills.missing(who, project))


@routes.post("/projects/{project}/skills", "project.manage", raises=(NotFound, InvalidInput))
def grant(project: str, body: GrantIn, who: Actor, services: Services) -> None:
    """Say that somebody holds a skill."""
    services.skills.grant(who, project, body.member, body.skill, days=body.days, reason=body.reason)


@routes.post("/projects/{project}/skills/revoke", "project.manage", raises=(NotFound,))
def revoke(project: str, body: RevokeIn, who: Actor, services: Services) -> None:
    """Take a skill away."""
    services.skills.revoke(who, project, body.member, body.skill, reason=body.reason)
