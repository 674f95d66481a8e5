"""An explanation and its evidence, and the words for the events and codes that it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from capf_sim import events as capf
from cucm_sim.events import CallManagerStarted, RegistrationRejected
from journal import Event
from phone_sim import events as phone
from phone_sim.download_events import ConfigurationFileMissed
from wire.tls import AlertSeen, CertificateVerified, HandshakeFailed, VerifyCode, alert_text


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event that the explanation rests on."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One failure of one phone."""

    device: str
    rule: str
    """Name of the rule; `unknown` where none matched."""
    what: str
    why: str
    cure: str
    commands: tuple[str, ...]
    """Commands that run, and show the cure."""
    evidence: tuple[Evidence, ...]
    still: bool = False
    """Whether it was so when the run ended."""


UNKNOWN = "unknown"
NO_GUESS = "No rule of this lab matches this evidence, so it does not guess."


def unknown(device: str, what: str, evidence: tuple[Evidence, ...]) -> Explanation:
    """What is said where no rule matches: the evidence, and nothing else."""
    return Explanation(device, UNKNOWN, what, NO_GUESS, "", (), evidence)


def cn(subject: str) -> str:
    """The CN of a name as events spell it, `/C=AU/O=.../CN=CAPF-1234abcd`; the whole name where it has none."""
    return subject.rpartition("/CN=")[2].partition("/")[0]


def verify_words(code: int) -> str:
    """OpenSSL's name of a verify code, as words."""
    if code == VerifyCode.KEYUSAGE_NO_CRL_SIGN:
        return "keyusage no crl sign"
    try:
        return VerifyCode(code).name.lower().replace("_", " ")
    except ValueError:
        return "a code that this lab does not know"


_WORDS: dict[type[Event], Callable[[Any], str]] = {
    CallManagerStarted: lambda e: (
        f"{e.actor} started with CallManager-trust: {', '.join(cn(subject) for subject in e.trusted) or 'nothing'}"
    ),
    phone.CertificateChosen: lambda e: (
        f"{e.actor} chose its {e.kind}, serial {e.serial_number}, issuer {e.issuer_name}"
    ),
    phone.CertificateMissing: lambda e: f"{e.actor} has neither LSC nor MIC for {e.service}",
    phone.ServerUnreachable: lambda e: f"{e.actor}: no answer from {e.address} port {e.port}, for {e.service}",
    phone.SecureConnectionRefused: lambda e: f"{e.actor}: TLS for {e.service} did not come up",
    CertificateVerified: lambda e: (
        f"{e.actor}: verify code {e.verify_code} ({verify_words(e.verify_code)}) at depth {e.depth}, {cn(e.subject)}"
    ),
    AlertSeen: lambda e: (
        f"{e.actor} {'read' if e.direction == 'read' else 'wrote'} the alert {alert_text(e.description)} ({e.description})"
    ),
    HandshakeFailed: lambda e: f"{e.actor}: the handshake failed ({e.reason})",
    RegistrationRejected: lambda e: f"{e.actor} rejected {e.device_name}: {e.cause_name} ({e.cause_code})",
    ConfigurationFileMissed: lambda e: f"{e.actor} asked for {e.file}: {e.failure}",
    capf.BearerRefused: lambda e: (
        f"{e.actor} refused the {e.certificate_kind} of {e.device}: {e.fault}"
        + (f", verify code {e.verify_code} at depth {e.depth}" if e.verify_code else "")
    ),
    capf.AuthenticationStringRefused: lambda e: (
        f"{e.actor} refused the authentication string of {e.device}" + ("" if e.given else ": there was none")
    ),
    capf.KeyNotReceived: lambda e: f"{e.actor} got no key {e.key} of {e.device}: {e.fault}",
    capf.OperationEnded: lambda e: f"{e.actor} set the status of {e.device} to {e.status}",
}


def evidence_of(event: Event) -> Evidence:
    """The event in words, under its number."""
    words = _WORDS.get(type(event))
    return Evidence(event.seq, words(event) if words is not None else f"{event.actor}: {type(event).__name__}")
