"""What every test may ask for: a fresh, empty, migrated database on SQLite and on PostgreSQL."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from labelwright.services.context import Context
from labelwright.settings import Settings
from labelwright.storage import migrations
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database
from tests.postgres import PostgresServer, start_postgres

_names = itertools.count()

# Machines are shared: how long an example takes says nothing about what it shows.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    database = Database(path)
    migrations.upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server with a migrated template database."""
    with start_postgres() as server:
        server.create("template_labelwright")
        database = Database(server.url("template_labelwright"))
        migrations.upgrade(database)
        database.close()
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Runs a test once on each database."""
    return str(request.param)


@pytest.fixture
def database_where(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Path | str]:
    """Where a fresh migrated database is: a file, or a URL."""
    if database_kind == "sqlite":
        data = tmp_path / "data"
        data.mkdir(exist_ok=True)
        path = data / "labelwright.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield path
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{next(_names)}"
    server.create(name, template="template_labelwright")
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def context(database_where: Path | str, tmp_path: Path) -> Iterator[Context]:
    """A context on a fresh database, with the data folder in the test's own."""
    data = tmp_path / "data"
    url = None if isinstance(database_where, Path) else database_where
    database = Database(database_where)
    yield Context(
        settings=Settings(data=data, database=url), database=database, blobs=BlobStore(data / "blobs")
    )
    database.close()


@contextmanager
def empty_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Path | str]:
    """Where a database without any table is, for tests of migrations."""
    if kind == "sqlite":
        yield folder / "empty.sqlite"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"empty_{next(_names)}"
    server.create(name)
    try:
        yield server.url(name)
    finally:
        server.drop(name)
