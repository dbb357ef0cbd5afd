"""What an hour of work costs in a project."""

from sqlalchemy import Column, MetaData, String, Table

from labelwright.storage.columns import Json, moment, reference


def cost_tables(metadata: MetaData) -> Table:
    """`rates`."""
    return Table(
        "rates",
        metadata,
        reference("project_id", "projects", primary_key=True),
        Column("rates", Json, nullable=False),  # see core/rates.py
        Column("updated_by", String(36), nullable=False),
        moment("updated_at"),
    )
