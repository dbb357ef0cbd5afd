"""Gold items, what people answered to them, tests and courses, and attempts at these"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "gold_plans",
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("updated_by", sa.String(36), nullable=False),
        sa.Column("updated_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_gold_plans_project_id"),
        sa.PrimaryKeyConstraint("project_id", name="pk_gold_plans"),
    )
    op.create_table(
        "gold",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("mixed", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("score_sum", sa.Float(), nullable=False),
        sa.Column("added_by", sa.String(36), nullable=False),
        sa.Column("added_at", sa.String(24), nullable=False),
        sa.Column("retired_at", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_gold_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gold"),
    )
    op.create_index("ix_gold_project_id_item_id", "gold", ["project_id", "item_id"])
    op.create_table(
        "lessons",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(36), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("retired_at", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_lessons_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lessons"),
    )
    op.create_index("ix_lessons_project_id", "lessons", ["project_id"])
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("lesson_id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("gold", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("started_at", sa.String(24), nullable=False),
        sa.Column("ended_at", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name="fk_attempts_lesson_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_attempts_project_id"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_attempts_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint(
            "lesson_id", "member_id", "number", name="uq_attempts_lesson_id_member_id_number"
        ),
    )
    op.create_index("ix_attempts_project_id_member_id", "attempts", ["project_id", "member_id"])
    op.create_table(
        "gold_answers",
        sa.Column("task_id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("gold_id", sa.String(36), nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("attempt_id", sa.String(36), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("after_works", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("given_at", sa.String(24), nullable=False),
        sa.Column("answered_at", sa.String(24), nullable=True),
        sa.Column("told_at", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_gold_answers_task_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_gold_answers_project_id"),
        sa.ForeignKeyConstraint(["gold_id"], ["gold.id"], name="fk_gold_answers_gold_id"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_gold_answers_member_id"),
        sa.PrimaryKeyConstraint("task_id", name="pk_gold_answers"),
    )
    op.create_index("ix_gold_answers_gold_id", "gold_answers", ["gold_id"])
    op.create_index("ix_gold_answers_attempt_id", "gold_answers", ["attempt_id"])
    op.create_index(
        "ix_gold_answers_project_id_member_id", "gold_answers", ["project_id", "member_id", "purpose"]
    )
    op.create_index("ix_tasks_taken_by", "tasks", ["taken_by", "project_id"])
