"""Sources that stay connected: folders, buckets and lists of addresses"""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the step."""
