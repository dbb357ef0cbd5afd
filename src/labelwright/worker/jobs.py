"""The kinds of jobs: a table of name and handler, and the running of one job from begin to end."""

import logging
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from labelwright.core.errors import LabelwrightError, StorageFailure, UnknownName
from labelwright.services.context import Context
from labelwright.services.job_run import (
    JobCancelled,
    JobInterrupted,
    JobRun,
    begin,
    end_badly,
    end_cancelled,
    end_well,
    hand_back,
    in_words,
)

KINDS = {
    "import_items": "labelwright.services.item_import:run_import",
    "undo_items": "labelwright.services.item_undo:run_undo",
    "sync_source": "labelwright.services.source_sync:run_sync",
    "import_labels": "labelwright.services.label_import:run_import",
    "find_suspects": "labelwright.services.suspect_run:run_suspects",
    "watch_people": "labelwright.services.consequences:run_watch",
    "add_model": "labelwright.services.models:run_add",
    "train_head": "labelwright.services.heads:run_train",
    "predict": "labelwright.services.predictions:run_predict",
    "deliver_webhooks": "labelwright.services.webhook_delivery:run_delivery",
    "undo_labels": "labelwright.services.label_import:run_undo",
}
"""Job kinds by name; the handlers are imported at first use."""

MOST_CRASHES = 10
_log = logging.getLogger("labelwright.worker")

Handler = Callable[[JobRun], Any]


def handler_of(kind: str) -> Handler:
    """The handler of a kind. Raises UnknownName."""
    if kind not in KINDS:
        raise UnknownName("kind of job", kind, KINDS)
    module, _, name = KINDS[kind].partition(":")
    return getattr(import_module(module), name)


def perform(context: Context, job_id: str, first: int, stopping: threading.Event) -> None:
    """Run a job to its end and write down how it ended; a job that has ended is left alone.

    `first` is the number of attempts there were when the job was asked for: the difference tells how
    often its worker died.
    """
    run = begin(context, job_id, first, stopping)
    if run is None:
        return
    try:
        if run.crashes >= MOST_CRASHES:
            raise _too_often(run)
        report = handler_of(run.kind)(run)
    except JobCancelled:
        end_cancelled(context, job_id)
    except JobInterrupted:
        hand_back(context, job_id)
    except Exception as error:  # noqa: BLE001  # the job page tells it
        if not isinstance(error, LabelwrightError):
            _log.error("Job %s (%s) failed", job_id, run.kind, exc_info=error)
        end_badly(context, job_id, in_words(error))
    else:
        end_well(context, job_id, report)


def _too_often(run: JobRun) -> StorageFailure:
    return StorageFailure(
        f"The worker ended {run.crashes} times while it did this.",
        remedy="Look at the server's log and at the memory of the machine, then try it again.",
    )
