"""Gold, a model's probabilities, and tables written whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest

from labelwright.core.errors import InvalidInput, UnreadableLabels
from labelwright.formats.parquet import Column, Row
from labelwright.formats.votes.references import read_probabilities, read_references
from labelwright.formats.votes.writing import write_table
from tests.shared_data import shared_data

COLUMNS = (Column("item", "text", ""), Column("answer", "text", ""), Column("confidence", "number", ""))


def table(tmp_path: Path, text: str) -> Path:
    (tmp_path / "gold.csv").write_text(text, encoding="utf-8")
    return tmp_path / "gold.csv"


def test_references_are_read_by_item(tmp_path: Path) -> None:
    assert read_references(table(tmp_path, "task;label\na;cat\nb;dog\na;cat\n")) == {"a": "cat", "b": "dog"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("foo,bar\na,b\n", "need the columns item and answer"),
        ("item,answer\n", "it has no references"),
        ("item,answer\na,cat\na,dog\n", "line 3: “a” has another reference"),
        ("item,answer\na,\n", "line 2, column “answer”: it is empty"),
    ],
)
def test_references_that_cannot_be_used_are_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UnreadableLabels, match=r"gold\.csv") as refused:
        read_references(table(tmp_path, text))

    assert told in refused.value.message


def test_references_of_real_crowds_are_read() -> None:
    assert len(read_references(shared_data("multi_annotator/bluebirds/truth.csv"))) == 108
    assert len(read_references(shared_data("multi_annotator/ducks/truth.csv"))) == 240


def test_probabilities_stand_in_the_order_of_items_and_categories(tmp_path: Path) -> None:
    file = table(tmp_path, "item,dog,cat\nb,0.25,0.75\nother,1,0\na,0.9,0.1\n")

    found = read_probabilities(file, ("a", "b"), ("cat", "dog"))

    assert found.tolist() == [[0.1, 0.9], [0.75, 0.25]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("item,cat\na,1\n", "no column for the category “dog”"),
        ("item,cat,dog\na,0.5,0.5\n", "no row for the item “b”"),
        ("item,cat,dog\na,0.5,0.5\nb,0.9,0.9\n", "line 3: the probabilities add up to 1.800"),
        ("item,cat,dog\na,0.5,0.5\nb,nan,0.9\n", "line 3, column “cat”: “nan” is no probability"),
        ("item,cat,dog\na,0,0\n", "every probability is 0"),
    ],
)
def test_probabilities_that_are_none_are_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UnreadableLabels) as refused:
        read_probabilities(table(tmp_path, text), ("a", "b"), ("cat", "dog"))

    assert told in refused.value.message


def test_a_csv_guards_formulas_and_parquet_keeps_types(tmp_path: Path) -> None:
    rows = [("=1+1", "a,b", 0.5), ("b", None, 1.0)]

    counts = [write_table(tmp_path / name, COLUMNS, rows) for name in ("out.csv", "out.parquet")]

    assert counts == [2, 2]
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == (
        'item,answer,confidence\n\'=1+1,"a,b",0.5\nb,,1\n'
    )
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()[0] == {
        "item": "=1+1",
        "answer": "a,b",
        "confidence": 0.5,
    }


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_table_that_breaks_off_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("before", encoding="utf-8")

    def rows() -> Iterator[Row]:
        yield ("a", "b", 0.5)
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        write_table(tmp_path / name, COLUMNS, rows())

    assert (tmp_path / name).read_text(encoding="utf-8") == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["out.xlsx", "out", "nowhere/out.csv"])
def test_a_place_that_takes_no_table_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        write_table(tmp_path / name, COLUMNS, [])

    assert refused.value.remedy
