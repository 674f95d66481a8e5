"""What a phone notes about itself: its boot, its choice of certificate, its registration."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from journal import Event
from pki import NO_NAME, DistinguishedName

REGISTRATION_SERVICES: Final = frozenset({"SCCP"})
"""How consoles and events name CallManager's service, which is by the protocol."""


class ListedServer(msgspec.Struct, frozen=True):
    """One certificate in a phone's trust list."""

    subject: DistinguishedName
    serial_number: str
    """Lower-case hex."""


class RegistrationFailure(StrEnum):
    """Why the CallManager that was tried last did not accept the phone. Assumed: the kinds."""

    UNREACHABLE = "unreachable"
    TLS_REFUSED = "TLS refused"
    REJECTED = "rejected"
    CONNECTION_LOST = "connection lost"


class UserActionObstacle(StrEnum):
    """Why a phone does not do what a user wants in its settings."""

    NO_POWER = "the phone has no power"
    NOT_REGISTERED = "the phone is not registered"
    SECURE = "the device security mode is not Non Secure"
    NOT_ASKED = "the phone's file asks for no string"
    BUSY = "the phone is on its way to something else"


class PhoneStarted(Event, frozen=True, kw_only=True):
    """Power came on, or the phone reset itself."""

    device_name: str
    model: str
    load: str
    mic_issuer: DistinguishedName = NO_NAME
    """CN of the MIC's issuer; empty where the phone has no MIC."""
    lsc_issuer: DistinguishedName = NO_NAME
    """CN of the LSC's issuer; empty where the phone has no LSC."""
    mic_not_after: str = ""
    """UTC, ISO 8601; empty where there is none, and in a journal from before it was noted. So are the following."""
    lsc_not_after: str = ""
    newest_tls_version: str = ""
    """The newest that the model has, whatever its profile asks for: `TLSv1.2`."""
    trust_list: tuple[ListedServer, ...] | None = None
    """Servers that it trusts; None where it has no list and takes any server."""


class PhoneStopped(Event, frozen=True, kw_only=True):
    """Power went off."""


class StateChanged(Event, frozen=True, kw_only=True):
    """One step of the boot table."""

    state: str
    trigger: str
    next_state: str


class LscMissing(Event, frozen=True, kw_only=True):
    """The phone looked for an LSC first, as always, and has none; it will try the MIC."""

    service: str
    """`SCCP` or `CAPF`."""


class CertificateMissing(Event, frozen=True, kw_only=True):
    """The phone has neither LSC nor MIC, and goes on without a certificate."""

    service: str


class CertificateChosen(Event, frozen=True, kw_only=True):
    """The phone is about to offer TLS with this certificate."""

    service: str
    kind: str
    """`LSC` or `MIC`."""
    tls_version: str
    """The newest that it offers, `TLSv1`."""
    ciphers: str
    """What it offers, a colon list."""
    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    """Lower-case hex."""
    octets: int
    """Of its DER."""
    not_before: str = ""
    """UTC, ISO 8601; empty in a journal from before it was noted."""
    not_after: str = ""


class ServerUnreachable(Event, frozen=True, kw_only=True):
    """No TCP connection: the server's port is closed or the server does not answer."""

    service: str
    address: str
    port: int
    error: int
    """errno; 0 for a timeout."""


class SecureConnectionUp(Event, frozen=True, kw_only=True):
    """TLS is up on the phone's side. With TLS 1.3 the server may not have judged the phone's certificate yet."""

    service: str
    tls_version: str
    cipher: str


class SecureConnectionRefused(Event, frozen=True, kw_only=True):
    """TLS did not come up, or the server ended it before it said anything."""

    service: str
    kind: str
    """The certificate that was offered, `LSC` or `MIC`; empty for none."""
    alert: int
    """The alert's description, -1 where there was none."""
    alert_direction: str
    """`read`: the server refused the phone; `write`: the phone refused the server."""


class PhoneRegistered(Event, frozen=True, kw_only=True):
    """CallManager accepted the phone, and answered all that the phone asks for then."""

    call_manager: str
    secure: bool
    kind: str
    """The certificate in use, `LSC` or `MIC`; empty for none."""
    issuer: DistinguishedName
    tls_version: str
    cipher: str


class RegistrationFailed(Event, frozen=True, kw_only=True):
    """No CallManager of the list accepted the phone in this attempt."""

    reason: RegistrationFailure
    text: str
    """What CallManager said when it refused; empty where it said nothing."""


class RegistrationLost(Event, frozen=True, kw_only=True):
    """A registered phone is registered no more."""

    reason: str


class BackedOff(Event, frozen=True, kw_only=True):
    """The phone waits before its next attempt."""

    seconds: float
    attempt: int


class LscDeletedOnPhone(Event, frozen=True, kw_only=True):
    """A user deleted the LSC in the phone's own admin settings."""

    found: bool
    """False where there was none."""


class CapfTriesExhausted(Event, frozen=True, kw_only=True):
    """The phone gave up on CAPF for this boot."""

    tries: int


class CapfWaitsForString(Event, frozen=True, kw_only=True):
    """The configuration asks for an authentication string: nothing happens until the user types it."""


class AuthenticationStringTyped(Event, frozen=True, kw_only=True):
    """A user typed an authentication string and the phone takes it to CAPF. The string stays out of the journal."""


class AuthenticationStringNotTaken(Event, frozen=True, kw_only=True):
    """A user typed an authentication string, and the phone did not use it."""

    obstacle: UserActionObstacle


class ResetOnPhone(Event, frozen=True, kw_only=True):
    """A user reset the phone from its keypad."""


class NotResetOnPhone(Event, frozen=True, kw_only=True):
    """A user wanted to reset the phone from its keypad, and could not."""

    obstacle: UserActionObstacle


class TrustListMissing(Event, frozen=True, kw_only=True):
    """The phone has no trust list, and its TFTP server has none: it takes any server."""


class TrustListUpdated(Event, frozen=True, kw_only=True):
    """The phone took another CTL, another ITL, or both, and goes by them from now on."""

    servers: tuple[DistinguishedName, ...]
    """CN of each certificate in it."""
    trust_list: tuple[ListedServer, ...] | None = None
    """The same with serial numbers; None in a journal from before they were noted."""
    lists: tuple[str, ...] = ()
    """Which of `CTL` and `ITL` it took; empty in a journal from before that was noted."""
    first_time: bool = False
    """Whether it held neither before."""


class TrustListsDeletedOnPhone(Event, frozen=True, kw_only=True):
    """A user deleted CTL and ITL on the phone."""

    by: str
    """`menu`, `security reset`, or `TFTP server` where another one was typed."""
    found: bool
    """False where there was neither."""


class FactoryResetOnPhone(Event, frozen=True, kw_only=True):
    """A user set the phone back to what the factory made: without LSC, CTL, ITL and configuration."""

    lsc_found: bool
    trust_lists_found: bool


class TrustListsNotDeletedOnPhone(Event, frozen=True, kw_only=True):
    """A user wanted to delete CTL and ITL on the phone, and could not."""

    obstacle: UserActionObstacle


class TftpServerTyped(Event, frozen=True, kw_only=True):
    """A user typed the addresses of TFTP servers on the phone. TrustListsDeletedOnPhone follows where that deleted the lists."""

    addresses: tuple[str, ...]
    """One or two, in the order in which the phone asks them."""
    listed: bool
    """Whether CTL or ITL list one of them as a TFTP server."""


class TftpServerNotTyped(Event, frozen=True, kw_only=True):
    """A user wanted to type the address of a TFTP server on the phone, and could not."""

    obstacle: UserActionObstacle


class LscNotDeletedOnPhone(Event, frozen=True, kw_only=True):
    """A user wanted to delete the LSC in the phone's own admin settings, and could not."""

    obstacle: UserActionObstacle
