"""Gold items, honeypots, qualifications and skills"""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply the step."""
