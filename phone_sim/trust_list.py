"""What a phone notes about its trust list: that it has none, or another one than before."""

from __future__ import annotations

from journal import Emitter, Event
from phone_sim.events import ListedServer, TrustListMissing, TrustListUpdated
from phone_sim.flash import Flash
from pki import TrustStore, names_of, read


def miss_trust_list(flash: Flash, emitter: Emitter, cause: Event | None) -> None:
    """As the phone starts."""
    if flash.trusted_servers is None:
        emitter.emit(TrustListMissing(), cause=cause)


def look_at_trust_list(flash: Flash, emitter: Emitter, cause: Event | None) -> None:
    """Before each file, since that is when a real phone asks for its trust lists too."""
    new, flash.trust_list_is_new = flash.trust_list_is_new, False
    if new and flash.trusted_servers is not None:
        servers = tuple(names_of(certificate).subject for certificate in flash.trusted_servers)
        emitter.emit(TrustListUpdated(servers=servers, trust_list=listed(flash.trusted_servers)), cause=cause)


def listed(servers: TrustStore | None) -> tuple[ListedServer, ...] | None:
    """A trust list as events carry it; None for none."""
    if servers is None:
        return None
    return tuple(ListedServer(names_of(one).subject, f"{read(one).serial_number:x}") for one in servers)
