"""The table of commands, and how each ends: 0 done, 1 refused (why, and what to do), 2 misused."""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from labelwright import __version__
from labelwright.cli.output import complain, warn
from labelwright.core.errors import LabelwrightError

DONE, REFUSED, MISUSED, INTERRUPTED = 0, 1, 2, 130

COMMANDS: dict[str, str] = {
    "demo": "labelwright.cli.process:demo",
    "serve": "labelwright.cli.process:serve",
    "worker": "labelwright.cli.process:worker",
    "doctor": "labelwright.cli.upkeep:doctor",
    "backup": "labelwright.cli.upkeep:backup",
    "restore": "labelwright.cli.upkeep:restore",
    "migrate": "labelwright.cli.upkeep:migrate",
    "project": "labelwright.cli.projects:app",
    "import": "labelwright.cli.transfer:import_",
    "export": "labelwright.cli.transfer:export",
    "convert": "labelwright.cli.conversion:convert",
    "formats": "labelwright.cli.conversion:formats",
    "release": "labelwright.cli.releases:app",
    "member": "labelwright.cli.people:member",
    "token": "labelwright.cli.people:token",
    "openapi": "labelwright.cli.about:openapi",
    "version": "labelwright.cli.about:version",
}
"""Each command and where it is; a command's file is loaded only when it is used."""


def build() -> App:
    """The whole command line."""
    app = App(
        name="labelwright",
        help="Image labels that can be proved: people and models label together.",
        version=__version__,
        result_action="return_int_as_exit_code_else_zero",
    )
    for name, place in COMMANDS.items():
        app.command(place, name=name)
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
