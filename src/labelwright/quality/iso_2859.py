"""Single sampling plans for deliveries that follow one another, as ISO 2859-1:1999 has them.

A lot's size and the inspection level give a code letter (table 1); letter and acceptance quality limit (AQL)
give how many units to judge and how many may be wrong (tables 2-A, 2-B and 2-C: normal, tightened, reduced).
The tables run along diagonals: the next letter with the next smaller AQL has the same acceptance number, so
one line for each severity holds them. The switching rules of clause 9.3 say which severity comes next.

A plan that accepts at the AQL most of the time proves nothing about one lot; for that there is `audit.py`.
"""

from dataclasses import dataclass, replace
from typing import Literal

from labelwright.core.errors import InvalidInput

Severity = Literal["normal", "tightened", "reduced"]
Level = Literal["I", "II", "III", "S-1", "S-2", "S-3", "S-4"]

LETTERS = "ABCDEFGHJKLMNPQR"
AQLS = (
    *(0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0),
    *(15.0, 25.0, 40.0, 65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0),
)
"""In percent nonconforming, or nonconformities per 100 units; above 10 only the latter."""
_UP_TO = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
_LEVELS: dict[str, str] = {  # a letter for each range of lot sizes, the last without an upper end
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}
_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
_REDUCED = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)
_UP, _DOWN = "↑", "↓"
_FIRST = 14  # of the diagonals: the letter's place plus the AQL's, that of A at 6.5 and of Q at 0.010
_NORMAL = (0, _UP, _DOWN, 1, 2, 3, 5, 7, 10, 14, 21, 30, 44)
_DIAGONALS: dict[str, tuple[int | str, ...]] = {
    "normal": _NORMAL,
    "tightened": (_DOWN, 0, _DOWN, _DOWN, 1, 2, 3, 5, 8, 12, 18, 27, 41),
    "reduced": (0, _UP, _DOWN, _DOWN, 1, 2, 3, 5, 6, 8, 10, 14, 21),
}
_REDUCED_TOP = {  # the letters of which the reduced sample is not the smaller one
    "A": _NORMAL,
    "B": (0, _UP, _DOWN, _DOWN, 1, 2, 3, 5, 7, 10, 14, 21, 30),
}
_LARGE_NUMBERS = "ABCDE"  # only these have the last two acceptance numbers


@dataclass(frozen=True)
class Plan:
    """Judge `size` units; accept the lot with up to `accept` wrong ones, refuse it from `refuse` on."""

    letter: str
    size: int
    accept: int

    @property
    def refuse(self) -> int:
        return self.accept + 1


def code_letter(lot: int, level: Level = "II") -> str:
    """The code letter of a lot; a lot of one unit is judged whole, as A.

    >>> code_letter(1000), code_letter(1000, "S-2")
    ('J', 'C')
    """
    if lot < 1:
        raise InvalidInput("A lot has at least one unit.", place="lot")
    if level not in _LEVELS:
        raise InvalidInput(
            f"There is no inspection level “{level}”; there are {', '.join(_LEVELS)}.", place="level"
        )
    return _LEVELS[level][sum(lot > end for end in _UP_TO)]


def single_plan(letter: str, aql: float, severity: Severity = "normal") -> Plan:
    """The plan of a code letter, with the arrows of the table followed.

    >>> single_plan("J", 1.0), single_plan("J", 0.25).letter
    (Plan(letter='J', size=80, accept=2), 'H')
    """
    if letter not in LETTERS or len(letter) != 1:
        raise InvalidInput(f"There is no code letter “{letter}”; they are {LETTERS}.", place="letter")
    if severity not in _DIAGONALS:
        raise InvalidInput(
            f"There is no severity “{severity}”; there are {', '.join(_DIAGONALS)}.", place="severity"
        )
    column = _column(aql)
    first = LETTERS.index(letter)
    step = 1 if _cell(first, column, severity) == _DOWN else -1
    for way in (step, -step):  # the last rows have arrows up where nothing stands below
        row = first
        while 0 <= row < len(LETTERS):
            cell = _cell(row, column, severity)
            if isinstance(cell, int):
                sizes = _REDUCED if severity == "reduced" else _SIZES
                return Plan(LETTERS[row], sizes[row], cell)
            row += way
        if way == 1 and severity == "tightened" and aql == AQLS[2]:
            return Plan("S", 3150, 1)  # the only plan of the letter S
    raise InvalidInput(f"The tables have no plan for {letter} at {aql}.", place="aql")


def lot_plan(lot: int, aql: float, level: Level = "II", severity: Severity = "normal") -> Plan:
    """The plan of a lot; where it asks for as many units as there are, all are judged."""
    plan = single_plan(code_letter(lot, level), aql, severity)
    return replace(plan, size=min(plan.size, lot))


@dataclass(frozen=True)
class Switching:
    """Where a supplier stands between normal, tightened and reduced inspection.

    `recent` are the last results under the present severity, at most five; `score` counts towards reduced
    inspection; `refused` are the lots refused while tightened: at five, inspection stops (`discontinued`)
    until the supplier has changed something.
    """

    severity: Severity = "normal"
    score: int = 0
    recent: tuple[bool, ...] = ()
    refused: int = 0
    discontinued: bool = False

    def after(self, plan: Plan, aql: float, wrong: int, reduced_allowed: bool = False) -> "Switching":
        """Where they stand after a lot that was judged for the first time by this plan.

        `reduced_allowed`: production is steady and whoever is responsible agrees to reduced inspection.
        InvalidInput once inspection was discontinued.
        """
        if self.discontinued:
            raise InvalidInput("Inspection under this standard has been discontinued.", place="switching")
        accepted = wrong <= plan.accept
        recent = (*self.recent, accepted)[-5:]
        if self.severity == "normal":
            if recent.count(False) >= 2:
                return Switching("tightened")
            score = self.score + _points(plan, aql, wrong) if _points(plan, aql, wrong) else 0
            if score >= 30 and reduced_allowed:
                return Switching("reduced")
            return Switching("normal", score, recent)
        if self.severity == "tightened":
            if len(recent) == 5 and all(recent):
                return Switching("normal")
            refused = self.refused + (not accepted)
            return Switching("tightened", 0, recent, refused, refused >= 5)
        return Switching("reduced") if accepted and reduced_allowed else Switching("normal")


def _points(plan: Plan, aql: float, wrong: int) -> int:
    """What a lot adds to the switching score; 0 sets it back."""
    if wrong > plan.accept:
        return 0
    if plan.accept < 2:
        return 2
    place = _column(aql)
    tighter = single_plan(plan.letter, AQLS[place - 1]) if place else plan
    return 3 if wrong <= tighter.accept else 0


def _column(aql: float) -> int:
    for place, known in enumerate(AQLS):
        if abs(aql - known) <= 1e-9 * known:
            return place
    raise InvalidInput(
        f"{aql} is not one of the acceptance quality limits of the tables.",
        place="aql",
        remedy=f"Choose one of {', '.join(f'{known:g}' for known in AQLS)}.",
    )


def _cell(row: int, column: int, severity: Severity) -> int | str:
    """What stands in the master table: an acceptance number or an arrow."""
    letter = LETTERS[row]
    line = _REDUCED_TOP.get(letter, _DIAGONALS[severity]) if severity == "reduced" else _DIAGONALS[severity]
    along = row + column - _FIRST
    if along < 0:
        return _DOWN
    if along >= len(line):
        return _UP
    cell = line[along]
    if cell == _UP and row == 0:
        return _DOWN  # nothing stands above A
    if along >= 11 and letter not in _LARGE_NUMBERS:
        return _UP
    return cell
