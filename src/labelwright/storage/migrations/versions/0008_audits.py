"""Audits of releases, their draws and certificates"""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the step."""
