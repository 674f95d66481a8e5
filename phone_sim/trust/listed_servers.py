"""The servers of a phone's lists, as its events name them."""

from __future__ import annotations

from cisco_data.trust_roles import CALL_MANAGERS, TrustRole
from phone_sim.events import ListedServer
from phone_sim.trust.held_lists import HeldLists
from pki import Certificate, Unreadable, load_untrusted, names_of, read

_SERVERS = CALL_MANAGERS | {TrustRole.CAPF, TrustRole.APPLICATION_SERVER}


def server_certificates_untrusted(lists: HeldLists) -> tuple[Certificate, ...]:
    """Of CallManagers, CAPF and HTTPS servers, each once; records whose certificate cannot be read are left out."""
    found: dict[Certificate, None] = {}
    for record in lists.records(_SERVERS):
        try:
            found[load_untrusted(record.certificate or b"")] = None
        except Unreadable:
            continue
    return tuple(found)


def listed(lists: HeldLists) -> tuple[ListedServer, ...] | None:
    """As events carry them; None where the phone holds no list."""
    if not lists.any_held:
        return None
    return tuple(
        ListedServer(names_of(one).subject, f"{read(one).serial_number:x}")
        for one in server_certificates_untrusted(lists)
    )
