"""`labelwright version` and `labelwright openapi`."""

import platform
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from labelwright import __version__
from labelwright.cli.output import say, show, show_json


def version(*, json: bool = False) -> None:
    """Print the version."""
    from labelwright.storage.migrations import HEAD

    told = {"labelwright": __version__, "schema": HEAD, "python": platform.python_version()}
    show(told, f"labelwright {__version__} (schema {HEAD}, Python {platform.python_version()})", json=json)


def openapi(
    *, output: Annotated[Path | None, Parameter(help="Write it here instead of printing it.")] = None
) -> None:
    """Print the description of the HTTP API (OpenAPI 3.1)."""
    from labelwright.app import describe_api

    described = describe_api()
    if output is None:
        show_json(described)
        return
    import msgspec

    output.write_bytes(msgspec.json.format(msgspec.json.encode(described), indent=1) + b"\n")
    say(f"Wrote {output}")
