"""Projects: create, list, change, and what each holds."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from labelwright.core.brief import Brief
from labelwright.core.error_codes import check_own, with_kept
from labelwright.core.errors import InvalidInput, NameTaken
from labelwright.core.graph import check
from labelwright.core.ontology import Ontology, OntologyChange
from labelwright.core.workflow import Workflow
from labelwright.services.access import ORGANIZATION_WIDE, Actor, project_for, require, role_in
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import (
    briefs,
    items,
    members,
    ontologies,
    project_members,
    projects,
)


class ProjectView(msgspec.Struct, frozen=True, kw_only=True):
    """A project as a person sees it; `counts` holds the items in each state."""

    id: str
    name: str
    description: str
    workflow: Workflow
    role: str
    archived: bool
    counts: dict[str, int]
    items: int
    kinds: tuple[str, ...]
    ontology_version: int
    brief_version: int
    created_at: str
    updated_at: str


class Projects:
    """The service of projects."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def create(
        self,
        actor: Actor,
        name: str,
        *,
        description: str = "",
        ontology: Ontology | None = None,
        workflow: Workflow | None = None,
        brief: Brief | None = None,
    ) -> ProjectView:
        """A new project, of which the actor is a manager.

        Raises NameTaken, InvalidInput for an empty name.
        """
        require(actor, "project.create")
        name = _clean_name(name)
        if workflow is not None:
            _check_workflow(workflow)

        def work(tx: Connection) -> ProjectView:
            chosen = workflow or Workflow(self_review=_is_alone(tx))
            project_id = _insert(self.context, tx, actor, name, description, chosen)
            _insert_first_versions(
                self.context, tx, actor, project_id, ontology or Ontology(), brief or Brief()
            )
            record(tx, self.context, actor.id, "project.created", project_id, {"name": name})
            return _view(self.context, tx, actor, project_for(tx, actor, project_id, "project.read"))

        return self.context.database.write(work)

    def list(self, actor: Actor, *, archived: bool = False) -> list[ProjectView]:
        """The projects the actor has access to, newest first."""
        require(actor, "project.read")

        def work(tx: Connection) -> list[ProjectView]:
            statement = select(projects).where(projects.c.archived == archived)
            if actor.role not in ORGANIZATION_WIDE:
                mine = select(project_members.c.project_id).where(project_members.c.member_id == actor.id)
                statement = statement.where(projects.c.id.in_(mine))
            rows = tx.execute(statement.order_by(projects.c.created_at.desc())).all()
            return [_view(self.context, tx, actor, row) for row in rows]

        return self.context.database.read(work)

    def get(self, actor: Actor, project_id: str) -> ProjectView:
        """One project. Raises NotFound."""
        return self.context.database.read(
            lambda tx: _view(self.context, tx, actor, project_for(tx, actor, project_id, "project.read"))
        )

    def find(self, actor: Actor, name: str) -> ProjectView:
        """The project by its id or its exact name. Raises NotFound."""

        def work(tx: Connection) -> str:
            found = tx.execute(select(projects.c.id).where(projects.c.name == name)).scalar()
            return str(found or name)

        return self.get(actor, self.context.database.read(work))

    def update(
        self,
        actor: Actor,
        project_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        workflow: Workflow | None = None,
        archived: bool | None = None,
    ) -> ProjectView:
        """Change what is given; the rest stays. Raises NotFound, Forbidden, NameTaken."""
        values: dict[str, Any] = {"updated_at": self.context.now()}
        if name is not None:
            values["name"] = _clean_name(name)
        if description is not None:
            values["description"] = description
        if workflow is not None:
            _check_workflow(workflow)
        if archived is not None:
            values["archived"] = archived

        def work(tx: Connection) -> ProjectView:
            project = project_for(tx, actor, project_id, "project.manage")
            if workflow is not None:
                codes = with_kept(workflow_of(project).codes, workflow.codes)
                check_own(codes)
                values["workflow"] = msgspec.to_builtins(msgspec.structs.replace(workflow, codes=codes))
            try:
                tx.execute(update(projects).where(projects.c.id == project_id).values(**values))
            except IntegrityError:
                raise NameTaken("project", str(name)) from None
            detail = {key: value for key, value in values.items() if key != "updated_at"}
            record(tx, self.context, actor.id, "project.changed", project_id, detail)
            return _view(self.context, tx, actor, project_for(tx, actor, project_id, "project.read"))

        return self.context.database.write(work)


def workflow_of(project: Row[Any]) -> Workflow:
    """The workflow of a project's row."""
    return msgspec.convert(project.workflow, Workflow)


def _check_workflow(workflow: Workflow) -> None:
    if not 1 <= workflow.lease_seconds <= 86_400:
        raise InvalidInput("A lease lasts up to a day.", place="workflow.lease_seconds")
    check_own(workflow.codes)
    if workflow.graph is not None:
        check(workflow.graph)


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 200 or not cleaned.isprintable():
        raise InvalidInput(
            "A project needs a name of 1 to 200 characters.", place="name", remedy="Give it a name."
        )
    return cleaned


def _is_alone(tx: Connection) -> bool:
    return int(tx.execute(select(func.count()).select_from(members)).scalar() or 0) == 1


def _insert(
    context: Context, tx: Connection, actor: Actor, name: str, description: str, workflow: Workflow
) -> str:
    project_id, now = context.new_id(), context.now()
    try:
        tx.execute(
            insert(projects).values(
                id=project_id,
                name=name,
                description=description,
                workflow=msgspec.to_builtins(workflow),
                ontology_version=1,
                brief_version=1,
                created_by=actor.id,
                created_at=now,
                updated_at=now,
            )
        )
    except IntegrityError:
        raise NameTaken("project", name) from None
    tx.execute(
        insert(project_members).values(
            project_id=project_id, member_id=actor.id, role="manager", created_at=now
        )
    )
    return project_id


def _insert_first_versions(
    context: Context, tx: Connection, actor: Actor, project_id: str, ontology: Ontology, brief: Brief
) -> None:
    first = {
        "project_id": project_id,
        "version": 1,
        "created_by": actor.id,
        "created_at": context.now(),
    }
    change = OntologyChange(added=tuple(entry.id for entry in ontology.categories))
    tx.execute(
        insert(ontologies).values(
            **first, ontology=msgspec.to_builtins(ontology), change=msgspec.to_builtins(change)
        )
    )
    tx.execute(insert(briefs).values(**first, brief=msgspec.to_builtins(brief)))


def _view(context: Context, tx: Connection, actor: Actor, row: Row[Any]) -> ProjectView:
    counts = {
        str(state): int(count)
        for state, count in tx.execute(
            select(items.c.state, func.count()).where(items.c.project_id == row.id).group_by(items.c.state)
        )
    }
    ontology = read_ontology(context, tx, row.id, row.ontology_version)
    kinds = {kind for category in ontology.categories for kind in category.shapes}
    return ProjectView(
        id=row.id,
        name=row.name,
        description=row.description,
        workflow=workflow_of(row),
        role=role_in(tx, actor, row.id) or "",
        archived=row.archived,
        counts=counts,
        items=sum(counts.values()),
        kinds=tuple(sorted(kinds)),
        ontology_version=row.ontology_version,
        brief_version=row.brief_version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
