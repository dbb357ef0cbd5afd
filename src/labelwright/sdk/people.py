"""People, invitations and tokens."""

from collections.abc import Iterator

from labelwright.sdk.connection import Connection
from labelwright.sdk.records import Invitation, Member, Token


class Members:
    """The people of the organization."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Iterator[Member]:
        """Everybody."""
        return self._connection.pages("/members", Member)

    def invite(
        self,
        role: str,
        *,
        project_id: str | None = None,
        email: str | None = None,
        expires_in_days: int = 7,
    ) -> Invitation:
        """A link by which one person joins with a role, in one project or throughout."""
        body = {"role": role, "project": project_id, "email": email, "expires_in_days": expires_in_days}
        given = {name: value for name, value in body.items() if value is not None}
        return self._connection.post("/invitations", Invitation, given)

    def accept(self, token: str, *, name: str, email: str, password: str) -> None:
        """Join by an invitation."""
        body = {"name": name, "email": email, "password": password}
        self._connection.post(f"/invitations/by-token/{token}/acceptance", type(None), body)


class Tokens:
    """The caller's personal tokens."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Iterator[Token]:
        """Every token that was not revoked."""
        return self._connection.pages("/tokens", Token)

    def create(self, name: str, scopes: tuple[str, ...], expires_in_days: int | None = 90) -> Token:
        """A new token; its text is told this once."""
        body = {"name": name, "scopes": scopes, "expires_in_days": expires_in_days}
        return self._connection.post("/tokens", Token, body)

    def revoke(self, token_id: str) -> None:
        """End a token."""
        self._connection.delete(f"/tokens/{token_id}")
