"""Audits of releases, their draws and certificates"""

import sqlalchemy as sa
from alembic import op

from labelwright.storage import columns

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "audits",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("release_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("claims", columns.Json(), nullable=False),
        sa.Column("plan", columns.Json(), nullable=False),
        sa.Column("population", columns.Json(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("opened_by", sa.String(36), nullable=False),
        sa.Column("opened_at", sa.String(24), nullable=False),
        sa.Column("closed_by", sa.String(36), nullable=True),
        sa.Column("closed_at", sa.String(24), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("signature", sa.String(200), nullable=True),
        sa.Column("public_key", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_audits_project_id"),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_audits_release_id"),
        sa.ForeignKeyConstraint(["opened_by"], ["members.id"], name="fk_audits_opened_by"),
        sa.PrimaryKeyConstraint("id", name="pk_audits"),
    )
    op.create_index("ix_audits_release_id", "audits", ["release_id"])
    op.create_index("ix_audits_project_id", "audits", ["project_id"])
    op.create_table(
        "audit_draws",
        sa.Column("audit_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("annotation_id", sa.String(36), nullable=True),
        sa.Column("holder", sa.String(36), nullable=True),
        sa.Column("holder_expires", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.String(20), nullable=True),
        sa.Column("category", sa.String(100), nullable=True),
        sa.Column("code", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("missing", columns.Json(), nullable=True),
        sa.Column("judged_by", sa.String(36), nullable=True),
        sa.Column("judged_at", sa.String(24), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("taken_back", columns.Json(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audits.id"], name="fk_audit_draws_audit_id"),
        sa.PrimaryKeyConstraint("audit_id", "number", name="pk_audit_draws"),
    )
    op.create_index("ix_audit_draws_judged_by", "audit_draws", ["audit_id", "judged_by", "judged_at"])
