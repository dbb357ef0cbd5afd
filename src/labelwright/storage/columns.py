"""Kinds of columns: values as JSON text, packed bytes, ids, references, moments."""

import zlib
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect


class Json(TypeDecorator[Any]):
    """A value as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        return None if value is None else msgspec.json.decode(value)


class Packed(TypeDecorator[bytes]):
    """Bytes that are kept compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else zlib.compress(value, 1)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ANN401, ARG002
        return None if value is None else zlib.decompress(value)


def identity(name: str = "id", **options: Any) -> Column[str]:  # noqa: ANN401
    """The id of a row."""
    return Column(name, String(36), primary_key=True, **options)


def serial() -> Column[int]:
    """A number that the database counts up."""
    # SQLite numbers rows by itself only for a column of exactly INTEGER.
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def reference(name: str, target: str, *, nullable: bool = False, **options: Any) -> Column[str]:  # noqa: ANN401
    """The id of a row of another table."""
    return Column(name, String(36), ForeignKey(f"{target}.id"), nullable=nullable, **options)


def moment(name: str, *, nullable: bool = False) -> Column[str]:
    """A time as text."""
    return Column(name, String(24), nullable=nullable)
