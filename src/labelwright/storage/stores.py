"""Stores that others own: a folder or bucket that is listed and read in place, never written.

`KINDS` is the table of them. Names inside a store are relative to its prefix. What the far side
refuses becomes an InvalidInput that says what to do, and never carries a secret. Whether an
endpoint may be reached at all (private addresses) is decided by whoever opens the store, before.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from obstore import exceptions
from obstore.store import AzureStore, GCSStore, LocalStore, S3Store

from labelwright.core.errors import InvalidInput, UnknownName

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

PATIENCE = timedelta(seconds=20)
RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=30)}


@dataclass(frozen=True)
class StorePlace:
    """Where a store is. `secrets` are kept out of its repr."""

    kind: str
    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    anonymous: bool = False
    path_style: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True)
class StoredObject:
    """What a listing says about one object."""

    key: str
    size: int
    modified: datetime
    etag: str | None


class PlaceStore:
    """One place opened for reading."""

    def __init__(self, place: StorePlace, raw: "ObjectStore") -> None:
        self.place = place
        self._raw = raw

    def objects(self) -> Iterator[StoredObject]:
        """Every object, a page in memory at a time, in the store's own order."""
        with _told(self.place, "list"):
            for page in obstore.list(self._raw, chunk_size=1000):  # pyright: ignore[reportUnknownMemberType]
                for found in page:
                    if not self._inside(found["path"]):
                        continue  # a link that leaves the folder is none of its files
                    yield StoredObject(found["path"], found["size"], found["last_modified"], found["e_tag"])

    def look(self, key: str) -> StoredObject:
        """What the store says about one object now."""
        with _told(self.place, "read", key):
            self._check(key)
            found = obstore.head(self._raw, key)
            return StoredObject(key, found["size"], found["last_modified"], found["e_tag"])

    def read(self, key: str, limit: int) -> Iterator[bytes]:
        """The object in pieces. Raises InvalidInput if it is longer than `limit` bytes, before reading it."""
        with _told(self.place, "read", key):
            self._check(key)
            answer = obstore.get(self._raw, key)
            size = answer.meta["size"]
            if size > limit:
                raise InvalidInput(f"{key} has {size} bytes; at most {limit} are read.", place=key)
            for piece in answer.stream():
                yield bytes(piece)

    def part(self, key: str, start: int, end: int) -> bytes:
        """The bytes from `start` up to, not including, `end`."""
        with _told(self.place, "read", key):
            self._check(key)
            return bytes(obstore.get_range(self._raw, key, start=start, end=end))

    def sign(self, key: str, seconds: int) -> str:
        """An address of the object that needs no key for so long. Raises InvalidInput where there is none."""
        if not isinstance(self._raw, S3Store | GCSStore | AzureStore):
            raise InvalidInput("A folder signs no addresses.", place=key)
        with _told(self.place, "sign", key):
            return obstore.sign(self._raw, "GET", key, timedelta(seconds=seconds))

    def _inside(self, key: str) -> bool:
        """Whether a name stays in the folder once links are followed; buckets have no links."""
        if self.place.kind != "folder":
            return True
        root = Path(self.place.bucket, self.place.prefix).resolve()
        return (root / key).resolve().is_relative_to(root)

    def _check(self, key: str) -> None:
        if not self._inside(key):
            raise InvalidInput(f"{key} leads out of its folder.", place=key)


def open_store(place: StorePlace) -> PlaceStore:
    """A place by its kind. Raises UnknownName, or InvalidInput where its options make no sense."""
    if place.kind not in KINDS:
        raise UnknownName("kind of source", place.kind, sorted(KINDS))
    with _told(place, "open"):
        return PlaceStore(place, KINDS[place.kind](place))


def _folder(place: StorePlace) -> "ObjectStore":
    folder = Path(place.bucket, place.prefix)
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder here.", remedy="Give a folder that the server can read.")
    return LocalStore(folder)


def _s3(place: StorePlace) -> "ObjectStore":
    options: dict[str, Any] = dict(place.secrets)
    if place.endpoint:
        options["endpoint"] = place.endpoint
    if place.anonymous:
        options["skip_signature"] = True
    return S3Store(
        place.bucket,
        prefix=place.prefix or None,
        region=place.region or "us-east-1",
        virtual_hosted_style_request=not place.path_style,
        client_options=_client(place),
        retry_config=RETRIES,
        **options,
    )


def _gcs(place: StorePlace) -> "ObjectStore":
    options: dict[str, Any] = dict(place.secrets)
    if place.anonymous:
        options["skip_signature"] = True
    return GCSStore(
        place.bucket,
        prefix=place.prefix or None,
        client_options=_client(place),
        retry_config=RETRIES,
        **options,
    )


def _azure(place: StorePlace) -> "ObjectStore":
    options: dict[str, Any] = dict(place.secrets)
    if place.endpoint:
        options["endpoint"] = place.endpoint
    if place.anonymous:
        options["skip_signature"] = True
    return AzureStore(
        place.bucket,
        prefix=place.prefix or None,
        client_options=_client(place),
        retry_config=RETRIES,
        **options,
    )


def _client(place: StorePlace) -> "ClientConfig":
    plain = bool(place.endpoint and place.endpoint.startswith("http://"))
    return {"allow_http": plain, "timeout": PATIENCE, "connect_timeout": timedelta(seconds=5)}


TOLD = (
    ("NoSuchBucket", "there is no such bucket.", "Check its name and its region."),
    ("InvalidAccessKeyId", "this key is not known there.", "Check the key's id."),
    ("SignatureDoesNotMatch", "the secret does not belong to the key.", "Check the secret."),
    ("AuthenticationFailed", "the key is not accepted.", "Check the key, and that it has not ended."),
    ("dns error", "its host has no address.", "Check the endpoint and the DNS."),
    ("onnection refused", "nothing answers there.", "Check the endpoint and its port."),
)
"""Words of the far side, as far as they are known, and what they mean."""

KINDS: "dict[str, Callable[[StorePlace], ObjectStore]]" = {
    "folder": _folder,
    "s3": _s3,
    "gcs": _gcs,
    "azure": _azure,
}


@contextmanager
def _told(place: StorePlace, act: str, key: str | None = None) -> Generator[None]:
    """Turn what the far side refused into a sentence, without its own words: they may hold keys."""
    where = f"{place.kind} “{place.bucket}”"
    try:
        yield
    except InvalidInput:
        raise
    except FileNotFoundError as error:
        what = f"{key} is not in {where}." if key else f"There is no {where}."
        raise InvalidInput(what, place=key, remedy="Check the name and the prefix.") from error
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError) as error:
        _raise_known(error, where, key)
        raise InvalidInput(
            f"{where} does not let this key {act}.",
            place=key,
            remedy=f"Check the key and its right to {act}.",
        ) from error
    except (exceptions.BaseError, OSError, ValueError) as error:
        _raise_known(error, where, key)
        raise InvalidInput(
            f"{where} could not be reached to {act}.",
            place=key,
            remedy="Check the address, the region and the network.",
        ) from error


def _raise_known(error: Exception, where: str, key: str | None) -> None:
    for word, said, remedy in TOLD:
        if word in str(error):
            raise InvalidInput(f"{where}: {said}", place=key, remedy=remedy) from error
