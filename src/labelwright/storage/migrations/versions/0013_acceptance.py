"""Batches that are accepted or refused by a sample"""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply the step."""
