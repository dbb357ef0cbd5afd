"""The tables of suspects and what was found of them, and of what follows from alarms about people."""

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text

from labelwright.storage.columns import Json, identity, moment, reference


def suspect_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table]:
    """`suspect_runs`, `suspects`, `consequence_plans` and `consequences`."""
    runs = Table(
        "suspect_runs",
        metadata,
        identity(),
        reference("project_id", "projects", index=True),
        Column("job_id", String(36), nullable=False),
        reference("created_by", "members"),
        moment("created_at"),
        moment("finished_at", nullable=True),
        Column("report", Json),
    )
    suspects = Table(
        "suspects",
        metadata,
        identity(),
        reference("run_id", "suspect_runs"),
        reference("project_id", "projects"),
        Column("rank", Integer, nullable=False),  # in its run, the likeliest first, from 1
        Column("item_id", String(36), nullable=False),
        Column("document_id", String(36), nullable=False),  # what was looked at
        Column("annotation_id", String(36)),  # None: something is missing
        Column("kind", String(20), nullable=False),
        Column("category", String(100)),  # as it stands, or what is missing
        Column("should_be", String(100)),
        Column("shape", Json),  # where something is missing, or how it should lie
        Column("score", Float, nullable=False),
        Column("reasons", Json, nullable=False),
        Column("sources", Json, nullable=False),
        Column("verdict", String(20)),
        Column("judged_by", String(36)),
        moment("judged_at", nullable=True),
        Index("ix_suspects_run_id", "run_id", "rank"),
        Index("ix_suspects_project_id", "project_id", "verdict", "judged_at"),
    )
    plans = Table(
        "consequence_plans",
        metadata,
        reference("project_id", "projects", primary_key=True),
        Column("plan", Json, nullable=False),
        reference("updated_by", "members"),
        moment("updated_at"),
    )
    consequences = Table(
        "consequences",
        metadata,
        identity(),
        reference("project_id", "projects"),
        Column("member_id", String(36), nullable=False),
        Column("kind", String(20), nullable=False),  # more_gold, pause or reopen
        Column("what", String(40), nullable=False),  # the alarm
        Column("reason", Text, nullable=False),
        moment("since", nullable=True),
        Column("detail", Json, nullable=False),
        moment("created_at"),
        Column("lifted_by", String(36)),
        moment("lifted_at", nullable=True),
        Index("ix_consequences_project_id", "project_id", "member_id", "lifted_at"),
    )
    return runs, suspects, plans, consequences
