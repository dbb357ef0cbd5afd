"""Options that many commands share, and the settings they make."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from labelwright import settings as settings_table
from labelwright.core.errors import InvalidInput
from labelwright.settings import Settings

SERVER, TOKEN = "LABELWRIGHT_SERVER", "LABELWRIGHT_TOKEN"  # a variable's name


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the data is."""

    data: Annotated[Path | None, Parameter(help="Folder that holds everything.", env_var=())] = None
    database: Annotated[
        str | None, Parameter(help="PostgreSQL URL; without it, SQLite in the folder.", env_var=())
    ] = None
    json: Annotated[bool, Parameter(help="Print JSON for programs.", negative=())] = False

    def settings(self, **given: object) -> Settings:
        """The settings from the environment and these options."""
        return settings_table.load(os.environ, data=self.data, database=self.database, **given)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Target(Place):
    """Where to work: a data folder, or a server."""

    server: Annotated[
        str | None, Parameter(help=f"Address of a server, in place of a folder [{SERVER}].")
    ] = None
    token: Annotated[str | None, Parameter(help=f"Personal token for the server [{TOKEN}].")] = None

    def remote(self) -> tuple[str, str | None] | None:
        """Address and token of the server, or None for a data folder. Options beat the environment."""
        if self.server and self.data:
            raise InvalidInput("--data and --server exclude one another.", remedy="Give one of them.")
        server = self.server or (None if self.data else os.environ.get(SERVER))
        return (server, self.token or os.environ.get(TOKEN)) if server else None


HERE = Place()
THERE = Target()
