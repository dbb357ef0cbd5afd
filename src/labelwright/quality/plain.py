"""The measures of votes for plain data: lists of rows, dictionaries, tables of any library.

The other files take `Votes`. These functions take whatever people have at hand, make votes of it
(`as_votes`), and call the same measures.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from labelwright.core.errors import InvalidInput
from labelwright.quality import agreement as measures
from labelwright.quality.agreement import Level, Weights
from labelwright.quality.plurality import plurality
from labelwright.quality.vote_report import VoteAgreement
from labelwright.quality.vote_report import vote_agreement as report
from labelwright.quality.votes import Votes

Data = (
    Votes
    | Iterable[Sequence[object]]
    | Iterable[Mapping[str, object]]
    | Mapping[str, Mapping[str, object]]
    | Mapping[str, Sequence[object]]
)
"""Votes, or rows (item, annotator, answer), as tuples or dictionaries; or item: {annotator: answer}; or item:
[answer, answer, …], where the first answer of every item is one annotator's; or a table with the columns
item, annotator and answer (a dictionary of columns; a data frame of pandas, Polars or Arrow)."""

COLUMNS = ("item", "annotator", "answer")


def as_votes(data: Data | Any) -> Votes:  # noqa: ANN401  # data frames have no common type
    """The votes of plain data. None and NaN are no answer. Raises InvalidInput for what is none of `Data`.

    >>> as_votes({"a.jpg": ["cat", "cat"], "b.jpg": ["cat", None]}).counts.tolist()
    [[2], [1]]
    """
    if isinstance(data, Votes):
        return data
    columns = _columns(data)
    if columns is not None:
        return Votes.of(_said(zip(*columns, strict=True)))
    if isinstance(data, Mapping):
        return Votes.of(_said(_of_items(cast("Mapping[object, object]", data))))
    if isinstance(data, str | bytes) or not isinstance(data, Iterable):
        raise InvalidInput(
            f"Votes cannot be made of {type(cast('object', data)).__name__}.",
            remedy="Give rows of item, annotator and answer; see as_votes.",
        )
    return Votes.of(_said(_row(row, at) for at, row in enumerate(cast("Iterable[object]", data))))


def percent_agreement(data: Data | Any) -> float | None:  # noqa: ANN401
    """The share of pairs of answers to an item that are the same, averaged over items with a pair."""
    return measures.percent_agreement(as_votes(data))


def cohen_kappa(data: Data | Any, first: str, second: str, weights: Weights = "identity") -> float | None:  # noqa: ANN401
    """Cohen's kappa of two annotators over the items that both answered."""
    return measures.cohen_kappa(as_votes(data), first, second, weights)


def fleiss_kappa(data: Data | Any) -> float | None:  # noqa: ANN401
    """Fleiss' kappa of any number of annotators."""
    return measures.fleiss_kappa(as_votes(data))


def gwet_ac1(data: Data | Any) -> float | None:  # noqa: ANN401
    """Gwet's AC1."""
    return measures.gwet_ac1(as_votes(data))


def gwet_ac2(data: Data | Any, weights: Weights = "quadratic") -> float | None:  # noqa: ANN401
    """Gwet's AC2, for answers in order: the order in which they first come."""
    return measures.gwet_ac2(as_votes(data), weights)


def krippendorff_alpha(data: Data | Any, level: Level = "nominal") -> float | None:  # noqa: ANN401
    """Krippendorff's alpha: 1 where all agree, 0 as by chance. None: there is nothing to compare.

    >>> krippendorff_alpha({"a.jpg": ["cat", "cat"], "b.jpg": ["cat", "dog"]})
    0.0
    """
    return measures.krippendorff_alpha(as_votes(data), level)


def vote_agreement(data: Data | Any, *, seed: int = 0, level: Level = "nominal") -> VoteAgreement:  # noqa: ANN401
    """The whole report: overall with intervals, by category, by pair, by annotator."""
    return report(as_votes(data), np.random.default_rng(seed), order=level)


def majority_answers(data: Data | Any) -> dict[str, tuple[str, float]]:  # noqa: ANN401
    """For each item the commonest answer and its share of the votes; between equals the first that came.

    >>> majority_answers({"a.jpg": ["cat", "cat", "dog", "cat"]})
    {'a.jpg': ('cat', 0.75)}
    """
    votes = as_votes(data)
    merged = plurality(votes)
    answers: list[int] = merged.answer.tolist()
    shares: list[float] = merged.share.tolist()
    rows = zip(votes.items, answers, shares, strict=True)
    return {item: (votes.categories[at], share) for item, at, share in rows}


def _columns(data: Any) -> list[list[object]] | None:  # noqa: ANN401
    """The three columns, if it is a table that has them."""
    if isinstance(data, Mapping):
        names: list[object] = list(cast("Mapping[object, object]", data))
        if not set(COLUMNS) <= set(names) or any(isinstance(data[name], Mapping) for name in COLUMNS):
            return None
    elif not hasattr(data, "columns") or not hasattr(data, "__getitem__"):
        return None
    try:
        columns = [_list(data[name]) for name in COLUMNS]
    except (KeyError, LookupError, TypeError, ValueError) as error:
        raise InvalidInput(
            "The table has no columns item, annotator and answer.", remedy=f"Rename them. ({error})"
        ) from None
    if len({len(column) for column in columns}) > 1:
        raise InvalidInput("The columns item, annotator and answer have different lengths.")
    return columns


def _list(column: Any) -> list[object]:  # noqa: ANN401
    for name in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, name):
            return list(getattr(column, name)())
    return list(column)


def _of_items(data: Mapping[object, object]) -> Iterable[tuple[object, object, object]]:
    for item, given in data.items():
        if isinstance(given, Mapping):
            for who, answer in cast("Mapping[object, object]", given).items():
                yield item, who, answer
        elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
            for number, answer in enumerate(cast("Iterable[object]", given), 1):
                yield item, f"annotator {number}", answer
        else:
            raise InvalidInput(
                f"“{item}” has {type(given).__name__} where its answers belong.",
                remedy="Give each item a list of answers, or a dictionary of annotator and answer.",
            )


def _row(row: object, at: int) -> tuple[object, object, object]:
    if isinstance(row, Mapping):
        said = cast("Mapping[object, object]", row)
        if set(COLUMNS) <= set(said):
            return said["item"], said["annotator"], said["answer"]
    elif isinstance(row, Sequence) and not isinstance(row, str | bytes):
        cells = cast("Sequence[object]", row)
        if len(cells) == 3:
            return cells[0], cells[1], cells[2]
    raise InvalidInput(f"Row {at + 1} is no item, annotator and answer.", place=str(at))


def _said(rows: Iterable[Sequence[object]]) -> Iterable[tuple[str, str, str]]:
    for item, annotator, answer in rows:
        if answer is not None and answer == answer:  # NaN is not the same as itself
            yield str(item), str(annotator), str(answer)
