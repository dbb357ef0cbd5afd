"""The table of what models made of pictures once, so that it need not be worked out again."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table

from labelwright.storage.columns import moment, reference


def assist_tables(metadata: MetaData) -> Table:
    """`embeddings`."""
    return Table(
        "embeddings",
        metadata,
        Column("item_id", String(36), primary_key=True),
        Column("model", String(140), primary_key=True),  # NAME@VERSION
        reference("project_id", "projects"),
        Column("dimensions", Integer, nullable=False),
        Column("vector", LargeBinary, nullable=False),  # float16, little endian, of length 1
        moment("created_at"),
        Index("ix_embeddings_project_id_model", "project_id", "model"),
    )
