"""Label Studio's editor with the same picture and boxes, driven by the wheel as a person would."""

import asyncio
import base64
import json
import math
import random
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.label_studio import CONFIG, LabelStudio
from benchmarks.studio.frames import Frames, frames_while, say
from benchmarks.wire import timed

COUNTS = (100, 1_000)
SIZE = (4000, 3000)


def measure(page: Page, command: Path, folder: Path, picture: Path, limit: Frames) -> None:
    """Print the time until the boxes are shown, and the frames while the wheel zooms."""
    folder.mkdir()
    peer = LabelStudio(command, folder, _free_port())
    peer.start()
    pool = ThreadPoolExecutor(1)
    try:
        address = f"http://127.0.0.1:{peer.port}"
        page.goto(f"{address}/user/login/")
        page.locator("input[name=email]").fill("owner@example.org")
        page.locator("input[name=password]").fill("benchmark-1")
        page.locator("button[type=submit], [aria-label='Log In']").first.click()
        page.wait_for_url(lambda url: "login" not in url)
        for count in COUNTS:
            # Playwright has a loop of its own in this thread.
            task, project = pool.submit(asyncio.run, _filled(peer, picture, count)).result()
            begin = time.perf_counter()
            page.goto(f"{address}/projects/{project}/data?task={task}")
            page.wait_for_selector("canvas", timeout=120_000)
            page.wait_for_function(
                "n => (window.Htx?.annotationStore?.selected?.regions?.length ?? 0) >= n",
                arg=count,
                timeout=120_000,
            )
            shown = time.perf_counter() - begin
            print(f"{f'Label Studio, {count:,} × box, until shown':46} {shown * 1000:11.0f} ms", flush=True)
            page.wait_for_timeout(2000)
            box = page.locator("canvas").first.bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.keyboard.down("Control")
            found = frames_while(page, lambda t: page.mouse.wheel(0, 40 * math.copysign(1, math.sin(t * 3))))
            page.keyboard.up("Control")
            say(f"Label Studio, {count:,} × box, zoom", found, limit)
    finally:
        peer.stop()


async def _filled(peer: LabelStudio, picture: Path, count: int) -> tuple[int, int]:
    owner = peer.connection()
    body = {"title": f"Bench {count}", "label_config": CONFIG}
    _, answer = await timed(owner.request("POST", "/api/projects", json.dumps(body).encode()), (201,))
    project = json.loads(answer)["id"]
    chance = random.Random(7)
    result = []
    for number in range(count):
        x, y = chance.uniform(0, 95), chance.uniform(0, 95)
        value = {"x": x, "y": y, "width": 0.1 + chance.random() * 2, "height": 0.1 + chance.random() * 2.6}
        result.append(
            {
                "id": f"r{number}",
                "type": "rectanglelabels",
                "from_name": "label",
                "to_name": "image",
                "original_width": SIZE[0],
                "original_height": SIZE[1],
                "value": {**value, "rotation": 0, "rectanglelabels": ["RBC"]},
            }
        )
    source = f"data:image/jpeg;base64,{_base64(picture)}"
    task = [{"data": {"image": source}, "annotations": [{"result": result}]}]
    path = f"/api/projects/{project}/import"
    await timed(owner.request("POST", path, json.dumps(task).encode()), (201,))
    _, answer = await timed(owner.request("GET", f"/api/tasks?project={project}&fields=task_only"), (200,))
    owner.close()
    return json.loads(answer)["tasks"][0]["id"], project


def _base64(picture: Path) -> str:

    return base64.b64encode(picture.read_bytes()).decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
