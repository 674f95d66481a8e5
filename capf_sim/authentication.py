"""The four authentication modes: does CAPF believe that this is the phone?"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from capf_sim.bearer import BearerFault, BearerJudge, BearerVerdict, certificate_kind
from capf_sim.certificates import NO_CERTIFICATE, certificate_fields
from capf_sim.events import (
    AuthenticationStringBlocked,
    AuthenticationStringRefused,
    BearerRefused,
    PhoneAuthenticated,
)
from capf_sim.operations import PendingOperation
from capf_sim.statuses import Failure
from capf_sim.wrong_strings import WrongStrings
from cisco_data import AuthenticationMode
from journal import Event
from pki import TrustStore
from wire.capf import AuthResponse


@dataclass(frozen=True, slots=True)
class Authentication:
    """`failure` is None where the phone is believed."""

    note: Callable[[], Event]
    """Makes the event of it: in words, which cost as much as the proof itself, and are for whoever listens."""
    failure: Failure | None = None
    bearer: BearerVerdict | None = None
    """Of a certificate that was judged."""

    @property
    def event(self) -> Event:
        return self.note()


class Authenticator:
    """Judges by CAPF-trust as it was when the service started, and by the wrong strings since then."""

    def __init__(self, trust: TrustStore) -> None:
        self._judge = BearerJudge(trust)
        self._wrong_strings = WrongStrings()

    def authenticate_untrusted(self, pending: PendingOperation, response: AuthResponse, at: datetime) -> Authentication:
        """`at`: lab time. Never raises."""
        mode = pending.authentication_mode
        if mode is AuthenticationMode.BY_NULL_STRING:
            return _believed(pending)
        if mode is AuthenticationMode.BY_AUTHENTICATION_STRING:
            return self._by_string(pending, response.password or b"", at)
        return _by_certificate(pending, self._judge.judge_untrusted(response, at))

    def _by_string(self, pending: PendingOperation, given: bytes, at: datetime) -> Authentication:
        device = pending.device_name
        blocked = self._wrong_strings.blocked_until(device, at)
        if blocked is not None:
            event = AuthenticationStringBlocked(device=device, until=_iso(blocked))
            return Authentication(lambda: event, Failure.INVALID_AUTHENTICATION_STRING)
        wanted = pending.authentication_string.encode()
        # an administrator who set no string has not allowed everybody in
        if wanted and hmac.compare_digest(wanted, given):
            self._wrong_strings.right(device)
            return _believed(pending)
        wrong, until = self._wrong_strings.wrong(device, at)
        refused = AuthenticationStringRefused(
            device=device, given=bool(given), wrong=wrong, blocked_until=_iso(until) if until is not None else ""
        )
        return Authentication(lambda: refused, Failure.INVALID_AUTHENTICATION_STRING)


def presented(response: AuthResponse) -> str:
    """What came with the name, for the log."""
    if response.certificate is not None:
        return "certificate"
    if response.password is None:
        return "nothing"
    return "string" if response.password else "null string"


def _believed(pending: PendingOperation) -> Authentication:
    event = PhoneAuthenticated(device=pending.device_name, authentication_mode=pending.authentication_mode.value)
    return Authentication(lambda: event)


def _by_certificate(pending: PendingOperation, verdict: BearerVerdict) -> Authentication:
    certificate = verdict.certificate
    kind = _precedence(pending) if certificate is None else certificate_kind(certificate)
    failure = _failure_of(verdict.fault, kind) if verdict.fault is not None else None
    return Authentication(partial(_noted, pending, verdict, kind), failure, verdict)


def _noted(pending: PendingOperation, verdict: BearerVerdict, kind: str) -> Event:
    shown = NO_CERTIFICATE if verdict.certificate is None else certificate_fields(verdict.certificate)
    if verdict.fault is None:
        return PhoneAuthenticated(
            device=pending.device_name,
            authentication_mode=pending.authentication_mode.value,
            certificate_kind=kind,
            **shown,
        )
    return BearerRefused(
        device=pending.device_name,
        fault=verdict.fault.value,
        certificate_kind=kind,
        verify_code=verdict.verify_code,
        depth=verdict.depth,
        second_certificate=verdict.second_certificate,
        **shown,
    )


def _failure_of(fault: BearerFault, kind: str) -> Failure:
    """Invalid LSC for a bad issuer is Cisco's; that a missing certificate or proof is Invalid Credentials is assumed."""
    if fault in (BearerFault.NOT_PRESENTED, BearerFault.PROOF_MISSING, BearerFault.PROOF_WRONG):
        return Failure.INVALID_CREDENTIALS
    return Failure.INVALID_MIC if kind == "MIC" else Failure.INVALID_LSC


def _precedence(pending: PendingOperation) -> str:
    return "MIC" if pending.authentication_mode is AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC else "LSC"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
