"""CallManager's service parameters, read when the service starts."""

from __future__ import annotations

from dataclasses import dataclass

from wire.sccp import HIGHEST_PROTOCOL_VERSION, SCCP_PORT, SECURE_SCCP_PORT
from wire.tls import TlsVersion


@dataclass(frozen=True, slots=True)
class ServiceParameters:
    """Times are in seconds. Intervals are CUCM's defaults; for what is marked as assumed there is no source."""

    minimum_tls_version: TlsVersion = TlsVersion.TLSv1
    """`set tls min-version`; 1.0 was the default of older releases."""
    station_keep_alive_interval: int = 30
    secondary_keep_alive_interval: int = 60
    keep_alive_timeout: float = 90.0
    """Assumed: three intervals of silence."""
    registration_timeout: float = 30.0
    """Assumed: how long a connection may be open without a registration, its TLS handshake not counted."""
    handshake_timeout: float = 10.0
    """Assumed."""
    reset_grace: float = 10.0
    """Assumed: how long a phone may stay connected after it was told to reset."""
    send_timeout: float = 10.0
    """Assumed: how long a peer may leave an answer unread."""
    messages_before_registration: int = 32
    """Assumed; a 79xx sends fewer than ten."""
    highest_protocol_version: int = HIGHEST_PROTOCOL_VERSION
    lowest_protocol_version: int = 3
    """Assumed: the lowest layout that is known to have been in use."""
    port: int = SCCP_PORT
    secure_port: int = SECURE_SCCP_PORT
