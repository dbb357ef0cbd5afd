"""Votes, doubt and confidence of a file come into a project under its own categories."""

from collections import Counter

from labelwright.core.document import Annotation, Document, Evidence, Vote
from labelwright.core.ontology import Category, Ontology
from labelwright.formats.format import Reading
from labelwright.services.label_fitting import Fitter
from labelwright.services.label_matching import ItemRef
from labelwright.services.label_spool import Record

ONTOLOGY = Ontology(
    categories=(
        Category(id="c1", name="cell", shapes=("tag",)),
        Category(id="c2", name="clump", shapes=("tag",)),
    )
)
GIVEN = Annotation(
    id="1",
    category="cell",
    votes=(
        Vote(annotator="ana", answer="cell"),
        Vote(annotator="ben", answer="Clump", similarity=0.5),
        Vote(annotator="cyd", answer="dust"),
    ),
    unsure="out of focus",
    evidence=Evidence(score=0.25, confidence=0.75),
)


RECORD = Record(index=0, name="a.png", document=Document(annotations=(GIVEN,)))


def fitted(categories: dict[str, str | None]) -> tuple[Annotation, Counter[str]]:
    fitter = Fitter(
        Reading(["cell"], iter(())),
        ONTOLOGY,
        categories=categories,
        attributes={},
        evidence=Evidence(author="import:coco"),
        keeps_evidence=True,
        new_id=lambda: "new",
    )
    (made,) = fitter.fit(RECORD, ItemRef("1", "a.png", 10, 10))
    return made, fitter.counts.left_out


def test_votes_name_the_projects_categories_and_those_of_others_are_counted() -> None:
    made, left_out = fitted({})

    assert made.votes == (
        Vote(annotator="ana", answer="c1"),
        Vote(annotator="ben", answer="c2", similarity=0.5),
    )
    assert made.unsure == "out of focus"
    assert (made.evidence.author, made.evidence.score, made.evidence.confidence) == (
        "import:coco",
        0.25,
        0.75,
    )
    assert left_out == {"votes for “dust”": 1}


def test_votes_follow_the_mapping_of_the_file() -> None:
    made, left_out = fitted({"dust": "c2", "Clump": None})

    assert [(vote.annotator, vote.answer) for vote in made.votes] == [("ana", "c1"), ("cyd", "c2")]
    assert left_out == {"votes for “Clump”": 1}
