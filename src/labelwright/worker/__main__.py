"""`python -m labelwright.worker`: the child of a server. Its settings come from the environment.

It ends when its standard input does, since that is how it learns that the server is gone. It may be
killed at any time.
"""

import os
import signal
import sys
import threading

from labelwright import settings as all_settings
from labelwright.core.errors import Conflict
from labelwright.services.context import Context
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database
from labelwright.storage.folder import DATABASE
from labelwright.worker.engine import Engine, take_identity

WAIT_FOR_PREDECESSOR = 15.0
TAKEN = 3


def main() -> None:
    """Run jobs until the server is gone, or there was nothing to do for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends us
    settings = all_settings.load(os.environ)
    database = Database(settings.database or settings.data / DATABASE)
    context = Context(settings=settings, database=database, blobs=BlobStore(settings.data / "blobs"))
    try:
        identity = take_identity(context, f"worker (process {os.getpid()})", WAIT_FOR_PREDECESSOR)
    except Conflict:
        sys.exit(TAKEN)  # somebody else runs the jobs, perhaps a command line; the server tries again
    engine = Engine(context, identity)
    threading.Thread(target=_follow_server, args=(engine,), daemon=True).start()
    engine.run(settings.worker_idle_seconds)
    identity.close()
    database.close()


def _follow_server(engine: Engine) -> None:
    while sys.stdin.buffer.readline():
        engine.poke()
    # Everything on disk is whole at any moment, so there is nothing to wait for: another server may be
    # starting already, and its worker wants our place.
    os._exit(0)


if __name__ == "__main__":
    main()
