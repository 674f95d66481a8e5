"""Security Configuration: the phone's certificates, security mode, CAPF and trust list, as data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cisco_data import AuthenticationMode
from phone_sim.enrolment import capf_servers
from phone_sim.pages.view import PhoneView
from phone_sim.preference import prefer
from phone_sim.trust.held_lists import HeldList
from pki import names_of, read
from wire.plain_text import plain
from wire.tls import Credential

INSTALLED: Final = "Installed"
NOT_INSTALLED: Final = "Not Installed"


@dataclass(frozen=True, slots=True)
class CertificateOnPhone:
    """One certificate that the phone holds with its key."""

    subject: str
    """`/CN=CP-7965G-SEP...`, as its console prints it."""
    issuer: str
    issuer_name: str
    """CN of the issuer; its RFC 4514 text where it has none."""
    serial_number: str
    """Lower-case hex."""
    not_before: datetime | None
    """UTC."""
    not_after: datetime | None
    """UTC."""


@dataclass(frozen=True, slots=True)
class CapfEntry:
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class TrustListEntry:
    subject: str
    """`CN=cucm-pub;OU=..`, as in the list."""
    role: str
    """As `show ctl` prints it: `CCM+TFTP`."""


@dataclass(frozen=True, slots=True)
class TrustListOnPhone:
    """A CTL or an ITL."""

    sha1: str
    """Of the file, lower-case hex. Assumed: that phones show it."""
    entries: tuple[TrustListEntry, ...]


@dataclass(frozen=True, slots=True)
class SecurityConfiguration:
    security_mode: str
    """`Non Secure`, `Authenticated` or `Encrypted`; empty before the phone has its file."""
    lsc: CertificateOnPhone | None
    mic: CertificateOnPhone | None
    in_use: str
    """Which of the two the phone presents to a server that asks, `LSC` or `MIC`; empty where it has neither."""
    capf_servers: tuple[CapfEntry, ...]
    """None before the phone has its file."""
    string_wanted: bool
    """Whether CAPF waits until a user types an authentication string."""
    ctl: TrustListOnPhone | None
    itl: TrustListOnPhone | None

    @property
    def lsc_state(self) -> str:
        return _state(self.lsc)

    @property
    def mic_state(self) -> str:
        return _state(self.mic)

    @property
    def ctl_state(self) -> str:
        return _state(self.ctl)

    @property
    def itl_state(self) -> str:
        return _state(self.itl)


def security_configuration(phone: PhoneView) -> SecurityConfiguration:
    flash, file = phone.flash, phone.file
    chosen = prefer(flash.lsc, flash.mic)
    servers = capf_servers(file) if file is not None else ()
    return SecurityConfiguration(
        security_mode=file.device_security_mode if file is not None else "",
        lsc=_certificate(flash.lsc),
        mic=_certificate(flash.mic),
        in_use=chosen[0].value if chosen is not None else "",
        capf_servers=tuple(CapfEntry(server.process_node_name, server.phone_port) for server in servers),
        string_wanted=(
            file is not None and bool(servers) and file.capf_auth_mode is AuthenticationMode.BY_AUTHENTICATION_STRING
        ),
        ctl=_list(flash.lists.ctl),
        itl=_list(flash.lists.itl),
    )


def _state(held: object | None) -> str:
    return INSTALLED if held is not None else NOT_INSTALLED


def _list(held: HeldList | None) -> TrustListOnPhone | None:
    if held is None:
        return None
    entries = tuple(
        TrustListEntry(plain(record.certificate_id.subject), record.role.function) for record in held.content.records
    )
    return TrustListOnPhone(hashlib.sha1(held.octets, usedforsecurity=False).hexdigest(), entries)


def _certificate(credential: Credential | None) -> CertificateOnPhone | None:
    if credential is None:
        return None
    certificate = credential.identity.certificate
    subject, issuer = names_of(certificate)
    return CertificateOnPhone(
        subject=subject.oneline,
        issuer=issuer.oneline,
        issuer_name=issuer.label,
        serial_number=f"{read(certificate).serial_number:x}",
        not_before=read(certificate).not_before,
        not_after=read(certificate).not_after,
    )
