"""A phone of a running lab as its user handles it: its power, and what has become of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cisco_data import ServiceName
from journal import Event
from lab.views import phones as view
from phone_sim.events import PhoneStarted, SecureConnectionRefused
from phone_sim.phone import Phone
from phone_sim.trust.events import ServerNotTrusted
from pki import Certificate
from wire.tls import CertificateVerified, HandshakeFailed, alert_text

if TYPE_CHECKING:
    from lab.running.lab import Lab

_SERVICES: dict[str, str] = {"SCCP": ServiceName.CALLMANAGER}


@dataclass(frozen=True, slots=True)
class PhoneRegistration:
    """A registration that both ends hold."""

    cluster: str
    certificate: str
    """`LSC`, `MIC`, or empty without TLS."""
    issuer: str
    """CN of that certificate's issuer."""
    tls: str
    """`TLSv1.2`; empty without TLS."""
    cipher: str
    """In OpenSSL's spelling."""


@dataclass(frozen=True, slots=True)
class PhoneRefusal:
    """A TLS connection that one of its ends refused, or that ended before a word was said."""

    service: str
    """`Cisco CallManager`, `CAPF` or `VPN`."""
    alert: str
    """As the RFCs name it, with blanks: `unknown CA`; empty where the connection was closed without one."""
    by_phone: bool
    """Whether the phone refused the server."""
    verify_code: int
    """X509_V_ERR of the end that refused; -1 where it names none."""
    depth: int
    """Of the certificate at fault, from 0; -1 where there is none."""
    certificate: str
    """What the phone offered: `LSC`, `MIC`, or empty for none."""


@dataclass(frozen=True, slots=True)
class PhoneResult:
    """What has become of a phone since it got power, as far as the journal tells."""

    device: str
    state: str
    """`registered`, `refused`, `rejected`, `not registered` or `off`."""
    reason: str
    """In a few words, why it is not registered: an alert, a cause of a RegisterReject, what did not answer; else empty."""
    registered: PhoneRegistration | None
    refused: PhoneRefusal | None
    """The last one that it met; None where it is registered."""


class PhoneHandle:
    """One phone of a lab.

    Attributes:
        name: for operations: `await lab.install_lsc(phone=phone.name)`.
        phone: the simulated phone with its flash, menu and pages.
    """

    def __init__(self, lab: Lab, name: str, phone: Phone) -> None:
        self._lab = lab
        self.name = name
        self.phone = phone

    @property
    def device(self) -> str:
        """`SEP` and twelve hex digits."""
        return self.phone.device_name

    @property
    def lsc(self) -> Certificate | None:
        """In its flash now."""
        held = self.phone.flash.lsc
        return held.identity.certificate if held is not None else None

    @property
    def mic(self) -> Certificate | None:
        held = self.phone.flash.mic
        return held.identity.certificate if held is not None else None

    def power_on(self) -> None:
        """Plug it in; one that has power is unplugged first. It starts with the caller's next wait.

        Raises RuntimeError before its lab is entered.
        """
        self.phone.power_on(self._lab.nursery)
        self._lab.rest.started(self.phone)

    def power_off(self) -> None:
        """Pull the plug."""
        self.phone.power_off()

    async def settled(self) -> PhoneResult:
        """Wait until it is registered, has been refused, is off or waits for its user, and say what became of it.

        Raises OperationFailed where it has not come to rest after 60 seconds of lab time.
        """
        await self._lab.rest.wait([self.phone])
        return self.result()

    def result(self) -> PhoneResult:
        """What became of it so far."""
        return _result(self._lab.record.of_device(self.device), self.name, self.device)


def _result(events: Sequence[Event], name: str, device: str) -> PhoneResult:
    """`events`: all that concern the phone."""
    row = view.row(events, name, device)
    registered = row.state == "registered"
    since = max((event.seq for event in view.of(events, device, PhoneStarted)), default=0)
    refusals = [event for event in view.of(events, device, SecureConnectionRefused) if event.seq > since]
    return PhoneResult(
        device,
        row.state,
        row.reason,
        PhoneRegistration(row.cluster, row.certificate, row.issuer, row.tls_version, row.cipher)
        if registered
        else None,
        _refusal(events, refusals[-1]) if refusals and row.state not in ("registered", "off") else None,
    )


def _refusal(events: Sequence[Event], refused: SecureConnectionRefused) -> PhoneRefusal:
    distrusted = any(isinstance(event, ServerNotTrusted) and event.connection == refused.connection for event in events)
    by_phone = distrusted or refused.alert_direction == "write"
    side = "client" if by_phone else "server"
    found = (
        event
        for event in reversed(events)
        if isinstance(event, HandshakeFailed) and event.connection == refused.connection and event.side == side
    )
    failed: HandshakeFailed | CertificateVerified | None = next(found, None)
    if failed is None and distrusted:  # after the handshake, since TVS does not vouch for the server
        failed = next(
            event
            for event in reversed(events)
            if isinstance(event, CertificateVerified)
            and event.connection == refused.connection
            and event.actor == refused.actor
        )
    return PhoneRefusal(
        _SERVICES.get(refused.service, refused.service),
        alert_text(refused.alert) if refused.alert >= 0 else "",
        by_phone,
        failed.verify_code if failed is not None else -1,
        failed.depth if failed is not None else -1,
        refused.kind,
    )
