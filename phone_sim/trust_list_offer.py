"""The trust list that comes with a phone's file: taken from the cluster that made the present one, refused from any other.

A real phone checks the new list's signature with a certificate of the list that it has. Signed lists are not spoken here yet, so
the name of the list stands for its signer: each cluster has one, and a regenerated certificate does not change it.
"""

from __future__ import annotations

from collections.abc import Callable

from journal import Emitter, Event
from phone_sim.flash import Flash
from phone_sim.network import TftpAddress
from phone_sim.trust_list import look_at_trust_list
from pki import DistinguishedName, TrustStore, names_of

TrustListSource = Callable[[TftpAddress], TrustStore | None]
"""What a TFTP service gives to a phone as its list of trusted servers; None where it has no list."""


class TrustListRefused(Event, frozen=True, kw_only=True):
    """The phone keeps the list that it has: the one on its TFTP server is signed by a signer that the list does not name."""

    servers: tuple[DistinguishedName, ...]
    """Subject of each certificate in the list that it did not take."""


def no_trust_list(tftp: TftpAddress) -> TrustStore | None:
    """A TFTP service without one."""
    return None


def take_trust_list(flash: Flash, offered: TrustStore | None, emitter: Emitter, cause: Event | None) -> None:
    """Go by `offered` from now on, where the phone may. Assumed: a phone without any list stays without, to show one."""
    held = flash.trusted_servers
    if offered is None or held is None or offered == held:
        return
    if offered.name == held.name:
        flash.trusted_servers = offered
        look_at_trust_list(flash, emitter, cause)
    else:
        emitter.emit(TrustListRefused(servers=tuple(names_of(server).subject for server in offered)), cause=cause)
