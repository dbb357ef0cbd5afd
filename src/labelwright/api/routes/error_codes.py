"""Codes of errors of a project: the usual ones, and those that managers add."""

from labelwright.api.routing import Routes
from labelwright.core.error_codes import OwnCode
from labelwright.core.errors import InvalidInput
from labelwright.services.access import Actor
from labelwright.services.error_codes import CodeChange, KnownCode
from labelwright.services.services import Services

routes = Routes("workflow")


@routes.get("/projects/{project}/error-codes", "project.read")
def of(project: str, who: Actor, services: Services) -> list[KnownCode]:
    """Every code of errors that a project knows, those that are retired last."""
    return services.error_codes.of(who, project)


@routes.post("/projects/{project}/error-codes", "project.manage", status=201, raises=(InvalidInput,))
def add(project: str, body: OwnCode, who: Actor, services: Services) -> list[KnownCode]:
    """Add a code of the project's own."""
    return services.error_codes.add(who, project, body)


@routes.patch("/projects/{project}/error-codes/{code}", "project.manage", raises=(InvalidInput,))
def change(project: str, code: str, body: CodeChange, who: Actor, services: Services) -> list[KnownCode]:
    """Rename or describe a code of the project's own, retire it, or take it back into use."""
    return services.error_codes.change(who, project, code, body)
