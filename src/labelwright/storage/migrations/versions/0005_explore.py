"""What is looked for in the dataset page: tags, counts and values by item, and saved views

The terms of the items that are there come right after it, from their documents.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "item_terms",
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_item_terms_project_id"),
        sa.PrimaryKeyConstraint("project_id", "kind", "value", "position", name="pk_item_terms"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_terms_position", "item_terms", ["project_id", "position", "kind", "value", "n"])
    op.create_table(
        "item_tags",
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("tag", sa.String(100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_item_tags_project_id"),
        sa.PrimaryKeyConstraint("project_id", "tag", "position", name="pk_item_tags"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_tags_position", "item_tags", ["project_id", "position", "tag"])
    op.create_index("ix_item_tags_item_id", "item_tags", ["item_id"])
    op.create_table(
        "views",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(36), nullable=False),
        sa.Column("member_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("updated_at", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_views_project_id"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_views_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_views"),
    )
    op.create_index("ix_views_project_id", "views", ["project_id"])
    op.drop_index("ix_items_project_id_name", "items")
    for index, columns in ORDERS.items():
        op.create_index(index, "items", columns)


ORDERS = {
    "ix_items_facts": [
        "project_id",
        "position",
        "state",
        "annotations",
        "width",
        "height",
        "bytes",
        "split",
        "near_duplicate_of",
    ],
    "ix_items_project_id_name": ["project_id", "name", "position"],
    "ix_items_project_id_annotations": ["project_id", "annotations", "position"],
    "ix_items_project_id_updated_at": ["project_id", "updated_at", "position"],
}
