"""Skills: what somebody has shown, or was said, to be able to do in a project, until when."""

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select

from labelwright.core.errors import InvalidInput, NotFound
from labelwright.core.graph import Stage
from labelwright.core.operations import iso_time
from labelwright.core.workflow import Workflow
from labelwright.services.access import RIGHT_OF_STAGE, Actor, project_for, role_in
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.projects import workflow_of
from labelwright.storage.schema import lessons, members, project_members, skills, tasks

LONGEST = 60  # letters
_held = select(skills.c.skill).where(
    skills.c.project_id == bindparam("project"),
    skills.c.member_id == bindparam("member"),
    or_(skills.c.expires_at.is_(None), skills.c.expires_at > bindparam("now")),
)


class SkillHeld(msgspec.Struct, frozen=True, kw_only=True):
    """A skill of somebody; `granted_by` None: by passing a test. Where it `expired` it no longer counts."""

    member: str
    name: str
    skill: str
    granted_by: str | None
    granted_at: str
    expires_at: str | None
    expired: bool


class GrantsIt(msgspec.Struct, frozen=True, kw_only=True):
    """A test or course by which a skill is reached."""

    id: str
    name: str
    kind: str


class MissingSkill(msgspec.Struct, frozen=True, kw_only=True):
    """A skill that work waits for which the person does not hold, and where it can be gained."""

    skill: str
    waiting: int
    lessons: list[GrantsIt]


class Skills:
    """The service of skills."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def of(self, actor: Actor, project_id: str) -> list[SkillHeld]:
        """Who holds what, also what expired; who may not manage sees their own. Raises NotFound."""

        def work(tx: Connection) -> list[SkillHeld]:
            project_for(tx, actor, project_id, "project.read")
            found = (
                select(skills, members.c.name)
                .join(members, members.c.id == skills.c.member_id)
                .where(skills.c.project_id == project_id)
            )
            if not actor.may("project.manage", role_in(tx, actor, project_id)):
                found = found.where(skills.c.member_id == actor.id)
            now = self.context.now()
            rows = tx.execute(found.order_by(members.c.name, skills.c.skill)).all()
            return [_view(row, now) for row in rows]

        return self.context.database.read(work)

    def grant(
        self, actor: Actor, project_id: str, member_id: str, skill: str, *, days: int | None, reason: str
    ) -> None:
        """Say that somebody holds a skill, with the reason. Raises NotFound, Forbidden, InvalidInput."""

        def work(tx: Connection) -> None:
            project_for(tx, actor, project_id, "project.manage")
            _check_member(tx, project_id, member_id)
            if not 0 < len(skill.strip()) <= LONGEST:
                raise InvalidInput(
                    "A skill needs a name.", place="skill", remedy=f"Use 1 to {LONGEST} letters."
                )
            grant_skill(tx, self.context, project_id, member_id, skill.strip(), days=days, by=actor.id)
            told = {"project": project_id, "skill": skill.strip(), "days": days, "reason": reason}
            record(tx, self.context, actor.id, "skill.granted", member_id, told)

        self.context.database.write(work)

    def revoke(self, actor: Actor, project_id: str, member_id: str, skill: str, *, reason: str) -> None:
        """Take a skill away, with the reason. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> None:
            project_for(tx, actor, project_id, "project.manage")
            gone = delete(skills).where(
                skills.c.project_id == project_id, skills.c.member_id == member_id, skills.c.skill == skill
            )
            if not tx.execute(gone).rowcount:
                raise NotFound("skill", skill)
            told = {"project": project_id, "skill": skill, "reason": reason}
            record(tx, self.context, actor.id, "skill.revoked", member_id, told)

        self.context.database.write(work)

    def missing(self, actor: Actor, project_id: str) -> list[MissingSkill]:
        """The skills that work waits for which the actor does not hold. Raises NotFound."""

        def work(tx: Connection) -> list[MissingSkill]:
            project = project_for(tx, actor, project_id, "project.read")
            workflow, role = workflow_of(project), role_in(tx, actor, project_id)
            waiting: dict[str, int] = {}
            for stage in missing_skills(tx, self.context, project_id, actor.id, workflow):
                if actor.may(RIGHT_OF_STAGE[stage.work], role):
                    number = _waiting_at(tx, project_id, workflow, stage)
                    waiting[stage.skill or ""] = waiting.get(stage.skill or "", 0) + number
            return [
                MissingSkill(skill=skill, waiting=number, lessons=_granting(tx, project_id, skill))
                for skill, number in sorted(waiting.items())
                if number
            ]

        return self.context.database.read(work)


def missing_skills(
    tx: Connection, context: Context, project_id: str, member_id: str, workflow: Workflow
) -> list[Stage]:
    """The stages of the graph whose skill the person does not hold."""
    nodes = () if workflow.graph is None else workflow.graph.nodes
    asking = [node for node in nodes if isinstance(node, Stage) and node.skill]
    held = skills_held(tx, context, project_id, member_id) if asking else frozenset[str]()
    return [stage for stage in asking if stage.skill not in held]


def _waiting_at(tx: Connection, project_id: str, workflow: Workflow, stage: Stage) -> int:
    """How many tasks wait at a stage: those of its name, at the first of a kind also those without one."""
    here = tasks.c.node == stage.id
    if workflow.ways().stage(None, stage.work) is stage:
        here = or_(here, tasks.c.node.is_(None), tasks.c.node.not_in(list(workflow.ways().by_id())))
    rows = select(func.count()).where(
        tasks.c.project_id == project_id,
        tasks.c.state == "waiting",
        tasks.c.purpose == "work",
        tasks.c.stage == stage.work,
        here,
    )
    return int(tx.execute(rows).scalar_one())


def skills_held(tx: Connection, context: Context, project_id: str, member_id: str) -> frozenset[str]:
    """The skills that a person holds in a project now."""
    who = {"project": project_id, "member": member_id, "now": iso_time(context.clock())}
    return frozenset(tx.execute(_held, who).scalars())


def grant_skill(
    tx: Connection,
    context: Context,
    project_id: str,
    member_id: str,
    skill: str,
    *,
    days: int | None,
    by: str | None = None,
) -> None:
    """Let somebody hold a skill from now on, for so many days (None: for good)."""
    own = (
        skills.c.project_id == project_id,
        skills.c.member_id == member_id,
        skills.c.skill == skill,
    )
    until = None if days is None else context.after(days * 86_400)
    before = tx.execute(select(skills.c.expires_at).where(*own)).first()
    if by is None and before is not None and (before[0] is None or (until is not None and before[0] > until)):
        return  # passing a test never shortens what somebody holds
    tx.execute(delete(skills).where(*own))
    row: dict[str, Any] = {"project_id": project_id, "member_id": member_id, "skill": skill}
    row |= {"granted_by": by, "granted_at": context.now(), "expires_at": until}
    tx.execute(insert(skills).values(**row))


def _granting(tx: Connection, project_id: str, skill: str) -> list[GrantsIt]:
    rows = tx.execute(
        select(lessons).where(lessons.c.project_id == project_id, lessons.c.retired_at.is_(None))
    )
    return [
        GrantsIt(id=row.id, name=row.name, kind=row.kind)
        for row in rows
        if row.settings.get("skill") == skill
    ]


def _check_member(tx: Connection, project_id: str, member_id: str) -> None:
    found = select(project_members.c.member_id).where(
        project_members.c.project_id == project_id, project_members.c.member_id == member_id
    )
    if tx.execute(found).first() is None:
        raise NotFound("member", member_id)


def _view(row: Any, now: str) -> SkillHeld:  # noqa: ANN401  # a row
    return SkillHeld(
        member=row.member_id,
        name=row.name,
        skill=row.skill,
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
        expired=row.expires_at is not None and row.expires_at <= now,
    )
