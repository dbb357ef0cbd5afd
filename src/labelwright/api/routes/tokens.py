"""One's personal tokens."""

from typing import Annotated

import msgspec

from labelwright.api.callers import PERSONAL
from labelwright.api.paging import ListQuery, Page, page_of
from labelwright.api.routing import Routes
from labelwright.services.access import Actor
from labelwright.services.services import Services
from labelwright.services.tokens import TokenView

routes = Routes("tokens")


class TokenIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to make; without `expires_in_days` it lasts 90 days, with null for ever."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    scopes: Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)]
    expires_in_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] | None = 90


@routes.get("/tokens", PERSONAL)
def list_(query: ListQuery, who: Actor, services: Services) -> Page[TokenView]:
    """One's tokens that were not revoked."""
    return page_of(services.accounts.tokens.list(who), query)


@routes.post("/tokens", PERSONAL, status=201, secret=True)
def create(body: TokenIn, who: Actor, services: Services) -> TokenView:
    """Make a token; its text is in this answer and nowhere else."""
    return services.accounts.tokens.create(who, body.name, body.scopes, body.expires_in_days)


@routes.delete("/tokens/{token}", PERSONAL)
def revoke(token: str, who: Actor, services: Services) -> None:
    """End a token."""
    services.accounts.tokens.revoke(who, token)
