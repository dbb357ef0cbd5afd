"""Tables by which items are found: what counts for each, by term; tags; and saved views.

`item_terms` says nothing that the documents do not say: it can be emptied and made again. Items are
named by their position in the project, a small number that never changes, so that a hundred thousand
of them are counted in milliseconds.
"""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

LONGEST_TERM = 300


def explore_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    """`item_terms`, `item_tags` and `views`."""
    item_terms = Table(
        "item_terms",
        metadata,
        Column("project_id", String(36), ForeignKey("projects.id"), primary_key=True),
        Column("kind", String(12), primary_key=True),  # see core/item_terms.py
        Column("value", String(LONGEST_TERM), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("n", Integer, nullable=False),  # annotations
        Column("low", Float),
        Column("high", Float),
        Index("ix_item_terms_position", "project_id", "position", "kind", "value", "n"),
        sqlite_with_rowid=False,
    )
    item_tags = Table(
        "item_tags",
        metadata,
        Column("project_id", String(36), ForeignKey("projects.id"), primary_key=True),
        Column("tag", String(100), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("item_id", String(36), nullable=False, index=True),
        Index("ix_item_tags_position", "project_id", "position", "tag"),
        sqlite_with_rowid=False,
    )
    views = Table(
        "views",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("project_id", String(36), ForeignKey("projects.id"), nullable=False, index=True),
        Column("member_id", String(36), ForeignKey("members.id"), nullable=False),
        Column("name", String(100), nullable=False),
        Column("shared", Boolean, nullable=False),
        Column("query", Text, nullable=False),  # filter, order and look, as JSON
        Column("created_at", String(24), nullable=False),
        Column("updated_at", String(24), nullable=False),
    )
    return item_terms, item_tags, views
