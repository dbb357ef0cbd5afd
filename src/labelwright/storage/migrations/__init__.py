"""Schema migrations (Alembic), and the one function that brings a database up to date."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from labelwright.core.errors import StorageFailure
from labelwright.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0016"
"""The newest revision; a test holds it equal to the newest file."""


def current(database: Database) -> str | None:
    """The revision a database is at, or None if it is empty."""
    return database.read(_revision)


def upgrade(database: Database, to: str = HEAD) -> None:
    """Bring the tables up to a revision, all in one transaction.

    Raises StorageFailure if the database was made by a newer Labelwright.
    """
    database.write(lambda tx: upgrade_connection(tx, to))


def upgrade_connection(connection: Connection, to: str = HEAD) -> None:
    """`upgrade` inside a transaction that is open already."""
    at = _revision(connection)
    if at == to:
        return
    if at is not None and at > to:
        raise StorageFailure(
            f"The database is at schema {at}, newer than this Labelwright knows ({to}).",
            remedy="Install the newer Labelwright again, or restore the backup taken before it.",
        )
    from alembic import command  # late: a start with nothing to upgrade need not load it

    command.upgrade(config(connection), to)


def config(connection: Connection) -> "Config":
    """Alembic's configuration on an open connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", "labelwright.storage:migrations")
    made.attributes["connection"] = connection
    return made


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
