"""Growing: every older schema upgrades, and keeps what it held."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from labelwright.core.errors import StorageFailure
from labelwright.storage import migrations
from labelwright.storage.database import Database
from tests.conftest import empty_database

REVISIONS = sorted(path.name[:4] for path in (Path(migrations.__file__).parent / "versions").glob("0*.py"))

PERSON = (
    "INSERT INTO members (id, email, name, role, active, created_at) "
    "VALUES ('m', 'ana@example.org', 'Ana', 'owner', :yes, '2026-01-01T00:00:00.000Z')"
)


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_older_schema_upgrades_and_keeps_its_rows(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest, revision: str
) -> None:
    with empty_database(database_kind, tmp_path, request) as where:
        database = Database(where)
        migrations.upgrade(database, revision)
        database.write(lambda tx: tx.execute(text(PERSON), {"yes": True}))

        migrations.upgrade(database)

        assert migrations.current(database) == migrations.HEAD
        assert database.read(lambda tx: tx.execute(text("SELECT name FROM members")).scalar()) == "Ana"
        database.close()


def test_a_database_of_a_newer_labelwright_is_refused_with_the_remedy(tmp_path: Path) -> None:
    database = Database(tmp_path / "newer.sqlite")
    migrations.upgrade(database)
    database.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))

    with pytest.raises(StorageFailure, match="9999") as caught:
        migrations.upgrade(database)
    database.close()

    assert "newer Labelwright" in caught.value.remedy


def test_revisions_follow_one_another_without_branches(tmp_path: Path) -> None:
    database = Database(tmp_path / "chain.sqlite")
    script = ScriptDirectory.from_config(database.read(migrations.config))
    chain = [entry.revision for entry in script.walk_revisions()]
    database.close()

    assert sorted(chain) == REVISIONS
    assert chain[0] == migrations.HEAD
