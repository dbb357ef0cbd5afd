"""Personal tokens: keys for programs, with scopes and an end. Shown once, kept as a hash."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from labelwright.core.errors import InvalidInput, NotFound
from labelwright.core.roles import SCOPES
from labelwright.services.access import Actor
from labelwright.services.audit import record
from labelwright.services.context import Context, hash_secret, new_secret
from labelwright.services.recognition import Caller, Memory
from labelwright.storage.schema import members, tokens

PREFIX = "lw_"
LONGEST_DAYS = 3660
USE_NOTED_EVERY = 60_000


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token without its text; `token` holds it only in the answer that makes it."""

    id: str
    name: str
    scopes: list[str]
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    token: str | None = None


class Tokens:
    """The service of tokens."""

    def __init__(self, context: Context, memory: Memory) -> None:
        self.context = context
        self._memory = memory
        self._noted: dict[str, int] = {}

    def list(self, actor: Actor) -> list[TokenView]:
        """The actor's tokens that were not revoked, newest first."""

        def work(tx: Connection) -> list[TokenView]:
            rows = tx.execute(
                select(tokens)
                .where(tokens.c.member_id == actor.id, tokens.c.revoked_at.is_(None))
                .order_by(tokens.c.id.desc())
            )
            return [_view(row) for row in rows]

        return self.context.database.read(work)

    def create(
        self, actor: Actor, name: str, scopes: Collection[str], expires_in_days: int | None = 90
    ) -> TokenView:
        """A new token with its text. Raises InvalidInput for a bad name, scope or number of days."""
        cleaned = name.strip()
        if not 0 < len(cleaned) <= 200:
            raise InvalidInput("A token has a name of 1 to 200 characters.", place="name")
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            raise InvalidInput(
                "A token has one or more scopes.", place="scopes", remedy=f"Use {', '.join(SCOPES)}."
            )
        if expires_in_days is not None and not 1 <= expires_in_days <= LONGEST_DAYS:
            raise InvalidInput(f"A token lasts 1 to {LONGEST_DAYS} days.", place="expires_in_days")
        secret = PREFIX + new_secret()
        row: dict[str, Any] = {
            "id": self.context.new_id(),
            "name": cleaned,
            "scopes": sorted(set(scopes)),
            "created_at": self.context.now(),
            "expires_at": self.context.after(expires_in_days * 86_400) if expires_in_days else None,
        }

        def work(tx: Connection) -> None:
            tx.execute(insert(tokens).values(**row, member_id=actor.id, token_hash=hash_secret(secret)))
            detail = {"scopes": row["scopes"], "expires_at": row["expires_at"]}
            record(tx, self.context, actor.id, "token.created", row["id"], detail)

        self.context.database.write(work)
        return TokenView(**row, last_used_at=None, token=secret)

    def revoke(self, actor: Actor, token_id: str) -> None:
        """End one of the actor's tokens. Raises NotFound."""

        def work(tx: Connection) -> None:
            ended = tx.execute(
                update(tokens)
                .where(tokens.c.id == token_id, tokens.c.member_id == actor.id, tokens.c.revoked_at.is_(None))
                .values(revoked_at=self.context.now())
            )
            if ended.rowcount != 1:
                raise NotFound("token", token_id)
            record(tx, self.context, actor.id, "token.revoked", token_id)

        self.context.database.write(work)
        self._memory.forget()

    def recognize(self, secret: str) -> Caller | None:
        """Who a token stands for, with its scopes; None if for nobody."""
        return self._find(hash_secret(secret))

    def is_known(self, key: str) -> bool:
        """Whether what has this hash still stands for somebody."""
        return self._find(key) is not None

    def _find(self, key: str) -> Caller | None:
        known = self._memory.get(key)
        if known is not None:
            return known
        age = self._memory.age
        caller = self.context.database.read(lambda tx: self._look_up(tx, key))
        if caller is not None:
            self._memory.keep(key, caller, age)
        return caller

    def _look_up(self, tx: Connection, key: str) -> Caller | None:
        row = tx.execute(
            select(tokens.c.id.label("token_id"), tokens.c.scopes, tokens.c.expires_at, members)
            .join(members, members.c.id == tokens.c.member_id)
            .where(tokens.c.token_hash == key, tokens.c.revoked_at.is_(None), members.c.active.is_(True))
        ).first()
        if row is None or (row.expires_at is not None and row.expires_at <= self.context.now()):
            return None
        self._note_use(row.token_id)
        actor = Actor(id=row.id, name=row.name, email=row.email, role=row.role, scopes=tuple(row.scopes))
        return Caller(actor=actor, key=key)

    def _note_use(self, token_id: str) -> None:
        now = self.context.clock()
        if now - self._noted.get(token_id, 0) < USE_NOTED_EVERY:
            return
        self._noted[token_id] = now
        at = self.context.now()
        self.context.database.submit(
            lambda tx: tx.execute(update(tokens).where(tokens.c.id == token_id).values(last_used_at=at))
        )


def _view(row: Row[Any]) -> TokenView:
    return TokenView(
        id=row.id,
        name=row.name,
        scopes=list(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
