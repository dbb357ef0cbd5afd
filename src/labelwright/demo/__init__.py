"""The sample project's files: real images with their licence, and nothing that runs."""

from pathlib import Path

BLOOD_CELLS = Path(__file__).parent / "blood_cells"
"""The folder of the sample project “Blood cells”."""
