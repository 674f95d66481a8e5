"""Who signs LSCs: CAPF itself, or another authority that can answer an `LscRequest`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from journal import Clock
from pki import Authority, Certificate, PublicKey, lsc


@dataclass(frozen=True, slots=True)
class LscRequest:
    device_name: str
    model: str
    public_key: PublicKey
    serial_number: str = ""
    """Of the chassis."""


class CaUnreachable(Exception):
    """The authority does not answer: `CA Communication Failure`."""


class CaRejected(Exception):
    """The authority answers and refuses: `CA Rejected Connection`."""


class Issuer(Protocol):
    """Certificate Issuer to Endpoint."""

    async def issue(self, request: LscRequest) -> Certificate:
        """Raises CaUnreachable or CaRejected."""


IssuerFactory = Callable[[Authority, Clock], Issuer]
"""Makes the issuer at each start of the service, from CAPF's own authority of that moment; `CapfIssuer` is one itself."""


class CapfIssuer:
    """CAPF as the issuer, Cisco's default; it never fails."""

    def __init__(self, authority: Authority, clock: Clock, days: int = 1825) -> None:
        """`days`: Duration of Certificate Validity, 1 to 1825. Raises ValueError outside of that."""
        if not 1 <= days <= 1825:
            raise ValueError(f"Duration of Certificate Validity is 1 to 1825 days, not {days}.")
        self._authority = authority
        self._clock = clock
        self._days = days

    async def issue(self, request: LscRequest) -> Certificate:
        return lsc(
            self._authority,
            device_name=request.device_name,
            model=request.model,
            public_key=request.public_key,
            not_before=_second(self._clock.now()),
            days=self._days,
            serial_number=request.serial_number,
        )


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
