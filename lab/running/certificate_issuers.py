"""Certificate Issuer to Endpoint, by the names that scenarios use: CAPF itself, or an online CA in one of its moods."""

from __future__ import annotations

from collections.abc import Callable

from capf_sim.issuer import CapfIssuer, Issuer, IssuerFactory
from capf_sim.online_ca import TEMPLATE, TEMPLATE_WITHOUT_KEY_USAGE, OnlineCa, Reach
from journal import Clock
from lab.base.failures import look_up
from pki import Authority

_ONLINE = {
    "online CA": (TEMPLATE, Reach.ANSWERS),
    "online CA without key usage": (TEMPLATE_WITHOUT_KEY_USAGE, Reach.ANSWERS),
    "online CA, unreachable": (TEMPLATE, Reach.UNREACHABLE),
    "online CA, rejecting": (TEMPLATE, Reach.REJECTS),
}


def issuer_factory(name: str, days: int, company: Callable[[], Authority]) -> IssuerFactory:
    """What CAPF asks for LSCs.

    Args:
        name: `CAPF`, or one of the online CAs.
        days: how long CAPF's own LSCs are good; an online CA goes by its template.
        company: the online CA is the company's authority.

    Raises InvalidInput for another name.
    """
    if name == "CAPF":
        return lambda authority, clock: CapfIssuer(authority, clock, days)
    key_usage, reach = look_up("certificate issuer", name, _ONLINE)

    def make(authority: Authority, clock: Clock) -> Issuer:
        return OnlineCa(company(), clock, key_usage=key_usage, reach=reach)

    return make
