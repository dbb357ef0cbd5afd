"""Members: the people of the organization and their roles; the first owner; one-time links."""

import re
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from labelwright.core.errors import Forbidden, InvalidInput, NameTaken, NotFound, WrongState
from labelwright.core.roles import ROLES
from labelwright.services.access import Actor, require
from labelwright.services.audit import record
from labelwright.services.context import Context, hash_secret, new_secret
from labelwright.services.recognition import Memory
from labelwright.storage.schema import invitations, links, members, project_members, sessions, tokens

LINK_SECONDS = 24 * 3600
LONGEST_NAME, LONGEST_EMAIL = 200, 320
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_LOCK = 7_310_442_002  # PostgreSQL's key for "one change of owners at a time"


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the organization."""

    id: str
    name: str
    email: str
    role: str
    active: bool
    has_password: bool
    created_at: str
    last_seen_at: str | None


class SignInLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that signs one member in, once."""

    link: str
    token: str
    expires_at: str


class Members:
    """The service of members."""

    def __init__(self, context: Context, memory: Memory) -> None:
        self.context = context
        self._memory = memory

    def first_owner(self, name: str = "Owner", email: str = "owner@localhost") -> SignInLink | None:
        """The first member, an owner, with the link that lets them in; None if there are members."""

        def work(tx: Connection) -> SignInLink | None:
            _one_at_a_time(tx)
            if tx.execute(select(func.count()).select_from(members)).scalar_one():
                return None
            member_id = insert_member(tx, self.context, name=name, email=email, role="owner")
            record(tx, self.context, "system", "member.created", member_id, {"role": "owner"})
            return self._link(tx, member_id)

        return self.context.database.write(work)

    def waiting_owner(self) -> SignInLink | None:
        """A new link for an owner who never set a password, None once there is one who did."""

        def work(tx: Connection) -> SignInLink | None:
            rows = tx.execute(
                select(members).where(members.c.role == "owner", members.c.active.is_(True))
            ).all()
            if not rows or any(row.password_hash for row in rows):
                return None
            return self._link(tx, rows[0].id)

        return self.context.database.write(work)

    def owner(self) -> Actor:
        """The oldest active owner: on whose behalf the command line acts on a data folder."""

        def work(tx: Connection) -> Actor:
            row = tx.execute(
                select(members)
                .where(members.c.role == "owner", members.c.active.is_(True))
                .order_by(members.c.created_at, members.c.id)
            ).first()
            if row is None:
                raise NotFound("member", "owner")
            return Actor(id=row.id, name=row.name, email=row.email, role=row.role)

        return self.context.database.read(work)

    def list(self, actor: Actor) -> list[MemberView]:
        """Everybody, by name. Raises Forbidden for who manages neither people nor any project."""

        def work(tx: Connection) -> list[MemberView]:
            require_some_management(tx, actor)
            rows = tx.execute(select(members).order_by(func.lower(members.c.name), members.c.id))
            return [view(row) for row in rows]

        return self.context.database.read(work)

    def change(
        self, actor: Actor, member_id: str, *, role: str | None = None, active: bool | None = None
    ) -> MemberView:
        """Change a role, or let someone in or out; leaving ends their sessions, tokens and links.

        Raises WrongState for the last active owner, NotFound, InvalidInput.
        """
        require(actor, "member.promote")
        if role is not None and role not in ROLES:
            raise InvalidInput(f"“{role}” is no role.", place="role", remedy=f"Use {', '.join(ROLES)}.")

        def work(tx: Connection) -> MemberView:
            _one_at_a_time(tx)
            before = member_row(tx, member_id)
            after = {
                "role": before.role if role is None else role,
                "active": before.active if active is None else active,
            }
            if before.role == "owner" and before.active and after != {"role": "owner", "active": True}:
                _keep_an_owner(tx, member_id)
            tx.execute(update(members).where(members.c.id == member_id).values(**after))
            if not after["active"]:
                end_everything(tx, self.context, member_id)
            record(tx, self.context, actor.id, "member.changed", member_id, after)
            return view(member_row(tx, member_id))

        changed = self.context.database.write(work)
        self._memory.forget()
        return changed

    def introduce(self, actor: Actor, *, name: str, email: str) -> MemberView:
        """Change one's own name and address. Raises NameTaken for an address of somebody else."""
        row = {"name": clean_name(name), "email": clean_email(email)}

        def work(tx: Connection) -> MemberView:
            before = member_row(tx, actor.id)
            try:
                tx.execute(update(members).where(members.c.id == actor.id).values(**row))
            except IntegrityError:
                raise NameTaken("member", row["email"]) from None
            changed = {key: value for key, value in row.items() if getattr(before, key) != value}
            record(tx, self.context, actor.id, "member.introduced", actor.id, changed)
            return view(member_row(tx, actor.id))

        changed = self.context.database.write(work)
        self._memory.forget()
        return changed

    def new_link(self, actor: Actor, member_id: str) -> SignInLink:
        """A one-time sign-in link for a member; links made before stop working."""
        require(actor, "member.promote")

        def work(tx: Connection) -> SignInLink:
            if not member_row(tx, member_id).active:
                raise WrongState("This member is not active.", remedy="Let them in again first.")
            record(tx, self.context, actor.id, "member.link_made", member_id)
            return self._link(tx, member_id)

        return self.context.database.write(work)

    def _link(self, tx: Connection, member_id: str) -> SignInLink:
        secret, expires = new_secret(), self.context.after(LINK_SECONDS)
        tx.execute(delete(links).where(links.c.member_id == member_id, links.c.used_at.is_(None)))
        tx.execute(
            insert(links).values(
                token_hash=hash_secret(secret),
                member_id=member_id,
                created_at=self.context.now(),
                expires_at=expires,
            )
        )
        address = f"{public_address(self.context)}/sign-in#token={secret}"
        return SignInLink(link=address, token=secret, expires_at=expires)


def insert_member(
    tx: Connection, context: Context, *, name: str, email: str, role: str, password_hash: str | None = None
) -> str:
    """A new member; gives the id. Raises InvalidInput, NameTaken for an address that is known."""
    row = {"id": context.new_id(), "name": clean_name(name), "email": clean_email(email), "role": role}
    if tx.execute(select(members.c.id).where(members.c.email == row["email"])).first():
        raise NameTaken("member", row["email"])
    try:
        tx.execute(
            insert(members).values(**row, password_hash=password_hash, active=True, created_at=context.now())
        )
    except IntegrityError:
        raise NameTaken("member", row["email"]) from None
    return row["id"]


def end_everything(tx: Connection, context: Context, member_id: str) -> None:
    """End every session, token, unused link and open invitation of a member."""
    tx.execute(delete(sessions).where(sessions.c.member_id == member_id))
    tx.execute(delete(links).where(links.c.member_id == member_id, links.c.used_at.is_(None)))
    tx.execute(
        update(invitations)
        .where(
            invitations.c.created_by == member_id,
            invitations.c.accepted_at.is_(None),
            invitations.c.revoked_at.is_(None),
        )
        .values(revoked_at=context.now())
    )
    tx.execute(
        update(tokens)
        .where(tokens.c.member_id == member_id, tokens.c.revoked_at.is_(None))
        .values(revoked_at=context.now())
    )


def member_row(tx: Connection, member_id: str) -> Row[Any]:
    """A member's row. Raises NotFound."""
    row = tx.execute(select(members).where(members.c.id == member_id)).first()
    if row is None:
        raise NotFound("member", member_id)
    return row


def view(row: Row[Any]) -> MemberView:
    """A member's row as people see it."""
    return MemberView(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        active=row.active,
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )


def require_some_management(tx: Connection, actor: Actor) -> None:
    """Raise Forbidden unless the actor manages people in the organization or in some project."""
    if actor.may("member.manage"):
        return
    manages = select(project_members.c.project_id).where(
        project_members.c.member_id == actor.id, project_members.c.role == "manager"
    )
    if not (actor.may("member.manage", "manager") and tx.execute(manages.limit(1)).first()):
        raise Forbidden("see the members", "member.manage")


def clean_email(email: str) -> str:
    """The address as it is stored and compared. Raises InvalidInput."""
    cleaned = email.strip().lower()
    if len(cleaned) > LONGEST_EMAIL or not _EMAIL.fullmatch(cleaned):
        raise InvalidInput(
            "This is no e-mail address.", place="email", remedy="Use one like ana@example.org."
        )
    return cleaned


def clean_name(name: str) -> str:
    """The name without spaces around it. Raises InvalidInput."""
    cleaned = name.strip()
    if not 0 < len(cleaned) <= LONGEST_NAME:
        raise InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.", place="name")
    return cleaned


def public_address(context: Context) -> str:
    """Where people reach this server, without a slash at the end."""
    settings = context.settings
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = settings.host if settings.host not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _keep_an_owner(tx: Connection, member_id: str) -> None:
    others = select(func.count()).where(
        members.c.role == "owner", members.c.active.is_(True), members.c.id != member_id
    )
    if not tx.execute(others).scalar_one():
        raise WrongState(
            "This is the last owner; an organization needs one.",
            remedy="Make somebody else an owner first.",
        )


def _one_at_a_time(tx: Connection) -> None:
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
