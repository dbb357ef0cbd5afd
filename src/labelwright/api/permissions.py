"""The table of permissions: every route with the right it asks for, as declared beside each.

A right is `public`, `signed`, `personal` (signed in, or a token with the scope admin), `session` (no
token), or one of `core/roles.py`. `organization` says that it is asked for throughout the
organization; else it is asked for in the project that the thing belongs to, where a person without
access is told that it does not exist.
"""

from collections.abc import Iterable
from typing import NamedTuple

from labelwright.api.callers import PERSONAL, PUBLIC, SESSION, SIGNED
from labelwright.api.routing import Spec
from labelwright.core.roles import RIGHTS


class Permission(NamedTuple):
    """What one route asks for."""

    right: str
    organization: bool


def table(specs: Iterable[Spec]) -> dict[tuple[str, str], Permission]:
    """The right of every route by method and path. Raises ValueError for one that is declared badly."""
    rights: dict[tuple[str, str], Permission] = {}
    for spec in specs:
        key = (spec.method, spec.path)
        if key in rights:
            raise ValueError(f"{key} is declared twice")
        if spec.right not in (PUBLIC, SIGNED, PERSONAL, SESSION, *RIGHTS):
            raise ValueError(f"{key} asks for the unknown right “{spec.right}”")
        rights[key] = Permission(spec.right, spec.organization)
    return rights
