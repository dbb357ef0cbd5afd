"""Drafts know their open conflicts, and how much of them somebody else brought in"""

import sqlalchemy as sa
from alembic import op

from labelwright.storage import columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("conflicts", columns.Json(), nullable=True))
        batch_op.add_column(sa.Column("brought_in", sa.Integer(), nullable=False, server_default="0"))
