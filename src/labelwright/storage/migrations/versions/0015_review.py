"""Which work is reviewed, by whom, and a project's own error codes"""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply the step."""
