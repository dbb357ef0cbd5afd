"""A port that cannot be had is said plainly, before anything else is done."""

import socket

import pytest

from labelwright.core.errors import Conflict, StorageFailure
from labelwright.serving import address, listen


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with listen("127.0.0.1", 0) as first, pytest.raises(Conflict) as caught:
        listen("127.0.0.1", first.getsockname()[1])

    assert "is taken" in caught.value.message
    assert "--port" in caught.value.remedy


@pytest.mark.parametrize(("host", "port"), [("999.1.1.1", 0), ("127.0.0.1", 70_000), ("192.0.2.1", 0)])
def test_an_address_that_is_not_ours_is_named(host: str, port: int) -> None:
    with pytest.raises(StorageFailure, match="Cannot listen on"):
        listen(host, port)


def test_the_address_of_a_wildcard_is_one_that_opens_in_a_browser() -> None:
    with listen("0.0.0.0", 0) as taken:
        assert address(taken) == f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_ipv6_address_is_in_brackets() -> None:
    with listen("::1", 0) as taken:
        assert address(taken).startswith("http://[::1]:")
