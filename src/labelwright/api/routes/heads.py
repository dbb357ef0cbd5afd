"""Heads: a project's own small model, which learns while people work."""

import msgspec

from labelwright.api.routing import Routes
from labelwright.core.errors import WrongState
from labelwright.services.access import Actor
from labelwright.services.heads import HeadPlan, LearningView
from labelwright.services.services import Services

routes = Routes("learning")


class TrainingStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The job that learns."""

    job: str


@routes.get("/projects/{project}/learning", "item.history")
def view(project: str, who: Actor, services: Services) -> LearningView:
    """Whether the project's head learns, its versions, and how right each was on items held out."""
    return services.heads.view(who, project)


@routes.put("/projects/{project}/learning", "project.manage")
def plan(project: str, body: HeadPlan, who: Actor, services: Services) -> LearningView:
    """Set whether it learns, after how many submissions, and how far ahead it proposes."""
    return services.heads.plan(who, project, body)


@routes.post("/projects/{project}/learning/train", "project.manage", status=202, raises=(WrongState,))
def train(project: str, who: Actor, services: Services) -> TrainingStarted:
    """Learn now, by a job."""
    return TrainingStarted(job=services.heads.train(who, project))
