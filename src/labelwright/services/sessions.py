"""Sessions: signing in with a password or a one-time link, and staying signed in.

A session is a random cookie of which the database keeps only the hash. It ends after some days
without use, at sign-out, when its member changes the password, or when they are let go.
"""

import hmac

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from labelwright.core.errors import InvalidInput, SignInFailed, SignInRequired
from labelwright.services import passwords, throttle
from labelwright.services.access import Actor
from labelwright.services.audit import record
from labelwright.services.context import Context, hash_secret, new_secret
from labelwright.services.members import MemberView, member_row, view
from labelwright.services.recognition import Caller, Memory
from labelwright.storage.schema import links, members, sessions

DAY = 86_400
EXTEND_AFTER = 3600
LINK_COUNTS_FOR = 3600


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A new session; `secret` goes into the cookie and is known nowhere else."""

    secret: str
    csrf: str
    member: MemberView
    seconds: int


class Sessions:
    """The service of sessions."""

    def __init__(self, context: Context, memory: Memory) -> None:
        self.context = context
        self._memory = memory

    def sign_in(self, email: str, password: str, *, address: str = "", agent: str = "") -> Opened:
        """A session for who knows the password. Raises SignInFailed, Throttled."""
        email = email.strip().lower()
        keys = throttle.keys_of(email, address)
        database = self.context.database
        database.write(lambda tx: throttle.count_try(tx, self.context, keys))
        row = database.read(
            lambda tx: tx.execute(
                select(members).where(members.c.email == email, members.c.active.is_(True))
            ).first()
        )
        if not passwords.fits(password, None if row is None else row.password_hash) or row is None:
            actor = "nobody" if row is None else row.id
            database.write(lambda tx: record(tx, self.context, actor, "sign_in.failed", email[:100]))
            raise SignInFailed

        def work(tx: Connection) -> Opened:
            throttle.forgive(tx, keys)
            record(tx, self.context, row.id, "sign_in", row.id, {"with": "password"})
            return open_session(tx, self.context, row.id, agent)

        return database.write(work)

    def claim_link(self, token: str, *, agent: str = "") -> Opened:
        """A session for who holds a one-time link; of two claims at once, one gets it.

        Raises SignInFailed for a link that is unknown, used or too old.
        """

        def work(tx: Connection) -> Opened:
            now = self.context.now()
            claimed = tx.execute(
                update(links)
                .where(
                    links.c.token_hash == hash_secret(token),
                    links.c.used_at.is_(None),
                    links.c.expires_at > now,
                )
                .values(used_at=now)
            )
            if claimed.rowcount != 1:
                raise SignInFailed("This link was used already, or is too old.")
            member_id = tx.execute(
                select(links.c.member_id).where(links.c.token_hash == hash_secret(token))
            ).scalar_one()
            if not member_row(tx, member_id).active:
                raise SignInFailed("The member of this link is not active.")
            record(tx, self.context, member_id, "sign_in", member_id, {"with": "link"})
            return open_session(tx, self.context, member_id, agent, now)

        return self.context.database.write(work)

    def recognize(self, secret: str) -> Caller | None:
        """Who a cookie stands for, None if for nobody; use keeps it alive."""
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

    def sign_out(self, caller: Caller) -> None:
        """End the caller's session; a token is not touched."""

        def work(tx: Connection) -> None:
            tx.execute(delete(sessions).where(sessions.c.token_hash == caller.key))
            record(tx, self.context, caller.actor.id, "sign_out", caller.actor.id)

        if caller.has_session:
            self.context.database.write(work)
            self._memory.forget()

    def member(self, caller: Caller) -> MemberView:
        """Who the caller is."""
        return self.context.database.read(lambda tx: view(member_row(tx, caller.actor.id)))

    def change_password(
        self, caller: Caller, new: str, current: str | None = None, *, address: str = "", agent: str = ""
    ) -> Opened:
        """Set the password, end every session of the member, and open a new one.

        The current password is asked for, unless there is none or the session began with a link
        within the last hour. Raises SignInRequired, SignInFailed, Throttled, InvalidInput.
        """
        if not caller.has_session:
            raise SignInRequired
        database, member_id = self.context.database, caller.actor.id
        passwords.check(new, caller.actor.email)
        stored = database.read(lambda tx: member_row(tx, member_id)).password_hash
        if stored is not None and not database.read(lambda tx: self._came_by_link(tx, caller)):
            self._check_current(caller, current, stored, address)
        hashed = passwords.hashed(new)

        def work(tx: Connection) -> Opened:
            tx.execute(update(members).where(members.c.id == member_id).values(password_hash=hashed))
            tx.execute(delete(sessions).where(sessions.c.member_id == member_id))
            tx.execute(delete(links).where(links.c.member_id == member_id, links.c.used_at.is_(None)))
            record(tx, self.context, member_id, "password.changed", member_id)
            return open_session(tx, self.context, member_id, agent)

        opened = database.write(work)
        self._memory.forget()
        return opened

    def _check_current(self, caller: Caller, current: str | None, stored: str, address: str) -> None:
        if current is None:
            raise InvalidInput("Give your current password too.", place="current")
        keys = throttle.keys_of(caller.actor.email, address)
        self.context.database.write(lambda tx: throttle.count_try(tx, self.context, keys))
        if not passwords.fits(current, stored):
            raise InvalidInput("That is not your current password.", place="current")
        self.context.database.write(lambda tx: throttle.forgive(tx, keys))

    def _came_by_link(self, tx: Connection, caller: Caller) -> bool:
        began = select(sessions.c.created_at).where(sessions.c.token_hash == caller.key).scalar_subquery()
        found = tx.execute(
            select(links.c.used_at).where(
                links.c.member_id == caller.actor.id,
                links.c.used_at == began,
                links.c.used_at > self.context.after(-LINK_COUNTS_FOR),
            )
        )
        return found.first() is not None

    def _look_up(self, tx: Connection, key: str) -> Caller | None:
        row = tx.execute(
            select(sessions.c.csrf, sessions.c.expires_at, members)
            .join(members, members.c.id == sessions.c.member_id)
            .where(
                sessions.c.token_hash == key,
                sessions.c.expires_at > self.context.now(),
                members.c.active.is_(True),
            )
        ).first()
        if row is None:
            return None
        if row.expires_at < self.context.after(self._days * DAY - EXTEND_AFTER):
            self.context.database.submit(lambda tx: self._extend(tx, key, row.id))
        actor = Actor(id=row.id, name=row.name, email=row.email, role=row.role)
        return Caller(actor=actor, key=key, csrf=row.csrf)

    def _extend(self, tx: Connection, key: str, member_id: str) -> None:
        now, until = self.context.now(), self.context.after(self._days * DAY)
        tx.execute(update(sessions).where(sessions.c.token_hash == key).values(expires_at=until))
        tx.execute(update(members).where(members.c.id == member_id).values(last_seen_at=now))

    @property
    def _days(self) -> int:
        return self.context.settings.session_days


def open_session(
    tx: Connection, context: Context, member_id: str, agent: str, now: str | None = None
) -> Opened:
    """A new session of a member, in the caller's transaction; those that ran out are swept away."""
    secret, csrf, seconds = new_secret(), new_secret(), context.settings.session_days * DAY
    moment = now or context.now()
    tx.execute(delete(sessions).where(sessions.c.member_id == member_id, sessions.c.expires_at <= moment))
    tx.execute(
        insert(sessions).values(
            token_hash=hash_secret(secret),
            member_id=member_id,
            csrf=csrf,
            created_at=moment,
            expires_at=context.after(seconds),
            agent=agent[:300],
        )
    )
    tx.execute(update(members).where(members.c.id == member_id).values(last_seen_at=moment))
    return Opened(secret=secret, csrf=csrf, member=view(member_row(tx, member_id)), seconds=seconds)


def is_same(given: str | None, expected: str | None) -> bool:
    """Whether two secrets are equal, without telling by the time how far they agree."""
    return bool(given and expected) and hmac.compare_digest(str(given).encode(), str(expected).encode())
