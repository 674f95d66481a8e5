"""The four authentication modes: does CAPF believe that this is the phone?

Cisco's block after ten wrong strings belongs in front of `authenticate_untrusted`: a count per device, raised by each
AuthenticationStringRefused and cleared by each PhoneAuthenticated, answered with the same refusal while it lasts.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from capf_sim.bearer import BearerFault, BearerJudge, BearerVerdict, certificate_kind
from capf_sim.events import AuthenticationStringRefused, BearerRefused, PhoneAuthenticated
from capf_sim.operations import PendingOperation
from capf_sim.settings import AuthenticationMode
from capf_sim.statuses import Failure
from journal import Event
from pki import oneline
from wire.capf import AuthResponse


@dataclass(frozen=True, slots=True)
class Authentication:
    """`failure` is None where the phone is believed."""

    event: Event
    failure: Failure | None = None


def authenticate_untrusted(
    pending: PendingOperation, response: AuthResponse, judge: BearerJudge, at: datetime
) -> Authentication:
    """`at`: lab time. Never raises."""
    mode = pending.authentication_mode
    if mode is AuthenticationMode.BY_NULL_STRING:
        return _believed(pending)
    if mode is AuthenticationMode.BY_AUTHENTICATION_STRING:
        return _by_string(pending, response.password or b"")
    return _by_certificate(pending, judge.judge_untrusted(response, at))


def presented(response: AuthResponse) -> str:
    """What came with the name, for the log."""
    if response.certificate is not None:
        return "certificate"
    if response.password is None:
        return "nothing"
    return "string" if response.password else "null string"


def _believed(pending: PendingOperation) -> Authentication:
    event = PhoneAuthenticated(device=pending.device_name, authentication_mode=pending.authentication_mode.value)
    return Authentication(event)


def _by_string(pending: PendingOperation, given: bytes) -> Authentication:
    wanted = pending.authentication_string.encode()
    # an administrator who set no string has not allowed everybody in
    if wanted and hmac.compare_digest(wanted, given):
        return _believed(pending)
    refused = AuthenticationStringRefused(device=pending.device_name, given=bool(given))
    return Authentication(refused, Failure.INVALID_AUTHENTICATION_STRING)


def _by_certificate(pending: PendingOperation, verdict: BearerVerdict) -> Authentication:
    certificate = verdict.certificate
    kind = _precedence(pending) if certificate is None else certificate_kind(certificate)
    subject, issuer, serial_number = "", "", ""
    if certificate is not None:
        subject, issuer = oneline(certificate.subject), oneline(certificate.issuer)
        serial_number = f"{certificate.serial_number:x}"
    if verdict.fault is None:
        return Authentication(
            PhoneAuthenticated(
                device=pending.device_name,
                authentication_mode=pending.authentication_mode.value,
                certificate_kind=kind,
                subject=subject,
                issuer=issuer,
                serial_number=serial_number,
            )
        )
    refused = BearerRefused(
        device=pending.device_name,
        fault=verdict.fault.value,
        certificate_kind=kind,
        verify_code=verdict.verify_code,
        depth=verdict.depth,
        subject=subject,
        issuer=issuer,
        serial_number=serial_number,
        second_certificate=verdict.second_certificate,
    )
    return Authentication(refused, _failure_of(verdict.fault, kind))


def _failure_of(fault: BearerFault, kind: str) -> Failure:
    """Invalid LSC for a bad issuer is Cisco's; that a missing certificate or proof is Invalid Credentials is ours."""
    if fault in (BearerFault.NOT_PRESENTED, BearerFault.PROOF_MISSING, BearerFault.PROOF_WRONG):
        return Failure.INVALID_CREDENTIALS
    return Failure.INVALID_MIC if kind == "MIC" else Failure.INVALID_LSC


def _precedence(pending: PendingOperation) -> str:
    return "MIC" if pending.authentication_mode is AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC else "LSC"
