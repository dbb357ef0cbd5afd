"""What a server tells everybody: that it works, and the key that checks its certificates."""

from labelwright.services.signing import is_signed, sign
from tests.api.conftest import V1, Api


def test_the_signing_key_checks_what_the_server_signed_and_is_told_to_everybody(api: Api) -> None:
    signature, _ = sign(api.world.context.settings.data, b"at most 1 %")

    told = api.nobody().get(f"{V1}/signing-key").json()

    assert told["algorithm"] == "Ed25519"
    assert is_signed(b"at most 1 %", signature, told["public_key"])
    assert not is_signed(b"at most 2 %", signature, told["public_key"])
