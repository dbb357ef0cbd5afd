"""The data folder is private, held by one server, and says plainly when it cannot be used."""

import os
from pathlib import Path

import pytest

from labelwright.core.errors import Conflict, StorageFailure
from labelwright.storage.folder import FolderLock, prepare, unusable


def test_a_new_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b c"

    assert prepare(folder)
    assert not prepare(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(folder.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("mine")

    with pytest.raises(StorageFailure, match="data cannot be used") as caught:
        prepare(file)

    assert "--data" in caught.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(StorageFailure, match="Permission denied"):
        prepare(tmp_path)


def test_a_full_disk_is_called_that(tmp_path: Path) -> None:
    failure = unusable(tmp_path, OSError(28, "No space left on device"))

    assert failure.message == f"The disk that holds {tmp_path} is full."


def test_a_second_server_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    with FolderLock(tmp_path).take("the server at http://127.0.0.1:1"), pytest.raises(Conflict) as caught:
        FolderLock(tmp_path).take("another")

    assert "in use by the server at http://127.0.0.1:1" in caught.value.message


def test_a_folder_that_was_let_go_can_be_held_again(tmp_path: Path) -> None:
    FolderLock(tmp_path).take("one").close()

    with FolderLock(tmp_path).take("two"), pytest.raises(Conflict, match="in use by two"):
        FolderLock(tmp_path).take("three")
