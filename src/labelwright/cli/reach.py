"""Reaching the data: through a server, or in this process on a data folder."""

from collections.abc import Generator
from contextlib import contextmanager

from labelwright.cli.options import Target
from labelwright.sdk import Client


@contextmanager
def client(target: Target) -> Generator[Client]:
    """A client of the target; in a data folder it acts as the owner, and jobs run in this process."""
    remote = target.remote()
    if remote is not None:
        with Client(*remote) as found:
            yield found
        return
    from labelwright.app import embedded

    with embedded(target.settings()) as found:
        yield found
