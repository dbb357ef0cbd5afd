"""Several people's answers to one item, and how far they agree"""

import sqlalchemy as sa
from alembic import op

from labelwright.storage import columns

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(20), nullable=False, server_default="work"))
        batch_op.add_column(sa.Column("node", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("taken_by", sa.String(36), nullable=True))
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.alter_column("purpose", existing_type=sa.String(20), server_default=None)
    op.create_table(
        "merges",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(40), nullable=True),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("answers", columns.Json(), nullable=False),
        sa.Column("skips", columns.Json(), nullable=False),
        sa.Column("agreement", sa.Float(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("method", sa.String(60), nullable=False),
        sa.Column("detail", columns.Json(), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_merges_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_merges"),
    )
    op.create_index("ix_merges_item_id", "merges", ["item_id"])
    op.create_index("ix_merges_project_id", "merges", ["project_id", "created_at"])
    op.execute(
        sa.text(
            "UPDATE tasks SET taken_by = (SELECT members.id FROM documents JOIN members"
            " ON members.id = documents.author WHERE documents.id = tasks.document_id)"
            " WHERE document_id IS NOT NULL"
        )
    )
