"""Why a phone did not register, TLS aside: no file, nobody there, or a RegisterReject with its cause."""

from __future__ import annotations

from cucm_sim.causes import CcmDevRegFailCauseCode as Cause
from cucm_sim.events import RegistrationRejected
from lab.explain._explanation import Explanation, evidence_of, unknown
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure
from phone_sim.events import ServerUnreachable

_REJECTS: dict[int, tuple[str, str]] = {
    Cause.noEntryInDatabase: (
        "The cluster has no device of this name.",
        "Add the phone to the cluster's database.",
    ),
    Cause.securityMismatch: (
        "The phone came over a transport that its profile in the cluster does not allow: what it read from its file and what the "
        "cluster now wants differ.",
        "Reset the phone, so that it reads its file again.",
    ),
    Cause.invalidX509NameInCertificate: (
        "TLS accepted the certificate, but its name is not this device's.",
        "Install an LSC on this phone; a certificate cannot be carried from one phone to another.",
    ),
    Cause.invalidTLSCipher: (
        "The cipher suite does not give what the Device Security Mode asks for.",
        "Reset the phone, so that it offers the suites of its mode.",
    ),
    Cause.deviceTypeMismatch: (
        "The phone is of another model than the cluster's database says.",
        "Change the model in the database, which means to delete the device and add it anew.",
    ),
    Cause.authenticatedDeviceAlreadyExists: (
        "A device of this name is registered already over TLS.",
        "Find the other phone of that name, or wait until its registration ends.",
    ),
}


def explain_rejection(device: str, reject: RegistrationRejected) -> Explanation:
    """By cause code."""
    what = f"CallManager rejected the registration of {device}: {reject.cause_name} ({reject.cause_code})."
    evidence = (evidence_of(reject),)
    known = _REJECTS.get(reject.cause_code)
    if known is None:
        return unknown(device, what, evidence)
    why, cure = known
    if reject.expected or reject.received:
        why += f" Expected: {reject.expected or 'nothing'}; received: {reject.received or 'nothing'}."
    return Explanation(device, f"rejected-{reject.cause_name}", what, why, cure, (), evidence)


def explain_missed_file(device: str, missed: ConfigurationFileMissed) -> Explanation:
    """A server that has no such file, and one that gives none."""
    evidence = (evidence_of(missed),)
    what = f"{device} has no configuration file: {missed.failure}."
    why = "A phone learns from its file where CallManager and CAPF are; without one it goes no further."
    if missed.failure == DownloadFailure.FILE_NOT_FOUND:
        cure = "Add the device to the cluster whose TFTP it asks, or point it at the right TFTP (DHCP option 150)."
        return Explanation(device, "no-configuration-file", what, why, cure, (), evidence)
    cure = "Look at Cisco Tftp and at the network between: the server was there and gave no file that could be read."
    return Explanation(device, "configuration-file-not-read", what, why, cure, (), evidence)


def explain_unreachable(device: str, silent: ServerUnreachable) -> Explanation:
    """TCP found nobody."""
    return Explanation(
        device,
        "server-unreachable",
        f"{device} found nobody on {silent.address} port {silent.port}, for {silent.service}.",
        "The service is stopped, does not listen on that port, or the network between is broken. Where the cluster is not in mixed "
        "mode, this CallManager does not listen on its secure port.",
        "Start the service, or correct the server's address.",
        (),
        (evidence_of(silent),),
    )
