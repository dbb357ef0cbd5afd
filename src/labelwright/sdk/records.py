"""What the server tells, as frozen records. Fields that a newer server adds are passed over."""

from typing import Any

import msgspec

from labelwright.core.document import Document
from labelwright.core.ontology import Ontology


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the server told about."""


class Member(Record, frozen=True, kw_only=True):
    """A person."""

    id: str
    name: str
    email: str = ""
    role: str = "annotator"
    active: bool = True


class Session(Record, frozen=True, kw_only=True):
    """Who is asking."""

    member: Member
    csrf: str | None = None
    first_run: bool = False


class Project(Record, frozen=True, kw_only=True):
    """One labeling effort. `counts` are items by state."""

    id: str
    name: str
    description: str = ""
    counts: dict[str, int] = {}
    role: str | None = None
    kinds: tuple[str, ...] = ()
    archived: bool = False
    created_at: str = ""
    updated_at: str = ""


class OntologyVersion(Record, frozen=True, kw_only=True):
    """An ontology with its version and the number of annotations of each category."""

    version: int
    ontology: Ontology
    counts: dict[str, int] = {}


class Item(Record, frozen=True, kw_only=True):
    """One thing to label."""

    id: str
    name: str
    width: int
    height: int
    key: str | None = None
    state: str = ""
    media_type: str = ""
    sha256: str = ""
    annotations: int = 0
    near_duplicate_of: str | None = None
    assigned_to: str | None = None


class Progress(Record, frozen=True, kw_only=True):
    """How far a job is; `total` is None while it is not known."""

    done: int = 0
    total: int | None = None
    note: str = ""


class Job(Record, frozen=True, kw_only=True):
    """Work for a machine."""

    id: str
    kind: str
    state: str
    project: str | None = None
    progress: Progress = Progress()
    report: Any = None
    error: dict[str, Any] | None = None
    attempts: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, well or badly."""
        return self.state in ("done", "failed", "cancelled")


class Import(Record, frozen=True, kw_only=True):
    """Items or labels brought in, undone as one step."""

    id: str
    kind: str = ""
    state: str = ""
    job: str | None = None
    report: Any = None
    can_undo: bool = False


class Source(Record, frozen=True, kw_only=True):
    """A folder, bucket or list of addresses whose pictures stay where they are."""

    id: str
    kind: str
    url: str
    items: int = 0
    job: str | None = None
    synced_at: str | None = None
    report: dict[str, Any] | None = None


class Release(Record, frozen=True, kw_only=True):
    """A frozen, numbered, citable set of accepted annotations."""

    id: str
    tag: str
    number: int
    notes: str = ""
    created_at: str = ""
    created_by: str = ""
    sha256: str = ""
    items: int = 0
    annotations: int = 0
    categories: dict[str, int] = {}
    ontology_version: int = 0
    parent: str | None = None
    splits: dict[str, int] = {}
    leaks: int = 0


class Verification(Record, frozen=True, kw_only=True):
    """Whether a release still is what it was when frozen."""

    ok: bool
    faults: list[Any] = []


class Claim(Record, frozen=True, kw_only=True):
    """What is claimed of a release, and the bounds that the verdicts so far give."""

    category: str | None = None
    at_most: float
    state: str
    confidence: float
    population: int
    audited: int
    errors: int
    upper: float
    lower: float
    needed: int | None = None


class Audit(Record, frozen=True, kw_only=True):
    """A random draw from a release that people judge; `state` is open, proved, refuted or closed."""

    id: str
    release: str
    tag: str
    unit: str
    state: str
    confidence: float
    commitment: str
    seed: str | None = None
    claims: list[Claim]
    judged: int
    unclear: int = 0
    codes: dict[str, int] = {}
    experts: list[str] = []
    opened_at: str = ""
    closed_at: str | None = None
    categories: dict[str, str] = {}


class Certificate(Record, frozen=True, kw_only=True):
    """What an audit has shown: the text that was signed, its signature and the key to check it with."""

    audit: Audit
    release_sha256: str
    text: str
    signature: str
    public_key: str
    statement: str


class GoldItem(Record, frozen=True, kw_only=True):
    """A gold item; `hardness` is 1 − the mean score of those who got it unannounced, None without any."""

    id: str
    item: str
    item_name: str
    source: str
    author_name: str = ""
    categories: dict[str, int] = {}
    explanation: str = ""
    mixed: bool = True
    answers: int = 0
    hardness: float | None = None
    added_at: str = ""
    retired_at: str | None = None


class GoldOffer(Record, frozen=True, kw_only=True):
    """How many items a source offers that are not gold yet, and of each category how many of them."""

    source: str
    items: int
    categories: dict[str, int] = {}


class GoldLeftOut(Record, frozen=True, kw_only=True):
    """An item that did not become gold, and why."""

    item: str
    reason: str


class GoldAdded(Record, frozen=True, kw_only=True):
    """What became gold, by id, and what did not."""

    added: list[str]
    left_out: list[GoldLeftOut] = []


class GoldAnswer(Record, frozen=True, kw_only=True):
    """What somebody answered to a gold item; `score` None: they could not answer."""

    task: str
    item: str
    item_name: str
    member: str
    member_name: str
    purpose: str
    score: float | None = None
    passed: bool | None = None
    answered_at: str = ""


class Token(Record, frozen=True, kw_only=True):
    """A personal token; `token` is there once, when it is made."""

    id: str
    name: str = ""
    scopes: tuple[str, ...] = ()
    expires_at: str | None = None
    token: str | None = None


class Invitation(Record, frozen=True, kw_only=True):
    """A link by which somebody becomes a member."""

    id: str
    link: str = ""
    token: str | None = None
    role: str = ""
    project: str | None = None


class Task(Record, frozen=True, kw_only=True):
    """One item at one stage, waiting for one person."""

    id: str
    item: str
    project: str
    stage: str
    state: str
    round: int = 1
    assigned_to: str | None = None
    lease_expires: int | str | None = None
    comment: str | None = None


class TaskItem(Record, frozen=True, kw_only=True):
    """The item of a task."""

    id: str
    name: str
    width: int
    height: int
    image: str = ""
    key: str | None = None


class Draft(Record, frozen=True, kw_only=True):
    """Saved work that is not handed in."""

    revision: int = 0
    document: Document = Document()
    guideline_version: int | None = None


class Prediction(Record, frozen=True, kw_only=True):
    """A model's output for the item of a task."""

    id: str
    document: Document
    model: str | None = None


class Submission(Record, frozen=True, kw_only=True):
    """Work that was handed in."""

    id: str
    author: str = ""
    author_name: str = ""
    created_at: str = ""
    document: Document = Document()


class Envelope(Record, frozen=True, kw_only=True):
    """A task with everything that is needed to work on it."""

    task: Task
    item: TaskItem
    draft: Draft = Draft()
    predictions: tuple[Prediction, ...] = ()
    submission: Submission | None = None
    issues: tuple[dict[str, Any], ...] = ()
    ontology: OntologyVersion | None = None
    brief_version: int = 1
    lease_seconds: int = 0
