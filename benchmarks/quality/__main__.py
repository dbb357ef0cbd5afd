"""`python -m benchmarks.quality [--only PART ...] [--peers PYTHON]` prints the tables of every part.

Each part is a file of this folder and runs in a process of its own; one that fails is named at the end.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def parts() -> dict[str, Path]:
    """The files that print tables when they are run."""
    found = {path.stem: path for path in sorted(HERE.glob("*.py")) if not path.stem.startswith("_")}
    return {
        name: path for name, path in found.items() if 'if __name__ == "__main__"' in path.read_text("utf-8")
    }


def main() -> int:
    """Runs the parts one after another."""
    there = parts()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(there), default=list(there))
    parser.add_argument("--peers", help="an interpreter with the packages to compare with")
    given = parser.parse_args()
    failed: list[str] = []
    for name in given.only:
        print(f"\n## {name}\n", flush=True)
        compares = given.peers and '"--peers"' in there[name].read_text("utf-8")
        extra = ["--peers", given.peers] if compares else []
        done = subprocess.run([sys.executable, "-m", f"benchmarks.quality.{name}", *extra], check=False)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
