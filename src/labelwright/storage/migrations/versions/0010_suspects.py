"""Suspect annotations and what was found of them; alarms about annotators"""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply the step."""
