"""Doors and keys: links work once, the last owner stays, throttling survives a restart."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from labelwright.core.errors import (
    Forbidden,
    InvalidInput,
    NameTaken,
    NotFound,
    SignInFailed,
    SignInRequired,
    Throttled,
    WrongState,
)
from labelwright.services import audit
from labelwright.services.access import Actor
from labelwright.services.accounts import Accounts
from labelwright.services.context import Context
from labelwright.storage import schema
from tests.services.conftest import World

GOOD = "correct horse battery staple"


@pytest.fixture
def accounts(context: Context) -> Accounts:
    return Accounts(context)


@pytest.fixture
def owner(accounts: Accounts) -> Actor:
    link = accounts.members.first_owner("Olga", "olga@example.org")
    opened = accounts.sessions.claim_link(link.token)
    caller = accounts.by_cookie(opened.secret)
    accounts.sessions.change_password(caller, GOOD)
    return caller.actor


def in_a_while(context: Context, seconds: float) -> Context:
    return replace(context, clock=lambda: context.clock() + int(seconds * 1000))


def test_an_empty_database_gets_one_owner_with_one_link(accounts: Accounts) -> None:
    first = accounts.members.first_owner()

    assert first is not None
    assert f"#token={first.token}" in first.link
    assert accounts.members.first_owner() is None


def test_a_link_claimed_twice_at_once_opens_one_session(accounts: Accounts) -> None:
    link = accounts.members.first_owner()

    def claim(_: int) -> str | None:
        try:
            return accounts.sessions.claim_link(link.token).secret
        except SignInFailed:
            return None

    with ThreadPoolExecutor(8) as pool:
        opened = [secret for secret in pool.map(claim, range(8)) if secret]

    assert len(opened) == 1
    with pytest.raises(SignInFailed, match="used already"):
        accounts.sessions.claim_link(link.token)


def test_a_link_ends_after_a_day(accounts: Accounts) -> None:
    link = accounts.members.first_owner()

    with pytest.raises(SignInFailed):
        Accounts(in_a_while(accounts.context, 24 * 3600 + 1)).sessions.claim_link(link.token)


def test_an_owner_without_password_gets_a_new_link_and_the_old_one_ends(accounts: Accounts) -> None:
    first = accounts.members.first_owner()

    second = accounts.members.waiting_owner()

    with pytest.raises(SignInFailed):
        accounts.sessions.claim_link(first.token)
    assert accounts.sessions.claim_link(second.token).member.role == "owner"


def test_no_secret_is_stored(accounts: Accounts, owner: Actor, context: Context) -> None:
    opened = accounts.sessions.sign_in(owner.email, GOOD)
    token = accounts.tokens.create(owner, "script", ["read"])
    invitation = accounts.invitations.create(owner, "annotator")

    def everything(tx) -> str:
        tables = (schema.members, schema.sessions, schema.tokens, schema.invitations, schema.audit)
        return "".join(str(row) for table in tables for row in tx.execute(select(table)))

    stored = context.database.read(everything)

    for secret in (GOOD, opened.secret, token.token, invitation.token):
        assert secret not in stored


def test_the_right_password_opens_and_the_wrong_one_does_not_say_why(
    accounts: Accounts, owner: Actor
) -> None:
    opened = accounts.sessions.sign_in("  OLGA@example.org ", GOOD)

    assert accounts.by_cookie(opened.secret).actor.id == owner.id
    with pytest.raises(SignInFailed) as wrong:
        accounts.sessions.sign_in(owner.email, "not the password")
    with pytest.raises(SignInFailed) as unknown:
        accounts.sessions.sign_in("nobody@example.org", "not the password")
    assert wrong.value.message == unknown.value.message


@pytest.mark.parametrize("password", ["short", "x" * 1025, "aaaaaaaaaaaaaa", "olga@example.org"])
def test_a_bad_password_is_refused(accounts: Accounts, owner: Actor, password: str) -> None:
    opened = accounts.sessions.sign_in(owner.email, GOOD)

    with pytest.raises(InvalidInput):
        accounts.sessions.change_password(accounts.by_cookie(opened.secret), password, GOOD)


def test_a_new_password_ends_every_other_session(accounts: Accounts, owner: Actor) -> None:
    here, there = (accounts.sessions.sign_in(owner.email, GOOD) for _ in range(2))
    caller = accounts.by_cookie(here.secret)
    assert accounts.by_cookie(there.secret) is not None

    fresh = accounts.sessions.change_password(caller, "another good phrase", GOOD)

    assert accounts.by_cookie(there.secret) is None
    assert accounts.by_cookie(here.secret) is None
    assert accounts.by_cookie(fresh.secret).actor.id == owner.id


def test_the_current_password_is_asked_for(accounts: Accounts, owner: Actor) -> None:
    caller = accounts.by_cookie(accounts.sessions.sign_in(owner.email, GOOD).secret)

    with pytest.raises(InvalidInput, match="current"):
        accounts.sessions.change_password(caller, "another good phrase")
    with pytest.raises(InvalidInput, match="not your current"):
        accounts.sessions.change_password(caller, "another good phrase", "a wrong one")


def test_who_came_by_a_link_may_set_a_password_they_forgot(accounts: Accounts, owner: Actor) -> None:
    link = accounts.members.new_link(owner, owner.id)
    caller = accounts.by_cookie(accounts.sessions.claim_link(link.token).secret)

    accounts.sessions.change_password(caller, "another good phrase")

    assert accounts.sessions.sign_in(owner.email, "another good phrase").member.id == owner.id


def test_a_token_cannot_change_the_password(accounts: Accounts, owner: Actor) -> None:
    token = accounts.tokens.create(owner, "script", ["admin"])

    with pytest.raises(SignInRequired):
        accounts.sessions.change_password(accounts.by_token(token.token), "another good phrase", GOOD)


def test_signing_out_ends_the_session(accounts: Accounts, owner: Actor) -> None:
    opened = accounts.sessions.sign_in(owner.email, GOOD)
    caller = accounts.by_cookie(opened.secret)

    accounts.sessions.sign_out(caller)

    assert accounts.by_cookie(opened.secret) is None


def extended(context: Context, expires_after: str) -> None:
    """Wait until the extension of a session, which nobody waits for, is on disk."""
    for _ in range(500):
        if context.database.read(
            lambda tx: tx.execute(select(schema.sessions.c.expires_at)).scalar() > expires_after
        ):
            return
        time.sleep(0.01)
    raise AssertionError("the session was not extended")


def test_a_session_slides_while_used_and_ends_when_not(accounts: Accounts, owner: Actor) -> None:
    accounts.context.database.write(lambda tx: tx.execute(delete(schema.sessions)))
    opened = accounts.sessions.sign_in(owner.email, GOOD)
    day = 86_400

    assert Accounts(in_a_while(accounts.context, 13 * day)).by_cookie(opened.secret) is not None
    extended(accounts.context, accounts.context.after(20 * day))
    assert Accounts(in_a_while(accounts.context, 26 * day)).by_cookie(opened.secret) is not None
    extended(accounts.context, accounts.context.after(33 * day))
    assert Accounts(in_a_while(accounts.context, 41 * day)).by_cookie(opened.secret) is None


def test_tries_are_throttled_also_after_a_restart(accounts: Accounts, owner: Actor) -> None:
    moment = accounts.context.clock()
    stopped = replace(accounts.context, clock=lambda: moment)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            Accounts(stopped).sessions.sign_in(owner.email, "wrong password", address="10.0.0.1")

    with pytest.raises(Throttled) as refused:
        Accounts(stopped).sessions.sign_in(owner.email, GOOD, address="10.0.0.2")

    assert refused.value.seconds == 2
    later = Accounts(in_a_while(stopped, refused.value.seconds))
    assert later.sessions.sign_in(owner.email, GOOD, address="10.0.0.2").member.id == owner.id


def test_one_address_cannot_try_many_accounts(accounts: Accounts) -> None:
    for number in range(20):
        with pytest.raises(SignInFailed):
            accounts.sessions.sign_in(f"p{number}@example.org", "wrong password", address="10.0.0.1")

    with pytest.raises(Throttled):
        accounts.sessions.sign_in("other@example.org", "wrong password", address="10.0.0.1")
    with pytest.raises(SignInFailed):
        accounts.sessions.sign_in("other@example.org", "wrong password", address="10.0.0.2")


def test_a_token_stands_for_its_member_with_its_scopes(accounts: Accounts, owner: Actor) -> None:
    made = accounts.tokens.create(owner, "script", ["read"])

    caller = accounts.by_token(made.token)

    assert made.token.startswith("lw_")
    assert caller.actor.id == owner.id
    assert caller.actor.may("project.read")
    assert not caller.actor.may("project.create")
    assert [entry.token for entry in accounts.tokens.list(owner)] == [None]


def test_a_token_ends_when_revoked_or_too_old(accounts: Accounts, owner: Actor) -> None:
    short, gone = (accounts.tokens.create(owner, name, ["read"], 1) for name in ("short", "gone"))
    assert accounts.by_token(gone.token) is not None

    accounts.tokens.revoke(owner, gone.id)

    assert accounts.by_token(gone.token) is None
    assert Accounts(in_a_while(accounts.context, 86_401)).by_token(short.token) is None
    with pytest.raises(NotFound):
        accounts.tokens.revoke(owner, gone.id)


def test_an_invitation_lets_one_person_in(accounts: Accounts, owner: Actor) -> None:
    made = accounts.invitations.create(owner, "manager", email="Mia@example.org")
    assert accounts.invitations.welcome(made.token).inviter == "Olga"

    joined = accounts.invitations.accept(made.token, name="Mia", email="mia@example.org", password=GOOD)

    assert joined.member.role == "manager"
    assert accounts.sessions.sign_in("mia@example.org", GOOD).member.id == joined.member.id
    with pytest.raises(NotFound):
        accounts.invitations.accept(made.token, name="Tom", email="mia@example.org", password=GOOD)


def test_an_invitation_taken_by_two_at_once_lets_in_one(accounts: Accounts, owner: Actor) -> None:
    made = accounts.invitations.create(owner, "annotator")

    def join(number: int) -> bool:
        try:
            accounts.invitations.accept(
                made.token, name="Pat", email=f"pat{number}@example.org", password=GOOD
            )
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        joined = list(pool.map(join, range(4)))

    assert joined.count(True) == 1
    assert len(accounts.members.list(owner)) == 2


def test_an_invitation_for_one_address_is_for_no_other(accounts: Accounts, owner: Actor) -> None:
    made = accounts.invitations.create(owner, "annotator", email="mia@example.org")

    with pytest.raises(InvalidInput, match="another address"):
        accounts.invitations.accept(made.token, name="Tom", email="tom@example.org", password=GOOD)


def test_a_revoked_or_old_invitation_is_as_if_it_never_was(accounts: Accounts, owner: Actor) -> None:
    revoked, old = (accounts.invitations.create(owner, "annotator", expires_in_days=1) for _ in range(2))

    accounts.invitations.revoke(owner, revoked.id)

    with pytest.raises(NotFound):
        accounts.invitations.welcome(revoked.token)
    with pytest.raises(NotFound):
        Accounts(in_a_while(accounts.context, 86_401)).invitations.welcome(old.token)


def test_a_member_joins_another_project_with_their_password(world: World) -> None:
    accounts, project = world.services.accounts, world.project()
    first = accounts.invitations.create(world.owner, "annotator", project=project.id)
    ana = accounts.invitations.accept(first.token, name="Ana", email="ana@example.org", password=GOOD)
    second = accounts.invitations.create(world.owner, "reviewer", project=project.id)

    with pytest.raises(SignInFailed):
        accounts.invitations.accept(
            second.token, name="Ana", email="ana@example.org", password="not hers at all"
        )
    accounts.invitations.accept(second.token, name="Ana", email="ana@example.org", password=GOOD)

    roles = {entry.id: entry.role for entry in accounts.project_members.list(world.owner, project.id)}
    assert roles[ana.member.id] == "reviewer"
    assert ana.member.role == "annotator"


def test_nobody_invites_above_their_own_role(world: World) -> None:
    project = world.project()
    manager, ana = world.person("mia", "manager"), world.person("ana", project=project.id)
    invitations = world.services.accounts.invitations

    with pytest.raises(Forbidden):
        invitations.create(manager, "owner")
    with pytest.raises(Forbidden):
        invitations.create(ana, "annotator", project=project.id)
    with pytest.raises(NotFound):
        invitations.create(world.person("ben"), "annotator", project=project.id)
    assert invitations.create(manager, "manager").role == "manager"


def test_a_manager_of_one_project_manages_its_people_only(world: World) -> None:
    mine, other = world.project("Mine"), world.project("Other")
    accounts = world.services.accounts
    lead, ana = world.person("lea"), world.person("ana")
    accounts.project_members.set_role(world.owner, mine.id, lead.id, "manager")

    accounts.project_members.set_role(lead, mine.id, ana.id, "reviewer")

    with pytest.raises(NotFound):
        accounts.project_members.set_role(lead, other.id, ana.id, "annotator")
    assert ana.id in {entry.id for entry in accounts.members.list(lead)}
    accounts.project_members.remove(lead, mine.id, ana.id)
    with pytest.raises(NotFound):
        accounts.project_members.list(ana, mine.id)


def test_the_last_owner_stays(accounts: Accounts, owner: Actor) -> None:
    with pytest.raises(WrongState, match="last owner"):
        accounts.members.change(owner, owner.id, role="manager")
    with pytest.raises(WrongState, match="last owner"):
        accounts.members.change(owner, owner.id, active=False)


def test_two_owners_who_step_down_at_once_leave_one(world: World) -> None:
    other, members = world.person("oto", "owner"), world.services.accounts.members

    def step_down(who: Actor) -> bool:
        try:
            members.change(world.owner, who.id, role="annotator")
        except WrongState:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(step_down, (world.owner, other)))

    assert sorted(done) == [False, True]


def test_who_is_let_go_is_out_at_once(accounts: Accounts, owner: Actor) -> None:
    made = accounts.invitations.create(owner, "manager")
    mia = accounts.invitations.accept(made.token, name="Mia", email="mia@example.org", password=GOOD)
    caller = accounts.by_cookie(mia.secret)
    token = accounts.tokens.create(caller.actor, "script", ["read"])
    promised = accounts.invitations.create(caller.actor, "annotator")
    assert accounts.by_token(token.token) is not None

    accounts.members.change(owner, mia.member.id, active=False)

    assert accounts.by_cookie(mia.secret) is None
    assert accounts.by_token(token.token) is None
    with pytest.raises(NotFound):
        accounts.invitations.welcome(promised.token)
    with pytest.raises(SignInFailed):
        accounts.sessions.sign_in("mia@example.org", GOOD)


def test_an_address_belongs_to_one_member(accounts: Accounts, owner: Actor, context: Context) -> None:
    from labelwright.services.members import insert_member

    with pytest.raises(NameTaken):
        context.database.write(
            lambda tx: insert_member(tx, context, name="Olga", email="OLGA@example.org", role="owner")
        )


def test_what_was_done_is_in_the_audit_log(accounts: Accounts, owner: Actor, context: Context) -> None:
    accounts.tokens.create(owner, "script", ["read"])
    with pytest.raises(SignInFailed):
        accounts.sessions.sign_in(owner.email, "wrong password")

    actions = context.database.read(
        lambda tx: list(tx.execute(select(schema.audit.c.action).order_by(schema.audit.c.seq)).scalars())
    )

    assert actions == ["member.created", "sign_in", "password.changed", "token.created", "sign_in.failed"]
    assert context.database.read(audit.verify) == (5, None)
