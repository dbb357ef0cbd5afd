"""Deliveries that are accepted or refused by a sample"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("audits") as table:
        table.add_column(sa.Column("acceptance", sa.Text(), nullable=True))
