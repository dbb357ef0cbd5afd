"""Tables of what people are measured by and allowed to do: skills."""

from sqlalchemy import Column, MetaData, String, Table

from labelwright.storage.columns import moment, reference


def gold_tables(metadata: MetaData) -> tuple[Table]:
    """`skills`."""
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
    return (skills,)
