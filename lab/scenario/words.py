"""Cisco's words as scenario files use them, beside those of the operations; and the base of every table in such a file."""

from __future__ import annotations

from typing import Literal

from lab.base.toml_tables import Part
from lab.operations.words import TlsVersionName

__all__ = ["CertificateIssuer", "Part", "TlsVersionName"]

CertificateIssuer = Literal[
    "CAPF", "online CA", "online CA without key usage", "online CA, unreachable", "online CA, rejecting"
]
