"""Whether what a fleet was made of tells enough to ask a server about a phone; if not, why."""

from __future__ import annotations

from datetime import datetime

from cisco_data import CertificateKind, ServiceKind
from lab.fleet.model import Described, FleetPhone, FleetServer


def not_told(phone: FleetPhone, server: FleetServer, at: datetime) -> str:
    """Why no verdict about the phone at this server can be trusted at that moment; empty where one can. A sentence without its end.

    A phone shows its LSC where it has one, and else its MIC, so a MIC of which nothing is known does not matter beside a known
    LSC. Only CAPF may ask for the MIC first.
    """
    of_service = next((why for kind, why in phone.services_not_told if kind is server.kind), "")
    return phone.not_told or of_service or server.not_told or _of_certificate(phone, server, at)


def _of_certificate(phone: FleetPhone, server: FleetServer, at: datetime) -> str:
    if server.kind is ServiceKind.CAPF and not phone.shows_capf_a_certificate:
        return ""
    held = [(phone.lsc, phone.lsc_not_told), (phone.mic, phone.mic_not_told)]
    if server.kind is ServiceKind.CAPF and phone.capf_precedence is CertificateKind.MIC:
        held.reverse()
    for certificate, why_not in held:
        if isinstance(certificate, Described):
            return _of_described(certificate, server, at)
        if certificate is not None:
            return ""
        if why_not:
            return why_not
    return ""


def _of_described(held: Described, server: FleetServer, at: datetime) -> str:
    if held.unsure_after is not None and at > held.unsure_after:
        return (
            f"{held.origin} does not tell the end of the {held.kind}: it may have expired between"
            f" {held.unsure_after:%Y-%m-%d} and {at:%Y-%m-%d}"
        )
    settings = server.in_use
    if settings is not None and settings.check_crl and not held.serial_known:
        problem = f"{held.origin} does not tell the serial number of the {held.kind}"
        return f"{problem}, and {server.name} looks for it in revocation lists"
    return ""
