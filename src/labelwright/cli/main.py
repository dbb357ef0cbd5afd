"""The table of commands, and how each ends: 0 done, 1 refused (why, and what to do), 2 misused."""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from labelwright import __version__
from labelwright.cli.output import complain, warn
from labelwright.core.errors import LabelwrightError

DONE, REFUSED, MISUSED, INTERRUPTED = 0, 1, 2, 130

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("process:demo", "Run a server with a sample project of real images."),
    "serve": ("process:serve", "Run the server."),
    "worker": ("process:worker", "Run background jobs."),
    "doctor": ("upkeep:doctor", "Name what is wrong, and the remedy."),
    "backup": ("upkeep:backup", "Write everything into one file."),
    "restore": ("upkeep:restore", "Bring back a backup."),
    "migrate": ("upkeep:migrate", "Bring the database up to the newest schema."),
    "project": ("projects:app", "Make projects and look at them."),
    "import": ("transfer:import_", "Bring in images and labels."),
    "source": ("sources:app", "Label pictures where they lie: buckets, folders, lists of addresses."),
    "export": ("transfer:export", "Write the accepted annotations."),
    "convert": ("conversion:convert", "Turn label files of one format into another."),
    "formats": ("conversion:formats", "List the formats."),
    "agreement": ("quality:agreement", "Tell how far people agree, in a table of their answers."),
    "consensus": ("consensus:consensus", "Merge the answers of several people into one for each item."),
    "release": ("releases:app", "Freeze accepted work, and prove that it is unchanged."),
    "audit": ("audits:app", "Measure how much of a release is wrong, so that it can be proved."),
    "gold": ("gold:app", "Mix items whose answer is known into work, and see how they were answered."),
    "models": ("models:app", "Models that suggest: list, add, try and remove them."),
    "predict": ("models:predict", "Pre-label the items of a project by a model."),
    "tag": ("tagging:tag", "Show the tags that a model gives to pictures."),
    "member": ("people:member", "Bring people in."),
    "token": ("people:token", "Make keys for programs."),
    "openapi": ("about:openapi", "Print the description of the HTTP API."),
    "version": ("about:version", "Print the version."),
}
"""Each command, where it is, and what it does. Its file is loaded only when it is used."""


def build() -> App:
    """The whole command line."""
    app = App(
        name="labelwright",
        help="Image labels that can be proved: people and models label together.",
        version=__version__,
        result_action="return_int_as_exit_code_else_zero",
    )
    for name, (place, purpose) in COMMANDS.items():
        app.command(f"labelwright.cli.{place}", name=name, help=purpose)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit code."""
    try:
        return int(build()(arguments, exit_on_error=False) or DONE)
    except CycloptsError:  # cyclopts has told what is wrong with the arguments
        return MISUSED
    except LabelwrightError as error:
        complain(error)
        return REFUSED
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        return DONE
    except OSError as error:
        warn(f"error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
