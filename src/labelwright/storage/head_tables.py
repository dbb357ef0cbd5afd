"""The tables of heads: small models that learn from a project while people work."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from labelwright.storage.columns import Json, identity, moment, reference


def head_tables(metadata: MetaData) -> tuple[Table, Table]:
    """`head_plans`, `heads`."""
    plans = Table(
        "head_plans",
        metadata,
        reference("project_id", "projects", primary_key=True),
        Column("enabled", Boolean, nullable=False),
        Column("every", Integer, nullable=False),  # submissions, after which it learns again
        Column("ahead", Integer, nullable=False),  # items that get its proposals
        Column("since", Integer, nullable=False, default=0),  # submissions since it learned
        Column("job_id", String(36)),  # the newest training
    )
    heads = Table(
        "heads",
        metadata,
        identity(),
        reference("project_id", "projects"),
        Column("version", Integer, nullable=False),
        Column("kind", String(10), nullable=False),  # tags or boxes
        Column("embedder", String(140), nullable=False),
        Column("items", Integer, nullable=False),  # that it learned from
        Column("things", Integer, nullable=False),  # tags, or boxes of people
        Column("held_out", Integer, nullable=False),  # items that it was measured on
        Column("score", Float),  # F1 there; None: nothing to measure on
        Column("figures", Json, nullable=False),
        Column("promoted", Boolean, nullable=False),
        Column("reason", Text, nullable=False),
        Column("weights", LargeBinary, nullable=False),
        moment("created_at"),
        UniqueConstraint("project_id", "version"),
    )
    return plans, heads
