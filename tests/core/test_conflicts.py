"""Conflicts: whatever two hands do at once, nothing is overwritten unseen."""

from dataclasses import dataclass, field
from itertools import count

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.conflicts import OpenConflict, Trail, advance
from labelwright.core.document import EMPTY, Document
from labelwright.core.fields import differing, field_value
from labelwright.core.operations import Delete, Marking, Operation, Put, fold, target
from labelwright.core.shapes import Box

NAMES = "abc"
HERE = Box(left=0, top=0, right=10, bottom=10)


def put(name: str, annotation: str = "a", **said: object) -> Put:
    """An operation that changes what is named, on an annotation that is there."""
    fields = said.pop("fields", tuple(f for f in said if f in ("category", "shape", "attributes")))
    marking = {"category": "cell", "shape": HERE}
    known = {key: said.pop(key) for key in ("category", "shape", "attributes") if key in said}
    return Put(
        id=name, at=0, annotation=Marking(id=annotation, **{**marking, **known}), fields=fields, **said
    )


def logged(*log: Operation, at: int = 1) -> Trail:
    return Trail(enumerate(log, at))


def test_edits_of_different_fields_are_no_conflict() -> None:
    trail = logged(put("z", category="dirt", seen=0))

    assert trail.clashes(put("p", shape=Box(left=1, top=1, right=2, bottom=2), seen=0)) == []


def test_different_attributes_merge_and_the_same_one_clashes() -> None:
    trail = logged(put("z", attributes={"size": 1}, fields=("attribute:size",), seen=0))

    other = put("p", attributes={"age": 2}, fields=("attribute:age",), seen=0)
    same = put("q", attributes={"size": 2}, fields=("attribute:size",), seen=0)

    assert trail.clashes(other) == []
    assert [(op.id, fields) for op, fields in trail.clashes(same)] == [("z", ("attribute:size",))]


def test_identical_edits_are_no_conflict() -> None:
    trail = logged(put("z", category="dirt", seen=0))

    assert trail.clashes(put("p", category="dirt", seen=0)) == []


def test_an_edit_that_was_seen_is_no_conflict() -> None:
    trail = logged(put("z", category="dirt", seen=0))

    assert trail.clashes(put("p", category="cell", seen=1)) == []
    assert len(trail.clashes(put("p", category="cell", seen=0))) == 1


def test_one_hand_never_clashes_with_itself() -> None:
    trail = logged(put("1", category="dirt", seen=0), put("2", category="cell", seen=0, after="1"))

    assert trail.clashes(put("3", category="dust", seen=0, after="2")) == []


@pytest.mark.parametrize("order", ["edit first", "deletion first"])
def test_a_change_against_a_deletion_leaves_the_annotation_standing(order: str) -> None:
    edit, deletion = put("e", category="dirt", seen=0), Delete(id="d", at=0, annotation="a", seen=0)
    log = [edit, deletion] if order == "edit first" else [deletion, edit]

    document, conflicts = played(fold(EMPTY, [put("0", fields=None)], "ana"), log)

    assert [a.category for a in document.annotations] == ["dirt"]
    assert [(v.operation, v.annotation) for v in conflicts[0].aside] == [("d", None)]


def test_two_deletions_agree() -> None:
    log = [Delete(id=name, at=0, annotation="a", seen=0) for name in "de"]

    document, conflicts = played(fold(EMPTY, [put("0", fields=None)], "ana"), log)

    assert (document.annotations, conflicts) == ((), ())


def test_going_on_from_a_version_that_was_put_aside_brings_it_forward() -> None:
    mine, theirs = put("m", category="dirt", seen=0), put("t", category="dust", seen=0)
    more = put("n", category="sand", seen=0, after="m")

    _, conflicts = played(fold(EMPTY, [put("0", fields=None)], "ana"), [mine, theirs, more])

    assert [v.operation for v in conflicts[0].aside] == ["t"]


def test_a_choice_closes_the_conflict() -> None:
    log = [put("m", category="dirt", seen=0), put("t", category="dust", seen=0)]
    chosen = put("c", category="dirt", seen=2, settles=("m",))

    document, conflicts = played(fold(EMPTY, [put("0", fields=None)], "ana"), [*log, chosen])

    assert conflicts == ()
    assert document.annotations[0].category == "dirt"


def test_a_thousand_unsent_changes_of_one_annotation_are_told_apart_quickly() -> None:
    log = [put(str(n), category=f"c{n}", seen=0, after=str(n - 1)) for n in range(5000)]

    _, conflicts = played(fold(EMPTY, [put("start", fields=None)], "ana"), log)

    assert conflicts == ()


def played(
    document: Document, log: list[Operation], trail: Trail | None = None
) -> tuple[Document, tuple[OpenConflict, ...]]:
    """What a server makes of operations that arrive in this order."""
    trail, conflicts = trail or Trail(), ()
    kept: list[Operation] = []
    for revision, operation in enumerate(log, 1):
        clashes = trail.clashes(operation)
        stored = with_clashes(operation, [op.id for op, _ in clashes])
        conflicts = advance(conflicts, stored, clashes, "ana", trail.chain(stored))
        trail.add(revision, stored)
        kept.append(stored)
    return fold(document, kept, "ana"), conflicts


def with_clashes(operation: Operation, names: list[str]) -> Operation:
    return msgspec.structs.replace(operation, clashes=tuple(names))


# Two tabs, whose requests and answers may get lost


@dataclass
class Server:
    """The log, as the drafts keep it."""

    base: Document
    log: list[Operation] = field(default_factory=list)
    trail: Trail = field(default_factory=Trail)
    conflicts: tuple[OpenConflict, ...] = ()

    def append(self, sent: list[Operation]) -> int:
        stored = {operation.id for operation in self.log}
        for operation in sent:
            if operation.id in stored:
                continue
            clashes = self.trail.clashes(operation)
            kept = with_clashes(operation, [op.id for op, _ in clashes])
            self.conflicts = advance(self.conflicts, kept, clashes, "ana", self.trail.chain(kept))
            self.log.append(kept)
            self.trail.add(len(self.log), kept)
        return len(self.log)

    def document(self) -> Document:
        return fold(self.base, self.log, "ana")


@dataclass
class Tab:
    """A tab: what it was told, and what it has not got an answer for."""

    server: Server
    seen: int = 0
    pending: list[Operation] = field(default_factory=list)

    def shown(self) -> Document:
        told = self.server.log[: self.seen]
        names = {operation.id for operation in told}
        rest = [operation for operation in self.pending if operation.id not in names]
        return fold(self.server.base, [*told, *rest], "ana")

    def stamp(self, name: str) -> dict[str, object]:
        before = next((op for op in reversed(self.pending) if target(op) == name), None)
        return {"seen": self.seen if before is None else before.seen, "after": before and before.id}

    def send(self, arrives: bool, answered: bool) -> None:
        if not arrives:
            return
        revision = self.server.append(self.pending)
        if answered:
            self.seen = revision
            self.pending = []


acts = st.lists(
    st.tuples(
        st.sampled_from("xy"),
        st.sampled_from(["edit", "edit", "edit", "delete", "send", "lost answer", "lost request", "settle"]),
        st.sampled_from(NAMES),
        st.sampled_from(["category", "shape", "attribute:size"]),
        st.integers(0, 3),
    ),
    max_size=40,
)


@settings(max_examples=400, deadline=None)
@given(acts)
def test_whatever_two_tabs_do_nothing_is_lost_and_nothing_is_overwritten_unseen(acts: list) -> None:
    serial = count()
    base = fold(EMPTY, [put(f"0{name}", name, fields=None) for name in NAMES], "ana")
    server = Server(base)
    tabs = {"x": Tab(server), "y": Tab(server)}
    made: list[Operation] = []
    knew: dict[str, set[str]] = {}

    def make(tab: Tab, operation: Operation) -> None:
        name = target(operation)
        before = next((op for op in reversed(tab.pending) if target(op) == name), None)
        told = {op.id for op in server.log[: tab.seen]}
        knew[operation.id] = told if before is None else knew[before.id] | {before.id}
        made.append(operation)
        tab.pending.append(operation)

    for who, act, name, what, value in acts:
        tab = tabs[who]
        here = tab.shown().by_id().get(name)
        stamp = {"id": f"op{next(serial)}", "at": 0, **tab.stamp(name)}
        if act == "send":
            tab.send(True, True)
        elif act.startswith("lost"):
            tab.send(act == "lost answer", False)
        elif act == "delete" and here is not None:
            make(tab, Delete(annotation=name, **stamp))
        elif act == "edit" and here is not None:
            make(tab, Put(annotation=changed(here, what, value), fields=(what,), **stamp))
        elif act == "settle" and not tab.pending and tab.seen == len(server.log):
            found = next((c for c in server.conflicts if c.annotation == name), None)
            if found is not None and here is not None:
                names = tuple(version.operation for version in found.aside)
                make(tab, Put(annotation=changed(here, what, value), fields=(what,), settles=names, **stamp))
    for tab in tabs.values():
        tab.send(True, True)
    for tab in tabs.values():
        tab.send(True, True)

    assert sorted(op.id for op in server.log) == sorted(op.id for op in made)
    assert tabs["x"].shown() == tabs["y"].shown() == server.document()
    for operation in server.log:
        assert answered_for(operation, server, knew), operation


def changed(annotation: object, what: str, value: int) -> Marking:
    marking = Marking(
        id=annotation.id,
        category=annotation.category,
        shape=annotation.shape,
        attributes=annotation.attributes,
    )
    if what == "category":
        return msgspec.structs.replace(marking, category=f"c{value}")
    if what == "shape":
        return msgspec.structs.replace(marking, shape=Box(left=value, top=0, right=20, bottom=20))
    return msgspec.structs.replace(marking, attributes={**marking.attributes, "size": value})


def answered_for(operation: Operation, server: Server, knew: dict[str, set[str]]) -> bool:
    """Whether what an operation wanted stands, waits for a choice, or was replaced by one who knew it."""
    name = target(operation)
    aside = {v.operation for c in server.conflicts if c.annotation == name for v in c.aside}
    later = [op for op in server.log if target(op) == name and operation.id in closure(op.id, knew)]
    if operation.id in aside:
        return True
    final = server.document().by_id().get(name)
    if isinstance(operation, Delete):
        return final is None or bool(later)
    if any(isinstance(op, Delete) for op in later):
        return True
    for what in operation.fields or ():
        wanted = field_value(operation.annotation, what)
        stands = final is not None and field_value(final, what) == wanted
        replaced = any(what in (op.fields or ()) or op.settles for op in later if isinstance(op, Put))
        if not (stands or replaced or same_wish(operation, what, server, knew, aside)):
            return False
    return True


def same_wish(operation: Put, what: str, server: Server, knew: dict[str, set[str]], aside: set[str]) -> bool:
    """Another operation that wanted the same, and is itself put aside or was replaced knowingly."""
    for other in server.log:
        if not isinstance(other, Put) or other.id == operation.id or target(other) != target(operation):
            continue
        if what not in (other.fields or ()):
            continue
        if field_value(other.annotation, what) != field_value(operation.annotation, what):
            continue
        if other.id in aside or any(other.id in closure(op.id, knew) for op in server.log):
            return True
    return False


def closure(name: str, knew: dict[str, set[str]]) -> set[str]:
    """Everything a hand knew, and what those knew that it knew."""
    found: set[str] = set()
    waiting = list(knew.get(name, ()))
    while waiting:
        known = waiting.pop()
        if known not in found:
            found.add(known)
            waiting.extend(knew.get(known, ()))
    return found


def test_merging_fields_keeps_what_others_changed() -> None:
    document = fold(
        EMPTY,
        [
            put("0", fields=None),
            put("1", category="dirt"),
            put("2", shape=Box(left=5, top=5, right=6, bottom=6)),
        ],
        "ana",
    )

    assert document.annotations[0].category == "dirt"
    assert differing(document.annotations[0], Marking(id="a", category="dirt", shape=HERE)) == ("shape",)
