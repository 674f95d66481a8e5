"""TVS's log: what a troubleshooter collects from a node, made from what its TVS noted.

Published, by Cisco's documents on certificates and TVS: the time, `debug`, the texts of connections, requests and look-ups.
Assumed: the words of what no published log shows, which carry `LAB`. Socket numbers and addresses in memory, which real lines have
as well, are left out: this lab has none. A line is printed only if what it says happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cucm_sim import tvs_events as ev
from cucm_sim.tvs_certificates import CTL_CACHE, DATABASE_CACHE
from journal import Event
from wire.faults import ConnectionFailed
from wire.tls import AlertDescription, AlertSeen, HandshakeCompleted, HandshakeFailed, alert_text

_HANDLER: Final = {"QUERY_CERT": "tvsHandleQueryCertReq", "CERT_VERIFICATION": "tvsHandleCertVerificationReq"}
"""The second is assumed."""
_ANSWER: Final = {"QUERY_CERT": "QUERY_CERT_RES", "CERT_VERIFICATION": "CERT_VERIF_RES"}


def tvs_lines(event: Event) -> tuple[str, ...]:
    """The lines that the event prints; none at all for what is not TVS's."""
    rule = _LINES.get(type(event)) if event.actor.service == "tvs" else None
    if rule is None:
        return ()
    time = f"{event.at:%H:%M:%S.%f}"[:-3]
    return tuple(f"{time} |   debug {text}" for text in rule(event))


def _started(event: ev.TvsStarted) -> tuple[str, ...]:
    return (
        f"LAB TVS started on {event.address}:{event.port}, minimum {event.minimum_tls_version},"
        f" TVS.pem {event.serial_number}, {event.certificates} certificates in {DATABASE_CACHE}",
    )


def _handshake(event: HandshakeCompleted) -> tuple[str, ...]:
    address = _address(event)
    return (
        f"ipAddrStr (Phone) {address}",
        f"{address}: tvsSSLHandShake Session ciphers - {event.cipher}",
        "TLS HS Done for ph_conn",
    )


def _alert(event: AlertSeen) -> tuple[str, ...]:
    if event.description == AlertDescription.CLOSE_NOTIFY:
        return ()
    return (f"LAB {_address(event)}: alert {event.direction}: {alert_text(event.description)}",)


def _received(event: ev.TvsRequestReceived) -> tuple[str, ...]:
    kind, requested = f"{event.request}_REQ", event.requested
    handler = _HANDLER[event.request]
    return (
        f"MsgType : TVS_MSG_{kind}",
        f"{event.number}:UNKNOWN:TVS CORE: Rcvd Event: TVS_EV_{kind} in State: TVS_STATE_AWAIT_REQ",
        f"{handler} : Subject Name is: {requested.subject}",
        f"{handler} : Issuer Name is: {requested.issuer}",
        f"{handler} : Serial Number is: {requested.serial_number}",
    )


def _looked_up(event: ev.TvsCertificateLookedUp) -> tuple[str, ...]:
    key = f"{event.requested.serial_number}{event.requested.issuer}"
    lines = []
    for cache in (DATABASE_CACHE, CTL_CACHE):
        place = f"{cache}::getCertificateInformation"
        lines.append(f"{place} - Looking up the certificate cache using Unique MAP ID : {key}")
        if event.cache == cache:
            lines.append(f"{place} - Found entry {{rolecount : {len(event.roles)}}}")
            lines += [f"{place} - {{role : {role}}}" for role in event.roles]
            if event.request == "CERT_VERIFICATION":
                lines.append(f"{place} - Certificate compare return =0")
                lines.append(f"{place} - Certificate found and equal")
            break
        lines.append(f"ERROR:{place} - Cannot find the certificate in the cache")
    else:
        lines.append("getCertificateInformation(cert) : certificate not found")
    lines.append(f"{event.number}:UNKNOWN:Sending {_ANSWER[event.request]} msg")
    return tuple(lines)


def _refused(event: ev.TvsRequestRefused) -> tuple[str, ...]:
    return (f"LAB {_address(event)}: no answer, {event.reason}" + (f": {event.fault}" if event.fault else ""),)


def _address(event: Event) -> str:
    """Of the phone."""
    return event.connection.rpartition(">")[0].rpartition(":")[0]


_LINES: Final[dict[type[Event], Callable[[Any], tuple[str, ...]]]] = {
    ev.TvsStarted: _started,
    ev.TvsStopped: lambda e: ("LAB TVS stopped",),
    ev.TvsDatabaseCacheRead: lambda e: (f"LAB change notification: {e.unit}, {e.certificates} in {DATABASE_CACHE}",),
    ev.TvsCtlCacheRead: lambda e: ("CTLFile.tlv has been modified . Recaching CTL Certificate Cache",),
    HandshakeCompleted: _handshake,
    HandshakeFailed: lambda e: (f"LAB {_address(e)}: TLS handshake failed: {e.reason}",),
    AlertSeen: _alert,
    ev.TvsRequestReceived: _received,
    ev.TvsCertificateLookedUp: _looked_up,
    ev.TvsRequestRefused: _refused,
    ConnectionFailed: lambda e: (f"LAB {_address(e)}: fault of the lab: {e.exception}",),
}
