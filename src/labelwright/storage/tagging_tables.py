"""The tables of webhooks, of what they are to deliver, and of tagging requests that wait for a person."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from labelwright.storage.columns import Json, identity, moment, reference


def tagging_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    """`webhooks`, `webhook_deliveries`, `tag_requests`."""
    return _webhooks(metadata), _deliveries(metadata), _requests(metadata)


def _webhooks(metadata: MetaData) -> Table:
    return Table(
        "webhooks",
        metadata,
        identity(),
        reference("project_id", "projects", index=True),
        Column("url", Text, nullable=False),
        Column("events", Json, nullable=False),
        Column("secret", String(200), nullable=False),
        Column("active", Boolean, nullable=False, default=True),
        Column("failures", Integer, nullable=False, default=0),  # in a row
        Column("rests_until", BigInteger, nullable=False, default=0),
        Column("problem", Text),  # why it failed last, or was turned off
        moment("seen_at"),  # items that were done by then were looked at
        Column("seen_seq", BigInteger, nullable=False),  # and events up to this number
        reference("created_by", "members"),
        moment("created_at"),
    )


def _deliveries(metadata: MetaData) -> Table:
    return Table(
        "webhook_deliveries",
        metadata,
        identity(),
        reference("webhook_id", "webhooks"),
        Column("key", String(160), nullable=False),  # what it tells of, so that it is told once
        Column("event", String(40), nullable=False),
        Column("state", String(20), nullable=False),  # waiting, delivered, failed
        Column("body", Json, nullable=False),
        Column("attempts", Integer, nullable=False, default=0),
        Column("due_at", BigInteger, nullable=False),
        Column("status", Integer),  # of the newest answer
        Column("problem", Text),
        Column("milliseconds", Integer),
        moment("created_at"),
        moment("done_at", nullable=True),
        UniqueConstraint("webhook_id", "key"),
        Index("ix_webhook_deliveries_state_due_at", "state", "due_at"),
    )


def _requests(metadata: MetaData) -> Table:
    return Table(
        "tag_requests",
        metadata,
        identity(),
        reference("project_id", "projects"),
        Column("item_id", String(36), nullable=False, index=True),
        Column("state", String(20), nullable=False),  # pending, answered, skipped, removed
        Column("said", Json, nullable=False),  # what the model said
        Column("answer", Json),  # what people said
        reference("created_by", "members"),
        moment("created_at"),
        moment("answered_at", nullable=True),
        Index("ix_tag_requests_state", "state", "id"),
    )
