"""Why a phone did not register, TLS aside: no file, nobody there, or a RegisterReject with its cause."""

from __future__ import annotations

from dataclasses import replace

from cucm_sim.causes import CcmDevRegFailCauseCode as Cause
from cucm_sim.events import CallManagerStarted, ClusterModeChanged, PhoneRemoved, ProfileAssigned, RegistrationRejected
from cucm_sim.tftp import TftpStarted, TftpStopped
from journal import Event
from lab.explain._explanation import Finding, finding
from lab.explain._failure import Failure
from lab.explain._faults import fault
from lab.explain._record import STOPS, Record
from lab.explain._texts import Text, cluster_of, text
from lab.explain._trust import CALLMANAGER, CAPF
from lab.play.services import CapfStarted, CapfStopped
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure
from phone_sim.events import ServerUnreachable

_EXPLAINED = frozenset(
    {
        Cause.noEntryInDatabase,
        Cause.securityMismatch,
        Cause.invalidX509NameInCertificate,
        Cause.invalidTLSCipher,
        Cause.deviceTypeMismatch,
        Cause.authenticatedDeviceAlreadyExists,
    }
)


def rejection(record: Record, device: str, reject: RegistrationRejected) -> Failure:
    """By cause code."""
    what = text("explain.what.rejected", device=device, cause=reject.cause_name, code=reject.cause_code)
    if reject.cause_code not in _EXPLAINED:
        return Failure(device, reject, what, None)
    found = finding(f"rejected-{Cause(reject.cause_code).name}", device=device)
    told: tuple[Text, ...] = ()
    if reject.expected or reject.received:
        nothing = text("explain.phrase.nothing")
        expected, received = reject.expected or nothing, reject.received or nothing
        told = (text("explain.phrase.expected", expected=expected, received=received),)
    deed = _deed(record, device, reject)
    if deed is not None:
        told += (_words(deed),)
    return Failure(device, reject, what, replace(found, why=told, because=(deed,) if deed is not None else ()))


_Deed = PhoneRemoved | ProfileAssigned | ClusterModeChanged


def _deed(record: Record, device: str, reject: RegistrationRejected) -> _Deed | None:
    """What the administrator did that makes the cluster reject this phone."""
    cluster, end = cluster_of(reject.actor), reject.seq
    found: list[_Deed] = []
    if reject.cause_code == Cause.noEntryInDatabase:
        found = [e for e in record.deeds(cluster, PhoneRemoved, before=end) if e.device_name == device]
    elif reject.cause_code == Cause.securityMismatch:
        assigned = [e for e in record.deeds(cluster, ProfileAssigned, before=end) if e.device_name == device]
        found = [*assigned, *record.deeds(cluster, ClusterModeChanged, before=end)]
    return max(found, key=lambda event: event.seq, default=None)


def _words(deed: _Deed) -> Text:
    if isinstance(deed, PhoneRemoved):
        return text("explain.act.phone-removed", seq=deed.seq)
    if isinstance(deed, ProfileAssigned):
        return text("explain.act.profile-assigned", seq=deed.seq, profile=deed.profile)
    return text("explain.act.cluster-mode", seq=deed.seq, mode=deed.cluster_security_mode)


def missed_file(device: str, missed: ConfigurationFileMissed) -> Failure:
    """A server that has no such file, and one that gives none."""
    none_there = missed.failure == DownloadFailure.FILE_NOT_FOUND
    rule = "no-configuration-file" if none_there else "configuration-file-not-read"
    what = text("explain.what.no-file", device=device, failure=fault(missed.failure))
    return Failure(device, missed, what, finding(rule, device=device))


def unreachable(record: Record, device: str, silent: ServerUnreachable) -> Failure:
    """TCP found nobody: what became of the service there says why, as far as the journal knows."""
    what = text(
        "explain.what.unreachable", device=device, address=silent.address, port=silent.port, service=silent.service
    )
    last = record.service_at(silent.address, silent.port, silent.seq)
    if isinstance(last, STOPS):
        return Failure(device, silent, what, service_stopped(last))
    plain = next((e for e in reversed(record.starts()) if _without_secure_port(e, silent)), None)
    if plain is not None:
        found = finding("no-secure-port", cluster=cluster_of(plain.actor), port=silent.port, seq=plain.seq)
        return Failure(device, silent, what, replace(found, because=(plain,)))
    return Failure(device, silent, what, finding("server-unreachable", service=silent.service))


def service_stopped(stopped: Event) -> Finding:
    """`stopped`: the event that the service noted last."""
    found = finding("service-stopped", service=_service(stopped), cluster=cluster_of(stopped.actor), seq=stopped.seq)
    return replace(found, because=(stopped,))


def _without_secure_port(start: Event, silent: ServerUnreachable) -> bool:
    """Whether this CallManager, of that address, listens for plain TCP only."""
    return (
        isinstance(start, CallManagerStarted)
        and silent.service == "SCCP"
        and start.seq < silent.seq
        and start.address == silent.address
        and start.secure_port == 0
        and start.port != silent.port
    )


def _service(event: Event) -> str:
    if isinstance(event, CapfStarted | CapfStopped):
        return CAPF
    return "Cisco Tftp" if isinstance(event, TftpStarted | TftpStopped) else CALLMANAGER
