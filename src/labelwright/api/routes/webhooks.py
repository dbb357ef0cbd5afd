"""Webhooks: addresses that are told what happens in a project."""

from labelwright.api.routing import Routes
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.services.access import Actor
from labelwright.services.services import Services
from labelwright.services.webhook_delivery import send_test
from labelwright.services.webhooks import DeliveryView, WebhookChange, WebhookIn, WebhookView

routes = Routes("webhooks")


@routes.get("/projects/{project}/webhooks", "project.manage")
def list_(project: str, who: Actor, services: Services) -> list[WebhookView]:
    """The webhooks of a project."""
    return services.webhooks.list(who, project)


@routes.post(
    "/projects/{project}/webhooks", "project.manage", status=201, secret=True, raises=(InvalidInput,)
)
def add(project: str, body: WebhookIn, who: Actor, services: Services) -> WebhookView:
    """A new webhook. The answer is the only one that holds its secret."""
    return services.webhooks.add(who, project, body)


@routes.patch("/webhooks/{webhook}", "project.manage", raises=(InvalidInput, NotFound))
def change(webhook: str, body: WebhookChange, who: Actor, services: Services) -> WebhookView:
    """Change a webhook, or turn it off or on."""
    return services.webhooks.change(who, webhook, body)


@routes.delete("/webhooks/{webhook}", "project.manage", raises=(NotFound,))
def remove(webhook: str, who: Actor, services: Services) -> None:
    """Remove a webhook."""
    services.webhooks.remove(who, webhook)


@routes.get("/webhooks/{webhook}/deliveries", "project.manage", raises=(NotFound,))
def deliveries(webhook: str, who: Actor, services: Services) -> list[DeliveryView]:
    """The newest deliveries of a webhook."""
    return services.webhooks.deliveries(who, webhook)


@routes.post("/webhooks/{webhook}/test", "project.manage", raises=(NotFound,))
def test(webhook: str, who: Actor, services: Services) -> DeliveryView:
    """Send a test message now; the answer says how it went."""
    return send_test(services.context, who, webhook)
