"""The family of errors, as a tree. Each takes facts and writes its own sentence: what, where, what to do.

LabelwrightError
├── NotFound                 nothing by that id that this person may see
├── Conflict                 the thing changed, or is taken
│   ├── StaleVersion         somebody saved a newer version first
│   ├── LeaseLost            the task is held by someone else now
│   ├── NameTaken            a name or tag exists already
│   ├── OpenConflicts        two hands changed the same, and nobody has chosen yet
│   ├── WrongState           the thing is not in a state that allows this
│   ├── InProgress           the same request is being worked on
│   └── NotReady             it is being made right now
├── InvalidInput             what was sent cannot be accepted; names the place
│   ├── Malformed            bytes that are not what they say they are (broken JSON)
│   ├── WrongMediaType       a body of a kind that is not read here
│   ├── KeyReused            an idempotency key that came with another request
│   ├── InvalidAnnotations   annotations that break the ontology; lists each
│   ├── BrokenRules          annotations that break label rules; lists where
│   ├── InvalidShape         a shape that has no meaning
│   └── InvalidOntology      an ontology that contradicts itself
├── BadFile                  a file that cannot be used; names the file and the place in it
│   ├── UnreadableImage      bytes that are no picture we can decode
│   ├── ImageTooLarge        more pixels than the limit
│   ├── KeyTaken             a client's id that names other bytes already
│   ├── UnsafeArchive        an archive that tries to leave its folder, or to blow up
│   ├── SourceChanged        an object in its source that is not the one that was imported
│   └── UnreadableLabels     a label file that breaks its format
├── TooLarge                 a request or upload above its limit
├── SignInRequired           nobody is signed in
├── SignInFailed             wrong name or password
├── Throttled                too many tries
├── Forbidden                signed in, but not allowed
├── Forged                   a request that did not come from our own pages
├── UnknownName              not in a registry; lists what is
├── ModelFailure             a model that gave no answer that can be used (`core/model_errors.py`)
└── StorageFailure           the database or disk refused
    ├── StorageFull          there is no room left on the server
    └── NoRoom               too little is left for something that can be made again
"""

from collections.abc import Iterable, Sequence
from typing import Protocol


class LabelwrightError(Exception):
    """Anything Labelwright refuses to do, with a stable code and a sentence that says what to do."""

    code = "error"
    remedy = ""

    def __init__(self, message: str, *, place: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        if remedy is not None:
            self.remedy = remedy


class NotFound(LabelwrightError):
    """There is nothing by that id, or this person may not know that there is."""

    code = "not_found"
    remedy = "Check the id. If it is right, ask a manager of the project for access."

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is no {kind} “{name}” that you can see.")
        self.kind, self.name = kind, name


class Conflict(LabelwrightError):
    """The request was right once, but the thing has moved on."""

    code = "conflict"


class StaleVersion(Conflict):
    """Somebody saved a newer version first; nothing of theirs was overwritten."""

    code = "conflict.stale_version"
    remedy = "Load the current version, look at what changed, and save again."

    def __init__(self, kind: str, seen: int, current: int) -> None:
        super().__init__(f"The {kind} is at version {current}; you changed version {seen}.")
        self.seen, self.current = seen, current


class LeaseLost(Conflict):
    """Someone else holds the task now; the work was kept as a draft."""

    code = "task.lease_lost"
    remedy = "Your work is saved: open it under Drafts, or take the next task."

    def __init__(self, task: str, holder: str | None = None) -> None:
        whom = f"passed to {holder}" if holder else "is no longer held by you"
        super().__init__(f"Task {task} {whom}.")
        self.task, self.holder = task, holder


class NameTaken(Conflict):
    """A name that must be unique exists already."""

    code = "conflict.name_taken"
    remedy = "Choose another name."

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is already a {kind} named “{name}”.")


class OpenConflicts(Conflict):
    """Annotations that two hands changed without knowing of one another; someone has to choose."""

    code = "draft.conflicts"
    remedy = "Choose a version of each annotation that is marked as a conflict; then submit again."

    def __init__(self, annotations: list[str]) -> None:
        what = "annotation was" if len(annotations) == 1 else "annotations were"
        super().__init__(f"{len(annotations)} {what} changed in two places at once.")
        self.annotations = annotations


class WrongState(Conflict):
    """The thing exists, but its state does not allow this."""

    code = "conflict.wrong_state"


class InProgress(Conflict):
    """The same request, by its idempotency key, is being worked on."""

    code = "conflict.in_progress"
    remedy = "Wait a little and send it again; it is done once."

    def __init__(self) -> None:
        super().__init__("The first request with this key is not finished.")


class NotReady(Conflict):
    """What was asked for is being made right now."""

    code = "conflict.not_ready"
    remedy = "Ask again in a moment."

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} are being made.")


class InvalidInput(LabelwrightError, ValueError):
    """What was sent cannot be accepted; `place` says where in it."""

    code = "invalid"


class Malformed(InvalidInput):
    """Bytes that are not what they say they are."""

    code = "malformed"
    remedy = "Send JSON as RFC 8259 has it: no NaN, no name twice in one object."


class WrongMediaType(InvalidInput):
    """A body of a kind that is not read here."""

    code = "invalid.media_type"

    def __init__(self, sent: str, wanted: str) -> None:
        super().__init__(f"The body is “{sent}”.", remedy=f"Send “Content-Type: {wanted}”.")


class KeyReused(InvalidInput):
    """An idempotency key that came with another request before."""

    code = "invalid.key_reused"
    remedy = "Make a fresh key for each new request."

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request.", place="Idempotency-Key")


class InvalidShape(InvalidInput):
    """A shape that marks nothing: not finite, empty, or inside out."""

    code = "invalid.shape"
    remedy = "Draw the shape again, or correct its coordinates."


class InvalidAnnotations(InvalidInput):
    """Annotations that break the ontology; `faults` pairs each annotation id with a reason."""

    code = "invalid.annotations"
    remedy = "Correct the annotations listed, then submit again; your work is saved."

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        first = faults[0][1] if faults else ""
        super().__init__(f"{len(faults)} annotations cannot be submitted. The first: {first}.")
        self.faults = faults


class _Told(Protocol):
    @property
    def sentence(self) -> str: ...


class BrokenRules(InvalidInput):
    """Annotations that break label rules of severity “error”; `broken` says each rule and where."""

    code = "invalid.rules"
    remedy = "Go to each place listed and mend it, then submit again; your work is saved."

    def __init__(self, broken: Sequence[_Told]) -> None:
        places = "one place" if len(broken) == 1 else f"{len(broken)} places"
        super().__init__(f"Label rules are broken in {places}. The first: {broken[0].sentence}.")
        self.broken = broken


class InvalidOntology(InvalidInput):
    """An ontology that contradicts itself."""

    code = "invalid.ontology"


class BadFile(LabelwrightError):
    """A file that cannot be used. `place` is the file, with the place in it where known."""

    code = "file.unusable"


class UnreadableImage(BadFile):
    """Bytes that are no picture we can decode."""

    code = "file.unreadable_image"
    remedy = "Open the file in an image viewer; export it again as PNG or JPEG."

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}", place=name)
        self.name, self.reason = name, reason


class ImageTooLarge(BadFile):
    """A picture with more pixels than the limit that a setting gives; it was not decoded."""

    code = "file.image_too_large"

    def __init__(self, name: str, pixels: int, limit: int, setting: str = "max_image_pixels") -> None:
        other = (
            "save it as a tiled TIFF, a PNG or a baseline JPEG, which need not be decoded whole, "
            if setting == "max_image_pixels"
            else ""
        )
        super().__init__(
            f"{name}: {pixels:,} pixels are above the limit of {limit:,}.",
            place=name,
            remedy=f"Cut the image into parts, {other}or raise the setting {setting} "
            f"(LABELWRIGHT_{setting.upper()}={pixels}).",
        )
        self.name, self.pixels, self.limit = name, pixels, limit


class KeyTaken(BadFile):
    """A client's own id that names an item with other bytes already."""

    code = "file.key_taken"
    remedy = "Give the new picture a key of its own, or leave the item that is there."

    def __init__(self, name: str, key: str, holder: str) -> None:
        super().__init__(f"{name}: the key “{key}” belongs to “{holder}”, which has other bytes.", place=name)
        self.name, self.key, self.holder = name, key, holder


class SourceChanged(BadFile):
    """An object whose bytes are others than when its item came in; it is not shown as the old one."""

    code = "file.source_changed"
    remedy = "Bring the old object back, or import the new one under another name."

    def __init__(self, name: str, source: str) -> None:
        super().__init__(f"{name}: in “{source}” there is another picture now.", place=name)


class UnsafeArchive(BadFile):
    """An archive that tries to leave its folder, hides links, or unpacks to far more than it is."""

    code = "file.unsafe_archive"
    remedy = "Unpack it by hand, look at what it holds, and import the folder."

    def __init__(self, name: str, entry: str, reason: str) -> None:
        super().__init__(f"{name}: entry “{entry}” {reason}", place=f"{name}#{entry}")


class UnreadableLabels(BadFile):
    """A label file that breaks its format, with the place."""

    code = "file.unreadable_labels"
    remedy = "Correct the file at the place named, or import it again from its tool."

    def __init__(self, name: str, place: str, reason: str) -> None:
        where = f"{name}: {place}" if place else name
        super().__init__(f"{where}: {reason}", place=where)
        self.name, self.reason = name, reason


class TooLarge(LabelwrightError):
    """A request or upload above its limit."""

    code = "too_large"

    def __init__(self, what: str, limit: int, setting: str) -> None:
        super().__init__(
            f"{what} is above the limit of {limit:,} bytes.",
            remedy=f"Send less at once, or raise the setting {setting}.",
        )


class SignInRequired(LabelwrightError):
    """Nobody is signed in."""

    code = "sign_in.required"
    remedy = "Sign in, or send a personal token as “Authorization: Bearer …”."

    def __init__(self) -> None:
        super().__init__("You are not signed in.")


class SignInFailed(LabelwrightError):
    """A name, password or link that does not open the door."""

    code = "sign_in.failed"
    remedy = "Check the address and password. A link works once; ask for a new one."

    def __init__(self, message: str = "That address and password do not belong together.") -> None:
        super().__init__(message)


class Throttled(LabelwrightError):
    """Too many tries in a short time."""

    code = "throttled"

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many tries.", remedy=f"Wait {seconds} seconds and try again.")
        self.seconds = seconds


class Forbidden(LabelwrightError):
    """Signed in, but not allowed."""

    code = "forbidden"
    remedy = "Ask a manager of the project, or use an account with that role."

    def __init__(self, action: str, needed: str) -> None:
        super().__init__(f"To {action} you need the right “{needed}”.")
        self.needed = needed


class WorkPaused(Conflict):
    """The person gets no new tasks for now; what they hold can still be handed in."""

    code = "task.paused"
    remedy = "Hand in what you hold, and speak with a manager of the project, who can lift this."

    def __init__(self, reason: str) -> None:
        super().__init__(f"You get no new tasks of this project for now: {reason}.")


class Forged(LabelwrightError):
    """A request that some other page may have made in this person's name."""

    code = "forged"
    remedy = "Load the page again. Programs use a token: “Authorization: Bearer …”."


class UnknownName(LabelwrightError):
    """A name that no registry knows; the message lists the known ones."""

    code = "unknown_name"

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        listed = ", ".join(sorted(known))
        super().__init__(f"There is no {kind} “{name}”.", remedy=f"Known: {listed}.")


class StorageFailure(LabelwrightError):
    """The database or the disk refused; nothing was half-written."""

    code = "storage.failed"
    remedy = "Run “labelwright doctor”; it names what is wrong and what to do."


class StorageFull(StorageFailure):
    """No room is left where the server stores; what was acknowledged before is safe."""

    code = "storage.full"
    remedy = "Free some space on the server's disk; work is then taken again by itself."

    def __init__(self, where: str) -> None:
        super().__init__(f"The server's disk is full: {where} cannot grow.")


class NoRoom(StorageFailure):
    """The disk has too little space left for something that can be made again."""

    code = "storage.no_room"
    remedy = "Free some space on the disk of the data folder; what was asked for is then made again."

    def __init__(self, what: str, needed: int | None = None, free: int = 0) -> None:
        figures = (
            f": about {needed / 1e6:,.0f} MB are needed, {max(0, free) / 1e6:,.0f} MB may be used"
            if needed is not None
            else ""
        )
        super().__init__(f"There is no room for {what}{figures}.")
