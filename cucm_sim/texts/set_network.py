"""What the CLI of a node prints where an administrator gives it another host name, domain or address.

The warning is published in the IP and host name guide of release 12.5. Assumed: the line of the command, of which a real CLI asks
the value in a dialogue; `set network domain` warns as `set network hostname` does; an address changed on the pages prints nothing.
"""

from __future__ import annotations

from typing import Final

from cucm_sim.host_name_events import AddressChanged, DomainChanged, HostNameChanged
from journal import Event

SECURITY_WARNING: Final = (
    "Security Warning : This operation will regenerate all CUCM Certificates including any third party signed Certificates"
    " that have been uploaded."
)
PROMPT: Final = "admin:"


def set_network_lines(event: Event) -> tuple[str, ...]:
    """Of one event; none of another kind."""
    match event:
        case HostNameChanged():
            return f"{PROMPT}set network hostname {event.host_name}", SECURITY_WARNING
        case DomainChanged():
            return f"{PROMPT}set network domain {event.domain}", SECURITY_WARNING
        case AddressChanged(by="cli"):
            return (f"{PROMPT}set network ip eth0 {event.address}",)
        case _:
            return ()
