"""Why items are reviewed, or are not"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "review_reasons",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("task_id", sa.String(36), nullable=True),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("risk", sa.Float(), nullable=True),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_review_reasons_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_reasons"),
    )
    op.create_index("ix_review_reasons_project_id", "review_reasons", ["project_id", "why"])
    op.create_index("ix_review_reasons_task_id", "review_reasons", ["task_id"])
