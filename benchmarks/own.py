"""Labelwright as it starts by itself, on SQLite, driven like its peer."""

import asyncio
import json
import random
import subprocess
import sys
import time
import uuid
from pathlib import Path

from sqlalchemy import insert

from benchmarks.peer import Peer, boxes, wait_until_healthy
from benchmarks.wire import Connection, timed
from labelwright.core.roles import SCOPES
from labelwright.services.context import Context, hash_secret
from labelwright.settings import Settings
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database
from labelwright.storage.schema import members, project_members, tokens

API = "/api/v1"
CATEGORIES = [{"id": "rbc", "name": "RBC"}, {"id": "wbc", "name": "WBC", "color": "#56B4E9"}]


class Labelwright(Peer):
    """Drives `labelwright serve` of the running environment; `pictures` is a folder to import."""

    name = "Labelwright"

    def __init__(self, data: Path, port: int, pictures: Path) -> None:
        super().__init__(data, port)
        self.pictures = pictures
        self.tasks: list[str] = []

    def start(self) -> float:
        begin = time.perf_counter()
        command = [sys.executable, "-m", "labelwright", "serve"]
        with (self.data.parent / "labelwright.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--data", str(self.data), "--port", str(self.port)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until_healthy(self.port, f"{API}/health")
        return time.perf_counter() - begin

    def connection(self, client: int | None = None) -> Connection:
        token = self.owner if client is None else self.tokens[client]
        return Connection(self.port, {"Authorization": f"Bearer {token}"})

    async def prepare(self, annotators: int) -> None:
        # People and their keys are put into the table: what is measured is their work.
        database = Database(self.data / "labelwright.sqlite")
        context = Context(
            settings=Settings(data=self.data), database=database, blobs=BlobStore(self.data / "blobs")
        )
        self.owner = _person(context, "owner", "owner")[1]
        owner = self.connection()
        body = {"name": "Cells", "ontology": CATEGORIES, "workflow": {"review": False}}
        _, answer = await timed(owner.request("POST", f"{API}/projects", json.dumps(body).encode()), (201,))
        self.project = json.loads(answer)["id"]
        owner.close()
        people = [_person(context, f"a{i}", "annotator", self.project) for i in range(annotators)]
        self.tokens = [token for _, token in people]
        database.close()

    async def import_items(self, count: int) -> float:
        owner = self.connection()
        body = {"kind": "items", "source": str(self.pictures), "in_place": True}
        begin = time.perf_counter()
        path = f"{API}/projects/{self.project}/imports"
        _, answer = await timed(owner.request("POST", path, json.dumps(body).encode()), (202,))
        started = json.loads(answer)["import"]["id"]
        while True:
            _, answer = await timed(owner.request("GET", f"{API}/imports/{started}"), (200,))
            if (state := json.loads(answer)["state"]) in ("done", "failed", "cancelled"):
                break
            await asyncio.sleep(0.1)
        seconds = time.perf_counter() - begin
        owner.close()
        if state != "done":
            raise RuntimeError(answer.decode()[:2000])
        return seconds

    async def submit(self, connection: Connection, client: int, index: int, chance: random.Random) -> float:
        body = _submission(chance)
        path = f"{API}/tasks/{self.tasks[index]}/submission"
        seconds, _ = await timed(connection.request("POST", path, body), (201,))
        return seconds

    async def ready_to_submit(self) -> None:
        self.tasks = self.tasks or await self._waiting()

    async def _waiting(self) -> list[str]:
        owner, found, cursor = self.connection(), list[str](), ""
        while True:
            path = f"{API}/projects/{self.project}/tasks?state=waiting&limit=200{cursor}"
            _, body = await timed(owner.request("GET", path), (200,))
            page = json.loads(body)
            found += [task["id"] for task in page["items"]]
            if not page["next"] or len(found) >= 2000:
                owner.close()
                return found
            cursor = f"&cursor={page['next']}"

    async def next_task(self, connection: Connection) -> tuple[float, str]:
        path = f"{API}/projects/{self.project}/tasks/next"
        seconds, body = await timed(connection.request("POST", path, b'{"stage":"annotate"}'), (200,))
        return seconds, json.loads(body)["task"]["id"]

    async def submit_task(self, connection: Connection, task: str, chance: random.Random) -> None:
        path = f"{API}/tasks/{task}/submission"
        await timed(connection.request("POST", path, _submission(chance)), (201,))

    async def export(self) -> tuple[float, int]:
        owner = self.connection()
        path = f"{API}/projects/{self.project}/export?format=coco&media=none&drop=true"
        seconds, body = await timed(owner.request("GET", path), (200,))
        owner.close()
        return seconds, len(body)


def _submission(chance: random.Random) -> bytes:
    operations = [
        {
            "kind": "put",
            "id": str(uuid.UUID(int=chance.getrandbits(128))),
            "at": 1_700_000_000_000,
            "seconds": 3.0,
            "annotation": {
                "id": str(uuid.UUID(int=chance.getrandbits(128))),
                "category": "rbc",
                "shape": {"kind": "box", "left": left, "top": top, "right": right, "bottom": bottom},
            },
        }
        for left, top, right, bottom in boxes(chance, 20)
    ]
    return json.dumps({"since": 0, "operations": operations}).encode()


def _person(context: Context, name: str, role: str, project: str | None = None) -> tuple[str, str]:
    member, secret, now = context.new_id(), f"lw_{context.new_id()}", context.now()
    row = {"id": context.new_id(), "member_id": member, "name": "benchmark", "scopes": list(SCOPES)}

    def work(tx) -> None:
        person = {"id": member, "email": f"{name}@example.org", "name": name, "role": role}
        tx.execute(insert(members).values(**person, active=True, created_at=now))
        tx.execute(insert(tokens).values(**row, token_hash=hash_secret(secret), created_at=now))
        if project:
            link = {"project_id": project, "member_id": member, "role": role}
            tx.execute(insert(project_members).values(**link, created_at=now))

    context.database.write(work)
    return member, secret
