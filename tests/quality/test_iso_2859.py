"""ISO 2859-1: published cells, whole rows, the shape of the tables, and the switching rules."""

import pytest

from labelwright.core.errors import InvalidInput
from labelwright.quality.acceptance import acceptance_chance
from labelwright.quality.iso_2859 import AQLS, LETTERS, Plan, Switching, code_letter, lot_plan, single_plan


@pytest.mark.parametrize(
    ("lot", "level", "letter"),
    [
        (2, "II", "A"),
        (8, "III", "B"),
        (9, "II", "B"),
        (90, "I", "C"),
        (280, "II", "G"),
        (281, "II", "H"),
        (500, "S-4", "E"),
        (1200, "II", "J"),
        (1201, "III", "L"),
        (3200, "S-3", "E"),
        (10_000, "I", "J"),
        (35_001, "S-2", "E"),
        (150_001, "S-4", "J"),
        (500_001, "II", "Q"),
        (9_000_000, "III", "R"),
    ],
)
def test_code_letters_of_table_1(lot, level, letter):
    assert code_letter(lot, level) == letter


@pytest.mark.parametrize(
    ("letter", "aql", "severity", "size", "accept"),
    [
        ("J", 1.0, "normal", 80, 2),
        ("J", 1.0, "tightened", 80, 1),
        ("J", 1.0, "reduced", 32, 1),
        ("J", 2.5, "normal", 80, 5),
        ("K", 1.5, "normal", 125, 5),
        ("K", 1.5, "tightened", 125, 3),
        ("K", 1.5, "reduced", 50, 3),
        ("A", 6.5, "normal", 2, 0),
        ("A", 10, "normal", 5, 1),
        ("Q", 0.01, "normal", 1250, 0),
        ("R", 0.015, "normal", 800, 0),
        ("R", 0.01, "tightened", 2000, 0),
        ("R", 0.025, "tightened", 3150, 1),
        ("Q", 0.025, "reduced", 200, 0),
        ("B", 150, "reduced", 2, 7),
        ("E", 250, "normal", 13, 44),
        ("F", 100, "normal", 13, 21),
    ],
)
def test_cells_of_the_master_tables(letter, aql, severity, size, accept):
    plan = single_plan(letter, aql, severity)

    assert (plan.size, plan.accept, plan.refuse) == (size, accept, accept + 1)


def test_the_rows_of_letter_j_from_zero_to_the_last_column():
    accepts = {
        s: [single_plan("J", aql, s) for aql in AQLS[6:17]] for s in ("normal", "tightened", "reduced")
    }

    assert [plan.accept for plan in accepts["normal"]] == [0, 0, 1, 1, 2, 3, 5, 7, 10, 14, 21]
    assert [plan.letter for plan in accepts["normal"]] == list("JHKJJJJJJJJ")
    assert [plan.accept for plan in accepts["tightened"]] == [0, 0, 1, 1, 1, 2, 3, 5, 8, 12, 18]
    assert [plan.letter for plan in accepts["tightened"]] == list("KJLKJJJJJJJ")
    assert [plan.accept for plan in accepts["reduced"]] == [0, 0, 1, 1, 1, 2, 3, 5, 6, 8, 10]
    assert [plan.letter for plan in accepts["reduced"]] == list("JHLKJJJJJJJ")


@pytest.mark.parametrize("severity", ["normal", "tightened", "reduced"])
def test_a_laxer_limit_never_allows_fewer_wrong_ones(severity):
    for letter in LETTERS:
        accepts = [single_plan(letter, aql, severity).accept for aql in AQLS]

        assert accepts == sorted(accepts)


def test_work_at_the_limit_is_accepted_mostly_and_the_severities_stand_in_order():
    for letter in LETTERS:
        for aql in AQLS[:16]:
            chances = {
                severity: acceptance_chance(plan.size, plan.accept, aql / 100)
                for severity in ("normal", "tightened", "reduced")
                for plan in [single_plan(letter, aql, severity)]
            }
            assert 0.84 < chances["normal"] <= 1
            assert chances["tightened"] <= chances["normal"] + 1e-12
            assert chances["reduced"] >= 0.85


def test_a_plan_larger_than_the_lot_judges_all_of_it():
    assert lot_plan(20, 0.10) == Plan("K", 20, 0)


def test_two_refused_lots_out_of_five_tighten_and_five_accepted_ones_end_it():
    plan, now = single_plan("J", 1.0), Switching()
    for wrong in (0, 5, 0, 0, 4):
        now = now.after(plan, 1.0, wrong)
    assert now.severity == "tightened"

    tight = single_plan("J", 1.0, "tightened")
    for _ in range(5):
        assert now.severity == "tightened"
        now = now.after(tight, 1.0, 0)
    assert now == Switching("normal")


def test_two_refused_lots_far_apart_change_nothing():
    plan, now = single_plan("J", 1.0), Switching()
    for wrong in (5, 0, 0, 0, 0, 5):
        now = now.after(plan, 1.0, wrong)

    assert now.severity == "normal"


def test_a_score_of_thirty_allows_reduced_inspection_and_one_refusal_ends_it():
    plan, now = single_plan("J", 1.0), Switching()  # accepts 2; one step tighter accepts 1
    for _ in range(9):
        now = now.after(plan, 1.0, 1, reduced_allowed=True)
    assert (now.severity, now.score) == ("normal", 27)
    assert now.after(plan, 1.0, 2, reduced_allowed=True).score == 0
    assert now.after(plan, 1.0, 0).severity == "normal"

    now = now.after(plan, 1.0, 0, reduced_allowed=True)
    assert now.severity == "reduced"
    assert now.after(single_plan("J", 1.0, "reduced"), 1.0, 0, reduced_allowed=True).severity == "reduced"
    assert now.after(single_plan("J", 1.0, "reduced"), 1.0, 2, reduced_allowed=True).severity == "normal"
    assert now.after(single_plan("J", 1.0, "reduced"), 1.0, 0).severity == "normal"


def test_five_refused_lots_while_tightened_end_the_inspection():
    tight, now = single_plan("J", 1.0, "tightened"), Switching("tightened")
    for wrong in (3, 0, 3, 0, 3, 0, 3, 0, 3):
        assert not now.discontinued
        now = now.after(tight, 1.0, wrong)

    assert now.discontinued
    with pytest.raises(InvalidInput, match="discontinued"):
        now.after(tight, 1.0, 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: code_letter(0),
        lambda: code_letter(10, "IV"),
        lambda: single_plan("I", 1.0),
        lambda: single_plan("", 1.0),
        lambda: single_plan("J", 1.1),
        lambda: single_plan("J", 1.0, "strict"),
    ],
)
def test_what_the_tables_do_not_have_is_refused(call):
    with pytest.raises(InvalidInput):
        call()
