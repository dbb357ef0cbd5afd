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
    return unchanged(request, tag) or FileResponse(path, media_type=media_type, headers=_headers(tag))


def picture_bytes(data: bytes, media_type: str, tag: str) -> Response:
    """A picture that lies in memory, such as a tile."""
    return Response(data, media_type=media_type, headers=_headers(tag))


def unchanged(request: Request, tag: str) -> Response | None:
    """304 if the browser has what `tag` names."""
    known = [
        entry.strip().removeprefix("W/") for entry in request.headers.get("if-none-match", "").split(",")
    ]
    if f'"{tag}"' in known or "*" in known:
        return Response(status_code=304, headers=_headers(tag))
    return None


def _headers(tag: str) -> dict[str, str]:
    return {**PICTURE_HEADERS, "ETag": f'"{tag}"'}
