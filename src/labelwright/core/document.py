"""The annotation document: what one author says about one item.

Drafts, submissions, predictions, references and release entries are all this document.
A tag is an annotation with no shape. The order of annotations is the order they were first put,
which is also the order in which they are painted.
"""

import msgspec

from labelwright.core.shapes import Shape, kind_of

AttributeValue = str | bool | float | tuple[str, ...]
"""A choice (option id), choices (option ids), text, number, or yes/no."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who or what made an annotation, when, from which prediction, and who checked it.

    `author` is a member id, `model:NAME@VERSION` or `import:FORMAT`. Times are UTC, ISO 8601.
    `prediction` is the id of the predicted annotation this one came from, and `similarity` the IoU
    with it as the person left it (1 = accepted untouched, None = not from a prediction).
    `seconds` is human work spent on it. `verdict` is accepted, returned or amended, and `errors` are
    the codes of the errors that the reviewer named.

    `score` is what a model said of itself. `confidence` is the probability (0 to 1) that the annotation
    is right, calibrated on evidence from people; None where nobody has measured it.
    """

    author: str = ""
    created_at: str = ""
    changed_by: str | None = None
    changed_at: str | None = None
    model: str | None = None
    score: float | None = None
    prediction: str | None = None
    similarity: float | None = None
    seconds: float = 0.0
    reviewer: str | None = None
    verdict: str | None = None
    reviewed_at: str | None = None
    confidence: float | None = None
    errors: tuple[str, ...] = ()


class Vote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one annotator answered where several people's work was merged into one annotation.

    `answer` is the id of a category, which may be another than the merged one. `similarity` is the IoU
    of the annotator's shape with the merged one, None for tags.
    """

    annotator: str
    answer: str
    similarity: float | None = None


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """A bond to another annotation of the document: `kind` is a relation of the ontology, `to` its id."""

    kind: str
    to: str


class Annotation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One marked thing: a category, a shape (None for a tag) and attribute values by spec id.

    Annotations of one `group` belong together; `relations` lead to others, and one that leads to an
    annotation that was deleted means nothing any more.

    `flags` keeps facts of other formats that have no place of their own (COCO's `iscrowd`,
    VOC's `difficult`), so that they survive the way back.

    `votes` are the answers that a merged annotation was made from, so that the distribution stays with
    it. `unsure` is a reason: when it is set, somebody could not tell.
    """

    id: str
    category: str
    shape: Shape | None = None
    attributes: dict[str, AttributeValue] = {}
    group: str | None = None
    relations: tuple[Relation, ...] = ()
    flags: dict[str, bool | float | str] = {}
    evidence: Evidence = Evidence()
    votes: tuple[Vote, ...] = ()
    unsure: str | None = None

    @property
    def kind(self) -> str:
        """The name of the shape's kind, or `tag`."""
        return kind_of(self.shape)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The annotations of one item by one author."""

    annotations: tuple[Annotation, ...] = ()

    def by_id(self) -> dict[str, Annotation]:
        """The annotations by their ids, in order."""
        return {annotation.id: annotation for annotation in self.annotations}

    def counts(self) -> dict[str, int]:
        """How many annotations each category has."""
        counts: dict[str, int] = {}
        for annotation in self.annotations:
            counts[annotation.category] = counts.get(annotation.category, 0) + 1
        return counts


EMPTY = Document()

encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Document)


def encode(document: Document) -> bytes:
    """The document as JSON, the same bytes for the same document."""
    return encoder.encode(document)


def decode(data: bytes) -> Document:
    """The document in JSON bytes.

    Raises msgspec.ValidationError with the JSON path of the first fault.
    """
    return _decoder.decode(data)
