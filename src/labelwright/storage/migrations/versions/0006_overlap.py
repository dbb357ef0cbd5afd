"""Several people's answers to one item, and how far they agree"""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply the step."""
