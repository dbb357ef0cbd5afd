"""Runs both halves while you work: the server, started anew at each change, and Vite.

Open Vite's address; it passes `/api` on to the server. Data is kept in `.dev`.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = os.environ.get("PORT", "8100")


def main() -> None:
    """Start both, and end both when either ends or Ctrl-C is pressed."""
    serve = f"{sys.executable} -m labelwright serve --data .dev --port {PORT}"
    server = [sys.executable, "-m", "watchfiles", "--filter", "python", serve, "src/labelwright"]
    # Without npm in between, so that ending it ends Vite.
    web = ["node", "node_modules/vite/bin/vite.js"]
    environment = {**os.environ, "LABELWRIGHT_DEV_SERVER": f"http://127.0.0.1:{PORT}"}
    running = [
        subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
        for command, folder in ((server, ROOT), (web, ROOT / "web"))
    ]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        os.waitpid(-1, 0)
    except KeyboardInterrupt:
        pass
    finally:
        for process in running:
            end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process, which ends what it started; what is left after a while is ended, too."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    main()
