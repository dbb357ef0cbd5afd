"""Tables of what people are measured by and allowed to do: gold, answers to it, lessons, attempts, skills."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from labelwright.storage.columns import Json, identity, moment, reference


def gold_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table, Table, Table]:
    """`skills`, `gold_plans`, `gold`, `lessons`, `attempts` and `gold_answers`."""
    skills = Table(
        "skills",
        metadata,
        reference("project_id", "projects", primary_key=True),
        reference("member_id", "members", primary_key=True, index=True),
        Column("skill", String(60), primary_key=True),
        Column("granted_by", String(36)),  # None: by passing a test
        moment("granted_at"),
        moment("expires_at", nullable=True),
    )
    gold_plans = Table(
        "gold_plans",
        metadata,
        reference("project_id", "projects", primary_key=True),
        Column("plan", Json, nullable=False),
        Column("seed", String(32), nullable=False),  # secret: what decides which tasks are gold
        Column("updated_by", String(36), nullable=False),
        moment("updated_at"),
    )
    gold = Table(
        "gold",
        metadata,
        identity(),
        reference("project_id", "projects"),
        Column("item_id", String(36), nullable=False),
        Column("document_id", String(36), nullable=False),  # the right answer
        Column("source", String(20), nullable=False),  # reference, adjudicated, reviewed or expert
        Column("author", String(100), nullable=False),  # whose answer it is: they never get it themselves
        Column("categories", Json, nullable=False),  # how many annotations of each the right answer has
        Column("explanation", Text, nullable=False),
        Column("mixed", Boolean, nullable=False),  # whether queues get it; lessons may have it all the same
        Column("answers", Integer, nullable=False, default=0),  # unannounced ones: how hard it is
        Column("score_sum", Float, nullable=False, default=0.0),
        Column("added_by", String(36), nullable=False),
        moment("added_at"),
        moment("retired_at", nullable=True),
        Index("ix_gold_project_id_item_id", "project_id", "item_id"),
    )
    lessons = Table(
        "lessons",
        metadata,
        identity(),
        reference("project_id", "projects", index=True),
        Column("kind", String(20), nullable=False),  # test or course
        Column("name", String(200), nullable=False),
        Column("settings", Json, nullable=False),
        Column("created_by", String(36), nullable=False),
        moment("created_at"),
        moment("retired_at", nullable=True),
    )
    attempts = Table(
        "attempts",
        metadata,
        identity(),
        reference("lesson_id", "lessons"),
        reference("project_id", "projects"),
        reference("member_id", "members"),
        Column("number", Integer, nullable=False),
        Column("state", String(20), nullable=False),  # open, passed, failed or given_up
        Column("settings", Json, nullable=False),  # of the lesson when it began: later changes do not count
        Column("gold", Json, nullable=False),  # ids of gold, in the order they are asked
        Column("score", Float),
        moment("started_at"),
        moment("ended_at", nullable=True),
        UniqueConstraint("lesson_id", "member_id", "number", name="uq_attempts_lesson_id_member_id_number"),
        Index("ix_attempts_project_id_member_id", "project_id", "member_id"),
    )
    gold_answers = Table(
        "gold_answers",
        metadata,
        reference("task_id", "tasks", primary_key=True),
        reference("project_id", "projects"),
        reference("gold_id", "gold", index=True),
        Column("item_id", String(36), nullable=False),
        reference("member_id", "members"),
        Column("purpose", String(20), nullable=False),  # that of the task: gold, qualification or course
        Column("attempt_id", String(36), index=True),
        Column("number", Integer, nullable=False, default=0),  # in the attempt, from 1
        Column("after_works", Integer, nullable=False, default=0),  # tasks of theirs before it
        Column("document_id", String(36)),  # what they answered; None with a time: skipped
        Column("score", Float),
        Column("detail", Json),
        moment("given_at"),
        moment("answered_at", nullable=True),
        moment("told_at", nullable=True),
        Index("ix_gold_answers_project_id_member_id", "project_id", "member_id", "purpose"),
    )
    return skills, gold_plans, gold, lessons, attempts, gold_answers
