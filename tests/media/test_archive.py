"""Archives are judged before they are opened."""

import zipfile
from pathlib import Path

import pytest

from labelwright.core.errors import UnsafeArchive
from labelwright.media.archive import ArchiveLimits, walk
from tests.shared_data import shared_data


def packed(path: Path, *entries: tuple[str, bytes]) -> Path:
    """A zip with the entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def contents(path: Path, limits: ArchiveLimits | None = None) -> dict[str, bytes]:
    """Every file of a zip."""
    with walk(path, limits or ArchiveLimits()) as entries:
        return {entry.name: entry.open().read() for entry in entries}


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil", "C:\\evil.png", "..\\evil"])
def test_entries_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "slip.zip", ("good.png", b"x"), (name, b"x"))

    with pytest.raises(UnsafeArchive, match=r"slip.zip: entry"):
        contents(path)


def test_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(UnsafeArchive, match="is a link"):
        contents(tmp_path / "link.zip")


def test_encrypted_archives_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "secret.zip", ("a.png", b"x"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)

    with pytest.raises(UnsafeArchive, match="is encrypted"):
        contents(path)


def test_bombs_are_refused_by_what_they_would_become(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb.zip", ("zeros", bytes(70 * 2**20)))

    with pytest.raises(UnsafeArchive, match="times the archive's size"):
        contents(bomb)
    with pytest.raises(UnsafeArchive, match="unpack to"):
        contents(bomb, ArchiveLimits(max_bytes=1000))
    with pytest.raises(UnsafeArchive, match="the limit is 0"):
        contents(bomb, ArchiveLimits(max_entries=0))


def test_small_files_may_be_packed_tightly(tmp_path: Path) -> None:
    assert contents(packed(tmp_path / "a.zip", ("zeros", bytes(10**6)))) == {"zeros": bytes(10**6)}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_are_cleaned_and_numbered(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "odd.zip", ("a b/ü.png", b"1"), ("x.png", b"2"), ("x.png", b"3"), ("n\nl.png", b"4")
    )

    assert set(contents(path)) == {"a b/ü.png", "x.png", "x (2).png", "n�l.png"}


def test_a_lie_about_the_size_is_found_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "liar.zip", ("a.png", b"x" * 5000))
    data = path.read_bytes().replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)

    with pytest.raises(UnsafeArchive, match="cannot be read"):
        contents(path)


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"nothing of the kind")

    with pytest.raises(UnsafeArchive, match=r"no.zip: entry .* cannot be read"):
        contents(tmp_path / "no.zip")


@pytest.mark.parametrize("name", ["zip_slip.zip", "zip_symlink.zip", "zip_bomb_200MB.zip"])
def test_hostile_archives_are_refused(name: str) -> None:
    with pytest.raises(UnsafeArchive):
        contents(shared_data("hostile/generated") / name)


def test_an_archive_with_odd_names_is_walked() -> None:
    found = contents(shared_data("hostile/generated") / "odd_names.zip")

    assert len(found) >= 3
    assert all(name and name.isprintable() and ".." not in name.split("/") for name in found)
