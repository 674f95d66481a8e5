"""What a phone notes while it talks to CAPF."""

from __future__ import annotations

from journal import Event
from pki import NO_NAME, DistinguishedName


class CapfCredentialsSent(Event, frozen=True, kw_only=True):
    """The phone told CAPF its name and, by its authentication mode, what shows that it is itself."""

    session: int
    version: int
    """Of the protocol, as the phone answers."""
    authentication_mode: int
    """capfAuthMode of the phone's file: 1 string, 2 null string, 3 LSC then MIC, 4 MIC then LSC."""
    certificate_kind: str = ""
    """`LSC` or `MIC`; empty where no certificate was sent."""
    issuer: DistinguishedName = NO_NAME
    serial_number: str = ""
    """Lower-case hex."""


class CapfKeyMade(Event, frozen=True, kw_only=True):
    """The phone made the key pair that CAPF asked for."""

    key: str
    """`RSA 2048`."""


class CapfKeyNotMade(Event, frozen=True, kw_only=True):
    """The phone cannot make such a key."""

    key: str
    """Empty where the request itself makes no sense."""


class LscInstalled(Event, frozen=True, kw_only=True):
    """The phone keeps the LSC that CAPF sent, and uses it from now on."""

    serial_number: str
    subject: DistinguishedName
    issuer: DistinguishedName
    not_after: str
    """UTC, ISO 8601."""


class LscRejected(Event, frozen=True, kw_only=True):
    """The phone does not keep what CAPF sent."""

    fault: str
    """A value of phone_sim.capf_requests.StoreFault."""


class LscErased(Event, frozen=True, kw_only=True):
    """The LSC is gone from the phone's flash."""


class LscNotErased(Event, frozen=True, kw_only=True):
    """CAPF asked to delete the LSC, and there is none."""


class CertificateShown(Event, frozen=True, kw_only=True):
    """The phone showed one of its certificates to CAPF."""

    certificate_kind: str
    """`LSC` or `MIC`."""
    found: bool
    """False where it has none of this kind."""


class CapfServerMisbehaved(Event, frozen=True, kw_only=True):
    """The server sent something that is no CAPF message, or not at this point."""

    state: str
    error: str


class CapfServerGone(Event, frozen=True, kw_only=True):
    """The server closed the connection early, or stopped talking."""

    state: str
    silent: bool
    """True where it did not answer in time, False where the connection ended."""


class CapfFinished(Event, frozen=True, kw_only=True):
    """The phone is done with CAPF."""

    ending: str
    """A value of phone_sim.capf_session.CapfEnding."""
    reason: int
    """Of END_SESSION; -1 where none came."""
    lsc_installed: bool
    lsc_deleted: bool
