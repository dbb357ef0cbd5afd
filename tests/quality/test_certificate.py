"""Certificates: made again from their log, and every way of tampering noticed."""

import msgspec
import pytest

from labelwright.core.errors import InvalidInput
from labelwright.quality.certificate import (
    Audit,
    Certificate,
    Claim,
    Plan,
    Population,
    Verdict,
    audit_order,
    faults,
    read_certificate,
    recompute,
    signed_bytes,
)
from labelwright.quality.draws import commitment, population_digest
from labelwright.quality.running_audit import RunningAudit

SEED = "a7" * 32
UNITS = [f"ann-{number}" for number in range(3000)]
POPULATION = Population(
    unit="annotation", digest=population_digest(UNITS), sizes=[3000], categories={"cat": [1000]}
)


def made(
    wrong: frozenset[int] = frozenset(), size: int = 200, plan: Plan | None = None, **changes: object
) -> Certificate:
    plan = plan or Plan()
    claims = [Claim(id="all", at_most=0.05), Claim(id="cats", at_most=0.2, category="cat")]
    log = [
        Verdict(
            number=number,
            unit=unit,
            verdict="wrong" if number in wrong else "right",
            category="cat" if int(unit[4:]) % 3 == 0 else "dog",
        )
        for number, unit in enumerate(audit_order(SEED, [UNITS], plan, first=size), 1)
    ]
    audit = Audit(
        name="annotations",
        population=POPULATION,
        plan=plan,
        claims=claims,
        commitment=commitment(SEED),
        seed=SEED,
        log=log,
    )
    return Certificate(
        project="Cells",
        release="v1",
        release_digest="00",
        reference="one expert, blind",
        made_at="2026-01-01T00:00:00Z",
        audits=[audit],
        bounds=[recompute(audit)],
    )


def changed(certificate: Certificate, **fields: object) -> Certificate:
    audit = msgspec.structs.replace(certificate.audits[0], **fields)
    return msgspec.structs.replace(certificate, audits=[audit])


def test_a_certificate_survives_its_bytes_and_gives_its_bounds_again():
    certificate = made(frozenset({20}))

    again = read_certificate(signed_bytes(certificate))

    assert again == certificate
    assert signed_bytes(again) == signed_bytes(certificate)
    assert faults(again, [[UNITS]]) == []


def test_claims_together_share_what_may_fail_and_read_their_own_verdicts():
    together, alone = made().bounds[0], made(plan=Plan(together=False)).bounds[0]

    assert [bound.confidence for bound in together] == [0.975, 0.975]
    assert [bound.confidence for bound in alone] == [0.95, 0.95]
    assert alone[0].decided_at == 59 - 1  # a population of 3,000 needs one fewer than endless work
    assert together[1].population == 1000
    assert 0 < together[1].audited < together[0].audited == 200
    assert all(bound.state == "proved" for bound in together)


def test_the_bounds_stand_beside_those_of_fixed_size():
    bound = made(frozenset({20, 50}), plan=Plan(together=False)).bounds[0][0]

    assert bound.errors == 2
    assert bound.hypergeometric is not None
    assert bound.clopper_pearson is not None
    assert bound.lower <= 2 / 200 <= bound.hypergeometric <= bound.clopper_pearson <= bound.upper


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (lambda c: changed(c, seed="b8" * 32), "committed"),
        (lambda c: changed(c, seed=None), "revealed"),
        (lambda c: changed(c, log=c.audits[0].log[:40]), "the log gives"),
        (lambda c: changed(c, log=c.audits[0].log[:10] + c.audits[0].log[11:]), "was due"),
        (
            lambda c: changed(c, claims=[msgspec.structs.replace(c.audits[0].claims[0], at_most=0.01)]),
            "its claims",
        ),
        (lambda c: msgspec.structs.replace(c, bounds=[]), "bounds for 0"),
        (lambda c: changed(c, plan=Plan(confidence=0.99)), "the log gives"),
        (
            lambda c: changed(
                c,
                population=Population(
                    unit="annotation", digest="0", sizes=[3000], categories={"cat": [1000]}
                ),
            ),
            "not the one",
        ),
    ],
)
def test_tampering_is_noticed(tamper, fault):
    found = faults(tamper(made(frozenset({20}))), [[UNITS]])

    assert any(fault in one for one in found), found


def test_a_draw_that_the_seed_does_not_give_is_noticed():
    certificate = made()
    log = list(certificate.audits[0].log)
    unjudged = next(unit for unit in UNITS if unit not in {verdict.unit for verdict in log})
    log[7] = msgspec.structs.replace(log[7], unit=unjudged)

    found = faults(changed(certificate, log=log), [[UNITS]])

    assert any("draw 8" in one for one in found)


def test_who_cannot_tell_counts_as_wrong():
    running = RunningAudit(POPULATION, Plan(), [Claim(id="all", at_most=0.05)])
    running.add(Verdict(number=1, unit="ann-1", verdict="unclear"))

    assert running.bounds()[0].errors == 1


def test_what_items_lack_is_audited_as_a_share_and_as_a_count():
    items = Population(unit="item", digest="0", sizes=[5000])
    claims = [
        Claim(id="incomplete", at_most=0.1, measure="incomplete"),
        Claim(id="count", at_most=0.25, measure="missing_per_item", cap=5),
        Claim(id="cats", at_most=0.1, measure="incomplete", category="cat"),
    ]
    running = RunningAudit(items, Plan(), claims)
    for number in range(1, 501):
        missing = {"dog": 7} if number == 30 else {}
        running.add(Verdict(number=number, unit=f"i{number}", missing=missing))
    share, count, cats = running.bounds()

    assert (share.errors, count.errors, cats.errors) == (1, 5, 0)
    assert [share.state, count.state, cats.state] == ["proved", "proved", "proved"]
    assert count.estimate == pytest.approx(5 / 500)
    assert 5 / 500 < count.upper <= 0.25


def test_strata_are_drawn_by_their_shares_and_checked():
    strata = [[f"s{number}" for number in range(900)], [f"r{number}" for number in range(100)]]
    plan = Plan(shares=[0.5, 0.5], guesses=[0.005, 0.2])
    population = Population(
        unit="annotation", digest=population_digest(strata[0] + strata[1]), sizes=[900, 100]
    )
    order = audit_order(SEED, strata, plan, first=160)
    log = [
        Verdict(
            number=number,
            unit=unit,
            stratum=int(unit[0] == "r"),
            verdict="wrong" if unit == "r7" else "right",
        )
        for number, unit in enumerate(order, 1)
    ]
    claims = [Claim(id="all", at_most=0.1)]
    audit = Audit(
        name="a",
        population=population,
        plan=plan,
        claims=claims,
        commitment=commitment(SEED),
        seed=SEED,
        log=log,
    )
    certificate = Certificate(
        project="p",
        release="v1",
        release_digest="0",
        reference="",
        made_at="",
        audits=[audit],
        bounds=[recompute(audit)],
    )

    assert sum(verdict.stratum for verdict in log) == 80
    assert certificate.bounds[0][0].state == "proved"
    assert certificate.bounds[0][0].hypergeometric is None
    assert faults(certificate, [strata]) == []
    assert faults(certificate, [[strata[1], strata[0]]])


def test_an_error_of_the_reference_is_taken_off_the_claim():
    sure = RunningAudit(POPULATION, Plan(), [Claim(id="all", at_most=0.05)])
    unsure = RunningAudit(POPULATION, Plan(reference_error=0.01), [Claim(id="all", at_most=0.05)])
    for number in range(1, 61):
        verdict = Verdict(number=number, unit=f"ann-{number}")
        sure.add(verdict)
        unsure.add(verdict)

    assert sure.decided
    assert not unsure.decided
    with pytest.raises(InvalidInput, match="reference"):
        RunningAudit(POPULATION, Plan(reference_error=0.06), [Claim(id="all", at_most=0.05)])


@pytest.mark.parametrize(
    ("population", "plan", "claims"),
    [
        (POPULATION, Plan(), []),
        (POPULATION, Plan(), [Claim(id="a", at_most=0.1), Claim(id="a", at_most=0.2)]),
        (POPULATION, Plan(), [Claim(id="a", at_most=0.1, category="bird")]),
        (POPULATION, Plan(), [Claim(id="a", at_most=0.1, measure="incomplete")]),
        (POPULATION, Plan(confidence=1.0), [Claim(id="a", at_most=0.1)]),
        (Population(unit="annotation", digest="0", sizes=[1, 2]), Plan(), [Claim(id="a", at_most=0.1)]),
    ],
)
def test_audits_that_make_no_sense_are_refused(population, plan, claims):
    with pytest.raises(InvalidInput):
        RunningAudit(population, plan, claims)


def test_bytes_that_are_no_certificate_say_where():
    with pytest.raises(InvalidInput, match="release"):
        read_certificate(b'{"project": "p"}')
