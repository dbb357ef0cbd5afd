"""Heads that learn from a project"""

import sqlalchemy as sa
from alembic import op

from labelwright.storage import columns

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "head_plans",
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(36), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_head_plans_project_id"),
        sa.PrimaryKeyConstraint("project_id", name="pk_head_plans"),
    )
    op.create_table(
        "heads",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("embedder", sa.String(140), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("things", sa.Integer(), nullable=False),
        sa.Column("held_out", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("figures", columns.Json(), nullable=False),
        sa.Column("promoted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_heads_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_heads"),
        sa.UniqueConstraint("project_id", "version", name="uq_heads_project_id_version"),
    )
