"""The samples of other tools are read as the table says, or refused for the reason that it says."""

from tests.conformance import samples
from tests.shared_data import shared_data


def test_every_sample_is_read_or_refused_as_the_table_says() -> None:
    found = samples.table(shared_data("formats")).splitlines()

    assert found == samples.GOLDEN.read_text(encoding="utf-8").splitlines(), (
        "look at what changed; if it is right: python -m tests.conformance.samples"
    )
