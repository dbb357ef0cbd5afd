"""Errors that reviewers name"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "error_marks",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("task_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=True),
        sa.Column("annotation_id", sa.String(36), nullable=True),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("category", sa.String(100), nullable=True),
        sa.Column("should_be", sa.String(100), nullable=True),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("reviewer", sa.String(36), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_error_marks_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_error_marks"),
    )
    op.create_index("ix_error_marks_project_id", "error_marks", ["project_id", "created_at"])
    op.create_index("ix_error_marks_item_id", "error_marks", ["item_id"])
