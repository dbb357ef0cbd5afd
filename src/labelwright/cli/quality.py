"""`labelwright agreement`: how far people agree in a table of votes, without a project."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import Parameter

from labelwright.cli.output import say, show_json
from labelwright.cli.tables import Row, show_table
from labelwright.formats.votes.table import VoteTable

Shape = Annotated[
    str,
    Parameter(
        name="--from", help="Shape of the table: own, crowd-kit, mturk, toloka, label-studio, wide; or auto."
    ),
]
ItemColumn = Annotated[str | None, Parameter(name="--item", help="The column of items, by its name.")]
AnnotatorColumn = Annotated[
    str | None, Parameter(name="--annotator", help="The column of annotators, by its name.")
]
AnswerColumn = Annotated[str | None, Parameter(name="--answer", help="The column of answers, by its name.")]
Question = Annotated[str | None, Parameter(help="Which question, where a file has answers to several.")]
Seen = Annotated[
    Path | None,
    Parameter(help="For shapes: a table of item and annotator that says who saw what, marks or not."),
]
Seed = Annotated[int, Parameter(help="Where random draws begin; the same seed gives the same numbers.")]
Json = Annotated[bool, Parameter(help="Print JSON for programs.", negative=())]
MOST_TOLD, MOST_ROWS = 5, 30


def agreement(
    votes: Path,
    *,
    measure: Annotated[
        list[str] | None, Parameter(help="Only this measure, such as krippendorff_alpha; may be repeated.")
    ] = None,
    order: Annotated[
        Literal["nominal", "ordinal", "interval", "ratio"],
        Parameter(help="How answers compare: as names, by their order, or as numbers."),
    ] = "nominal",
    threshold: Annotated[
        float, Parameter(help="For shapes: the IoU from which two may be of one thing.")
    ] = 0.5,
    from_: Shape = "auto",
    item: ItemColumn = None,
    annotator: AnnotatorColumn = None,
    answer: AnswerColumn = None,
    question: Question = None,
    seen: Seen = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Tell how far people agree, in a table of their answers; no project is needed.

    Parameters
    ----------
    votes
        CSV, TSV, Parquet or JSON: a row for each answer (item, annotator, answer; or left, top, right,
        bottom for boxes), crowd-kit's, Mechanical Turk's or Toloka's results, a Label Studio export, or a
        row for each item with a column for each annotator. Or a folder with such a file.
    """
    import numpy as np

    from labelwright.formats.votes.registry import read_votes

    table = read_votes(
        votes, shape=from_, item=item, annotator=annotator, answer=answer, question=question, seen=seen
    )
    generator = np.random.default_rng(seed)
    wanted = tuple(measure or ())
    if table.shapes is None:
        from labelwright.quality.vote_report import vote_agreement

        report: Any = vote_agreement(table.votes, generator, measures=wanted, order=order)
    else:
        report = _of_shapes(table, generator, threshold, wanted)
    if json:
        show_json({"read": read_as(table), "seed": seed, "agreement": msgspec.to_builtins(report)})
        return
    say("\n".join(told(table)))
    _show(report)


def _of_shapes(table: VoteTable, generator: Any, threshold: float, wanted: tuple[str, ...]) -> Any:  # noqa: ANN401  # numpy's, a report
    from labelwright.core.document import Document
    from labelwright.core.errors import InvalidInput, UnknownName
    from labelwright.quality.agreement_report import agreement_report

    if not 0 < threshold <= 1:
        raise InvalidInput(f"An IoU of {threshold:g} is none.", remedy="Use one above 0 and up to 1.")
    documents = {
        item: {who: Document(annotations=marked) for who, marked in by_whom.items()}
        for item, by_whom in (table.shapes or {}).items()
    }
    report = agreement_report(documents, generator, threshold=threshold)
    unknown = [name for name in wanted if name not in report.overall]
    if unknown:
        raise UnknownName("measure of shapes", unknown[0], report.overall)
    if not wanted:
        return report
    return msgspec.structs.replace(report, overall={name: report.overall[name] for name in wanted})


def read_as(table: VoteTable) -> dict[str, Any]:
    """How a table was read, for programs."""
    return {
        "file": table.file,
        "shape": table.shape,
        "recognized": table.recognized,
        "left_out": table.left_out,
        "repeated": table.votes.repeated,
        "faults": msgspec.to_builtins(table.faults),
        "notes": list(table.notes),
    }


def told(table: VoteTable) -> Iterator[str]:
    """How a table was read, for people."""
    yield f"{table.file}: read as {table.shape}, because {table.recognized}."
    votes = table.votes
    if table.shapes is None:
        yield (
            f"  {_many(len(votes), 'answer')} of {_many(len(votes.annotators), 'annotator')} about "
            f"{_many(len(votes.items), 'item')}, in {_many(len(votes.categories), 'category')}"
        )
    else:
        people = {who for by_whom in table.shapes.values() for who in by_whom}
        marks = sum(len(marked) for by_whom in table.shapes.values() for marked in by_whom.values())
        yield (
            f"  {_many(marks, 'mark')} of {_many(len(people), 'annotator')} about "
            f"{_many(len(table.shapes), 'item')}"
        )
    if votes.repeated:
        yield f"  {_many(votes.repeated, 'answer')} came again from the same person; the last of each counts"
    if table.left_out:
        yield f"  {_many(table.left_out, 'row')} could not be used:"
        yield from (f"    {fault.place}: {fault.reason}" for fault in table.faults[:MOST_TOLD])
        if table.left_out > MOST_TOLD:
            yield f"    … and {table.left_out - MOST_TOLD:,} more (the first 100 are in --json)"
    yield from (f"  {note}" for note in table.notes)


def _many(count: int, word: str) -> str:
    if count == 1:
        return f"1 {word}"
    return f"{count:,} {word[:-1]}ies" if word.endswith("y") else f"{count:,} {word}s"


def _show(report: Any) -> None:  # noqa: ANN401  # of votes or of shapes
    if report.reason:
        say(f"  {report.reason}")
    titles = {name: method.title for name, method in report.methods.items()}
    head = ("measure", "value", f"{report.level:.0%} interval", "items", "")
    rows = [
        (titles[name], *_cells(found), found.n, found.reason or "") for name, found in report.overall.items()
    ]
    show_table(f"Agreement of {report.compared:,} items that two people or more answered", head, rows)
    show_table("By category", *_by_part(report.categories, titles))
    pairs = sorted(report.pairs, key=lambda pair: (-pair.items, pair.first, pair.second))
    rows = [
        (pair.first, pair.second, pair.items, titles[name], *_cells(pair.measures[name]))
        for pair in pairs[:MOST_ROWS]
        for name in list(pair.measures)[:1]
    ]
    met = getattr(report, "pairs_met", len(pairs))
    title = f"Pairs of annotators: the {min(met, MOST_ROWS):,} who met most often, of {met:,}"
    show_table(title, ("one", "other", "items", "measure", "value", "interval"), rows)
    people = getattr(report, "people", ())
    if any(isinstance(one, str) for one in people):
        rows = _of_people(pairs)
        title, last = "Annotators: mean over the others they met; the lowest first", "F1"
        show_table(title, ("annotator", "items in common", last), rows[:MOST_ROWS])
        return
    rows = [(one.annotator, one.answers, *_cells(one.with_others), one.items) for one in _lowest(people)]
    title = f"Annotators: how often others gave the same answer; the {min(len(rows), MOST_ROWS)} lowest"
    show_table(title, ("annotator", "answers", "same", "interval", "items"), rows)


def _of_people(pairs: list[Any]) -> list[Row]:
    """For each person the mean F1 with the others, each counting by the items in common."""
    sums: dict[str, tuple[float, int]] = {}
    for pair in pairs:
        found = pair.measures.get("f1")
        value = None if found is None else found.value
        for who in (pair.first, pair.second) if value is not None else ():
            total, items = sums.get(who, (0.0, 0))
            sums[who] = total + value * pair.items, items + pair.items
    means = sorted((total / items, who, items) for who, (total, items) in sums.items())
    return [(who, items, f"{mean:.3f}") for mean, who, items in means]


def _lowest(people: Iterable[Any]) -> list[Any]:
    lowest = sorted(people, key=lambda one: (one.with_others.value is None, one.with_others.value or 0))
    return lowest[:MOST_ROWS]


def _by_part(parts: dict[str, Any], titles: dict[str, str]) -> tuple[tuple[str, ...], list[Row]]:
    """A row for each category, a column for each of the first measures."""
    names = list(dict.fromkeys(name for measures in parts.values() for name in measures))[:4]
    rows: list[Row] = []
    for part, measures in list(parts.items())[:MOST_ROWS]:
        cells = [_cells(measures[name]) if name in measures else ("–", "") for name in names]
        items = max((found.n for found in measures.values()), default=0)
        rows.append((part, items, *(f"{value} {between}".strip() for value, between in cells)))
    return ("category", "items", *(titles[name] for name in names)), rows


def _cells(found: Any) -> tuple[str, str]:  # noqa: ANN401  # a measure
    """A value and its interval; a dash for what has no value, never 0."""
    if found.value is None:
        return "–", ""
    if found.low is None:
        return f"{found.value:.3f}", ""
    return f"{found.value:.3f}", f"{found.low:.3f} to {found.high:.3f}"
