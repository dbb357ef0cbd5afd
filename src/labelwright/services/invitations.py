"""Invitations: links by which one person joins, with a role no higher than the inviter's."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from labelwright.core.errors import Forbidden, InvalidInput, NotFound, SignInFailed, WrongState
from labelwright.core.roles import ROLES, rank
from labelwright.services import passwords, throttle
from labelwright.services.access import ORGANIZATION_WIDE, Actor, project_for, require, role_in
from labelwright.services.audit import record
from labelwright.services.context import Context, hash_secret, new_secret
from labelwright.services.members import (
    clean_email,
    insert_member,
    public_address,
    require_some_management,
)
from labelwright.services.project_members import check_no_higher, check_project_role, put_in_project
from labelwright.services.recognition import Memory
from labelwright.services.sessions import Opened, open_session
from labelwright.storage.schema import invitations, members, project_members, projects

LONGEST_DAYS = 90


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation; `link` and `token` are told only in the answer that makes it."""

    id: str
    role: str
    project: str | None
    email: str | None
    created_by: str
    created_at: str
    expires_at: str
    state: str
    link: str | None = None
    token: str | None = None


class Welcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the invited person sees before joining."""

    role: str
    project: str | None
    project_name: str | None
    inviter: str
    email: str | None
    expires_at: str


class Invitations:
    """The service of invitations."""

    def __init__(self, context: Context, memory: Memory) -> None:
        self.context = context
        self._memory = memory

    def create(
        self,
        actor: Actor,
        role: str,
        *,
        project: str | None = None,
        email: str | None = None,
        expires_in_days: int = 7,
    ) -> InvitationView:
        """An invitation with its link. Raises Forbidden, InvalidInput, NotFound for the project."""
        if role not in ROLES:
            raise InvalidInput(f"“{role}” is no role.", place="role", remedy=f"Use {', '.join(ROLES)}.")
        if project is not None:
            check_project_role(role)
        if not 1 <= expires_in_days <= LONGEST_DAYS:
            raise InvalidInput(f"An invitation lasts 1 to {LONGEST_DAYS} days.", place="expires_in_days")
        secret = new_secret()
        row: dict[str, Any] = {
            "id": self.context.new_id(),
            "role": role,
            "project_id": project,
            "email": clean_email(email) if email else None,
            "created_by": actor.id,
            "created_at": self.context.now(),
            "expires_at": self.context.after(expires_in_days * 86_400),
        }

        def work(tx: Connection) -> InvitationView:
            self._check_may_invite(tx, actor, role, project)
            tx.execute(insert(invitations).values(**row, token_hash=hash_secret(secret)))
            detail = {"role": role, "project": project, "email": row["email"]}
            record(tx, self.context, actor.id, "invitation.created", row["id"], detail)
            made = tx.execute(select(invitations).where(invitations.c.id == row["id"])).one()
            link = f"{public_address(self.context)}/invitation/{secret}"
            return msgspec.structs.replace(_view(made, row["created_at"]), link=link, token=secret)

        return self.context.database.write(work)

    def list(self, actor: Actor) -> list[InvitationView]:
        """The invitations the actor may manage, newest first."""

        def work(tx: Connection) -> list[InvitationView]:
            require_some_management(tx, actor)
            statement = select(invitations).order_by(invitations.c.id.desc()).limit(1000)
            if not actor.may("member.manage"):
                mine = select(project_members.c.project_id).where(
                    project_members.c.member_id == actor.id, project_members.c.role == "manager"
                )
                statement = statement.where(invitations.c.project_id.in_(mine))
            now = self.context.now()
            return [_view(row, now) for row in tx.execute(statement)]

        return self.context.database.read(work)

    def revoke(self, actor: Actor, invitation_id: str) -> None:
        """End an invitation that nobody took. Raises NotFound, WrongState."""

        def work(tx: Connection) -> None:
            row = tx.execute(select(invitations).where(invitations.c.id == invitation_id)).first()
            if row is None or not self._may_manage(tx, actor, row):
                raise NotFound("invitation", invitation_id)
            ended = tx.execute(
                update(invitations)
                .where(
                    invitations.c.id == invitation_id,
                    invitations.c.accepted_at.is_(None),
                    invitations.c.revoked_at.is_(None),
                )
                .values(revoked_at=self.context.now())
            )
            if ended.rowcount != 1:
                raise WrongState("This invitation was taken or revoked already.")
            record(tx, self.context, actor.id, "invitation.revoked", invitation_id)

        self.context.database.write(work)

    def welcome(self, token: str) -> Welcome:
        """What an invitation is for. Raises NotFound if it cannot be taken any more."""

        def work(tx: Connection) -> Welcome:
            row = _open_invitation(tx, self.context, token)
            project = tx.execute(select(projects.c.name).where(projects.c.id == row.project_id)).scalar()
            inviter = tx.execute(select(members.c.name).where(members.c.id == row.created_by)).scalar_one()
            return Welcome(
                role=row.role,
                project=row.project_id,
                project_name=project,
                inviter=inviter,
                email=row.email,
                expires_at=row.expires_at,
            )

        return self.context.database.read(work)

    def accept(
        self, token: str, *, name: str, email: str, password: str, address: str = "", agent: str = ""
    ) -> Opened:
        """Join, and be signed in. Somebody who is a member already joins with their password.

        Raises NotFound for an invitation that cannot be taken, InvalidInput, SignInFailed, Throttled.
        """
        email = clean_email(email)
        invitation = self.context.database.read(lambda tx: _open_invitation(tx, self.context, token))
        if invitation.email is not None and invitation.email != email:
            raise InvalidInput("This invitation is for another address.", place="email")
        known = self.context.database.read(
            lambda tx: tx.execute(select(members).where(members.c.email == email)).first()
        )
        if known is None:
            passwords.check(password, email)
            hashed = passwords.hashed(password)
        else:
            self._check_password(known, email, password, address)
            hashed = None

        def work(tx: Connection) -> Opened:
            member_id = (
                self._raised(tx, known, invitation)
                if known is not None
                else insert_member(
                    tx,
                    self.context,
                    name=name,
                    email=email,
                    role="annotator" if invitation.project_id else invitation.role,
                    password_hash=hashed,
                )
            )
            self._take(tx, invitation, member_id)
            return open_session(tx, self.context, member_id, agent)

        opened = self.context.database.write(work)
        self._memory.forget()
        return opened

    def _check_password(self, member: Row[Any], email: str, password: str, address: str) -> None:
        keys = throttle.keys_of(email, address)
        self.context.database.write(lambda tx: throttle.count_try(tx, self.context, keys))
        if not passwords.fits(password, member.password_hash) or not member.active:
            raise SignInFailed("There is a member with this address; that is not their password.")
        self.context.database.write(lambda tx: throttle.forgive(tx, keys))

    def _take(self, tx: Connection, invitation: Row[Any], member_id: str) -> None:
        taken = tx.execute(
            update(invitations)
            .where(
                invitations.c.id == invitation.id,
                invitations.c.accepted_at.is_(None),
                invitations.c.revoked_at.is_(None),
                invitations.c.expires_at > self.context.now(),
            )
            .values(accepted_by=member_id, accepted_at=self.context.now())
        )
        if taken.rowcount != 1:
            raise NotFound("open invitation", invitation.id)
        if invitation.project_id:
            before = _role_in_project(tx, invitation.project_id, member_id)
            if before is None or rank(before) < rank(invitation.role):
                put_in_project(tx, self.context, invitation.project_id, member_id, invitation.role)
        detail = {"role": invitation.role, "project": invitation.project_id, "member": member_id}
        record(tx, self.context, member_id, "invitation.accepted", invitation.id, detail)

    def _raised(self, tx: Connection, member: Row[Any], invitation: Row[Any]) -> str:
        if invitation.project_id is None and rank(invitation.role) > rank(member.role):
            tx.execute(update(members).where(members.c.id == member.id).values(role=invitation.role))
        return str(member.id)

    def _check_may_invite(self, tx: Connection, actor: Actor, role: str, project: str | None) -> None:
        if project is None:
            require(actor, "member.manage")
            check_no_higher(actor.role, role)
            return
        project_for(tx, actor, project, "member.manage")
        check_no_higher(role_in(tx, actor, project), role)

    def _may_manage(self, tx: Connection, actor: Actor, row: Row[Any]) -> bool:
        if row.project_id is None or actor.role in ORGANIZATION_WIDE:
            return actor.may("member.manage")
        try:
            project_for(tx, actor, row.project_id, "member.manage")
        except (NotFound, Forbidden):
            return False
        return True


def _open_invitation(tx: Connection, context: Context, token: str) -> Row[Any]:
    row = tx.execute(select(invitations).where(invitations.c.token_hash == hash_secret(token))).first()
    if row is None or _state(row, context.now()) != "open":
        raise NotFound("open invitation", f"{token[:6]}…")
    return row


def _role_in_project(tx: Connection, project_id: str, member_id: str) -> str | None:
    return tx.execute(
        select(project_members.c.role).where(
            project_members.c.project_id == project_id, project_members.c.member_id == member_id
        )
    ).scalar()


def _state(row: Row[Any], now: str) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.accepted_at is not None:
        return "accepted"
    return "open" if row.expires_at > now else "expired"


def _view(row: Row[Any], now: str) -> InvitationView:
    return InvitationView(
        id=row.id,
        role=row.role,
        project=row.project_id,
        email=row.email,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        state=_state(row, now),
    )
