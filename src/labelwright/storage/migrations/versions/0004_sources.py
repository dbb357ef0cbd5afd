"""Sources that stay connected: folders, buckets and lists of addresses"""

import sqlalchemy as sa
from alembic import op

from labelwright.storage import columns

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "sources",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("options", columns.Json(), nullable=False),
        sa.Column("created_by", sa.String(36), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("synced_at", sa.String(24), nullable=True),
        sa.Column("removed_at", sa.String(24), nullable=True),
        sa.Column("report", columns.Json(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_sources_project_id"),
        sa.ForeignKeyConstraint(["created_by"], ["members.id"], name="fk_sources_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_index("ix_sources_project_id", "sources", ["project_id"])
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_id", sa.String(36), nullable=True))
        batch_op.add_column(sa.Column("source_key", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("source_etag", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("source_state", sa.String(20), nullable=True))
        batch_op.create_index("ix_items_source_id", ["source_id"])
