"""Finds the Chromium that the browser journeys drive, and fetches one where there is none.

In this order: the one named by LABELWRIGHT_TEST_BROWSER, an installed Chromium or Chrome, Debian's
package where apt may install it, Playwright's own download. `python scripts/browser.py` prints what
was chosen; the journeys ask `installed`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bootstrap import apt_get

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def installed() -> "Path | None":
    """The browser that is here already, or None."""
    named = os.environ.get("LABELWRIGHT_TEST_BROWSER")
    candidates = [named] if named else [shutil.which(name) for name in NAMES]
    for candidate in candidates:
        if candidate and version(Path(candidate)):
            return Path(candidate)
    return None if named else playwrights_own()


def playwrights_own() -> "Path | None":
    """The browser that Playwright downloaded earlier, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() and version(path) else None


def version(browser: Path) -> "str | None":
    """What the browser says it is; None if it does not run (Ubuntu's package is only a pointer)."""
    try:
        answer = subprocess.run(
            [browser, "--version"], check=False, capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None if answer.returncode == 0 else None


def fetch() -> "Path | None":
    """A browser from Debian, else from Playwright; None if neither could be had."""
    apt = apt_get()
    if apt is not None:
        print("browser: installing Debian's chromium", flush=True)
        subprocess.run([*apt, "update", "-qq"], check=False)
        subprocess.run([*apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False)
        found = installed()
        if found:
            return found
    print("browser: fetching Playwright's Chromium", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return installed()


def main() -> None:
    """Print the browser of the journeys, fetching it first where needed."""
    found = installed() or fetch()
    if found is None:
        sys.exit(
            "browser: none found, none to be had. Install Chromium, or name one in LABELWRIGHT_TEST_BROWSER."
        )
    print(f"browser: {found} ({version(found)})")


if __name__ == "__main__":
    main()
