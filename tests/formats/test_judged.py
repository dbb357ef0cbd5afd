"""Votes, doubt and measured confidence: every format keeps them or tells that they are lost."""

import io
from pathlib import Path

import msgspec
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.document import Annotation, Document, Evidence, Vote
from labelwright.formats.conversion import convert
from labelwright.formats.folder import source_of
from labelwright.formats.judged import judged, note_lost_judged, with_judged
from labelwright.formats.labelwright_tables import ANNOTATIONS
from labelwright.formats.parquet import TableReader
from labelwright.formats.registry import get
from labelwright.formats.report import Losses
from tests.conformance.conftest import ONTOLOGY, SIMPLE, annotation, item, named, written

VOTES = (
    Vote(annotator="ana", answer="zz", similarity=0.75),
    Vote(annotator="ben", answer="aa"),
    Vote(annotator="чжао", answer="zz", similarity=1.0),
)
NAMES = {"zz": "cell", "aa": "clump"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["annotator", "answer", "similarity", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def full(shape: object) -> Annotation:
    """An annotation with everything that people judge."""
    evidence = Evidence(confidence=0.875)
    return annotation(1, shape, votes=VOTES, unsure="half of it is hidden", evidence=evidence)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("labelwright", "polygon"),
        ("labelwright", "tag"),
        ("coco", "box"),
        ("coco", "skeleton"),
        ("coco-panoptic", "mask"),
        ("roboflow-coco", "box"),
        ("datumaro", "mask"),
        ("datumaro", "tag"),
        ("datumaro-binary", "box"),
        ("classes-parquet", "tag"),
    ],
)
def test_votes_doubt_and_confidence_survive_the_round_trip(name: str, kind: str, tmp_path: Path) -> None:
    format_, given_ = get(name), full(SIMPLE[kind])
    document = Document(
        annotations=(given_, annotation(2, SIMPLE[kind], "aa")) if kind == "tag" else (given_,)
    )

    losses = written(format_, [item("one.png", document)], tmp_path / "out", ONTOLOGY)
    (back,) = format_.read(source_of(tmp_path / "out")).items

    wanted = named(document, ONTOLOGY).annotations[0]
    words = {category.id: category.name for category in ONTOLOGY.categories}
    votes = tuple(msgspec.structs.replace(vote, answer=words[vote.answer]) for vote in VOTES)
    found = next(entry for entry in back.document.annotations if entry.category == wanted.category)
    assert not losses.dropped
    assert found.votes == votes
    assert found.unsure == "half of it is hidden"
    assert found.evidence.confidence == 0.875
    assert all(not entry.votes for entry in back.document.annotations if entry.category != wanted.category)


def test_our_own_tables_keep_the_errors_that_a_reviewer_named(tmp_path: Path) -> None:
    evidence = Evidence(author="ana", verdict="returned", errors=("loose", "wrong category"))
    document = Document(annotations=(annotation(1, SIMPLE["box"], evidence=evidence),))

    written(get("labelwright"), [item("one.png", document)], tmp_path / "out")
    (back,) = get("labelwright").read(source_of(tmp_path / "out")).items

    assert back.document.annotations[0].evidence == evidence


def test_a_table_of_before_votes_is_read_with_none_of_them() -> None:
    old = [column for column in ANNOTATIONS if not column.optional]
    kinds = {"text": pyarrow.string(), "number": pyarrow.float64()}
    schema = pyarrow.schema([(column.name, kinds[column.type]) for column in old])
    file = io.BytesIO()
    row = {column.name: ["1"] if column.type == "text" else [1.0] for column in old}
    pyarrow.parquet.write_table(pyarrow.table(row, schema=schema), file)

    (found,) = TableReader(file, "annotations.parquet", ANNOTATIONS).rows()

    assert [column.name for column in ANNOTATIONS if column.optional] == [
        "confidence",
        "errors",
        "votes",
        "unsure",
    ]
    assert found[-4:] == (None, None, None, None)
    assert None not in found[:-4]


def test_what_another_tool_says_in_fields_of_these_names_does_no_harm(tmp_path: Path) -> None:
    coco = {
        "images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3], "votes": 7, "unsure": True},
            {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3], "measured_confidence": "high"},
            {"id": 3, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3], "confidence": 0.9},
        ],
    }
    (tmp_path / "annotations.json").write_bytes(msgspec.json.encode(coco))

    reading = get("coco").read(source_of(tmp_path))
    (back,) = reading.items

    assert not reading.faults
    assert len(back.document.annotations) == 3
    for entry in back.document.annotations:
        assert (entry.votes, entry.unsure, entry.evidence.confidence) == ((), None, None)


def test_the_short_way_from_coco_to_yolo_tells_the_same_losses(tmp_path: Path) -> None:
    document = Document(annotations=(full(SIMPLE["box"]), annotation(2, SIMPLE["box"])))
    written(get("coco"), [item("one.png", document)], tmp_path / "coco")

    done = convert(tmp_path / "coco", tmp_path / "out", to="yolo", drop=True)

    assert {what.split(":")[0]: count for what, count in done.dropped.items()} == {
        "votes": 1,
        "unsure": 1,
        "confidence": 1,
    }


@given(JSON, JSON, JSON)
def test_fields_of_any_json_are_read_or_left_out(votes: object, unsure: object, confidence: object) -> None:
    found = {"votes": votes, "unsure": unsure, "measured_confidence": confidence}

    made = with_judged(Annotation(id="1", category="cell"), found)

    assert made.evidence.confidence is None or 0 <= made.evidence.confidence <= 1
    assert made.unsure is None or made.unsure
    again = with_judged(Annotation(id="1", category="cell"), judged(made, {}))
    assert again == made


def test_what_is_lost_is_told_once_for_each_annotation() -> None:
    losses = Losses()

    bare = note_lost_judged(losses, "a.png", full(None))
    note_lost_judged(losses, "a.png", bare)

    assert (bare.votes, bare.unsure, bare.evidence.confidence) == ((), None, None)
    assert sum(losses.dropped.values()) == 3
    assert {loss.field for loss in losses.examples} == {"votes", "unsure", "confidence"}


def test_votes_are_written_by_the_names_of_categories() -> None:
    said = judged(full(None), NAMES)

    assert said["votes"] == [
        {"annotator": "ana", "answer": "cell", "similarity": 0.75},
        {"annotator": "ben", "answer": "clump"},
        {"annotator": "чжао", "answer": "cell", "similarity": 1.0},
    ]
    assert judged(Annotation(id="1", category="zz"), NAMES) == {}
