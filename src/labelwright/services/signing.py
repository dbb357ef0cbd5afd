"""Signatures of certificates: Ed25519 (RFC 8032), with a key of the server's own in its data folder.

The key is made at first use and leaves the folder only with a backup. Who keeps the public key can check a
certificate anywhere; a copy of the data folder signs as the same server.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from labelwright.core.errors import StorageFailure

FILE = "signing.key"
KEY_BYTES = 32


def sign(data: Path, message: bytes) -> tuple[str, str]:
    """The signature of a message and the public key, both in hexadecimal."""
    key = _key(data / FILE)
    return key.sign(message).hex(), key.public_key().public_bytes_raw().hex()


def public_key(data: Path) -> str:
    """The server's public key in hexadecimal."""
    return _key(data / FILE).public_key().public_bytes_raw().hex()


def is_signed(message: bytes, signature: str, public: str) -> bool:
    """Whether a signature of a message was made with the key of a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def put_key(data: Path, raw: bytes) -> None:
    """Take the key of a backup; one that was there is kept beside it."""
    file = data / FILE
    if file.is_file() and file.read_bytes() != raw:
        file.rename(file.with_name(f"{FILE}.before-restore"))
    waiting = file.with_name(f"{FILE}.{os.getpid()}")
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(raw)
    waiting.replace(file)


def _key(file: Path) -> Ed25519PrivateKey:
    try:
        # Made apart and linked to its name, so that two processes come to one key and none is half written.
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_name(f"{FILE}.{os.getpid()}")
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(Ed25519PrivateKey.generate().private_bytes_raw())
            try:
                os.link(fresh, file)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        raw = file.read_bytes()
    except OSError as error:
        raise StorageFailure(
            f"The key that signs certificates cannot be read or made: {error}.",
            remedy="Check the rights and the space of the data folder.",
        ) from error
    if len(raw) != KEY_BYTES:
        raise StorageFailure(
            "The key that signs certificates is damaged.",
            remedy=f"Put the file {FILE} of a backup into the data folder.",
        )
    return Ed25519PrivateKey.from_private_bytes(raw)
