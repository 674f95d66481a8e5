"""A phone's console: its events as the lines that a real phone of its generation prints.

The layouts, tags, severities and texts are those of published consoles. A line that no published console shows carries `LAB`
where the real ones carry their tag (assumed). Nothing is printed that did not happen; a line is a rendered event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cisco_data.models import MODELS
from journal import Event
from phone_sim import capf_events as capf
from phone_sim import events as phone
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived
from phone_sim.texts import dot1x as edge_lines_dot1x
from phone_sim.texts import trust, tvs
from phone_sim.texts.vpn import VPN_LINES
from phone_sim.trust.events import (
    ConfigurationKept,
    EncryptionKeyMissed,
    ServerNotTrusted,
    ServerVouchedFor,
    TrustListNotServed,
)
from wire.tls import AlertDescription, AlertLevel, AlertSeen, alert_text

FIRST_NUMBER = 1000
"""Of the line that a phone would print first after power on; every event takes a number, printed or not. Assumed: the value."""


class PrintedLine(NamedTuple):
    severity: str
    """DEB, INF, NOT, WRN or ERR."""
    text: str


Rules = dict[type[Event], Callable[[Any], tuple[PrintedLine, ...]]]


def _alert(event: AlertSeen) -> str:
    level = AlertLevel(event.level).name.lower() if event.level in set(AlertLevel) else "unknown"
    return f"[{event.direction}]:[{level}]:[{alert_text(event.description)}]"


def _file(event: ConfigurationFileMissed) -> str:
    return f"{event.file}: {event.failure.value}"


# What both generations say in the same words, none of it published.
_ASSUMED: dict[type[Event], Callable[[Any], tuple[str, str]]] = {
    phone.PhoneStarted: lambda e: ("INF", f"started, load {e.load}"),
    phone.PhoneStopped: lambda e: ("INF", "power off"),
    phone.CertificateMissing: lambda e: ("ERR", f"neither LSC nor MIC for [{e.service}]"),
    phone.ServerUnreachable: lambda e: ("ERR", f"no answer from <{e.address}:{e.port}> for [{e.service}]"),
    phone.PhoneRegistered: lambda e: (
        "NOT",
        f"registered with <{e.call_manager}>" + (f", {e.tls_version} {e.cipher}, cert [{e.kind}]" if e.secure else ""),
    ),
    phone.RegistrationFailed: lambda e: (
        "WRN",
        f"registration failed: {e.reason}" + (f" [{e.text}]" if e.text else ""),
    ),
    phone.RegistrationLost: lambda e: ("WRN", f"registration lost: {e.reason}"),
    phone.BackedOff: lambda e: ("INF", f"next try in {e.seconds:g} s"),
    phone.LscDeletedOnPhone: lambda e: (
        "NOT",
        "LSC deleted in the phone's settings" if e.found else "there is no LSC to delete",
    ),
    phone.ResetOnPhone: lambda e: ("INF", "reset from the keypad"),
    phone.NotResetOnPhone: lambda e: ("WRN", f"not reset: {e.obstacle}"),
    phone.TrustListsDeletedOnPhone: lambda e: (
        "NOT",
        f"CTL and ITL deleted: {e.by}" if e.found else "there is neither a CTL nor an ITL to delete",
    ),
    phone.TrustListsNotDeletedOnPhone: lambda e: ("WRN", f"CTL and ITL not deleted: {e.obstacle}"),
    phone.TftpServerTyped: lambda e: ("NOT", f"TFTP server typed: {', '.join(e.addresses)}"),
    phone.TftpServerNotTyped: lambda e: ("WRN", f"TFTP server not typed: {e.obstacle}"),
    phone.FactoryResetOnPhone: lambda e: ("NOT", "factory reset"),
    phone.TrustListMissing: lambda e: ("WRN", "no trust list: any server is taken"),
    phone.TrustListUpdated: lambda e: ("INF", f"trust list updated: {', '.join(server.label for server in e.servers)}"),
    TrustListNotServed: lambda e: ("NOT", f"no {e.file} on the TFTP server"),
    ConfigurationKept: lambda e: ("WRN", "the configuration in flash stays in use"),
    EncryptionKeyMissed: lambda e: ("WRN", "the configuration is encrypted for another key: CAPF is asked"),
    ServerVouchedFor: lambda e: ("NOT", f"TVS knows the certificate of <{e.server}> for [{e.service}]"),
    ServerNotTrusted: lambda e: ("ERR", f"<{e.server}> not trusted for [{e.service}]: {e.refusal}"),
    phone.LscNotDeletedOnPhone: lambda e: ("WRN", f"LSC not deleted: {e.obstacle}"),
    phone.AuthenticationStringTyped: lambda e: ("INF", "authentication string typed"),
    phone.AuthenticationStringNotTaken: lambda e: ("WRN", f"authentication string not taken: {e.obstacle}"),
    phone.CapfTriesExhausted: lambda e: ("ERR", f"CAPF did not answer, {e.tries} tries"),
    phone.CapfWaitsForString: lambda e: ("INF", "CAPF waits for an authentication string"),
    ConfigurationFileReceived: lambda e: ("INF", f"{e.file} read, device security mode {e.device_security_mode}"),
    ConfigurationFileMissed: lambda e: ("ERR", _file(e)),
    capf.CapfCredentialsSent: lambda e: (
        "NOT",
        f"CAPF session {e.session}" + (f", cert [{e.certificate_kind}]" if e.certificate_kind else ""),
    ),
    capf.CapfKeyMade: lambda e: ("NOT", f"{e.key} key made for CAPF"),
    capf.CapfKeyNotMade: lambda e: ("ERR", f"cannot make a key {e.key} for CAPF"),
    capf.LscInstalled: lambda e: ("NOT", f"LSC installed, issuer {e.issuer.oneline}"),
    capf.LscRejected: lambda e: ("ERR", f"LSC not installed: {e.fault}"),
    capf.LscErased: lambda e: ("NOT", "LSC deleted by CAPF"),
    capf.LscNotErased: lambda e: ("WRN", "CAPF wants to delete an LSC, and there is none"),
    capf.CertificateShown: lambda e: (
        "NOT",
        f"{e.certificate_kind} shown to CAPF" if e.found else f"no {e.certificate_kind} to show",
    ),
    capf.CapfServerMisbehaved: lambda e: ("ERR", f"CAPF breaks its protocol: {e.error}"),
    capf.CapfServerGone: lambda e: ("ERR", "CAPF is silent" if e.silent else "CAPF hung up"),
    capf.CapfFinished: lambda e: ("NOT", f"CAPF session over: {e.ending}"),
}


def _by_supplicant(line_of: Callable[[Event], edge_lines_dot1x.Dot1xLine | None]) -> Rules:
    """802.1X has lines of its own in each generation."""

    def lines(event: Event) -> tuple[PrintedLine, ...]:
        line = line_of(event)
        return (PrintedLine(line.severity, line.text),) if line is not None else ()

    return dict.fromkeys(edge_lines_dot1x.WORDS, lines)


def _assumed(prefix: str) -> Rules:
    def rule(words: Callable[[Any], tuple[str, str]]) -> Callable[[Any], tuple[PrintedLine, ...]]:
        def lines(event: Any) -> tuple[PrintedLine, ...]:
            severity, text = words(event)
            return (PrintedLine(severity, prefix + text),)

        return lines

    return {kind: rule(words) for kind, words in {**_ASSUMED, **VPN_LINES}.items()}


def _told(table: Mapping[type[Event], Callable[[Any], tuple[tuple[str, str], ...]]]) -> Rules:
    """Tables of other modules, whose lines are pairs of severity and text."""

    def rule(told: Callable[[Any], tuple[tuple[str, str], ...]]) -> Callable[[Any], tuple[PrintedLine, ...]]:
        return lambda event: tuple(PrintedLine(*line) for line in told(event))

    return {kind: rule(told) for kind, told in table.items()}


SECD: Rules = {
    **_assumed("SECD: -LAB: "),
    **_told(tvs.LINES_79XX),
    **_told(trust.LINES_79XX),
    **_by_supplicant(edge_lines_dot1x.line_79xx),
    phone.LscMissing: lambda e: (PrintedLine("WRN", f"SECD: -PXY_NO_LSC: No LSC for [{e.service}], will try MIC"),),
    phone.CertificateChosen: lambda e: (
        PrintedLine(
            "NOT",
            f"SECD: -PXY_CERT_CIPHER: [{e.service}], [{e.tls_version}], cert [{e.kind}], cipher [{e.ciphers}]",
        ),
    ),
    AlertSeen: lambda e: (PrintedLine("ERR", f"SECD: -STATE_SSL3_ALERT: SSL3 alert {_alert(e)}"),),
}
"""79xx. `[MIC]` in PXY_CERT_CIPHER is inferred: published lines show `[LSC]` only."""

SECUREAPP: Rules = {
    **_assumed("JAVA-LAB "),
    **_told(tvs.LINES_88XX),
    **_told(trust.LINES_88XX),
    **_by_supplicant(edge_lines_dot1x.line_88xx),
    phone.CertificateChosen: lambda e: (
        PrintedLine("INF", f"JAVA-Sec SSL Connection - ciphers:[{e.ciphers}]"),
        PrintedLine("DEB", f"JAVA-SSL session setup - cert len={e.octets}, type={e.kind}"),
        PrintedLine("DEB", f"JAVA-Certificate subject name = {e.subject.oneline}"),
        PrintedLine("DEB", f"JAVA-SSL session setup - Certificate issuer name = {e.issuer.oneline}"),
    ),
    phone.SecureConnectionUp: lambda e: (PrintedLine("NOT", "JAVA-Sec SSL Connection - Handshake successful."),),
    phone.SecureConnectionRefused: lambda e: (PrintedLine("ERR", "JAVA-Sec SSL Connection - Handshake failed."),),
    phone.LscMissing: lambda e: (PrintedLine("WRN", f"JAVA-LAB no LSC for [{e.service}], will try MIC"),),
    AlertSeen: lambda e: (PrintedLine("ERR", f"JAVA-LAB SSL alert {_alert(e)}"),),
}
"""78xx and 88xx, 12.x. The line with the certificate's length is published for SECUREAPP only."""

_GENERATIONS = {"79xx": SECD, "88xx": SECUREAPP}


class Console:
    """One phone's console. Feed it that phone's events in order; it gives the lines that each of them prints."""

    def __init__(self, model: str = "") -> None:
        """`model`: whose console it is; without one, of the first start that is fed."""
        self._rules = _GENERATIONS[MODELS[model].log] if model else SECD
        self._number = FIRST_NUMBER

    def lines(self, event: Event) -> tuple[str, ...]:
        if isinstance(event, phone.PhoneStarted):
            self._rules = _GENERATIONS[MODELS[event.model].log]
        self._number += 1
        rule = self._rules.get(type(event))
        if rule is None or (isinstance(event, AlertSeen) and event.description == AlertDescription.CLOSE_NOTIFY):
            return ()
        printed = []
        for line in rule(event):
            printed.append(f"{self._number} {line.severity} {self._time(event)} {line.text}")
            self._number += 1
        self._number -= 1
        return tuple(printed)

    def _time(self, event: Event) -> str:
        if self._rules is SECD:
            return f"{event.at:%H:%M:%S.%f}"
        # The process and thread ids are those of published consoles, and mean nothing here.
        process = edge_lines_dot1x.PROCESS if type(event) in edge_lines_dot1x.WORDS else "(711:853)"
        return f"{event.at:%b %d %H:%M:%S.%f} {process}"
