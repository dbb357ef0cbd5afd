"""Items know the split they came with; releases have splits of their own"""

import sqlalchemy as sa
from alembic import op

from labelwright.storage import columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("split", sa.String(20), nullable=True))
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hash_version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("parent_id", sa.String(36), nullable=True))
        batch_op.add_column(sa.Column("splits", columns.Json(), nullable=True))
    with op.batch_alter_table("release_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("split", sa.String(20), nullable=True))
