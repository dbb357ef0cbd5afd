"""The table of errors that reviewers named, or that their corrections show."""

from sqlalchemy import Column, Index, MetaData, String, Table

from labelwright.storage.columns import identity, moment, reference


def error_tables(metadata: MetaData) -> Table:
    """`error_marks`."""
    return Table(
        "error_marks",
        metadata,
        identity(),
        reference("project_id", "projects"),
        Column("item_id", String(36), nullable=False),
        Column("task_id", String(36), nullable=False),  # the review
        Column("document_id", String(36)),  # what was judged
        Column("annotation_id", String(36)),  # None: something is missing that nobody drew
        Column("code", String(40), nullable=False),
        Column("category", String(100)),  # as it was answered
        Column("should_be", String(100)),  # the category it was changed to
        Column("author", String(100), nullable=False),  # whose error it is
        Column("reviewer", String(36), nullable=False),
        moment("created_at"),
        Index("ix_error_marks_project_id", "project_id", "created_at"),
        Index("ix_error_marks_item_id", "item_id"),
    )
