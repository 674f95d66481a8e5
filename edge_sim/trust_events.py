"""What an administrator does to an authentication server or a VPN gateway of the lab."""

from __future__ import annotations

from journal import Event
from pki import DistinguishedName


class EdgeTrustChanged(Event, frozen=True, kw_only=True):
    """A certificate came into the trust of a server, or left it."""

    server: str
    change: str
    """`trusted` or `distrusted`."""
    subject: DistinguishedName
    serial_number: str
    """Lower-case hex."""
    takes_effect: str
