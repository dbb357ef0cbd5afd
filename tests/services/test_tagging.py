"""The tagging service: tags of pictures, and a person where the model is not sure."""

import base64
import dataclasses
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from labelwright.assist.predictor import Found, Prediction
from labelwright.core.errors import (
    BadFile,
    Forbidden,
    ImageTooLarge,
    InvalidInput,
    LabelwrightError,
    NotFound,
    UnreadableImage,
)
from labelwright.core.model_errors import ModelFailure, UnfitModel, UnknownModel
from labelwright.services import tagging
from labelwright.services.outward import NotReached
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from labelwright.services.tagging import Busy, PictureIn, TagOptions
from labelwright.services.webhook_delivery import collect, deliver_due
from labelwright.services.webhooks import WebhookIn
from labelwright.storage.schema import items, tasks
from tests.services.conftest import World
from tests.services.listener import Listener, listening
from tests.services.test_predictions import CELL, DOG, WEAK, detector
from tests.shared_data import shared_data


def png(color: int = 0, size: tuple[int, int] = (100, 80)) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, (color, 50, 90)).save(data, "PNG")
    return data.getvalue()


def sent(data: bytes, name: str | None = None) -> PictureIn:
    return PictureIn(image=base64.b64encode(data).decode(), name=name)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def open_world(world: World) -> World:
    """A world whose server may reach this machine."""
    settings = dataclasses.replace(world.context.settings, private_models=True)
    context = dataclasses.replace(world.context, settings=settings)
    return World(context, Services(context), world.owner)


def tag(world: World, data: bytes | PictureIn, **options: object) -> tagging.Tagged:
    return world.services.tagging.tag(world.owner, data, TagOptions(**options), None)


def test_a_detector_tags_with_its_best_box_of_each_label(world: World, tmp_path: Path) -> None:
    detector(world, tmp_path, CELL, [60, 20, 80, 50, 0.6, 0], DOG)

    said = tag(world, png(), model="tiny", boxes=True)

    assert [(each.label, each.confidence) for each in said.tags] == [("cell", 0.9), ("dog", 0.8)]
    assert (said.model, said.width, said.height, said.state) == ("tiny", 100, 80, "done")
    assert [each.confidence for each in said.boxes or []] == [0.9, 0.8, 0.6]
    assert (said.boxes or [])[0].box == {"left": 10, "top": 20, "right": 30, "bottom": 50}
    assert tag(world, png(), model="tiny").boxes is None


def test_the_real_classifier_tags_by_itself(world: World) -> None:
    said = tag(world, png())

    assert said.model == "efficientnet-lite0"
    assert all(0 <= each.confidence <= 1 for each in said.tags)
    with pytest.raises(UnfitModel, match="no boxes"):
        tag(world, png(), model="efficientnet-lite0", boxes=True)


def test_with_a_project_tags_are_its_categories_and_the_rest_is_named(world: World, tmp_path: Path) -> None:
    detector(world, tmp_path, CELL, DOG)
    project = world.project()

    said = tag(world, png(), model="tiny", project=project.id)
    mapped = tag(world, png(), model="tiny", project=project.id, mapping={"dog": "dirt", "cell": "dirt"})

    assert [(each.label, each.category, each.name) for each in said.tags] == [("cell", "cell", "Cell")]
    assert said.unmapped == ["dog"]
    assert [(each.category, each.confidence) for each in mapped.tags] == [("dirt", 0.9)]
    with pytest.raises(InvalidInput, match="no category"):
        tag(world, png(), model="tiny", project=project.id, mapping={"dog": "horse"})


def test_what_is_less_sure_than_asked_is_left_out(world: World, tmp_path: Path) -> None:
    detector(world, tmp_path, CELL, WEAK, DOG)

    said = tag(world, png(), model="tiny", least_confidence=0.85)

    assert [each.label for each in said.tags] == ["cell"]


def test_an_unknown_model_project_or_half_a_request_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel):
        tag(world, png(), model="nobody")
    with pytest.raises(NotFound):
        tag(world, png(), project="nothing")
    with pytest.raises(InvalidInput, match="need a project"):
        tag(world, png(), ask_below=0.5)
    with pytest.raises(InvalidInput, match="one of them"):
        tag(world, PictureIn())
    with pytest.raises(InvalidInput, match="base64"):
        tag(world, PictureIn(image="#"))


# Addresses


def test_an_address_is_fetched_only_with_the_callers_word(
    open_world: World, listener: Listener, tmp_path: Path
) -> None:
    detector(open_world, tmp_path, CELL)
    listener.picture = png()
    picture = PictureIn(address=listener.url)

    with pytest.raises(InvalidInput, match="only if you say so"):
        tag(open_world, picture, model="tiny")
    assert listener.got == []
    assert tag(open_world, picture, model="tiny", fetch=True).tags[0].label == "cell"


def test_a_private_address_is_refused_unless_the_setting_allows_it(
    world: World, listener: Listener, tmp_path: Path
) -> None:
    detector(world, tmp_path, CELL)
    listener.picture = png()

    with pytest.raises(InvalidInput, match="private address") as caught:
        tag(world, PictureIn(address=listener.url), model="tiny", fetch=True)
    assert "PRIVATE_MODELS" in caught.value.remedy
    assert listener.got == []


@pytest.mark.parametrize(("manner", "word"), [(404, "404"), ("redirect", "302"), ("hang", "within")])
def test_an_address_without_a_picture_is_told(
    open_world: World,
    listener: Listener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    manner: str | int,
    word: str,
) -> None:
    monkeypatch.setattr(tagging, "FETCH_SECONDS", 0.3 if manner == "hang" else 10)
    detector(open_world, tmp_path, CELL)
    listener.manner = manner

    with pytest.raises(NotReached, match=word):
        tag(open_world, PictureIn(address=listener.url), model="tiny", fetch=True)
    assert len(listener.got) == 1


# Batches and bad pictures


def test_one_bad_picture_does_not_lose_the_batch(world: World, tmp_path: Path) -> None:
    detector(world, tmp_path, CELL)
    pictures = [sent(png(1), "a.png"), sent(b"no picture", "b.png"), PictureIn(image="#"), sent(png(2))]

    found = world.services.tagging.batch(world.owner, pictures, TagOptions(model="tiny")).items

    assert [each.index for each in found] == [0, 1, 2, 3]
    assert [each.result is not None for each in found] == [True, False, False, True]
    assert (found[1].error or {})["code"] == "file.unreadable_image"
    assert (found[2].error or {})["place"] == "image"


def test_a_batch_of_none_or_too_many_is_refused(world: World, tmp_path: Path) -> None:
    for count in (0, 65):
        with pytest.raises(InvalidInput, match="1 to 64"):
            world.services.tagging.batch(world.owner, [sent(png())] * count, TagOptions())


def test_a_picture_at_which_the_model_fails_is_told_and_the_others_are_tagged(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector(world, tmp_path, CELL)
    real = world.services.tagging._store.predict

    def picky(name, pictures, options):
        if any(picture[0, 0, 0] == 7 for picture in pictures):
            raise ModelFailure(name, "gave up")
        return real(name, pictures, options)

    monkeypatch.setattr(world.services.tagging._store, "predict", picky)
    pictures = [sent(png(color)) for color in (1, 7, 2, 3)]

    found = world.services.tagging.batch(world.owner, pictures, TagOptions(model="tiny")).items

    assert [each.error is None for each in found] == [True, False, True, True]
    assert (found[1].error or {})["code"] == "model.failed"


def test_a_batch_beyond_its_time_says_which_pictures_were_not_reached(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "BATCH_SECONDS", -1.0)
    detector(world, tmp_path, CELL)

    (found,) = world.services.tagging.batch(world.owner, [sent(png())], TagOptions(model="tiny")).items

    assert (found.error or {})["code"] == "tagging.out_of_time"


def test_hostile_pictures_are_tagged_or_named_and_never_break_the_service(
    world: World, tmp_path: Path
) -> None:
    detector(world, tmp_path, CELL)
    refused: dict[str, LabelwrightError] = {}
    for file in sorted(shared_data("hostile/generated").iterdir()):
        if file.stat().st_size > 8 * 2**20:
            continue
        try:
            said = tag(world, file.read_bytes(), model="tiny")
        except (BadFile, InvalidInput) as error:
            refused[file.name] = error
        else:
            assert said.tags[0].label == "cell"

    assert isinstance(refused["bomb_20000x12000_rgb.png"], ImageTooLarge)
    assert isinstance(refused["html_named.jpg"], UnreadableImage)
    assert isinstance(refused["zero_bytes.jpg"], UnreadableImage)
    assert "one_pixel.png" not in refused
    assert "cmyk.jpg" not in refused


# Not to be in the way


def test_more_requests_than_have_a_place_are_told_to_come_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector(world, tmp_path, CELL)
    begun, go = threading.Semaphore(0), threading.Event()

    def slow(name, pictures, options):
        begun.release()
        assert go.wait(30)
        return [Prediction(found=(Found(label="cell", score=0.5),)) for _ in pictures]

    monkeypatch.setattr(world.services.tagging._store, "predict", slow)
    monkeypatch.setattr(tagging, "WAITING", 1)
    answers: list[object] = []

    def ask() -> None:
        answers.append(tag(world, png(), model="tiny"))

    threads = [threading.Thread(target=ask) for _ in range(tagging.RUNNING + 1)]
    for thread in threads:
        thread.start()
    for _ in range(tagging.RUNNING):
        begun.acquire(timeout=30)
    deadline = threading.Event()
    while world.services.tagging._slots._inside < tagging.RUNNING + 1:
        deadline.wait(0.01)

    assert not begun.acquire(blocking=False)  # the third waits its turn
    with pytest.raises(Busy) as caught:
        world.services.tagging.check_room()
    with pytest.raises(Busy):
        tag(world, png(), model="tiny")
    assert caught.value.seconds == 5
    go.set()
    for thread in threads:
        thread.join()
    assert len(answers) == tagging.RUNNING + 1
    world.services.tagging.check_room()


# A person on call


def unsure(world: World, project: str, data: bytes, name: str | None = None) -> tagging.Tagged:
    options = TagOptions(model="tiny", project=project, ask_below=0.95)
    return world.services.tagging.tag(world.owner, data, options, name)


def test_an_unsure_answer_becomes_the_next_task_and_its_answer_is_told_by_webhook(
    open_world: World, listener: Listener, tmp_path: Path
) -> None:
    world = open_world
    detector(world, tmp_path, CELL)
    project = world.project(items=3, review=False)
    world.services.webhooks.add(world.owner, project.id, WebhookIn(url=listener.url, events=["tag.answered"]))

    first = unsure(world, project.id, png(1), "street/one.png")
    second = unsure(world, project.id, png(2))

    assert (first.state, second.state) == ("pending", "pending")
    waiting = world.services.tagging.request(world.owner, first.request or "")
    assert (waiting.state, waiting.answer) == ("pending", None)
    assert waiting.said["tags"][0]["confidence"] == 0.9
    task = world.services.queue.next(world.owner, project.id) or ""
    held = world.context.database.read(
        lambda tx: tx.execute(select(tasks.c.item_id).where(tasks.c.id == task)).scalar()
    )
    assert held == waiting.item  # before the three that were there, and before the second
    world.services.submissions.submit(world.owner, task, Submitting(operations=(world.put(category="dirt"),)))
    assert collect(world.context)
    assert deliver_due(world.context) == {"delivered": 1, "failed": 0}

    answered = world.services.tagging.request(world.owner, first.request or "")
    assert (answered.state, answered.answer["tags"]) == ("answered", [{"category": "dirt", "name": "Dirt"}])
    assert f'"request":"{first.request}"'.encode() in listener.got[0][1]
    assert not collect(world.context)
    name = world.services.items.get(world.owner, waiting.item).name
    assert name == "street/one.png"


def test_an_answer_is_there_for_who_asks_without_any_watch(world: World, tmp_path: Path) -> None:
    detector(world, tmp_path, CELL)
    project = world.project(review=False)
    asked = unsure(world, project.id, png())
    task = world.services.queue.next(world.owner, project.id) or ""
    world.services.submissions.submit(world.owner, task, Submitting(operations=(world.put(),)))

    assert world.services.tagging.request(world.owner, asked.request or "").state == "answered"


def test_a_picture_that_people_answered_already_is_answered_at_once(world: World, tmp_path: Path) -> None:
    detector(world, tmp_path, CELL)
    project = world.project(review=False)
    unsure(world, project.id, png())
    task = world.services.queue.next(world.owner, project.id) or ""
    world.services.submissions.submit(world.owner, task, Submitting(operations=(world.put(),)))

    again = unsure(world, project.id, png())

    assert again.state == "answered"
    assert (again.answer or {})["tags"] == [{"category": "cell", "name": "Cell"}]
    count = world.context.database.read(
        lambda tx: len(tx.execute(select(items).where(items.c.project_id == project.id)).all())
    )
    assert count == 1


def test_a_picture_that_a_person_puts_aside_is_told_as_skipped(world: World, tmp_path: Path) -> None:
    detector(world, tmp_path, CELL)
    project = world.project(review=False)
    asked = unsure(world, project.id, png())
    task = world.services.queue.next(world.owner, project.id) or ""
    world.services.submissions.skip(world.owner, task, "unclear")

    assert world.services.tagging.request(world.owner, asked.request or "").state == "skipped"


def test_a_sure_answer_asks_nobody(world: World, tmp_path: Path) -> None:
    detector(world, tmp_path, CELL)
    project = world.project()
    said = tag(world, png(), model="tiny", project=project.id, ask_below=0.9)

    assert (said.state, said.request) == ("done", None)
    assert world.services.queue.next(world.owner, project.id) is None


def test_who_may_not_import_cannot_ask_a_person_and_strangers_see_no_request(
    world: World, tmp_path: Path
) -> None:
    detector(world, tmp_path, CELL)
    project = world.project()
    ana, out = world.person("ana", project=project.id), world.person("out")
    asked = unsure(world, project.id, png())

    options = TagOptions(model="tiny", project=project.id, ask_below=0.99)
    with pytest.raises(Forbidden):
        world.services.tagging.tag(ana, png(), options, None)
    with pytest.raises(NotFound):
        world.services.tagging.tag(out, png(), options, None)
    with pytest.raises(NotFound):
        world.services.tagging.request(out, asked.request or "")
