"""What a review shows to have been wrong: by the reviewer's word, and by what they corrected."""

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.error_codes import marks_of
from labelwright.core.operations import Judge, fold
from labelwright.core.shapes import Box

BOX, LARGER = Box(left=0, top=0, right=9, bottom=9), Box(left=0, top=0, right=12, bottom=9)


def a(name: str, category: str = "cat", shape: Box = BOX, **attributes: str) -> Annotation:
    return Annotation(id=name, category=category, shape=shape, attributes=dict(attributes))


def document(*annotations: Annotation) -> Document:
    return Document(annotations=annotations)


def shown(before: Document, after: Document) -> list[tuple[str | None, str]]:
    return [(mark.annotation and mark.annotation.id, mark.code) for mark in marks_of(before, after)]


def test_corrections_say_what_was_wrong():
    before = document(a("1"), a("2"), a("3"), a("4", color="red"), a("5"))
    after = document(a("1"), a("2", "dog"), a("3", shape=LARGER), a("4", color="blue"), a("6"))

    assert shown(before, after) == [
        ("2", "wrong_category"),
        ("3", "loose_shape"),
        ("4", "wrong_attribute"),
        ("5", "extra"),
        (None, "missing"),
    ]


def test_a_returned_annotation_has_the_codes_its_reviewer_named_or_none():
    before = document(a("1"), a("2"), a("3"))
    judged = [
        Judge(id="o1", at=1, annotation="1", verdict="returned", errors=("loose_shape", "blurred")),
        Judge(id="o2", at=2, annotation="2", verdict="returned"),
        Judge(id="o3", at=3, annotation="3", verdict="accepted", errors=("loose_shape",)),
    ]

    after = fold(before, judged, "rita")

    assert shown(before, after) == [("1", "loose_shape"), ("1", "blurred"), ("2", "unnamed")]
    assert after.by_id()["3"].evidence.errors == ()


def test_codes_go_when_the_verdict_is_taken_back():
    judged = [
        Judge(id="o1", at=1, annotation="1", verdict="returned", errors=("extra",)),
        Judge(id="o2", at=2, annotation="1", verdict=None),
    ]

    assert fold(document(a("1")), judged, "rita").by_id()["1"].evidence.errors == ()
    assert msgspec.json.decode(msgspec.json.encode(judged[0]), type=Judge) == judged[0]
