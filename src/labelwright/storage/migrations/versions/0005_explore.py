"""What is looked for in the dataset page: tags, counts and values by item, and saved views"""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the step."""
