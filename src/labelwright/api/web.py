"""The web application: its files, and its first page for every address that is not the API's.

Files whose names carry a hash of their content are kept by browsers for ever; the page is not.
"""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

FOLDER = Path(__file__).parent.parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm"}
WORKER_POLICY = "default-src 'none'; script-src 'self' 'unsafe-eval'; frame-ancestors 'none'"
"""The policy of the worker of the smart tools. Its library makes functions out of text, which pages may
not; in return it has no network at all, beside the scripts that we serve."""
_WORKER = "vision-worker"
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Labelwright</title>
<body style="font: 1rem/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>The web application was not built</h1>
<p>The server and its API work; the pages are missing from this installation.</p>
<p>In a checkout, run <code>make build</code>. An installed package carries them:
<code>pip install .</code> builds them too.</p></body></html>"""


class Web:
    """Serves the files of a folder, and `index.html` for everything else."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder.resolve()

    async def answer(self, request: Request) -> Response:
        """A file, or the page. Raises 404 under /api/ and for missing assets."""
        path = request.url.path
        if path.startswith("/api/") or path == "/api":
            raise HTTPException(404)
        file = self._file(path.lstrip("/"))
        if file is not None:
            kept = FOR_EVER if path.startswith("/assets/") else "no-cache"
            media_type = _MEDIA_TYPES.get(file.suffix)
            headers = {"Cache-Control": kept}
            if path.startswith(f"/assets/{_WORKER}"):
                headers["Content-Security-Policy"] = WORKER_POLICY
            return FileResponse(file, media_type=media_type, headers=headers)
        if path.startswith("/assets/"):
            raise HTTPException(404)
        page = self._folder / "index.html"
        if not page.is_file():
            return HTMLResponse(_NOT_BUILT, 503, {"Cache-Control": "no-store"})
        return FileResponse(page, media_type="text/html", headers={"Cache-Control": "no-cache"})

    def _file(self, name: str) -> Path | None:
        if not name or "\x00" in name or len(name) > 500:
            return None
        found = (self._folder / name).resolve()
        inside = found.is_relative_to(self._folder) and found != self._folder / "index.html"
        return found if inside and found.is_file() else None
