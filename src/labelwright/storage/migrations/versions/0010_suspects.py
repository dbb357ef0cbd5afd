"""Suspect annotations and what was found of them; alarms about annotators"""

import sqlalchemy as sa
from alembic import op

from labelwright.storage import columns

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "suspect_runs",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("created_by", sa.String(36), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("finished_at", sa.String(24), nullable=True),
        sa.Column("report", columns.Json(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_suspect_runs_project_id"),
        sa.ForeignKeyConstraint(["created_by"], ["members.id"], name="fk_suspect_runs_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_suspect_runs"),
    )
    op.create_index("ix_suspect_runs_project_id", "suspect_runs", ["project_id"])
    op.create_table(
        "suspects",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("annotation_id", sa.String(36), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("category", sa.String(100), nullable=True),
        sa.Column("should_be", sa.String(100), nullable=True),
        sa.Column("shape", columns.Json(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", columns.Json(), nullable=False),
        sa.Column("sources", columns.Json(), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=True),
        sa.Column("judged_by", sa.String(36), nullable=True),
        sa.Column("judged_at", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["suspect_runs.id"], name="fk_suspects_run_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_suspects_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suspects"),
    )
    op.create_index("ix_suspects_run_id", "suspects", ["run_id", "rank"])
    op.create_index("ix_suspects_project_id", "suspects", ["project_id", "verdict", "judged_at"])
    op.create_table(
        "consequence_plans",
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("plan", columns.Json(), nullable=False),
        sa.Column("updated_by", sa.String(36), nullable=False),
        sa.Column("updated_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_consequence_plans_project_id"),
        sa.ForeignKeyConstraint(["updated_by"], ["members.id"], name="fk_consequence_plans_updated_by"),
        sa.PrimaryKeyConstraint("project_id", name="pk_consequence_plans"),
    )
    op.create_table(
        "consequences",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.String(24), nullable=True),
        sa.Column("detail", columns.Json(), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("lifted_by", sa.String(36), nullable=True),
        sa.Column("lifted_at", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_consequences_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consequences"),
    )
    op.create_index("ix_consequences_project_id", "consequences", ["project_id", "member_id", "lifted_at"])
