"""What CAPF offers in TLS on 3804."""

from __future__ import annotations

from cisco_data.tls import CAPF
from wire.tls import TlsProfile, TlsVersion

_CIPHERS = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256", "AES256-SHA", "AES128-SHA")
_ANY = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3, _CIPHERS)


def capf_tls(minimum: TlsVersion, maximum: TlsVersion = TlsVersion.TLSv1_3) -> TlsProfile:
    """At this minimum version, which is the cluster's and counts from CAPF's next start; `maximum`: of its release.

    Assumed: the suites.
    """
    return CAPF.offer(minimum, _ANY, maximum)
