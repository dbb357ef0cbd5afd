"""The access log: one line for every request, as JSON, or for eyes where a terminal listens.

Paths are logged without their query, and keys in paths are blanked: a log is no place for secrets.
"""

import io
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import FilteringBoundLogger

_SECRET = re.compile(r"(/by-token/|/invitation/)[^/]+")


def make_logger(stream: TextIO | None = None) -> FilteringBoundLogger:
    """A logger that writes to a stream (standard error)."""
    chosen: TextIO = stream or sys.stderr or io.StringIO()  # a windowed program has no standard error
    readable = chosen.isatty()
    return structlog.wrap_logger(
        structlog.PrintLogger(chosen),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
    )


def loggable(path: str) -> str:
    """A path as it may stand in a log."""
    return _SECRET.sub(r"\1…", path)
