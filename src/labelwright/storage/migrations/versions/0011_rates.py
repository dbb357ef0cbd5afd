"""What an hour of work costs in a project"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "rates",
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("rates", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.String(36), nullable=False),
        sa.Column("updated_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_rates_project_id"),
        sa.PrimaryKeyConstraint("project_id", name="pk_rates"),
    )
