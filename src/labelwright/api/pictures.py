"""How pictures that people brought are served: as what they are, unable to run anything."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

PICTURE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "private, max-age=86400",
    "Content-Disposition": "inline",
}


def picture(request: Request, path: Path, media_type: str, tag: str) -> Response:
    """A picture's file, or 304 if the browser has it; `tag` names its content."""
    quoted = f'"{tag}"'
    headers = {**PICTURE_HEADERS, "ETag": quoted}
    known = [
        entry.strip().removeprefix("W/") for entry in request.headers.get("if-none-match", "").split(",")
    ]
    if quoted in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=media_type, headers=headers)
