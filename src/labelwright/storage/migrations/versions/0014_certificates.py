"""What certificates of several audits rest on"""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply the step."""
