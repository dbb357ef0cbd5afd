"""The table of merges: what became of several people's answers to one item, and how far they agreed."""

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table

from labelwright.storage.columns import Json, identity, moment, reference


def overlap_tables(metadata: MetaData) -> Table:
    """`merges`."""
    return Table(
        "merges",
        metadata,
        identity(),
        reference("project_id", "projects"),
        Column("item_id", String(36), nullable=False),
        Column("round", Integer, nullable=False),
        Column("node", String(40)),
        Column("document_id", String(36), nullable=False),  # what they were merged into
        Column("answers", Json, nullable=False),  # ids of the submissions, in the order they came
        Column("skips", Json, nullable=False),  # who could not answer, and why
        Column("agreement", Float),
        Column("confidence", Float),
        Column("method", String(60), nullable=False),
        Column("detail", Json, nullable=False),  # per annotation: who said what, and what was left out
        moment("created_at"),
        Index("ix_merges_item_id", "item_id"),
        Index("ix_merges_project_id", "project_id", "created_at"),
    )
