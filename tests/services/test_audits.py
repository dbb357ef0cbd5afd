"""Audits: a draw nobody steered, judged blind, bounds that always hold, a certificate to be made again."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select, update

from labelwright.core.errors import Forbidden, InvalidInput, NotFound, WrongState
from labelwright.quality.draws import commitment
from labelwright.services.audits import ClaimIn, NewAudit, NotYours, VerdictIn
from labelwright.services.release_card import markdown
from labelwright.services.services import Services
from labelwright.services.signing import is_signed, sign
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import audit_draws, audits
from tests.services.conftest import World

RIGHT, WRONG = VerdictIn(verdict="right", seconds=2.0), VerdictIn(verdict="wrong", code="loose_shape")


def released(world: World, items: int = 100, *, boxes: int = 1, **workflow: object) -> tuple[str, str]:
    """A project with a release; gives both ids. Ana made every annotation."""
    project = world.project(items=items, review=False, **workflow).id
    ana = world.person("ana", project=project)
    while (task := world.services.queue.next(ana, project)) is not None:
        done = tuple(world.put() for _ in range(boxes))
        world.services.submissions.submit(ana, task, Submitting(operations=done))
    return project, world.services.releases.create(world.owner, project, "v1").id


def opened(world: World, release: str, at_most: float = 0.05, unit: str = "annotation", **wanted: object):
    asked = NewAudit(claims=(ClaimIn(at_most=at_most),), unit=unit, **wanted)  # type: ignore[arg-type]
    return world.services.audits.open(world.owner, release, asked)


def judge_next(world: World, who, audit: str, said: VerdictIn = RIGHT):
    drawn = world.services.audits.next(who, audit)
    assert drawn is not None
    return world.services.audits.judge(who, audit, drawn.number, said)


def judge_all(world: World, who, audit: str, said: VerdictIn = RIGHT) -> int:
    count = 0
    while (drawn := world.services.audits.next(who, audit)) is not None:
        world.services.audits.judge(who, audit, drawn.number, said)
        count += 1
    return count


def test_clean_verdicts_prove_the_claim_and_the_certificate_holds(world: World) -> None:
    project, release = released(world, items=120)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)

    count = judge_all(world, rita, audit.id)
    proved = world.services.audits.get(rita, audit.id)
    done = world.services.certificates.close(world.owner, audit.id)

    assert count < 60, "of 120 fewer than 59 are needed"
    assert (proved.state, proved.claims[0].errors, proved.seed) == ("proved", 0, None)
    assert done.audit.claims[0].upper <= 0.05
    assert done.statement.startswith("At most ")
    assert f"shown by {count} audited ones" in done.statement
    assert is_signed(done.text.encode(), done.signature, done.public_key)
    assert world.services.certificates.verify(rita, release).faults == []
    assert world.services.certificates.of_release(rita, release).signature == done.signature
    card = world.services.release_cards.card(rita, release)
    assert card.accuracy == done.statement
    assert f"Accuracy: {done.statement}" in markdown(card)
    assert not any("wrong was not measured" in gap for gap in card.gaps)


def test_many_errors_refute_the_claim(world: World) -> None:
    project, release = released(world, items=60)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)

    judge_all(world, rita, audit.id, WRONG)
    done = world.services.certificates.close(world.owner, audit.id)

    assert done.audit.claims[0].state == "refuted"
    assert done.statement.startswith("More than 5 % of its annotations are wrong")
    assert done.audit.codes == {"loose_shape": done.audit.judged}


def test_what_nobody_can_tell_counts_against_the_claim(world: World) -> None:
    project, release = released(world, items=40)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)
    judge_next(world, rita, audit.id, VerdictIn(verdict="unclear", reason="blurred"))

    view = world.services.audits.get(rita, audit.id)

    assert (view.unclear, view.claims[0].errors) == (1, 1)
    with pytest.raises(InvalidInput, match="tell"):
        judge_next(world, rita, audit.id, VerdictIn(verdict="unclear"))
    with pytest.raises(InvalidInput, match="wrong"):
        judge_next(world, rita, audit.id, VerdictIn(verdict="wrong"))


def test_experts_see_nothing_of_where_an_annotation_comes_from(world: World) -> None:
    project, release = released(world, items=3, boxes=2)
    rita = world.person("rita", "reviewer", project=project)
    drawn = world.services.audits.next(rita, opened(world, release).id)

    (mark,) = drawn.document.annotations
    assert mark.evidence == type(mark.evidence)()
    assert mark.votes == ()
    ana = world.people["ana"]
    assert ana.id not in json.dumps(msgspec.to_builtins(drawn))


def test_nobody_judges_what_they_made_nor_what_others_hold(world: World) -> None:
    project, release = released(world, items=5)
    audit = opened(world, release)
    ana, rita, rob = (
        world.people["ana"],
        *(world.person(n, "reviewer", project=project) for n in ("rita", "rob")),
    )
    world.services.accounts.project_members.set_role(world.owner, project, ana.id, "reviewer")

    assert world.services.audits.next(ana, audit.id) is None
    one, two = (world.services.audits.next(who, audit.id).number for who in (rita, rob))
    assert one != two
    assert world.services.audits.next(rita, audit.id).number == one, "asking twice is harmless"
    with pytest.raises(NotYours):
        world.services.audits.judge(rita, audit.id, two, RIGHT)
    with pytest.raises(NotYours):
        world.services.audits.judge(rita, audit.id, 999, RIGHT)


def test_own_work_is_judged_only_where_the_audit_says_so_and_then_the_certificate_does(world: World) -> None:
    project, release = released(world, items=5, self_review=True)
    ana = world.people["ana"]
    world.services.accounts.project_members.set_role(world.owner, project, ana.id, "reviewer")
    assert world.services.audits.next(ana, opened(world, release).id) is None

    audit = opened(world, release, own_work=True)
    judge_all(world, ana, audit.id)

    done = world.services.certificates.close(world.owner, audit.id)
    assert "Experts might judge their own work." in done.statement
    assert json.loads(done.text)["audits"][0]["plan"]["own_work"] is True
    assert world.services.certificates.verify(ana, release).faults == []


def test_a_later_certificate_names_every_audit_before_it(world: World) -> None:
    project, release = released(world, items=60)
    rita = world.person("rita", "reviewer", project=project)
    first = opened(world, release, at_most=0.05)
    judge_all(world, rita, first.id, WRONG)
    world.services.certificates.close(world.owner, first.id)
    second = opened(world, release, at_most=0.2)
    judge_all(world, rita, second.id)

    done = world.services.certificates.close(world.owner, second.id)

    (earlier,) = done.earlier
    assert (earlier.id, earlier.state, earlier.at_most) == (first.id, "refuted", 0.05)
    assert done.over_all == pytest.approx(0.9)
    assert "“at most 5 % of its annotations are wrong” was refuted" in done.statement
    assert "hold with 90 % confidence" in done.statement
    assert world.services.certificates.verify(rita, release).faults == []
    # An audit that is left out is missed.
    forged = json.loads(done.text)
    forged["earlier"] = []
    text = json.dumps(forged, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    signature, key = sign(world.context.settings.data, text.encode())
    values = {"certificate": text, "signature": signature, "public_key": key}
    world.context.database.write(
        lambda tx: tx.execute(update(audits).where(audits.c.id == second.id).values(**values))
    )
    assert any("all audits" in one for one in world.services.certificates.verify(rita, release).faults)


def test_a_code_that_nobody_knows_is_refused_and_another_code_is_another_verdict(world: World) -> None:
    project, release = released(world, items=5)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)
    with pytest.raises(InvalidInput, match="What is wrong"):
        judge_next(world, rita, audit.id, VerdictIn(verdict="wrong", code="ugly"))
    judge_next(world, rita, audit.id, WRONG)

    with pytest.raises(NotYours):
        world.services.audits.judge(rita, audit.id, 1, VerdictIn(verdict="wrong", code="extra"))
    assert world.services.audits.judge(rita, audit.id, 1, WRONG).judged == 1


def test_a_verdict_sent_twice_counts_once_and_one_that_contradicts_is_refused(world: World) -> None:
    project, release = released(world, items=30)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)
    drawn = world.services.audits.next(rita, audit.id)

    for _ in range(2):
        view = world.services.audits.judge(rita, audit.id, drawn.number, RIGHT)

    assert (view.judged, view.seconds) == (1, 2.0)
    with pytest.raises(NotYours):
        world.services.audits.judge(rita, audit.id, drawn.number, WRONG)


def test_a_verdict_is_taken_back_in_sight(world: World) -> None:
    project, release = released(world, items=30)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)
    judge_next(world, rita, audit.id, WRONG)

    number = world.services.audits.take_back(rita, audit.id)
    view = world.services.audits.judge(rita, audit.id, number, RIGHT)

    assert (view.judged, view.claims[0].errors) == (1, 0)
    (kept,) = world.context.database.read(lambda tx: tx.execute(select(audit_draws.c.taken_back).where(
        audit_draws.c.audit_id == audit.id, audit_draws.c.number == number)).scalars().all())  # fmt: skip
    assert [entry["verdict"] for entry in kept] == ["wrong"]
    with pytest.raises(WrongState):
        world.services.audits.take_back(world.owner, audit.id)


def test_verdicts_behind_an_open_draw_wait_for_it(world: World) -> None:
    project, release = released(world, items=40)
    rita, rob = (world.person(name, "reviewer", project=project) for name in ("rita", "rob"))
    audit = opened(world, release)
    first = world.services.audits.next(rita, audit.id)
    for _ in range(3):
        judge_next(world, rob, audit.id)

    assert world.services.audits.get(rob, audit.id).claims[0].audited == 0
    assert world.services.audits.judge(rita, audit.id, first.number, RIGHT).claims[0].audited == 4


def test_a_draw_that_was_left_lying_is_given_to_others(world: World) -> None:
    project, release = released(world, items=5)
    rita, rob = (world.person(name, "reviewer", project=project) for name in ("rita", "rob"))
    audit = opened(world, release)
    left = world.services.audits.next(rita, audit.id)
    later = Services(replace(world.context, clock=lambda: world.context.clock() + 700_000))

    assert later.audits.next(rob, audit.id).number == left.number


def test_experts_at_once_never_judge_one_draw_twice(world: World) -> None:
    project, release = released(world, items=80)
    audit = opened(world, release, 0.03)
    experts = [world.person(f"r{at}", "reviewer", project=project) for at in range(4)]

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda who: judge_all(world, who, audit.id), experts))

    view = world.services.audits.get(world.owner, audit.id)
    assert view.judged == sum(counts)
    assert view.state == "proved"


def test_the_seed_is_committed_to_before_and_told_after(world: World) -> None:
    project, release = released(world, items=25)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)
    log = world.services.audit_log.list(world.owner).items
    opening = next(entry for entry in log if entry.action == "audit.opened")
    judge_next(world, rita, audit.id)
    done = world.services.certificates.close(world.owner, audit.id)

    assert opening.detail["commitment"] == audit.commitment == commitment(done.audit.seed)
    with pytest.raises(WrongState):
        world.services.audits.judge(rita, audit.id, 2, RIGHT)
    with pytest.raises(WrongState):
        world.services.certificates.close(world.owner, audit.id)


@pytest.mark.parametrize("forged", ["verdict", "certificate", "signature", "draw"])
def test_whatever_is_forged_is_found(world: World, forged: str) -> None:
    project, release = released(world, items=40)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)
    judge_next(world, rita, audit.id, WRONG)
    judge_all(world, rita, audit.id)
    done = world.services.certificates.close(world.owner, audit.id)
    mine, first = audits.c.id == audit.id, audit_draws.c.number == 1
    forgery = {
        "verdict": update(audit_draws)
        .where(audit_draws.c.audit_id == audit.id, first)
        .values(verdict="right"),
        "certificate": update(audits)
        .where(mine)
        .values(certificate=done.text.replace('"verdict":"wrong"', '"verdict":"right"')),
        "signature": update(audits).where(mine).values(signature="00" * 64),
        "draw": update(audit_draws).where(audit_draws.c.audit_id == audit.id, first).values(item_id="x"),
    }[forged]
    assert world.services.certificates.verify(rita, release).ok

    world.context.database.write(lambda tx: tx.execute(forgery))

    assert not world.services.certificates.verify(rita, release).ok


def test_a_certificate_signed_with_another_key_or_for_another_seed_is_found(world: World, tmp_path) -> None:
    project, release = released(world, items=10)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release, 0.3)
    judge_all(world, rita, audit.id)
    done = world.services.certificates.close(world.owner, audit.id)
    mine = audits.c.id == audit.id
    signature, key = sign(tmp_path / "elsewhere", done.text.encode())

    forged = {"signature": signature, "public_key": key, "commitment": "0" * 64}
    world.context.database.write(lambda tx: tx.execute(update(audits).where(mine).values(**forged)))

    faults = " ".join(world.services.certificates.verify(rita, release).faults)
    assert "another key" in faults
    assert "commitment to the seed" in faults


def test_missing_annotations_are_audited_item_by_item(world: World) -> None:
    project, release = released(world, items=30, boxes=2)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release, 0.1, unit="item")
    drawn = world.services.audits.next(rita, audit.id)
    lacking = VerdictIn(verdict="wrong", code="missing", missing={"cell": 2})
    world.services.audits.judge(rita, audit.id, drawn.number, lacking)
    judge_next(world, rita, audit.id)
    done = world.services.certificates.close(world.owner, audit.id)

    assert (drawn.annotation, len(drawn.document.annotations)) == (None, 2)
    assert (done.audit.claims[0].audited, done.audit.claims[0].errors) == (2, 1)
    assert "items lack something" in done.statement
    assert world.services.certificates.verify(rita, release).faults == []


def test_a_release_of_one_annotation_is_proved_by_looking_at_it(world: World) -> None:
    project, release = released(world, items=1)
    rita = world.person("rita", "reviewer", project=project)
    audit = opened(world, release)

    assert judge_next(world, rita, audit.id).state == "proved"
    assert world.services.audits.next(rita, audit.id) is None


def test_what_cannot_be_audited_is_refused(world: World) -> None:
    _, release = released(world, items=2, boxes=0)
    with pytest.raises(InvalidInput, match="no annotation to draw"):
        opened(world, release)
    asked = NewAudit(claims=(ClaimIn(at_most=0.1, category="dirt"),), unit="item")
    with pytest.raises(InvalidInput, match="no annotation of the category"):
        world.services.audits.open(world.owner, release, asked)
    audit = opened(world, release, unit="item")
    with pytest.raises(WrongState, match="Nothing was judged"):
        world.services.certificates.close(world.owner, audit.id)
    with pytest.raises(WrongState, match="still open"):
        world.services.certificates.get(world.owner, audit.id)
    assert world.services.certificates.of_release(world.owner, release) is None


def test_only_managers_open_and_close_and_only_reviewers_judge(world: World) -> None:
    project, release = released(world, items=3)
    audit = opened(world, release)
    ana, rita = world.people["ana"], world.person("rita", "reviewer", project=project)
    stranger = world.person("zoe")

    with pytest.raises(Forbidden):
        world.services.audits.next(ana, audit.id)
    with pytest.raises(Forbidden):
        world.services.certificates.close(rita, audit.id)
    with pytest.raises(Forbidden):
        world.services.audits.open(rita, release, NewAudit(claims=(ClaimIn(at_most=0.1),)))
    with pytest.raises(NotFound):
        world.services.audits.get(stranger, audit.id)
