"""A list of addresses over HTTP: a text or CSV file whose lines hold URLs of pictures, read in place.

The server fetches what somebody typed, so each address is resolved, judged and then connected to by
the very IP that was judged, again at every redirect. Link-local addresses (where clouds answer with
keys) are never fetched; other private ones only if a setting allows it.
"""

import ipaddress
import socket
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from labelwright.core.errors import InvalidInput
from labelwright.storage.stores import StoredObject

MOST_REDIRECTS = 5
LONGEST_LIST = 64 * 2**20
SECONDS = 300  # for one whole answer
GONE = (404, 410)


class HttpList:
    """The pictures that a list names; their keys are their URLs."""

    def __init__(self, url: str, *, private: bool) -> None:
        self._url = url
        self._private = private
        self._client = httpx.Client(timeout=httpx.Timeout(20, connect=5), trust_env=False)

    def objects(self) -> Iterator[StoredObject]:
        """Every address of the list that is there, each asked for its size and tag."""
        text = b"".join(self.read(self._url, LONGEST_LIST)).decode("utf-8-sig", "replace")
        seen: set[str] = set()
        for line in text.splitlines():
            key = _address(line)
            if key is None or key in seen:
                continue
            seen.add(key)
            found = self._listed(key)
            if found is not None:
                yield found

    def _listed(self, key: str) -> StoredObject | None:
        try:
            with self._ask("HEAD", key) as answer:
                return None if answer.status_code in GONE else _stored(key, answer)
        except InvalidInput:
            return StoredObject(key, 0, datetime.now(UTC), None)  # reading it will say what is wrong

    def look(self, key: str) -> StoredObject:
        """What the server says about one address now."""
        with self._ask("HEAD", key) as answer:
            _check_status(key, answer)
            return _stored(key, answer)

    def read(self, key: str, limit: int) -> Iterator[bytes]:
        """What lies at an address, in pieces. Raises InvalidInput beyond `limit` bytes."""
        ends, size = time.monotonic() + SECONDS, 0
        with self._ask("GET", key) as answer, _told(key):
            _check_status(key, answer)
            for piece in answer.iter_bytes(1 << 20):
                size += len(piece)
                if size > limit:
                    raise InvalidInput(f"{key} has more than the {limit} bytes that are read.", place=key)
                if time.monotonic() > ends:
                    raise InvalidInput(f"{key} took longer than {SECONDS} seconds.", place=key)
                yield piece

    @contextmanager
    def _ask(self, method: str, address: str) -> Generator[httpx.Response]:
        url = httpx.URL(address)
        for _ in range(MOST_REDIRECTS + 1):
            ip = judged(str(url), private=self._private)
            request = self._client.build_request(
                method,
                url.copy_with(host=ip),
                headers={"Host": url.netloc.decode(), "User-Agent": "Labelwright"},
            )
            request.extensions["sni_hostname"] = url.host
            with _told(str(url)):
                answer = self._client.send(request, stream=True)
            try:
                if not answer.has_redirect_location:
                    yield answer
                    return
                url = url.join(answer.headers["location"])
            finally:
                answer.close()
        raise InvalidInput(f"{address} leads on more than {MOST_REDIRECTS} times.", place=address)


def judged(address: str, *, private: bool) -> str:
    """The IP to connect to. Raises InvalidInput if an address may not be reached, or is none."""
    url = httpx.URL(address) if address.isprintable() else httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise InvalidInput(f"“{address}” is no address of http or https.", place=address)
    try:
        found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise InvalidInput(
            f"There is no host “{url.host}”.", place=address, remedy="Check the address and the DNS."
        ) from error
    ips = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for ip in ips:
        plain = getattr(ip, "ipv4_mapped", None) or ip
        if plain.is_link_local or plain.is_multicast or plain.is_unspecified:
            raise InvalidInput(
                f"“{url.host}” is the link-local address {ip}, which is never fetched.",
                place=address,
                remedy="Put the pictures where they have an ordinary address.",
            )
        if not plain.is_global and not private:
            raise InvalidInput(
                f"“{url.host}” is the private address {ip}.",
                place=address,
                remedy="The server's owner allows such addresses with LABELWRIGHT_PRIVATE_SOURCES=yes.",
            )
    return str(ips[0])


def _address(line: str) -> str | None:
    for cell in line.split(","):
        text = cell.strip().strip('"')
        if text.startswith(("http://", "https://")):
            return text
    return None


def _stored(key: str, answer: httpx.Response) -> StoredObject:
    if answer.status_code >= 400:
        return StoredObject(key, 0, datetime.now(UTC), None)  # reading it will say what is wrong
    stamp = answer.headers.get("last-modified")
    try:
        modified = parsedate_to_datetime(stamp) if stamp else datetime.now(UTC)
    except ValueError:
        modified = datetime.now(UTC)
    size = answer.headers.get("content-length", "0")
    return StoredObject(
        key, int(size) if size.isdigit() else 0, modified, answer.headers.get("etag") or stamp
    )


def _check_status(key: str, answer: httpx.Response) -> None:
    if answer.status_code >= 400:
        raise InvalidInput(
            f"{key} answers with {answer.status_code}.",
            place=key,
            remedy="Open it in a browser that is signed in nowhere; the server must see the same.",
        )


@contextmanager
def _told(address: str) -> Generator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise InvalidInput(
            f"{address} could not be fetched ({type(error).__name__}).",
            place=address,
            remedy="Check the address, and that the server can reach it.",
        ) from error
