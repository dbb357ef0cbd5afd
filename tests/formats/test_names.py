"""Names of exported files."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.formats.names import Names, safe
from labelwright.formats.report import Losses


@given(st.lists(st.text(max_size=30), max_size=12))
def test_every_item_has_a_safe_name_of_its_own(given_names: list[str]) -> None:
    names = Names(by_stem=True)

    taken = [names.take(name) for name in given_names]

    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert not name.startswith("/")
        assert not {"", ".", ".."} & set(name.split("/"))
        assert name.isprintable()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b c.png", "a/b c.png"),
        ("細胞 é.tif", "細胞 é.tif"),
        ("../../etc/passwd", "etc/passwd"),
        ("/root.png", "root.png"),
        ("C:\\x\\y.png", "C_/x/y.png"),
        ("..", "unnamed"),
        ("x" * 300 + ".png", "x" * 236 + ".png"),
    ],
)
def test_only_what_is_unsafe_is_changed(name: str, expected: str) -> None:
    assert safe(name) == expected


def test_a_change_is_reported_and_nothing_else() -> None:
    names, losses = Names(by_stem=True), Losses()

    taken = [names.take(name, losses) for name in ("a.png", "b.png", "a.jpg", "A.png")]

    assert taken == ["a.png", "b.png", "a_jpg.jpg", "A_png.png"]
    assert [loss.item for loss in losses.examples] == ["a.jpg", "A.png"]


@pytest.mark.parametrize("by_stem", [True, False])
@pytest.mark.parametrize(
    "given_names",
    [("a", "a/b.png"), ("a/b.png", "a"), ("a.png", "A.png/b.png"), ("a", "a_", "a/b.png")],
    ids=" and ".join,
)
def test_no_name_is_a_file_and_a_folder(given_names: tuple[str, ...], by_stem: bool) -> None:
    names, losses = Names(by_stem=by_stem), Losses()

    taken = [PurePosixPath(names.take(name, losses).casefold()) for name in given_names]

    folders = {folder for path in taken for folder in path.parents}
    assert not folders & set(taken)
    assert len(set(taken)) == len(taken)
    assert len(losses.examples) == 1


def test_no_folder_is_in_the_way_of_a_label_file() -> None:
    names = Names(by_stem=True)

    assert [names.take(name) for name in ("x.xml/y.png", "x.png")] == ["x.xml_/y.png", "x.png"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CON.png", "CON_.png"), ("a/nul", "a/nul_"), ("con/a.png", "con_/a.png"), ("ends. ./b.", "ends___/b_")],
)
def test_names_that_windows_bends_are_changed(name: str, expected: str) -> None:
    assert safe(name) == expected


@pytest.mark.parametrize("name", ["console.png", "a con.png", ".hidden.png", "com10.png"])
def test_names_that_only_look_so_stay(name: str) -> None:
    assert safe(name) == name
