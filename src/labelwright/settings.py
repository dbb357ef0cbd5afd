"""Settings: one table of name, default and help, read once at start.

Each is also an environment variable, `LABELWRIGHT_` and the name in capitals. Nothing else in the
product reads the environment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from labelwright.core.errors import InvalidInput

PREFIX = "LABELWRIGHT_"


def _setting(default: object, help_text: str, parse: Callable[[str], object]) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"help": help_text, "parse": parse})


def _yes(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("use yes or no")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set. Sizes are in bytes, times in seconds."""

    data: Path = _setting(Path("labelwright-data"), "Folder that holds everything.", Path)
    database: str | None = _setting(
        None, "PostgreSQL URL (postgresql://user:password@host/name); empty: SQLite in the folder.", str
    )
    host: str = _setting("127.0.0.1", "Address to listen on.", str)
    port: int = _setting(8100, "Port to listen on.", int)
    public_url: str | None = _setting(None, "Address that people use, when behind a proxy.", str)
    secure_cookies: bool = _setting(False, "Send cookies over HTTPS only; set it behind TLS.", _yes)
    session_days: int = _setting(14, "Days until an unused sign-in ends.", int)
    max_body_bytes: int = _setting(32 * 2**20, "Largest JSON request.", int)
    max_upload_bytes: int = _setting(8 * 2**30, "Largest single uploaded file.", int)
    max_image_pixels: int = _setting(200_000_000, "Largest image that is decoded whole, in pixels.", int)
    max_streamed_pixels: int = _setting(
        4_000_000_000, "Largest baseline JPEG, PNG or TIFF, which are read in strips, in pixels.", int
    )
    max_tiles_bytes: int = _setting(50 * 2**30, "Most that the tiles of huge images may take up.", int)
    max_source_cache_bytes: int = _setting(
        20 * 2**30, "Most that pictures fetched from sources may take up.", int
    )
    private_sources: bool = _setting(
        False, "Let sources be at private and local addresses (MinIO in your network, for example).", _yes
    )
    max_archive_bytes: int = _setting(64 * 2**30, "Most that an archive may unpack to.", int)
    max_archive_entries: int = _setting(1_000_000, "Most files in one archive.", int)
    max_archive_ratio: int = _setting(200, "Most times an archive may grow by unpacking.", int)
    near_duplicate_distance: int = _setting(4, "Bits of 64 in which near duplicates may differ.", int)
    import_roots: str = _setting(
        "", "Folders the server may import from, separated by ':'; empty: any, for owners only.", str
    )
    model_seconds: int = _setting(120, "Seconds after which a model that gives no answer is stopped.", int)
    model_memory_bytes: int = _setting(8 * 2**30, "Most memory that the process of a model may take.", int)
    model_threads: int = _setting(0, "Threads that a model may use; 0: as many as there are cores.", int)
    private_models: bool = _setting(
        False, "Let models be asked at private and local addresses (a server in your network).", _yes
    )
    worker_idle_seconds: int = _setting(120, "Seconds without a job after which the worker ends.", int)
    trusted_proxies: str = _setting("", "Proxy addresses whose X-Forwarded-For is believed.", str)


def load(environment: Mapping[str, str], **given: object) -> Settings:
    """The settings from an environment, with `given` values (not None) taking precedence.

    Raises InvalidInput naming the variable that cannot be read.
    """
    values: dict[str, object] = {}
    for entry in fields(Settings):
        name = PREFIX + entry.name.upper()
        if name in environment and environment[name] != "":
            try:
                values[entry.name] = entry.metadata["parse"](environment[name])
            except ValueError as error:
                raise InvalidInput(
                    f"The setting {name} cannot be “{environment[name]}”: {error}.",
                    place=name,
                    remedy=entry.metadata["help"],
                ) from None
    values.update({name: value for name, value in given.items() if value is not None})
    return Settings(**values)  # pyright: ignore[reportArgumentType]


def table() -> list[tuple[str, str, str]]:
    """Variable, default and help of every setting, for the docs and `--help`."""
    return [
        (PREFIX + entry.name.upper(), _shown(entry.default), entry.metadata["help"])
        for entry in fields(Settings)
    ]


def _shown(value: object) -> str:
    return "" if value is None else str(value)
