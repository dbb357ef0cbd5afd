"""Names of exported files."""

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
