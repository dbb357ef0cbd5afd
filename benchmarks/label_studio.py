"""The peer: Label Studio (pip install label-studio) as it starts by itself, on SQLite."""

import json
import os
import random
import sqlite3
import subprocess
import time
from pathlib import Path

from benchmarks.peer import Peer, boxes, wait_until_healthy
from benchmarks.wire import Connection, timed

TOKEN = "0123456789abcdef0123456789abcdef01234567"
CONFIG = (
    '<View><Image name="image" value="$image"/>'
    '<RectangleLabels name="label" toName="image"><Label value="RBC"/><Label value="WBC"/>'
    "</RectangleLabels></View>"
)


class LabelStudio(Peer):
    """Drives the `label-studio` of an environment given by its Python's folder."""

    name = "Label Studio"

    def __init__(self, command: Path, data: Path, port: int) -> None:
        super().__init__(data, port)
        self.command = command

    def start(self) -> float:
        env = {**os.environ, "COLLECT_ANALYTICS": "false", "LATEST_VERSION_CHECK": "false", "SENTRY_DSN": ""}
        arguments = ["start", "--no-browser", "--port", str(self.port), "--data-dir", str(self.data)]
        arguments += ["--username", "owner@example.org", "--password", "benchmark-1", "--user-token", TOKEN]
        arguments += ["--enable-legacy-api-token", "--log-level", "ERROR"]
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            [str(self.command), *arguments],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until_healthy(self.port, "/health")
        return time.perf_counter() - begin

    def connection(self, client: int | None = None) -> Connection:
        token = TOKEN if client is None else self.tokens[client]
        return Connection(self.port, {"Authorization": f"Token {token}"})

    async def prepare(self, annotators: int) -> None:
        owner = self.connection()
        body = {"title": "Cells", "label_config": CONFIG, "maximum_annotations": 1}
        _, answer = await timed(owner.request("POST", "/api/projects", json.dumps(body).encode()), (201,))
        self.project = json.loads(answer)["id"]
        for index in range(annotators):
            user = {"email": f"a{index}@example.org", "username": f"a{index}", "password": "benchmark-1"}
            await timed(owner.request("POST", "/api/users", json.dumps(user).encode()), (200, 201))
        owner.close()
        self.tokens = self._tokens(annotators)

    def _tokens(self, annotators: int) -> list[str]:
        database = sqlite3.connect(self.data / "label_studio.sqlite3", timeout=30)
        with database:
            database.execute("UPDATE htx_user SET active_organization_id = 1")
            rows = database.execute(
                "SELECT u.email, t.key FROM authtoken_token t JOIN htx_user u ON u.id = t.user_id"
            ).fetchall()
        database.close()
        known = dict(rows)
        return [known[f"a{index}@example.org"] for index in range(annotators)]

    async def import_items(self, count: int) -> float:
        tasks = [{"image": f"http://127.0.0.1/{index:06d}.jpg"} for index in range(count)]
        path = f"/api/projects/{self.project}/import"
        owner = self.connection()
        seconds, _ = await timed(owner.request("POST", path, json.dumps(tasks).encode()), (201,))
        _, body = await timed(
            owner.request("GET", f"/api/tasks?project={self.project}&fields=task_only&page_size={count}"),
            (200,),
        )
        self.tasks = [task["id"] for task in json.loads(body)["tasks"]]
        owner.close()
        return seconds

    async def submit(self, connection: Connection, client: int, index: int, chance: random.Random) -> float:
        task = self.tasks[index]
        result = [
            {
                "id": f"r{number}",
                "type": "rectanglelabels",
                "from_name": "label",
                "to_name": "image",
                "original_width": 640,
                "original_height": 480,
                "value": {
                    "x": left / 6.4,
                    "y": top / 4.8,
                    "width": (right - left) / 6.4,
                    "height": (bottom - top) / 4.8,
                    "rotation": 0,
                    "rectanglelabels": ["RBC"],
                },
            }
            for number, (left, top, right, bottom) in enumerate(boxes(chance, 20))
        ]
        body = json.dumps({"result": result, "lead_time": 3.0}).encode()
        path = f"/api/tasks/{task}/annotations"
        # Under load it answers some with 500; they are counted, and timed like the others.
        seconds, answer = await timed(connection.request("POST", path, body), (201, 500))
        self.failed += not answer.startswith(b"{")
        return seconds

    async def next_task(self, connection: Connection) -> tuple[float, str]:
        seconds, body = await timed(connection.request("GET", f"/api/projects/{self.project}/next"), (200,))
        return seconds, str(json.loads(body)["id"])

    async def submit_task(self, connection: Connection, task: str, chance: random.Random) -> None:
        self.tasks.append(int(task))
        await self.submit(connection, 0, len(self.tasks) - 1, chance)

    async def export(self) -> tuple[float, int]:
        owner = self.connection()
        path = f"/api/projects/{self.project}/export?exportType=COCO&download_all_tasks=true"
        seconds, body = await timed(owner.request("GET", path), (200,))
        owner.close()
        return seconds, len(body)
