"""Alembic's entry: runs migrations on the connection that our code hands over."""

from alembic import context

from labelwright.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, user_module_prefix="schema."
)
context.run_migrations()
