"""A small labeling service: people, a project with items, and hands to do the work."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from sqlalchemy import insert

from labelwright.core.ontology import Category, Ontology
from labelwright.core.operations import Marking, Put
from labelwright.core.shapes import Box
from labelwright.core.workflow import Workflow
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.projects import ProjectView
from labelwright.services.services import Services
from labelwright.services.task_rows import open_first_task
from labelwright.storage.schema import items, members, project_members

_serial = count(1)

CATEGORIES = (
    Category(id="cell", name="Cell", shortcut="c"),
    Category(id="dirt", name="Dirt", color="#0072B2", shapes=("box", "tag")),
)


@dataclass
class World:
    """Services, the owner, and shorthands that build people, projects and items."""

    context: Context
    services: Services
    owner: Actor
    people: dict[str, Actor] = field(default_factory=dict)

    def person(self, name: str, role: str = "annotator", project: str | None = None) -> Actor:
        """A member, and a member of the project with the same role."""
        actor = Actor(id=self.context.new_id(), name=name, email=f"{name}@example.org", role=role)
        now = self.context.now()

        def work(tx) -> None:
            row = {"id": actor.id, "name": name, "email": actor.email, "role": role}
            tx.execute(insert(members).values(**row, active=True, created_at=now))
            if project:
                link = {"project_id": project, "member_id": actor.id, "role": role}
                tx.execute(insert(project_members).values(**link, created_at=now))

        self.context.database.write(work)
        self.people[name] = actor
        return actor

    def project(self, name: str = "Cells", *, items: int = 0, **workflow: object) -> ProjectView:
        """A project with so many items."""
        made = self.services.projects.create(
            self.owner, name, ontology=Ontology(categories=CATEGORIES), workflow=Workflow(**workflow)
        )
        self.add_items(made.id, items)
        return made

    def add_items(self, project: str, number: int) -> list[str]:
        """Items of 100 × 80 pixels without bytes, each with its first task."""
        ids = [self.context.new_id() for _ in range(number)]
        now = self.context.now()

        def work(tx) -> None:
            for item_id in ids:
                position = next(_serial)
                row = {"id": item_id, "project_id": project, "position": position}
                tx.execute(
                    insert(items).values(
                        **row,
                        name=f"image {position:04d}.png",
                        sha256=f"{position:064x}",
                        media_type="image/png",
                        bytes=1,
                        width=100,
                        height=80,
                        created_at=now,
                        updated_at=now,
                    )
                )
                open_first_task(tx, self.context, project, item_id, position)

        self.context.database.write(work)
        return ids

    def put(self, *, category: str = "cell", at: int = 1_700_000_000_000, **options: object) -> Put:
        """An operation that draws a box; `annotation` names the one it replaces."""
        box = options.pop("box", Box(left=1, top=2, right=11, bottom=12))
        marking = Marking(
            id=str(options.pop("annotation", self.context.new_id())), category=category, shape=box
        )
        return Put(id=self.context.new_id(), at=at, annotation=marking, seconds=1.5, **options)


@pytest.fixture
def world(context: Context) -> World:
    """A fresh service with an owner."""
    made = World(context, Services(context), Actor(id="", name="", email="", role="owner"))
    made.owner = made.person("olga", "owner")
    return made
