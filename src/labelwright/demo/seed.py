"""Fills the sample project “Blood cells” through the API, as its three people would.

Ana draws what the reference says, Ben reviews: twelve items get done, one goes back to Ana with an
issue, six wait for Ben. Twenty of the others carry predictions to correct, the rest are untouched.
Each step looks first at what is there, so that a second run changes nothing, and a run that was cut
off is finished by the next.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from labelwright.core.brief import AcceptanceTarget, Brief, GuidelinePage
from labelwright.core.ids import uuid7
from labelwright.core.operations import Judge, Marking, Operation, Put
from labelwright.core.shapes import Box
from labelwright.demo import BLOOD_CELLS
from labelwright.sdk import Client
from labelwright.sdk.records import Envelope, Project

NAME = "Blood cells"
DESCRIPTION = "Sixty microscope images of the BCCD data set: a sample to look around in."
MODEL = "demo-perturbed-reference@1"
ANA, BEN = "ana@demo.invalid", "ben@demo.invalid"
PEOPLE = ((ANA, "Ana (sample)", "annotator"), (BEN, "Ben (sample)", "reviewer"))
DONE, RETURNED, IN_REVIEW = 12, 1, 6
HANDED_IN = DONE + RETURNED + IN_REVIEW
SECONDS_A_BOX = 2.5  # invented, like the people

ClientOf = Callable[[str], Client]
"""The client of a member, by e-mail address."""


def seed(owner: Client, client_of: ClientOf) -> Project:
    """The sample project, made or finished as far as it is not there."""
    project = next((one for one in owner.projects.list() if one.name == NAME), None)
    if project is None:
        ontology = (BLOOD_CELLS / "ontology.yaml").read_text(encoding="utf-8")
        project = owner.projects.create(NAME, description=DESCRIPTION, ontology_yaml=ontology)
    if not _is_finished(project):
        _write_brief(owner, project.id)
        _import(owner, project.id)
        _invite(owner, project.id)
        _annotate(client_of(ANA), project.id, HANDED_IN - _handed_in(owner, project.id))
        done = owner.projects.get(project.id).counts.get("done", 0)
        _review(client_of(BEN), project.id, DONE + RETURNED - done)
    return owner.projects.get(project.id)


def _is_finished(project: Project) -> bool:
    # The item that goes back is the last step; once Ana has corrected it, more than enough are done.
    return bool(project.counts.get("returned")) or project.counts.get("done", 0) >= DONE


def _write_brief(owner: Client, project_id: str) -> None:
    version, brief = owner.projects.brief(project_id)
    if brief.pages:
        return
    pictures = {
        path.stem: f"guideline:{owner.projects.add_guideline_image(project_id, path)}"
        for path in sorted((BLOOD_CELLS / "guideline").glob("*.jpg"))
    }
    text = (BLOOD_CELLS / "guideline.md").read_text(encoding="utf-8").format(**pictures)
    made = Brief(
        summary="Every blood cell in a box, for counting.",
        kinds=("box",),
        pages=(GuidelinePage(id="cells", title="What to draw", text=text),),
        targets=(AcceptanceTarget(kind="box", metric="precision", value=0.97, iou=0.7, confidence=0.95),),
    )
    owner.projects.set_brief(project_id, made, version)


def _import(owner: Client, project_id: str) -> None:
    if not any(entry.kind == "items" and entry.state == "done" for entry in owner.imports.list(project_id)):
        owner.imports.items(project_id, BLOOD_CELLS / "JPEGImages")
    if not any(entry.kind == "labels" and entry.state == "done" for entry in owner.imports.list(project_id)):
        file = BLOOD_CELLS / "predictions.json"
        owner.imports.labels(project_id, file, format="coco", kind="predictions", model=MODEL)


def _invite(owner: Client, project_id: str) -> None:
    known = {member.email for member in owner.members.list()}
    for email, name, role in PEOPLE:
        if email in known:
            continue
        invitation = owner.members.invite(role, project_id=project_id, email=email)
        token = invitation.token or invitation.link.rsplit("/", 1)[-1]
        # Nobody signs in with this password; the owner can make a link for them.
        owner.members.accept(token, name=name, email=email, password=secrets.token_urlsafe(24))


def _handed_in(owner: Client, project_id: str) -> int:
    counts = owner.projects.get(project_id).counts
    return sum(counts.get(state, 0) for state in ("review", "returned", "done"))


def _annotate(ana: Client, project_id: str, number: int) -> None:
    for _ in range(number):
        envelope = ana.tasks.next(project_id, stage="annotate")
        if envelope is None:
            return
        boxes = list(reference(envelope.item.name))
        if _is_to_be_returned(envelope):
            boxes.remove(_forgotten(boxes))
        ana.tasks.submit(envelope, [_put(category, box) for category, box in boxes])


def _review(ben: Client, project_id: str, number: int) -> None:
    for _ in range(number):
        envelope = ben.tasks.next(project_id, stage="review")
        if envelope is None:
            return
        if _is_to_be_returned(envelope):
            _send_back(ben, envelope)
        else:
            ben.tasks.submit(envelope, _all_accepted(envelope), verdict="accepted")


def _send_back(ben: Client, envelope: Envelope) -> None:
    category, box = _forgotten(list(reference(envelope.item.name)))
    middle = {"x": (box.left + box.right) / 2, "y": (box.top + box.bottom) / 2}
    text = f"A cell is missing here: {category}, isn't it?"
    ben.items.add_issue(envelope.item.id, text, task=envelope.task.id, **middle)
    ben.tasks.submit(envelope, verdict="returned", comment="Nearly there: one cell is missing.")


def _all_accepted(envelope: Envelope) -> list[Operation]:
    # A review's draft starts from what is reviewed.
    document = envelope.submission.document if envelope.submission else envelope.draft.document
    return [
        Judge(id=_new_id(), at=_now(), annotation=annotation.id, verdict="accepted")
        for annotation in document.annotations
    ]


def reference(name: str) -> Iterator[tuple[str, Box]]:
    """Category id and box of everything that the data set's authors drew in an image."""
    root = ElementTree.parse(BLOOD_CELLS / "Annotations" / f"{Path(name).stem}.xml").getroot()
    for entry in root.iter("object") if root is not None else ():
        # VOC counts pixels from one and includes the last.
        left, top = _number(entry, "xmin") - 1, _number(entry, "ymin") - 1
        box = Box(left=left, top=top, right=_number(entry, "xmax"), bottom=_number(entry, "ymax"))
        yield (entry.findtext("name") or "").lower(), box


def _number(entry: Element, name: str) -> float:
    return float(entry.findtext(f"bndbox/{name}") or 0)


def _is_to_be_returned(envelope: Envelope) -> bool:
    return Path(envelope.item.name).stem == _names()[DONE]


def _forgotten(boxes: list[tuple[str, Box]]) -> tuple[str, Box]:
    return boxes[-1]


def _names() -> list[str]:
    return sorted(path.stem for path in (BLOOD_CELLS / "JPEGImages").glob("*.jpg"))


def _put(category: str, box: Box) -> Put:
    marking = Marking(id=_new_id(), category=category, shape=box)
    return Put(id=_new_id(), at=_now(), annotation=marking, seconds=SECONDS_A_BOX)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _new_id() -> str:
    return uuid7(_now(), secrets.token_bytes(10))
