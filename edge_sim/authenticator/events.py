"""What a switch port notes. Its own name stands in each event, since one switch has many."""

from __future__ import annotations

from journal import Event


class PortModeSet(Event, frozen=True, kw_only=True):
    """An administrator ordered a mode."""

    port: str
    mode: str
    """As `PortMode`."""


class PortStateChanged(Event, frozen=True, kw_only=True):
    """One step of the port's table."""

    port: str
    state: str
    event_name: str
    next_state: str


class PortAuthorized(Event, frozen=True, kw_only=True):
    """The port lets everything through from here on."""

    port: str
    mac: str
    """Of the phone, `00-11-22-33-44-55`; empty while none has said a word."""
    identity: str
    """What the phone gave; empty where it was not asked."""
    why: str
    """What made it so, one of the table's events: `Access-Accept`, `force-authorized ordered`, `no dot1x ordered`."""
    keys: bool = False
    """The server sent the two MPPE keys."""


class PortUnauthorized(Event, frozen=True, kw_only=True):
    """The port lets nothing but EAPOL through from here on."""

    port: str
    mac: str
    why: str
    """One of the table's events."""


class IdentityReceived(Event, frozen=True, kw_only=True):
    """A phone told the port who it is; the server will judge that."""

    port: str
    mac: str
    identity: str


class RadiusAnswered(Event, frozen=True, kw_only=True):
    """An answer came whose authenticator holds."""

    port: str
    code: int
    """2 accept, 3 reject, 11 challenge."""
    signed: bool
    """It had a Message-Authenticator."""


class RadiusServerDead(Event, frozen=True, kw_only=True):
    """No answer that could be believed: the server is down, does not know this switch, or has another secret."""

    port: str
    server: str
    """`address:port`."""
    tries: int


class RadiusAnswerRefused(Event, frozen=True, kw_only=True):
    """The server's answer breaks the rules of RFC 3579; the port takes it for a reject."""

    port: str
    error: str


class EapolDropped(Event, frozen=True, kw_only=True):
    """A frame that breaks EAPOL's rules, or comes from a second device on the port."""

    port: str
    error: str
