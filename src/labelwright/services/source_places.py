"""From a source's row to its open store: the address read, the keys taken from the environment."""

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from labelwright.core.errors import InvalidInput
from labelwright.services.context import Context
from labelwright.storage.http_list import HttpList, judged
from labelwright.storage.stores import PlaceStore, StorePlace, open_store

SCHEMES = {"s3": "s3", "gs": "gcs", "az": "azure", "http": "http", "https": "http"}
OPTIONS = ("endpoint", "region", "anonymous", "path_style", "credentials", "account")
SECRETS: Mapping[str, Mapping[str, str]] = {
    "s3": {
        "ACCESS_KEY_ID": "access_key_id",
        "SECRET_ACCESS_KEY": "secret_access_key",
        "SESSION_TOKEN": "token",
    },
    "gcs": {"SERVICE_ACCOUNT_KEY": "service_account_key"},
    "azure": {"ACCOUNT_NAME": "account_name", "ACCOUNT_KEY": "account_key", "SAS_KEY": "sas_key"},
}
PREFIX = "LABELWRIGHT_SOURCE_"
_NAME = re.compile(r"[A-Z0-9_]{1,60}")

Opened = PlaceStore | HttpList


def kind_of(url: str) -> str:
    """The kind of a source, by its address. Raises InvalidInput."""
    if url.startswith("/"):
        return "folder"
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise InvalidInput(
            f"“{url}” is no address of a source.",
            place="url",
            remedy="Give s3://BUCKET/PREFIX, gs://…, az://…, https://…/list.txt or a folder of the server.",
        )
    if parts.username or parts.password:
        raise InvalidInput("An address with a password is not kept.", place="url", remedy="Leave it out.")
    return SCHEMES[parts.scheme]


def opened(context: Context, kind: str, url: str, options: Mapping[str, Any]) -> Opened:
    """The store of a source, ready to be read. Raises InvalidInput saying what is missing."""
    private = context.settings.private_sources
    if kind == "http":
        return HttpList(url, private=private)
    if kind == "folder":
        return open_store(StorePlace("folder", url))
    parts = urlsplit(url)
    endpoint = options.get("endpoint")
    if endpoint and kind != "s3":
        raise InvalidInput("Only S3 takes an endpoint.", place="endpoint", remedy="Leave it out.")
    if endpoint:
        judged(endpoint, private=private)
    secrets = _secrets(kind, options.get("credentials"))
    if kind == "azure" and options.get("account"):
        secrets = {"account_name": str(options["account"]), **secrets}
    return open_store(
        StorePlace(
            kind,
            parts.netloc,
            unquote(parts.path).strip("/"),
            endpoint=endpoint,
            region=options.get("region"),
            # The keys of the server's own environment are nobody's to lend: named ones, or none.
            anonymous=not options.get("credentials"),
            path_style=bool(options.get("path_style", bool(endpoint))),
            secrets=secrets,
        )
    )


def name_of(kind: str, key: str) -> str:
    """The name that an object's item gets, before it is made printable."""
    return unquote(urlsplit(key).path) if kind == "http" else key


def check_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that say something. Raises InvalidInput for one that is not known, such as a key."""
    for name in options:
        if name not in OPTIONS:
            raise InvalidInput(
                f"A source has no option “{name}”.", place="options", remedy=f"Known: {', '.join(OPTIONS)}."
            )
    return {name: value for name, value in options.items() if value not in (None, "", False)}


def _secrets(kind: str, credentials: str | None) -> dict[str, str]:
    if not credentials:
        return {}
    if not _NAME.fullmatch(credentials):
        raise InvalidInput("The name of credentials has capitals, digits and _ only.", place="credentials")
    found = {
        option: os.environ[f"{PREFIX}{credentials}_{variable}"]
        for variable, option in SECRETS[kind].items()
        if os.environ.get(f"{PREFIX}{credentials}_{variable}")
    }
    if not found:
        wanted = ", ".join(f"{PREFIX}{credentials}_{variable}" for variable in SECRETS[kind])
        raise InvalidInput(
            f"The server's environment has no credentials “{credentials}”.",
            place="credentials",
            remedy=f"Set {wanted} where the server runs, and start it again.",
        )
    return found
