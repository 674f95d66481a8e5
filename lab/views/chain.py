"""From a failure back to what led to it: along each event's `cause`, and across a connection to its other end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from capf_sim.events import OperationEnded
from cucm_sim.events import DeviceUnregistered, RegistrationRejected
from journal import Event
from lab.views.edge_chain import across_edge
from lab.views.evidence import tells
from lab.views.record import Record
from phone_sim.capf_events import CapfCredentialsSent, CapfKeyNotMade, LscRejected
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import PhoneStarted, RegistrationLost, SecureConnectionRefused
from phone_sim.registration_events import RegistrationRefused
from phone_sim.vpn.events import VpnAttempted
from wire.tls import AlertDescription, AlertSeen, CertificateVerified, HandshakeFailed

_BEGINNINGS = ConfigurationFileReceived | PhoneStarted | VpnAttempted
"""What led to these, the round before, is another failure's story."""


def chain(record: Record, *failures: Event, because: Iterable[Event] = ()) -> tuple[Event, ...]:
    """All that led to the failures and can be put into words, the latest first; `because` is what no link leads to."""
    found: dict[int, Event] = {}
    ahead = [*failures, *because]
    while ahead:
        event = ahead.pop()
        if event.seq in found:
            continue
        found[event.seq] = event
        if not isinstance(event, _BEGINNINGS):
            cause = record.at(event.cause)
            ahead += [*([cause] if cause is not None else []), *_across(record, event), *across_edge(record, event)]
    return tuple(found[seq] for seq in sorted(found, reverse=True) if _tells(found[seq]))


def _across(record: Record, event: Event) -> Iterator[Event]:
    """What the journal does not link, since neither end of a wire knows what the other one noted."""
    others = (other for other in record.on(event.connection) if other.actor != event.actor)
    match event:
        case AlertSeen(direction="read") if not event.connection.endswith(">802.1X"):
            yield from (o for o in others if isinstance(o, AlertSeen) and o.direction == "write")
        case SecureConnectionRefused():
            yield from (o for o in others if isinstance(o, HandshakeFailed))
        case RegistrationRefused():
            yield from (record.round_of(event), *(o for o in others if isinstance(o, RegistrationRejected)))
        case RegistrationRejected():
            yield from (o for o in others if isinstance(o, RegistrationRefused))
        case RegistrationLost():
            yield from (o for o in others if isinstance(o, DeviceUnregistered))
        case OperationEnded():
            yield from (o for o in others if isinstance(o, CapfCredentialsSent | CapfKeyNotMade | LscRejected))
        case HandshakeFailed(side="server") | CertificateVerified():
            start = record.start(event.actor, event.seq)
            if start is not None:
                yield start


def _tells(event: Event) -> bool:
    if isinstance(event, AlertSeen) and event.description == AlertDescription.CLOSE_NOTIFY:
        return False
    if isinstance(event, CertificateVerified) and event.verify_code == 0:
        return False
    return tells(event)
