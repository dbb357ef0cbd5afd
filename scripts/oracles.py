"""Sets up the environment of other tools' own readers, which judge what our formats write.

They are many and heavy and pin what we do not, so they live in `.venv/oracles`, from
`requirements-oracles.lock` (hashes checked). `python scripts/oracles.py` brings it up to date; tests that
ask an oracle skip where it is not there.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".venv" / "oracles"
LOCK = ROOT / "requirements-oracles.lock"


def main() -> None:
    """Make the environment, unless it is that of the lock file already."""
    mark = PLACE / "lock.txt"
    if mark.exists() and mark.read_bytes() == LOCK.read_bytes():
        return
    print("readers of other tools from requirements-oracles.lock", flush=True)
    uv = ROOT / ".venv" / "bin" / "uv"
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, PLACE], check=True)
    python = PLACE / "bin" / "python"
    subprocess.run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, LOCK], check=True)
    mark.write_bytes(LOCK.read_bytes())


if __name__ == "__main__":
    main()
