"""CSV of strangers, and cells that no spreadsheet runs."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.formats.folder import source_of
from labelwright.formats.report import Fault
from labelwright.formats.tables import Table, figure, guarded, path_cell, path_of, row, unguarded
from tests.shared_data import shared_data


def table(path: Path, data: bytes) -> tuple[list[str], list[tuple[int, list[str]]], list[Fault]]:
    (path / "t.csv").write_bytes(data)
    faults: list[Fault] = []
    found = Table(source_of(path), "t.csv", faults)
    return found.header, list(found.rows()), faults


def test_the_hostile_table_with_a_mark_a_formula_and_a_broken_line() -> None:
    place = shared_data("hostile/generated/bom_utf8.csv")
    faults: list[Fault] = []
    found = Table(source_of(place), place.name, faults)

    assert found.header == ["filename", "label"]
    assert list(found.rows()) == [(2, ["übung.jpg", '=HYPERLINK("x")']), (4, ["a,b.jpg", "multi\nline"])]
    assert not faults


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_what_parts_the_cells_is_found_out(tmp_path: Path, mark: str) -> None:
    header, rows, _ = table(
        tmp_path, f"name{mark} label\r\n1.jpg{mark} 'a, b; c'\r\n".replace("'", '"').encode()
    )

    assert header == ["name", "label"]
    assert rows == [(2, ["1.jpg", "a, b; c"])]


def test_utf16_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    header, rows, faults = table(tmp_path, "name\tlabel\r\nü.jpg\tŽluť\r\n".encode("utf-16"))

    assert (header, rows, faults) == (["name", "label"], [(2, ["ü.jpg", "Žluť"])], [])


def test_a_row_that_is_no_text_is_a_fault_and_the_rest_stays(tmp_path: Path) -> None:
    _, rows, faults = table(tmp_path, b"name,label\n\xff.jpg,cat\n2.jpg,dog\n")

    assert rows == [(3, ["2.jpg", "dog"])]
    assert [(fault.place, fault.reason) for fault in faults] == [("line 2", "this is no UTF-8 text")]


def test_a_cell_without_an_end_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = csv.field_size_limit(1000)
    try:
        _, rows, faults = table(tmp_path, b'name,label\n1.jpg,"' + b"x" * 1500 + b"\n2.jpg,dog\n")
    finally:
        csv.field_size_limit(before)

    assert rows == [(3, ["2.jpg", "dog"])]
    assert [fault.place for fault in faults] == ["line 2"]


def test_short_rows_are_filled_and_empty_ones_passed_over(tmp_path: Path) -> None:
    _, rows, _ = table(tmp_path, b"a,b,c\n1\n\n,,\n1,2,3,4\n")

    assert rows == [(2, ["1", "", ""]), (5, ["1", "2", "3", "4"])]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "'=1", "''-x", "＝1"])
def test_a_formula_is_held_back_and_comes_back(text: str) -> None:
    assert guarded(text)[0] == "'"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-1.5", "+3", "1e-4", "-.5", "cat", "'cat", "", "a=b"])
def test_numbers_and_words_are_no_formulas(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2))
def test_any_row_comes_back_from_any_reader_but_for_the_guard(cells: list[str]) -> None:
    (back,) = csv.reader(io.StringIO(row(cells), newline="")) if any(cells) or len(cells) > 1 else ([],)

    assert [unguarded(cell) for cell in back] == cells


def test_a_file_called_as_a_formula_stays_a_path() -> None:
    assert path_cell("-a.jpg") == "./-a.jpg"
    assert path_of("./-a.jpg") == "-a.jpg"
    for bad in ("", "../x.jpg", "a/../../x.jpg", "a/"):
        with pytest.raises(ValueError, match=r"picture|folder"):
            path_of(bad)


def test_figures_keep_every_digit() -> None:
    assert [figure(value) for value in (1.0, 0.1, 1 / 3, -2)] == ["1", "0.1", repr(1 / 3), "-2"]
