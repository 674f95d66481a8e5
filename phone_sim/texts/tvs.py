"""What a phone's TVS and HTTPS service events look like on its console, a table for each generation.

Published for the 79xx: the lines of an HTTPS server's verification, of the connection, and of the flushed cache; for the 78xx and
88xx: those of a query for a list's signer. Lines that no published console shows carry `LAB`. Socket numbers, addresses in memory
and the length of a flush request, which real lines have as well, are left out with their lines: this lab has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from journal import Event
from phone_sim import https_services as https
from phone_sim import tvs_events as tvs
from phone_sim.trust.servers import ServerVerdict
from phone_sim.tvs_events import TvsFailure

Lines = tuple[tuple[str, str], ...]
"""Severity and text of each."""
TvsRules = dict[type[Event], Callable[[Any], Lines]]

_HTTPS: Final = https.SERVICE


# 79xx


def _consulted_79xx(event: tvs.TvsConsulted) -> Lines:
    if event.service != _HTTPS:
        return (("NOT", f"SECD: -LAB: [{event.service}] not in CTL, TVS is asked"),)
    return (
        ("ERR", f"SECD: -HTTPS cert not in CTL, <{event.peer}>"),
        ("NOT", "SECD: -TVS service available, can attempt via TVS"),
        ("NOT", "SECD: -TVS Certificate Authentication request"),
    )


def _sent_79xx(event: tvs.TvsRequestSent) -> Lines:
    if event.request != "CERT_VERIFICATION":
        return (("NOT", f"SECD: -LAB: query sent to TVS server, bytes written : {event.octets}"),)
    sent = "Successfully sent the certificate Authentication request to TVS server, bytes written"
    return (
        ("NOT", f"SECD: -{sent} : {event.octets}"),
        ("NOT", "SECD: -Done sending Certificate Validation request"),
        ("NOT", "SECD: -Authenticate Certificate : request sent to TVS server - waiting for response"),
    )


def _received_79xx(event: tvs.TvsResponseReceived) -> Lines:
    if event.request != "CERT_VERIFICATION":
        return (("NOT", f"SECD: -LAB: TVS answer to query, status : {event.status}"),)
    return (("NOT", f"SECD: -Authentication Response received, status : {event.status}"),)


def _failed_79xx(event: tvs.TvsServerFailed) -> Lines:
    if event.failure is TvsFailure.TLS_REFUSED:
        return (
            ("ERR", f"SECD: EROR:clpSetupSsl: SSL/TLS handshake failed, <{event.address}>"),
            ("ERR", f"SECD: EROR:clpSetupSsl: SSL/TLS setup failed, <{event.address}>"),
            ("ERR", f"SECD: EROR:clpSndStatus: SSL CLNT ERR, srvr<{event.address}>"),
        )
    return (("ERR", f"SECD: -LAB: {_failed(event)}"),)


LINES_79XX: Final[TvsRules] = {
    tvs.TvsConsulted: _consulted_79xx,
    tvs.TvsCacheUsed: lambda e: (("NOT", "SECD: -LAB: matching entry found at cache"),),
    tvs.TvsCacheMissed: lambda e: (("NOT", "SECD: -No matching entry found at cache"),),
    tvs.TvsServerTried: lambda e: (
        ("NOT", f"SECD: clpSetupSsl: Trying to connect to IPV4, IP: {e.address}, Port : {e.port}"),
    ),
    tvs.TvsServerConnected: lambda e: (("NOT", "SECD: -Successfully obtained a TLS connection to the TVS server"),),
    tvs.TvsRequestSent: _sent_79xx,
    tvs.TvsResponseReceived: _received_79xx,
    tvs.TvsServerFailed: _failed_79xx,
    tvs.TvsUnavailable: lambda e: (("ERR", f"SECD: -LAB: {_unavailable(e)}"),),
    tvs.TvsCacheFlushed: lambda e: (
        ("NOT", "SECD: processTvsClntReq: TVS Certificate cache flush request received"),
        ("NOT", "SECD: tvsFlushCertCache: Completed TVS Certificate cache flush request"),
    ),
    https.ServiceServerTrusted: lambda e: (
        (("NOT", "SECD: -Authenticated the HTTPS conn via TVS"),)
        if e.by is ServerVerdict.BY_TVS
        else (("NOT", f"SECD: -LAB: HTTPS server <{e.address}:{e.port}> accepted: {e.by}"),)
    ),
    https.ServiceOpened: lambda e: (("NOT", f"SECD: -LAB: {_opened(e)}"),),
    https.ServiceNotOpened: lambda e: (("ERR", f"SECD: -LAB: {_not_opened(e)}"),),
}


# 78xx and 88xx


def _sent_88xx(event: tvs.TvsRequestSent) -> Lines:
    sent = "TVS process request - Successfully sent the TVS request to TVS server, bytes written"
    return (
        (
            ("DEB", "SECUREAPP-TVS process request - processing TVS Query Certificate request.")
            if event.request == "QUERY_CERT"
            else ("DEB", "SECUREAPP-LAB TVS certificate verification request")
        ),
        ("NOT", f"SECUREAPP-{sent} : {event.octets}"),
    )


LINES_88XX: Final[TvsRules] = {
    tvs.TvsConsulted: lambda e: (
        ("NOT", f"SECUREAPP-LAB certificate for [{e.service}] not in trust list, TVS is asked"),
    ),
    tvs.TvsCacheUsed: lambda e: (("DEB", "SECUREAPP-LAB certificate found in TVS cache"),),
    tvs.TvsServerTried: lambda e: (
        ("INF", f"SECUREAPP-Attempting connect to TVS server addr [{e.address}], mode [IPv4]"),
    ),
    tvs.TvsServerConnected: lambda e: (
        ("DEB", f"SECUREAPP-BIO created with: addr:{e.address}, port:{e.port}, mode:IPv4"),
        ("INF", "SECUREAPP-Sec SSL Connection - TVS."),
        ("NOT", "SECUREAPP-Sec SSL Connection - Handshake successful."),
    ),
    tvs.TvsRequestSent: _sent_88xx,
    tvs.TvsResponseReceived: lambda e: (
        ("DEB", f"SECUREAPP-TVS Service receives {e.octets} bytes of data"),
        ("DEB", "SECUREAPP-Found the work order from pending req list element at index 0"),
        *((("WRN", f"SECUREAPP-LAB TVS does not know the certificate, status {e.status}"),) if e.status else ()),
    ),
    tvs.TvsAnswerCached: lambda e: (
        ("INF", f"SECUREAPP-TVS added cert to TVS cache - expires in {e.seconds / 3600:g} hours"),
    ),
    tvs.TvsServerFailed: lambda e: (
        (("ERR", "SECUREAPP-Sec SSL Connection - Handshake failed."),)
        if e.failure is TvsFailure.TLS_REFUSED
        else (("ERR", f"SECUREAPP-LAB {_failed(e)}"),)
    ),
    tvs.TvsUnavailable: lambda e: (("ERR", f"SECUREAPP-LAB {_unavailable(e)}"),),
    tvs.TvsCacheFlushed: lambda e: (("DEB", "SECUREAPP-LAB TVS cache flushed"),),
    https.ServiceServerTrusted: lambda e: (
        ("NOT", f"SECUREAPP-LAB HTTPS server [{e.address}:{e.port}] accepted: {e.by}"),
    ),
    https.ServiceOpened: lambda e: (("NOT", f"JAVA-LAB {_opened(e)}"),),
    https.ServiceNotOpened: lambda e: (("ERR", f"JAVA-LAB {_not_opened(e)}"),),
}
"""Assumed: that a failed handshake with TVS has the line of one with CallManager."""


def _failed(event: tvs.TvsServerFailed) -> str:
    text = f"TVS server <{event.address}:{event.port}>: {event.failure}"
    return text + (f": {event.fault}" if event.fault else "")


def _unavailable(event: tvs.TvsUnavailable) -> str:
    return f"no answer of TVS, {event.tried} server{'s' if event.tried != 1 else ''} tried: {event.failure}"


def _opened(event: https.ServiceOpened) -> str:
    return f"service <{event.url}> opened, {event.page}"


def _not_opened(event: https.ServiceNotOpened) -> str:
    text = f"service <{event.url}> not opened: {event.failure}" + (f" {event.status}" if event.status else "")
    return text + (f": {event.fault}" if event.fault else "")
