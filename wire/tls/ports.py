"""The table of TLS versions by port (`cisco_data.tls`) as offers of this lab's TLS engine."""

from __future__ import annotations

from dataclasses import replace

from cisco_data.tls import TlsPort
from wire.tls.profile import TlsProfile, TlsVersion

BY_NUMBER = {
    "1.0": TlsVersion.TLSv1,
    "1.1": TlsVersion.TLSv1_1,
    "1.2": TlsVersion.TLSv1_2,
    "1.3": TlsVersion.TLSv1_3,
}
"""Versions by the numbers under which Cisco's pages and commands know them."""
_NUMBERS = {version: number for number, version in BY_NUMBER.items()}


def versions_of(port: TlsPort, minimum: TlsVersion) -> tuple[TlsVersion, TlsVersion]:
    """The oldest and the newest version that the port speaks at this minimum version."""
    spoken = port.versions(_NUMBERS[minimum])
    return BY_NUMBER[spoken[0]], BY_NUMBER[spoken[-1]]


def offer_at(port: TlsPort, minimum: TlsVersion, offer: TlsProfile) -> TlsProfile:
    """The same suites and level in the versions that the port speaks at this minimum version."""
    lowest, highest = versions_of(port, minimum)
    return replace(offer, minimum=lowest, maximum=highest)
