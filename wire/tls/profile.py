"""What one end offers: versions, cipher suites, and how strict OpenSSL shall be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class TlsVersion(IntEnum):
    """Protocol versions by their number on the wire; `str` gives OpenSSL's spelling."""

    TLSv1 = 0x0301
    TLSv1_1 = 0x0302
    TLSv1_2 = 0x0303
    TLSv1_3 = 0x0304

    def __str__(self) -> str:
        return self.name.replace("_", ".")


@dataclass(frozen=True, slots=True)
class TlsProfile:
    """One end's offer. Security level 0 is what makes TLS 1.0, SHA-1 and NULL suites possible at all in today's OpenSSL."""

    minimum: TlsVersion
    maximum: TlsVersion
    ciphers: tuple[str, ...] = ()
    """Suites for TLS 1.0 to 1.2 in OpenSSL's spelling, in order of preference; NULL ones must be named, no alias holds them."""
    ciphersuites: tuple[str, ...] = ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")
    """Suites for TLS 1.3."""
    security_level: int = 0

    @property
    def version_text(self) -> str:
        """The newest version offered, as a phone's console names it in `[TLSv1]`."""
        return str(self.maximum)

    @property
    def offered(self) -> str:
        """The colon list of a phone's console line."""
        suites = self.ciphers if self.minimum < TlsVersion.TLSv1_3 else ()
        if self.maximum >= TlsVersion.TLSv1_3:
            suites = (*self.ciphersuites, *suites)
        return ":".join(suites)
