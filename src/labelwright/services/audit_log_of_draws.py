"""The log of an audit, as the maths reads it: verdicts in the order of the draw, without a gap."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row


def log_of(judged: Sequence[Row[Any]]) -> list[Any]:
    """The verdicts up to the first draw that is not judged yet, from rows in the order of the draw.

    What was judged beyond that is kept and counts when the gap is closed: leaving a draw out could be
    leaving out an error.
    """
    from labelwright.quality.certificate import Verdict

    found: list[Any] = []
    for number, draw in enumerate(judged, 1):
        if draw.number != number:
            break
        unit = draw.item_id if draw.annotation_id is None else f"{draw.item_id}/{draw.annotation_id}"
        found.append(
            Verdict(
                number=number,
                unit=unit,
                verdict=draw.verdict,
                category=draw.category,
                missing=_missing(draw),
                by=draw.judged_by,
                at=draw.judged_at,
                note=draw.reason or draw.code,
            )
        )
    return found


def running(population: Any, plan: Any, claims: Sequence[Any]) -> Any:  # noqa: ANN401  # of quality/
    """The bounds of an audit, live."""
    from labelwright.quality.running_audit import RunningAudit  # SciPy loads when it is used

    return RunningAudit(population, plan, claims)


def _missing(draw: Row[Any]) -> dict[str, int]:
    if draw.annotation_id is not None or draw.verdict != "wrong":
        return {}
    return dict(draw.missing or {}) or {"": 1}
