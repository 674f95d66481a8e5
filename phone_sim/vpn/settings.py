"""What a phone keeps of its VPN in flash: its group from the last file, and its own settings."""

from __future__ import annotations

from dataclasses import dataclass

from wire.phone_file import VpnGroup


@dataclass(slots=True)
class VpnSettings:
    group: VpnGroup | None = None
    """From the last file that the phone read; without one there is no VPN, whatever else is set."""
    enabled: bool = False
    """`VPN Enabled` in the phone's settings."""
    strict: bool = True
    """Whether the phone requires the cookies that an ASA sets in answer to its GET: `webvpnlogin`, and a `webvpn` that expires.

    A real phone does. Debian's ocserv 1.1.6 sets neither, so a phone that uses it has this off. Assumed: the setting.
    """
