"""Which certificate a phone uses: the LSC where there is one, else the MIC. Nobody can choose, but for CAPF."""

from __future__ import annotations

from typing import TypeVar

from cisco_data import CertificateKind

T = TypeVar("T")


def prefer(
    lsc: T | None, mic: T | None, precedence: CertificateKind = CertificateKind.LSC
) -> tuple[CertificateKind, T] | None:
    """The certificate to use and its kind; None where the phone has neither.

    CallManager, 802.1X and VPN never pass a precedence: there the LSC always wins, also when it is the one that will be
    refused. CAPF passes what By Existing Certificate (Precedence to ...) says.
    """
    order = (CertificateKind.LSC, lsc), (CertificateKind.MIC, mic)
    for kind, certificate in order if precedence is CertificateKind.LSC else reversed(order):
        if certificate is not None:
            return kind, certificate
    return None
