"""The table of why items are reviewed, or are not."""

from sqlalchemy import Column, Float, Index, MetaData, String, Table

from labelwright.storage.columns import identity, moment, reference


def review_tables(metadata: MetaData) -> Table:
    """`review_reasons`."""
    return Table(
        "review_reasons",
        metadata,
        identity(),
        reference("project_id", "projects"),
        Column("item_id", String(36), nullable=False),
        Column("task_id", String(36)),  # the review; None: there is none
        Column("why", String(20), nullable=False),  # random, random_risky, risk, other, passed (not reviewed)
        Column("risk", Float),  # that at least one annotation is wrong
        moment("created_at"),
        Index("ix_review_reasons_project_id", "project_id", "why"),
        Index("ix_review_reasons_task_id", "task_id"),
    )
