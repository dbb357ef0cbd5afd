"""Where the large or restricted test data lies that is not part of this repository."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]


def shared_data(name: str) -> Path:
    """A file or folder of the shared data; skips the test, or its module, where there is none.

    It is looked for in LABELWRIGHT_SHARED_DATA, else in `shared/data` beside the repository.
    """
    place = Path(os.environ.get("LABELWRIGHT_SHARED_DATA") or _ROOT.parent / "shared" / "data")
    if not (place / name).exists():
        pytest.skip(f"the shared test data “{name}” is not here (LABELWRIGHT_SHARED_DATA)")
    return place / name
