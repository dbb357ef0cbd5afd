"""`labelwright consensus`: one answer for each item out of a table of votes, without a project."""

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from labelwright.cli.output import say, show_json
from labelwright.cli.quality import (
    AnnotatorColumn,
    AnswerColumn,
    ItemColumn,
    Json,
    Question,
    Seen,
    Shape,
    read_as,
    told,
)
from labelwright.core.errors import InvalidInput, UnknownName
from labelwright.formats.parquet import Column, Row
from labelwright.formats.votes.table import VoteTable
from labelwright.quality.votes import Votes

NAMES = (
    "majority",
    "weighted_majority",
    "dawid_skene",
    "fast_dawid_skene",
    "pooled_dawid_skene",
    "hierarchical_dawid_skene",
    "one_coin",
    "glad",
    "mace",
    "crowdlab",
)
ANSWER_COLUMNS = (
    Column("item", "text", "The item."),
    Column("answer", "text", "The merged answer."),
    Column("confidence", "number", "How sure that is, from 0 to 1."),
    Column("votes", "whole", "How many people answered."),
)
BOX_COLUMNS = tuple(
    Column(name, "number", "Pixels from the picture's top-left corner.")
    for name in ("left", "top", "right", "bottom")
)
MAJORITY = "majority"
CROWDLAB = "crowdlab"
AUTO = "auto"
SEED = 0  # the same table gives the same choice
WHY = {MAJORITY: "The commonest answer counts."}
WHY_MODEL = "Everybody counts as often as the answers show them to be right."
SHARE_OF_VOTES = (
    "Confidence is the share of the votes for the answer: what a method believes beyond that is no measured "
    "probability."
)
SHAPE_COLUMN = Column("shape", "text", "Any other shape as JSON.")


def consensus(
    votes: Path,
    *,
    output: Annotated[Path, Parameter(name=("--output", "-o"), help="The table to write: .csv or .parquet.")],
    method: Annotated[
        str, Parameter(help="auto (by the evidence in the table), or one of: " + ", ".join(NAMES))
    ] = "auto",
    gold: Annotated[
        Path | None, Parameter(help="References of some items (item, answer), to check the answers by.")
    ] = None,
    probabilities: Annotated[
        Path | None,
        Parameter(help="A model's probabilities: a row for each item, a column for each category."),
    ] = None,
    threshold: Annotated[
        float, Parameter(help="For shapes: the IoU from which two may be of one thing.")
    ] = 0.5,
    from_: Shape = "auto",
    item: ItemColumn = None,
    annotator: AnnotatorColumn = None,
    answer: AnswerColumn = None,
    question: Question = None,
    seen: Seen = None,
    json: Json = False,
) -> None:
    """Merge the answers of several people into one for each item; no project is needed.

    Parameters
    ----------
    votes
        The same tables as for “labelwright agreement”.
    """
    from labelwright.formats.votes.registry import read_votes
    from labelwright.formats.votes.writing import check_ending, write_table

    check_ending(output)
    if output.exists() and output.samefile(votes):
        raise InvalidInput("The table of votes is not written over.", remedy="Name another file with -o.")
    table = read_votes(
        votes, shape=from_, item=item, annotator=annotator, answer=answer, question=question, seen=seen
    )
    if table.shapes is not None:
        if gold is not None or probabilities is not None or method != "auto":
            raise InvalidInput(
                "--method, --gold and --probabilities are for answers, and this table has shapes.",
                remedy="Leave them out.",
            )
        columns, rows, summary = _of_shapes(table, threshold)
    else:
        columns, rows, summary = _of_answers(table, method, gold, probabilities)
    written = write_table(output, columns, rows)
    if json:
        show_json({"read": read_as(table), "output": str(output), "rows": written, **summary})
        return
    say("\n".join([*told(table), *_told(summary), f"Wrote {written:,} rows to {output}."]))


def _told(summary: dict[str, Any]) -> Iterator[str]:
    yield f"Method: {summary['method']}. {summary['why']}"
    yield from (f"  {note}" for note in summary.get("notes", ()))


def _of_answers(
    table: VoteTable, method: str, gold: Path | None, probabilities: Path | None
) -> tuple[tuple[Column, ...], Iterator[Row], dict[str, Any]]:
    """A row for each item: its answer, the share of the votes for it, and how many there are."""
    from labelwright.formats.votes.references import read_references

    votes = table.votes
    known = {} if gold is None else read_references(gold)
    checked = [name for name in votes.items if name in known]
    if gold is not None and not checked:
        raise InvalidInput(f"No item of {gold.name} was answered.", remedy="Check the names of the items.")
    chosen, why = _chosen(votes, known) if method == AUTO else (method, WHY.get(method, WHY_MODEL))
    places, shares, counts = _merged(votes, chosen, probabilities)
    answers = [votes.categories[at] for at in places]
    notes: list[str] = [SHARE_OF_VOTES]
    if gold is not None:
        right = sum(
            known[name] == said for name, said in zip(votes.items, answers, strict=True) if name in known
        )
        notes.append(f"{right:,} of {len(checked):,} answers are those of {gold.name}")
    summary = {"method": chosen, "why": why, "notes": notes}
    rows = zip(votes.items, answers, (round(share, 6) for share in shares), counts, strict=True)
    return ANSWER_COLUMNS, iter(rows), summary


def _chosen(votes: Votes, known: Mapping[str, str]) -> tuple[str, str]:
    """The method for a table of votes by the evidence in it, and why; references have a say."""
    import numpy as np

    from labelwright.quality.choosing import choose

    places = {name: at for at, name in enumerate(votes.categories)}
    gold = np.array([places.get(known.get(item, ""), -1) for item in votes.items], np.int64)
    choice = choose(votes, np.random.default_rng(SEED), gold=gold if known else None)
    return choice.method, choice.why


def _merged(
    votes: Votes, method: str, probabilities: Path | None
) -> tuple[list[int], list[float], list[int]]:
    """For each item the place of its answer, the share of the votes for it, and how many votes there are."""
    from labelwright.formats.votes.references import read_probabilities
    from labelwright.quality.aggregation import METHODS, aggregate
    from labelwright.quality.plurality import plurality

    if method not in METHODS:
        raise UnknownName("method of consensus", method, METHODS)
    if (probabilities is not None) != (method == CROWDLAB):
        raise InvalidInput(
            f"A model's probabilities belong to the method {CROWDLAB}, and to no other.",
            place="--probabilities",
            remedy=f"Use --method {CROWDLAB} together with --probabilities FILE, or neither.",
        )
    if method == MAJORITY:
        found = plurality(votes)
        return found.answer.tolist(), found.share.tolist(), found.votes.tolist()
    table = (
        None if probabilities is None else read_probabilities(probabilities, votes.items, votes.categories)
    )
    answer = aggregate(votes, method, probabilities=table).answer
    number = votes.counts.sum(axis=1)
    of_it = votes.counts[range(len(answer)), answer]
    return answer.tolist(), (of_it / number.clip(1)).tolist(), number.tolist()


def _of_shapes(
    table: VoteTable, threshold: float
) -> tuple[tuple[Column, ...], Iterator[Row], dict[str, Any]]:
    """A row for each thing that is there, and one without a shape for an item where nothing is."""
    from labelwright.core.document import Document
    from labelwright.core.shapes import Box
    from labelwright.quality.shape_consensus import fit, merge_documents

    if not 0 < threshold <= 1:
        raise InvalidInput(f"An IoU of {threshold:g} is none.", remedy="Use one above 0 and up to 1.")
    documents = {
        name: {who: Document(annotations=marked) for who, marked in whom.items()}
        for name, whom in (table.shapes or {}).items()
    }
    known = fit(list(documents.values()), threshold)
    marks = [m for whom in documents.values() for document in whom.values() for m in document.annotations]
    categories = len({mark.category for mark in marks})
    is_boxes = all(isinstance(mark.shape, Box) for mark in marks)
    columns = (*ANSWER_COLUMNS, *BOX_COLUMNS, *(() if is_boxes else (SHAPE_COLUMN,)))
    numbers = count(1)

    def rows() -> Iterator[Row]:
        for name, whom in documents.items():
            made = merge_documents(
                whom, lambda: str(next(numbers)), fit=known, categories=categories, threshold=threshold
            )
            sure = {thing.id: thing for thing in made.things if thing.id is not None}
            for found in made.document.annotations:
                bounds = found.shape.bounds if found.shape is not None else (None,) * 4
                thing = sure[found.id]
                head = (name, found.category, round(thing.posterior, 6), len(thing.origins), *bounds)
                is_box = isinstance(found.shape, Box)
                shape = None if is_box else msgspec.json.encode(found.shape).decode()
                yield head if is_boxes else (*head, shape)
            if not made.document.annotations:
                nothing = (name, None, made.confidence, len(whom), None, None, None, None)
                yield nothing if is_boxes else (*nothing, None)

    biased = {name: bias.words for name, bias in sorted(known.biases.items()) if bias.words}
    summary = {
        "method": "shapes matched, then merged",
        "why": "A thing is there by everybody's rates of finding and of false marks; its shape is the "
        "weighted median, corrected for the bias of each person. Confidence is a posterior that no "
        "references have checked.",
        "notes": [f"{name} draws {words}" for name, words in biased.items()],
        "people": {
            name: {"found": rates.found, "false": rates.false, "name": rates.name}
            for name, rates in sorted(known.rates.items())
        },
    }
    return columns, rows(), summary
