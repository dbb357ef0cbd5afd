"""The fold: drafts are their operations, whatever order people work in."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.document import EMPTY, Document, decode, encode
from labelwright.core.operations import Delete, Judge, Marking, Operation, Put, fold, iso_time
from labelwright.core.shapes import Box

names = st.sampled_from("abcd")
moments = st.integers(0, 4_000_000_000_000)
ids = st.uuids().map(str)
corners = st.floats(-100, 100, allow_nan=False)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(corners), draw(corners)
    return Box(left=left, top=top, right=left + draw(st.floats(1, 50)), bottom=top + draw(st.floats(1, 50)))


puts = st.builds(
    Put,
    id=ids,
    at=moments,
    annotation=st.builds(Marking, id=names, category=names, shape=st.none() | boxes()),
    seconds=st.floats(0, 60),
)
deletes = st.builds(Delete, id=ids, at=moments, annotation=names)
judges = st.builds(
    Judge, id=ids, at=moments, annotation=names, verdict=st.sampled_from(["accepted", "returned", None])
)
logs = st.lists(puts | deletes | judges, max_size=30)


@given(logs, logs)
def test_folding_in_two_steps_is_folding_at_once(first: list[Operation], second: list[Operation]) -> None:
    assert fold(fold(EMPTY, first, "ana"), second, "ana") == fold(EMPTY, first + second, "ana")


@given(logs)
def test_an_annotation_is_there_if_its_last_operation_put_it(log: list[Operation]) -> None:
    last = {}
    for operation in log:
        if isinstance(operation, Put):
            last[operation.annotation.id] = True
        elif isinstance(operation, Delete):
            last[operation.annotation] = False

    there = set(fold(EMPTY, log, "ana").by_id())

    assert there == {name for name, put in last.items() if put}


@given(logs)
def test_documents_and_operations_survive_the_wire(log: list[Operation]) -> None:
    document = fold(EMPTY, log, "ana")
    decoder = msgspec.json.Decoder(list[Operation])

    assert decode(encode(document)) == document
    assert decoder.decode(msgspec.json.encode(log)) == log


@given(logs, puts)
def test_operations_on_other_annotations_commute(log: list[Operation], put: Put) -> None:
    others = [
        entry
        for entry in log
        if (entry.annotation.id if isinstance(entry, Put) else entry.annotation) != put.annotation.id
    ]

    before = fold(fold(EMPTY, [put], "ana"), others, "ana").by_id()
    after = fold(fold(EMPTY, others, "ana"), [put], "ana").by_id()

    assert before == after


def test_evidence_names_who_made_and_who_changed_an_annotation() -> None:
    put = Put(id="1", at=0, annotation=Marking(id="a", category="cell"), seconds=2, prediction="p")
    change = Put(id="2", at=1000, annotation=Marking(id="a", category="dirt"), seconds=3)

    first = fold(EMPTY, [put], "ana")
    evidence = fold(first, [change], "rita").annotations[0].evidence

    assert (evidence.author, evidence.changed_by, evidence.seconds) == ("ana", "rita", 5)
    assert (evidence.created_at, evidence.changed_at) == (
        "1970-01-01T00:00:00.000Z",
        "1970-01-01T00:00:01.000Z",
    )
    assert evidence.prediction == "p"


def test_an_edit_takes_the_verdict_away() -> None:
    put = Put(id="1", at=0, annotation=Marking(id="a", category="cell"))
    judged = fold(EMPTY, [put, Judge(id="2", at=0, annotation="a", verdict="returned")], "rita")

    edited = fold(judged, [put], "ana")

    assert judged.annotations[0].evidence.verdict == "returned"
    assert edited.annotations[0].evidence.verdict is None


def test_a_verdict_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="accepted, returned, amended"):
        Judge(id="1", at=0, annotation="a", verdict="fine")


@given(moments)
def test_iso_time_agrees_with_the_calendar(milliseconds: int) -> None:
    expected = datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")

    assert iso_time(milliseconds) == f"{expected}.{milliseconds % 1000:03d}Z"


def test_a_document_of_a_broken_shape_names_the_place() -> None:
    text = encode(Document()).replace(
        b"[]",
        b'[{"id":"a","category":"c","shape":{"kind":"box","left":5,"top":0,"right":5,"bottom":1}}]',
    )

    with pytest.raises(msgspec.ValidationError, match=r"annotations\[0\]\.shape"):
        decode(text)
