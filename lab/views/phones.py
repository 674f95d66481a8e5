"""What the events say of each phone: registered or not, with which certificate, refused by whom and why.

Give these functions the events that concern the phone (`Record.of_device`): they read all that they are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from cucm_sim.events import DeviceRegistered, DeviceResetSent, DeviceUnregistered, RegistrationRejected
from journal import Event
from lab.views.edge import obstacle
from phone_sim.download_events import ConfigurationFileMissed
from phone_sim.events import (
    REGISTRATION_SERVICES,
    CertificateChosen,
    PhoneRegistered,
    PhoneStarted,
    PhoneStopped,
    RegistrationFailed,
    RegistrationLost,
    SecureConnectionRefused,
    ServerUnreachable,
    StateChanged,
)
from phone_sim.trust.events import ConfigurationRefused
from wire.tls import HandshakeFailed, alert_text

E = TypeVar("E", bound=Event)


_ASIDE = ("TVS", "HTTPS")
"""Services whose silence does not keep a phone from its registration."""


class TlsRefusal(NamedTuple):
    """A TLS refusal, as both ends saw it."""

    refused: SecureConnectionRefused
    chosen: CertificateChosen | None
    """What the phone presented; None for nothing."""
    server: HandshakeFailed | None
    """The server's side of it, with the verify code; None where the server is not of this lab."""

    @property
    def verify_code(self) -> int:
        return self.server.verify_code if self.server is not None else -1

    @property
    def depth(self) -> int:
        return self.server.depth if self.server is not None else -1


class PhoneRow(NamedTuple):
    """One phone's line in the table at the end."""

    phone: str
    device: str
    model: str
    state: str
    """`registered`, `refused`, `rejected`, `not registered` or `off`."""
    cluster: str
    certificate: str
    """`LSC`, `MIC` or empty."""
    issuer: str
    tls_version: str
    cipher: str
    reason: str
    """The alert, the cause code's name, or what the phone could not reach; empty where it registered."""
    node: str = ""
    """Where the cluster has several."""

    @property
    def place(self) -> str:
        """`hq`, and `hq/hq-sub` in a cluster of several nodes."""
        return f"{self.cluster}/{self.node}" if self.node else self.cluster


def of(events: Iterable[Event], actor: str, kind: type[E]) -> list[E]:
    """The events of one kind that one actor noted."""
    return [event for event in events if isinstance(event, kind) and event.actor == actor]


def registration(events: Sequence[Event], device: str) -> PhoneRegistered | None:
    """The registration that is in force at the end of `events`, if there is one.

    Both ends must hold it: CallManager may have ended it, or told the phone to go, before the phone knows.
    """
    ended = set()
    for event in reversed(events):
        if isinstance(event, DeviceUnregistered | DeviceResetSent):
            ended.add(event.connection)
        if event.actor != device:
            continue
        if isinstance(event, PhoneRegistered):
            return event if event.connection not in ended else None
        if isinstance(event, RegistrationLost | PhoneStopped | PhoneStarted | RegistrationFailed):
            return None
        if isinstance(event, StateChanged) and event.state == "registered":
            return None
    return None


def registered_at(events: Sequence[Event], registered: PhoneRegistered) -> DeviceRegistered | None:
    """CallManager's side of a registration: the same connection."""
    for event in reversed(events):
        if isinstance(event, DeviceRegistered) and event.connection == registered.connection:
            return event
    return None


def refusals(events: Sequence[Event], device: str) -> list[TlsRefusal]:
    """Every TLS refusal by CallManager that the phone met, oldest first."""
    found = []
    for refused in of(events, device, SecureConnectionRefused):
        if refused.service not in REGISTRATION_SERVICES:
            continue
        here = [event for event in events if event.connection == refused.connection]
        chosen = next((event for event in here if isinstance(event, CertificateChosen)), None)
        server = next((event for event in here if isinstance(event, HandshakeFailed) and event.side == "server"), None)
        found.append(TlsRefusal(refused, chosen, server))
    return found


def rejections(events: Sequence[Event], device: str) -> list[RegistrationRejected]:
    """Every RegisterReject that a CallManager sent to the device."""
    return [event for event in events if isinstance(event, RegistrationRejected) and event.device_name == device]


def row(events: Sequence[Event], phone: str, device: str) -> PhoneRow:
    """The phone's line in the table."""
    started = of(events, device, PhoneStarted)
    model = started[-1].model if started else ""
    registered = registration(events, device)
    if registered is not None:
        at = registered_at(events, registered)
        return PhoneRow(
            phone,
            device,
            model,
            "registered",
            at.actor.cluster if at is not None else "",
            registered.kind,
            registered.issuer.label,
            registered.tls_version,
            registered.cipher,
            "",
            at.actor.node if at is not None else "",
        )
    stopped = of(events, device, PhoneStopped)
    if not started or (stopped and stopped[-1].seq > started[-1].seq):
        return PhoneRow(phone, device, model, "off", "", "", "", "", "", "")
    since = started[-1].seq
    obstacles: list[tuple[int, PhoneRow]] = [
        *((met.refused.seq, _refused_row(met, phone, device, model)) for met in refusals(events, device)[-1:]),
        *((met.seq, _rejected_row(met, phone, device, model)) for met in rejections(events, device)[-1:]),
    ]
    for missed in of(events, device, ConfigurationFileMissed)[-1:]:
        reason = f"configuration file: {missed.failure}"
        obstacles.append((missed.seq, PhoneRow(phone, device, model, "not registered", "", "", "", "", "", reason)))
    for refused in of(events, device, ConfigurationRefused)[-1:]:
        reason = f"configuration file: {refused.refusal}"
        obstacles.append((refused.seq, PhoneRow(phone, device, model, "not registered", "", "", "", "", "", reason)))
    for silent in [one for one in of(events, device, ServerUnreachable) if one.service not in _ASIDE][-1:]:
        reason = f"{silent.service}: no answer"
        obstacles.append((silent.seq, PhoneRow(phone, device, model, "not registered", "", "", "", "", "", reason)))
    blocked = obstacle(events, device)
    if blocked is not None:
        kept = PhoneRow(
            phone, device, model, "not registered", "", blocked.kind, blocked.issuer, "", "", blocked.reason
        )
        obstacles.insert(0, (blocked.seq, kept))
    seq, last = max(obstacles, key=lambda met: met[0], default=(0, None))
    if last is None or seq < since:
        return PhoneRow(phone, device, model, "not registered", "", "", "", "", "", "")
    return last


def _rejected_row(reject: RegistrationRejected, phone: str, device: str, model: str) -> PhoneRow:
    there = reject.actor
    return PhoneRow(phone, device, model, "rejected", there.cluster, "", "", "", "", reject.cause_name, there.node)


def _refused_row(refusal: TlsRefusal, phone: str, device: str, model: str) -> PhoneRow:
    chosen, alert = refusal.chosen, refusal.refused.alert
    return PhoneRow(
        phone,
        device,
        model,
        "refused",
        refusal.server.actor.cluster if refusal.server is not None else "",
        refusal.refused.kind,
        chosen.issuer.label if chosen is not None else "",
        chosen.tls_version if chosen is not None else "",
        "",
        alert_text(alert) if alert >= 0 else "connection closed",
    )
