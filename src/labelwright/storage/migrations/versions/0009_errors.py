"""Errors that reviewers name, and batches that are accepted or refused"""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the step."""
