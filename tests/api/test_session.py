"""Signing in over HTTP: cookies, CSRF, hosts and origins."""

import httpx
import pytest

from labelwright.api.app import create_app
from labelwright.api.callers import COOKIE, CSRF_HEADER
from labelwright.sdk.in_process import InProcess
from tests.api.conftest import HERE, V1, Api

GOOD = "correct horse battery staple"


@pytest.fixture
def newcomer(api: Api) -> httpx.Client:
    """Somebody with a password who is not signed in."""
    invitations = api.world.services.accounts.invitations
    made = invitations.create(api.world.owner, "manager")
    invitations.accept(made.token, name="Mia", email="mia@example.org", password=GOOD)
    return api.nobody()


def sign_in(client: httpx.Client, **change: str) -> httpx.Response:
    return client.post(f"{V1}/session", json={"email": "mia@example.org", "password": GOOD, **change})


def test_a_password_opens_a_session_that_can_write(newcomer: httpx.Client) -> None:
    answer = sign_in(newcomer)
    newcomer.headers[CSRF_HEADER] = answer.json()["csrf"]

    made = newcomer.post(f"{V1}/projects", json={"name": "Cells"})

    assert answer.json()["member"]["name"] == "Mia"
    assert made.status_code == 201
    assert newcomer.get(f"{V1}/session").json()["member"]["email"] == "mia@example.org"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(newcomer: httpx.Client) -> None:
    cookie = sign_in(newcomer).headers["set-cookie"]

    assert cookie.startswith(f"{COOKIE}=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie


def test_the_cookie_is_secure_where_the_settings_say_so(api: Api) -> None:
    from dataclasses import replace

    context = api.world.context
    settings = replace(context.settings, secure_cookies=True, public_url="https://labels.example.org")
    services = type(api.world.services)(replace(context, settings=settings))
    link = services.accounts.members.new_link(api.world.owner, api.world.owner.id)
    transport = InProcess(create_app(services, access_log=False))
    client = httpx.Client(transport=transport, base_url="https://labels.example.org")

    answer = client.post(f"{V1}/session/link", json={"token": link.token})
    transport.close()

    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_wrong_password_is_refused_and_says_nothing_more(newcomer: httpx.Client) -> None:
    wrong, unknown = sign_in(newcomer, password="wrong"), sign_in(newcomer, email="who@example.org")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "sign_in.failed"


def test_many_tries_are_throttled_with_the_seconds_to_wait(newcomer: httpx.Client) -> None:
    answers = [sign_in(newcomer, password="wrong") for _ in range(12)]

    refused = next(answer for answer in answers if answer.status_code == 429)

    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["code"] == "throttled"


def test_a_link_works_once(api: Api) -> None:
    link = api.world.services.accounts.members.new_link(api.world.owner, api.world.owner.id)

    first, second = (api.nobody().post(f"{V1}/session/link", json={"token": link.token}) for _ in range(2))

    assert first.status_code == 200
    assert first.json()["first_run"] is True
    assert second.status_code == 401
    assert "used already" in second.json()["detail"]


def test_a_change_with_a_cookie_needs_the_token_of_the_page(api: Api) -> None:
    client, other = api.person(api.world.owner), api.person(api.world.owner)
    body = {"name": "Cells"}
    del client.headers[CSRF_HEADER]

    without = client.post(f"{V1}/projects", json=body)
    wrong = client.post(f"{V1}/projects", json=body, headers={CSRF_HEADER: other.headers[CSRF_HEADER]})

    assert (without.status_code, wrong.status_code) == (403, 403)
    assert without.json()["code"] == "forged"
    assert client.get(f"{V1}/projects").json()["items"] == []


def test_a_token_needs_no_csrf_and_ignores_the_cookie(api: Api) -> None:
    client = api.program(api.world.owner, "manage")
    client.cookies.set(COOKIE, "nonsense")

    assert client.post(f"{V1}/projects", json={"name": "Cells"}).status_code == 201


@pytest.mark.parametrize("header", ["Bearer lw_unknown", "Bearer ", "Basic b2xnYTp4", "lw_x", "Bearer ä"])
def test_a_key_that_opens_nothing_is_told_so(api: Api, header: str) -> None:
    answer = api.nobody().get(f"{V1}/projects", headers={"Authorization": header.encode()})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_cookie_is_no_token_and_a_token_no_cookie(api: Api) -> None:
    person, program = api.person(api.world.owner), api.program(api.world.owner, "admin")
    cookie = person.cookies[COOKIE]
    person.get(f"{V1}/session")
    program.get(f"{V1}/session")

    as_token = api.nobody().get(f"{V1}/session", headers={"Authorization": f"Bearer {cookie}"})
    swapped = api.nobody()
    swapped.cookies.set(COOKIE, program.headers["authorization"].removeprefix("Bearer "))

    assert as_token.status_code == 401
    assert swapped.get(f"{V1}/session").status_code == 401


def test_signing_out_ends_the_session_everywhere(api: Api) -> None:
    client = api.person(api.world.owner)
    cookie = client.cookies[COOKIE]

    out = client.delete(f"{V1}/session")
    client.cookies.set(COOKIE, cookie)

    assert out.status_code == 204
    assert client.get(f"{V1}/session").status_code == 401


def test_a_new_password_keeps_this_session_under_a_new_cookie(newcomer: httpx.Client) -> None:
    newcomer.headers[CSRF_HEADER] = sign_in(newcomer).json()["csrf"]
    before = newcomer.cookies[COOKIE]

    changed = newcomer.put(f"{V1}/session/password", json={"current": GOOD, "new": "another good phrase"})

    assert changed.status_code == 200
    assert newcomer.cookies[COOKIE] != before
    assert newcomer.get(f"{V1}/session").status_code == 200


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1.evil.example.org", "", "[bad", "10.0.0.5"])
def test_a_host_that_is_not_ours_is_not_answered(api: Api, host: str) -> None:
    answer = api.nobody().get(f"{V1}/version", headers={"Host": host})

    assert answer.status_code == 403
    assert answer.json()["code"] == "forged"


@pytest.mark.parametrize("host", ["127.0.0.1:8100", "localhost:8100", "localhost", "[::1]:8100"])
def test_names_of_this_machine_are_answered(api: Api, host: str) -> None:
    assert api.nobody().get(f"{V1}/version", headers={"Host": host}).status_code == 200


def test_a_page_of_another_site_cannot_write_not_even_sign_in(newcomer: httpx.Client) -> None:
    newcomer.headers["Origin"] = "https://evil.example.org"

    assert sign_in(newcomer).status_code == 403
    newcomer.headers["Origin"] = HERE
    assert sign_in(newcomer).status_code == 200


def test_a_form_cannot_pass_for_json(newcomer: httpx.Client) -> None:
    answer = newcomer.post(
        f"{V1}/session", content=b'{"email":"a@b","password":"x"}', headers={"Content-Type": "text/plain"}
    )

    assert answer.status_code == 415


def test_every_answer_carries_the_headers_that_keep_it_harmless(api: Api) -> None:
    for path in ("/", f"{V1}/version", f"{V1}/nothing", f"{V1}/session"):
        headers = api.nobody().get(path).headers

        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-request-id"]


def test_an_invited_person_joins_and_is_signed_in(api: Api) -> None:
    project = api.world.project()
    owner = api.person(api.world.owner)
    made = owner.post(f"{V1}/invitations", json={"role": "reviewer", "project": project.id}).json()
    token = made["link"].rpartition("/")[2]
    guest = api.nobody()

    told = guest.get(f"{V1}/invitations/by-token/{token}").json()
    body = {"name": "Rita", "email": "rita@example.org", "password": GOOD}
    joined = guest.post(f"{V1}/invitations/by-token/{token}/acceptance", json=body)

    assert (told["role"], told["project_name"], told["inviter"]) == ("reviewer", "Cells", "olga")
    assert joined.status_code == 201
    assert [entry["role"] for entry in guest.get(f"{V1}/projects").json()["items"]] == ["reviewer"]
    assert guest.get(f"{V1}/invitations/by-token/{token}").status_code == 404


def test_people_say_who_they_are_themselves(newcomer: httpx.Client) -> None:
    newcomer.post(f"{V1}/session", json={"email": "mia@example.org", "password": GOOD})
    csrf = newcomer.get(f"{V1}/session").json()["csrf"]

    answer = newcomer.patch(
        f"{V1}/session",
        json={"name": " Mia Q ", "email": "Mia.Q@example.org"},
        headers={"X-CSRF-Token": csrf},
    )

    assert answer.json()["member"]["name"] == "Mia Q"
    assert newcomer.get(f"{V1}/session").json()["member"]["email"] == "mia.q@example.org"
