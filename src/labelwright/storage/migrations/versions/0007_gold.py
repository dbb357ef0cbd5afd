"""Gold items, honeypots, qualifications and skills"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "skills",
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("skill", sa.String(60), nullable=False),
        sa.Column("granted_by", sa.String(36), nullable=True),
        sa.Column("granted_at", sa.String(24), nullable=False),
        sa.Column("expires_at", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_skills_project_id"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_skills_member_id"),
        sa.PrimaryKeyConstraint("project_id", "member_id", "skill", name="pk_skills"),
    )
    op.create_index("ix_skills_member_id", "skills", ["member_id"])
