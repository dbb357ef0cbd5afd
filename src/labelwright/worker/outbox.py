"""The watch beside a server that finds what webhooks are to be told, and has it delivered."""

import logging
import threading

from labelwright.core.errors import LabelwrightError
from labelwright.services.context import Context
from labelwright.services.jobs import Jobs
from labelwright.services.webhook_delivery import ask_for_delivery, collect

PAUSE = 2.0
_log = logging.getLogger("labelwright.webhooks")


class OutboxWatch:
    """Looks every so often, in a thread of the server; the worker delivers."""

    def __init__(self, context: Context, jobs: Jobs, pause: float = PAUSE) -> None:
        self._context, self._jobs, self._pause = context, jobs, pause
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="webhooks", daemon=True)

    def open(self) -> None:
        """Look from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop looking; what was written down is delivered at the next start."""
        self._closing.set()
        self._thread.join()

    def look(self) -> None:
        """Look once."""
        if collect(self._context) and ask_for_delivery(self._context):
            self._jobs.wake()

    def _watch(self) -> None:
        while not self._closing.wait(self._pause):
            try:
                self.look()
            except LabelwrightError as error:  # the database is away for a moment
                _log.warning("Webhooks wait: %s", error.message)
            except Exception:  # noqa: BLE001  # the watch has to go on; the log has the details
                _log.exception("Looking for what webhooks are to be told failed")
