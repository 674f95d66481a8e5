"""How a switch port is configured: its mode, its timers, and the authentication server that it asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from wire.radius import PORT


@dataclass(frozen=True, slots=True)
class PortTimers:
    """Seconds and counts; the defaults are those of IOS (`dot1x timeout ...`, `dot1x max-...`)."""

    tx_period: float = 30.0
    """Until the identity is asked for again."""
    max_reauth_req: int = 2
    """How often it is asked for again before the port counts as unused."""
    supp_timeout: float = 30.0
    """Until another request is repeated."""
    max_req: int = 2
    """How often it is repeated before the phone counts as silent."""
    quiet_period: float = 60.0
    """After a refusal."""
    reauthenticate_after: float | None = None
    """After a success; None for never, IOS's default."""


@dataclass(frozen=True, slots=True)
class RadiusServer:
    """Whom the port asks, and the secret that both know."""

    address: str
    secret: bytes = field(repr=False)
    port: int = PORT
    retransmit_after: float = 5.0
    """Seconds, IOS's default."""
    tries: int = 3
    """The request and two repetitions, before the server counts as dead. Assumed."""
