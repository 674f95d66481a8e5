"""What follows from a phone's AUTH_RESPONSE: who it is, whether something is to be done, whether it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from capf_sim import events as ev
from capf_sim.authentication import Authenticator, presented
from capf_sim.keys import key_plan
from capf_sim.operations import PendingOperation
from capf_sim.statuses import Failure
from capf_sim.table import CapfTrigger
from cisco_data import CertificateOperation
from journal import Event
from pki import Certificate, KeySpec
from wire.capf import AuthResponse

OLDEST_VERSION = 2
"""Assumed: 2 and 3 are the versions that were ever seen."""

_BELIEVED = {
    CertificateOperation.INSTALL_UPGRADE: CapfTrigger.INSTALL,
    CertificateOperation.DELETE: CapfTrigger.DELETE,
    CertificateOperation.TROUBLESHOOT: CapfTrigger.TROUBLESHOOT,
}


@dataclass(frozen=True, slots=True)
class Admission:
    trigger: CapfTrigger
    events: tuple[Event, ...]
    failure: Failure = Failure.UNSPECIFIED
    """Meant where the trigger is REFUSED."""
    keys: tuple[KeySpec, ...] = ()
    """To ask for, in this order, for an Install/Upgrade."""
    proven: Certificate | None = None
    """The certificate by which the phone was believed, where it was one."""


def admit_untrusted(
    pending: PendingOperation | None, response: AuthResponse, authenticator: Authenticator, at: datetime, version: int
) -> Admission:
    """`at`: lab time. `version`: the lower of what CAPF announced and the phone answered. Never raises."""
    name = response.device_name
    if pending is None:
        return Admission(CapfTrigger.UNKNOWN_DEVICE, (ev.CapfDeviceUnknown(device=name),))
    identified = ev.CapfPhoneIdentified(
        device=name,
        version=response.version,
        operation=pending.operation.value,
        authentication_mode=pending.authentication_mode.value,
        presented=presented(response),
    )
    if pending.operation is CertificateOperation.NO_PENDING_OPERATION:
        return Admission(CapfTrigger.NOTHING_PENDING, (identified, ev.CapfNothingPending(device=name)))
    if version < OLDEST_VERSION:
        old = ev.CapfVersionUnsupported(device=name, version=response.version)
        return Admission(CapfTrigger.REFUSED, (identified, old))
    if pending.completes_by is not None and at > pending.completes_by:
        late = ev.OperationLate(device=name, completes_by=pending.completes_by.astimezone(UTC).isoformat())
        return Admission(CapfTrigger.REFUSED, (identified, late), Failure.LATE)
    found = authenticator.authenticate_untrusted(pending, response, at)
    if found.failure is not None:
        return Admission(CapfTrigger.REFUSED, (identified, found.event), found.failure)
    keys = key_plan(pending, version) if pending.operation is CertificateOperation.INSTALL_UPGRADE else ()
    if not keys and pending.operation is CertificateOperation.INSTALL_UPGRADE:
        unsupported = ev.KeyOrderUnsupported(device=name, version=version)
        return Admission(CapfTrigger.REFUSED, (identified, found.event, unsupported), Failure.NO_EC_ONLY)
    return Admission(
        _BELIEVED[pending.operation],
        (identified, found.event),
        keys=keys,
        proven=found.proof.certificate if found.proof is not None else None,
    )
