"""Every command has help and a useful exit code: 0 done, 1 refused with the remedy, 2 misused."""

import json
from pathlib import Path

import pytest

from labelwright.cli.main import COMMANDS, DONE, MISUSED, REFUSED, main
from labelwright.cli.output import columns
from labelwright.storage import migrations
from labelwright.storage.database import Database


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == DONE
    assert COMMANDS[command][1] in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["backup"], ["serve", "--port", "many"], ["doctor", "--dep"]]
)
def test_a_misused_command_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == MISUSED
    assert "Error" in "".join(capsys.readouterr())


def test_a_refusal_is_told_with_its_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--data", str(tmp_path / "nowhere")]) == REFUSED

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: There is no data folder")
    assert "--data" in told.err


def test_a_setting_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LABELWRIGHT_PORT", "eighty")

    assert main(["migrate"]) == REFUSED
    assert "LABELWRIGHT_PORT" in capsys.readouterr().err


def test_the_version_names_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version", "--json"]) == DONE
    assert set(json.loads(capsys.readouterr().out)) == {"labelwright", "schema", "python"}


def test_a_backup_moves_into_another_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "all.zip"

    codes = [
        main(["migrate", "--data", str(here)]),
        main(["backup", str(file), "--data", str(here)]),
        main(["restore", str(file), "--data", str(there), "--json"]),
    ]

    assert codes == [DONE, DONE, DONE]
    assert (there / "labelwright.sqlite").exists()
    assert main(["backup", str(file), "--data", str(here)]) == REFUSED
    assert "exists already" in capsys.readouterr().err


def test_doctor_answers_programs_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate", "--data", str(tmp_path / "data")])
    capsys.readouterr()

    code = main(["doctor", "--data", str(tmp_path / "data"), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == (DONE if told["ok"] else REFUSED)
    assert {"folder", "schema", "database", "audit log"} <= {entry["check"] for entry in told["findings"]}


def test_an_older_database_is_upgraded_after_a_backup_of_its_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    main(["migrate", "--data", str(data)])
    (data / "labelwright.sqlite").unlink()
    older = Database(data / "labelwright.sqlite")
    migrations.upgrade(older, "0001")
    older.close()
    capsys.readouterr()

    assert main(["migrate", "--data", str(data), "--json"]) == DONE

    told = json.loads(capsys.readouterr().out)
    assert Path(told["backup"]).is_file()
    upgraded = Database(data / "labelwright.sqlite")
    assert upgraded.read(
        lambda tx: tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    ) == (migrations.HEAD)
    upgraded.close()


def test_a_server_and_a_folder_exclude_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["project", "list", "--data", "x", "--server", "http://127.0.0.1:9"]) == REFUSED
    assert "exclude one another" in capsys.readouterr().err


def test_columns_stand_under_their_names() -> None:
    assert columns(("name", "items"), [("a", 5), ("bcd", 12)]) == "NAME  ITEMS\na         5\nbcd      12"
