"""How a phone is set up for 802.1X, and the cable that this is about."""

from __future__ import annotations

from dataclasses import dataclass

from pki import TrustStore
from wire.cable import CableEnd
from wire.eap import FRAGMENT_SIZE


@dataclass(slots=True)
class Dot1x:
    end: CableEnd
    """The phone's end of the cable to its switch port."""
    enabled: bool = True
    """Device Authentication in the phone's settings; a change counts from the next start. Assumed: True."""
    trusted_servers: TrustStore | None = None
    """Whom the phone takes for its authentication server; None for any server. Nothing published says whom a real one trusts."""
    fragment_size: int = FRAGMENT_SIZE
    """Octets of an EAP packet that the phone sends at most. Assumed: the value."""
