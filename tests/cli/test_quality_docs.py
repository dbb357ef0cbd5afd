"""The page about quality without a project: every command and every example on it runs."""

import re
import shlex
from pathlib import Path

import pytest

from labelwright.cli.main import DONE, main
from labelwright.formats.votes.registry import READERS

PAGE = (Path(__file__).parents[2] / "docs" / "quality-without-a-project.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [text for name, text in BLOCKS if name == kind]


def test_the_commands_run_on_the_tables_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("votes.csv", "boxes.csv"), blocks("csv"), strict=True):
        Path(name).write_text(text, encoding="utf-8")
    commands = [shlex.split(line) for text in blocks("sh") for line in text.splitlines()]

    for name, *arguments in commands:
        assert name == "labelwright"
        assert main(arguments) == DONE, capsys.readouterr().err

    assert len(commands) == 5
    merged = Path("merged.csv").read_text(encoding="utf-8").splitlines()
    assert merged[0] == "item,answer,confidence,votes"
    assert [line.split(",")[1] for line in merged[1:]] == ["cat", "dog", "cat"]
    boxes = Path("boxes-merged.csv").read_text(encoding="utf-8").splitlines()
    assert boxes[0] == "item,answer,confidence,votes,left,top,right,bottom"
    assert len(boxes) == 3


@pytest.mark.parametrize("code", blocks("python"), ids=["votes", "shapes"])
def test_the_examples_in_python_run(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code, "example", "exec"), {})  # our own page

    assert "None" not in capsys.readouterr().out


def test_every_shape_of_table_has_its_row() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]

    assert len(rows) - 2 == len(READERS)
