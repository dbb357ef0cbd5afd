"""What the database promises: nothing lost, nothing half-done, the same on both engines."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, update

from labelwright.services.context import Context
from labelwright.storage import migrations
from labelwright.storage.database import Database
from labelwright.storage.schema import metadata, throttles


def _count(tx) -> int:
    return tx.execute(select(throttles.c.failures).where(throttles.c.key == "k")).scalar_one()


def _increment(tx) -> None:
    seen = tx.execute(
        select(throttles.c.failures).where(throttles.c.key == "k").with_for_update()
    ).scalar_one()
    tx.execute(update(throttles).where(throttles.c.key == "k").values(failures=seen + 1))


def _start(tx) -> None:
    tx.execute(insert(throttles).values(key="k", failures=0, first_at=0))


def test_no_update_is_lost_when_many_write_at_once(context: Context) -> None:
    context.database.write(_start)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: context.database.write(_increment), range(400)))

    assert context.database.read(_count) == 400


def test_two_processes_worth_of_connections_lose_no_update(
    context: Context, database_where: Path | str
) -> None:
    context.database.write(_start)
    other = Database(database_where)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: (context.database, other)[i % 2].write(_increment), range(100)))
    other.close()

    assert context.database.read(_count) == 100


def test_a_write_that_fails_takes_nothing_else_with_it(context: Context) -> None:
    def fail(tx) -> None:
        tx.execute(insert(throttles).values(key="half", failures=0, first_at=0))
        raise RuntimeError("no")

    first = context.database.submit(_start)
    second = context.database.submit(fail)
    third = context.database.submit(_increment) if context.database.is_sqlite else None
    first.result()
    with pytest.raises(RuntimeError, match="no"):
        second.result()
    if third is not None:
        third.result()

    keys = context.database.read(lambda tx: [row.key for row in tx.execute(select(throttles))])
    assert keys == ["k"]


def test_the_migrations_make_exactly_the_tables_of_the_schema(context: Context) -> None:
    def differences(tx) -> list[object]:
        return compare_metadata(MigrationContext.configure(tx), metadata)

    assert context.database.read(differences) == []


def test_the_newest_migration_is_the_one_we_upgrade_to(context: Context) -> None:
    config = context.database.read(migrations.config)

    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD
    assert migrations.current(context.database) == migrations.HEAD
