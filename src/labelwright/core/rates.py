"""Rates: what an hour of work costs in a project, by person or role, and an hour of the machine."""

import math
from collections.abc import Mapping

import msgspec

from labelwright.core.errors import InvalidInput
from labelwright.core.roles import ROLES

MOST = 1_000_000.0
LONGEST_CURRENCY = 12


class Rates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What an hour costs: of a member by id, else of their role, in one currency; `machine` of computing.

    With nothing set, ledgers speak of hours. Who has no rate costs nothing, and is named.
    """

    currency: str = ""
    members: dict[str, float] = {}
    roles: dict[str, float] = {}
    machine: float = 0.0

    @property
    def given(self) -> bool:
        """Whether any rate is set."""
        return bool(self.members or self.roles or self.machine)

    def of(self, member: str, role: str | None) -> float | None:
        """The rate of a person; None where neither they nor their role has one."""
        if member in self.members:
            return self.members[member]
        return self.roles.get(role or "")


def check_rates(rates: Rates) -> Rates:
    """The rates themselves. Raises InvalidInput for an unknown role or a rate that is none."""
    for role in rates.roles:
        if role not in ROLES:
            raise InvalidInput(f"“{role}” is no role; there are {', '.join(ROLES)}.", place=f"roles.{role}")
    _check_numbers("members", rates.members)
    _check_numbers("roles", rates.roles)
    _check_numbers("machine", {"": rates.machine})
    if len(rates.currency) > LONGEST_CURRENCY:
        raise InvalidInput(f"A currency has at most {LONGEST_CURRENCY} characters.", place="currency")
    return rates


def _check_numbers(place: str, rates: Mapping[str, float]) -> None:
    for name, rate in rates.items():
        if not math.isfinite(rate) or not 0 <= rate <= MOST:
            where = f"{place}.{name}" if name else place
            raise InvalidInput(f"A rate an hour is a number from 0 to {MOST:,.0f}, not {rate}.", place=where)
