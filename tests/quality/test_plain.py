"""`import labelwright.quality` works on plain data, loads little, and says what there is."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

import labelwright.quality as q
from labelwright.core.errors import InvalidInput

ROWS = [("a", "ana", "cat"), ("a", "ben", "cat"), ("b", "ana", "cat"), ("b", "ben", "dog")]
COLUMNS = {name: [row[place] for row in ROWS] for place, name in enumerate(("item", "annotator", "answer"))}


class Frame:
    """As much of a data frame as pandas and Polars have in common."""

    columns = tuple(COLUMNS)

    def __getitem__(self, name: str) -> list[str]:
        return COLUMNS[name]


@pytest.mark.parametrize(
    "data",
    [
        ROWS,
        iter(ROWS),
        [dict(zip(COLUMNS, row, strict=True)) for row in ROWS],
        COLUMNS,
        Frame(),
        pyarrow.table(COLUMNS),
        {"a": {"ana": "cat", "ben": "cat"}, "b": {"ana": "cat", "ben": "dog"}},
        q.as_votes(ROWS),
    ],
    ids=["rows", "stream", "dictionaries", "columns", "frame", "arrow", "items", "votes"],
)
def test_votes_are_made_of_whatever_is_at_hand(data: object) -> None:
    votes = q.as_votes(data)

    assert list(votes.rows()) == ROWS
    assert q.krippendorff_alpha(votes) == 0.0


def test_lists_of_answers_are_by_annotator_and_may_have_gaps() -> None:
    votes = q.as_votes({"a": ["cat", None, "dog"], "b": [float("nan"), "dog"]})

    assert list(votes.rows()) == [
        ("a", "annotator 1", "cat"),
        ("a", "annotator 3", "dog"),
        ("b", "annotator 2", "dog"),
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("cats", "cannot be made of str"),
        (7, "cannot be made of int"),
        ([("a", "ana")], "Row 1"),
        (["abc"], "Row 1"),
        ({"a": "cat"}, "“a” has str"),
        ({"item": ["a"], "annotator": ["b"], "answer": []}, "different lengths"),
    ],
)
def test_what_is_no_votes_is_refused_in_words(data: object, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        q.as_votes(data)


@given(st.dictionaries(st.text(max_size=3), st.lists(st.sampled_from("xy") | st.none(), max_size=4)))
def test_measures_of_plain_data_are_those_of_votes(data: dict[str, list[str | None]]) -> None:
    votes = q.as_votes(data)

    assert q.percent_agreement(data) == q.percent_agreement(votes)
    assert q.fleiss_kappa(data) == q.fleiss_kappa(votes)
    assert q.vote_agreement(data) == q.vote_agreement(votes)


@pytest.mark.parametrize("name", q.PUBLIC)
def test_every_public_name_is_there_and_is_no_file(name: str) -> None:
    folder = Path(q.__file__).parent
    for file in folder.glob("*.py"):
        import_module(f"labelwright.quality.{file.stem}")

    assert callable(getattr(q, name))
    assert not (folder / f"{name}.py").exists()
    assert name in q.__all__
    assert name in dir(q)


def test_a_name_that_is_none_lists_those_there_are() -> None:
    with pytest.raises(AttributeError, match="krippendorff_alpha"):
        _ = q.kappa


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, labelwright.quality; print({'numpy', 'scipy', 'pyarrow'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
