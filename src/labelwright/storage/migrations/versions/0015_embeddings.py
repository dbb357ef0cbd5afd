"""Vectors of pictures"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "embeddings",
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("model", sa.String(140), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_embeddings_project_id"),
        sa.PrimaryKeyConstraint("item_id", "model", name="pk_embeddings"),
    )
    op.create_index("ix_embeddings_project_id_model", "embeddings", ["project_id", "model"])
