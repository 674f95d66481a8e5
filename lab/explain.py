"""Why a phone failed: rules over the events of a run, each with its evidence, its cure and the story that teaches it.

A rule is keyed on codes: which side refused, the verify code, the alert, the kind of certificate, and who trusts its issuer. Where
no rule matches, the evidence is shown and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from capf_sim.events import AuthenticationStringRefused, BearerRefused, CapfDeviceUnknown, OperationEnded
from cucm_sim.causes import CcmDevRegFailCauseCode as Cause
from cucm_sim.events import CallManagerStarted, RegistrationRejected
from journal import Event
from lab import view
from phone_sim.download_events import ConfigurationFileMissed
from phone_sim.events import CertificateChosen, PhoneStarted, SecureConnectionRefused
from wire.tls import AlertDescription, AlertSeen, CertificateVerified, HandshakeFailed, VerifyCode, alert_text


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event that the explanation rests on."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One failure of one phone."""

    device: str
    rule: str
    """Name of the rule; `unknown` where none matched."""
    what: str
    why: str
    cure: str
    commands: tuple[str, ...]
    """Commands that run, and show the cure."""
    evidence: tuple[Evidence, ...]
    still: bool = False
    """Whether it was so when the run ended."""


def explain(events: Sequence[Event]) -> list[Explanation]:
    """Each way in which each phone failed, in the order in which they were met, once however often it was met."""
    devices = dict.fromkeys(event.actor for event in events if isinstance(event, PhoneStarted))
    found: dict[tuple[str, str, str], tuple[int, Explanation]] = {}
    for device in devices:
        down = view.row(events, device, device).state not in ("registered", "off")
        for seq, last, explanation in _failures(events, device):
            still = replace(explanation, still=last and (down or explanation.rule.startswith("capf")))
            found[device, explanation.rule, explanation.what] = (seq, still)
    return [explanation for _, explanation in sorted(found.values(), key=lambda pair: pair[0])]


def _failures(events: Sequence[Event], device: str) -> Iterator[tuple[int, bool, Explanation]]:
    """Number of the event that shows it, whether it is the last of its kind for the phone, and the explanation."""
    ways: list[tuple[int, Explanation]] = [
        *((refusal.refused.seq, _tls(events, device, refusal)) for refusal in view.refusals(events, device)),
        *((reject.seq, _reject(device, reject)) for reject in view.rejections(events, device)),
        *((missed.seq, _no_file(device, missed)) for missed in view.of(events, device, ConfigurationFileMissed)),
    ]
    latest = max((seq for seq, _ in ways), default=0)
    for seq, explanation in ways:
        yield seq, seq == latest, explanation
    operations = [event for event in events if isinstance(event, OperationEnded) and event.device == device]
    for ended in operations:
        if not ended.succeeded:
            yield ended.seq, ended is operations[-1], _capf(events, device, ended)


def _no_file(device: str, missed: ConfigurationFileMissed) -> Explanation:
    return Explanation(
        device,
        "no-configuration-file",
        f"{device} has no configuration file: {missed.failure.value}.",
        "A phone learns from its file where CallManager and CAPF are; without one it goes no further.",
        "Add the device to the cluster whose TFTP it asks, or point it at the right TFTP (DHCP option 150).",
        (),
        (_evidence(missed),),
    )


# TLS


@dataclass(frozen=True, slots=True)
class _Case:
    """A TLS refusal by CallManager, with what the events tell of the certificate's issuer."""

    device: str
    cluster: str
    kind: str
    issuer: str
    trusting: tuple[str, ...]
    """Clusters whose CallManager read the issuer into its trust."""
    refusal: view.Refusal

    @property
    def issuer_cn(self) -> str:
        return self.refusal.chosen.issuer_name if self.refusal.chosen is not None else ""


_Words = tuple[str, str, str, tuple[str, ...]]
"""Rule, why, cure, commands."""


def _unknown_lsc_issuer(case: _Case) -> _Words:
    known = f" It is trusted in cluster {', '.join(case.trusting)}." if case.trusting else ""
    return (
        "lsc-issuer-not-in-callmanager-trust",
        f"The phone showed its LSC, as it always does when it has one, whether or not a good MIC lies beside it. That LSC was "
        f"signed by {case.issuer_cn}, and no such certificate was in the CallManager-trust that cluster {case.cluster} read when "
        f"its Cisco CallManager service started.{known}",
        "Give the phone a non-secure profile, delete the LSC and install one from this cluster's CAPF, then go back to the secure "
        f"profile; or delete the LSC and let the MIC serve; or upload {case.issuer_cn} to CallManager-trust and restart Cisco "
        "CallManager.",
        ("cucm-lab run new-cluster-old-lsc-cured-by-reinstall", "cucm-lab run new-cluster-old-lsc-cured-by-mic"),
    )


def _unknown_mic_issuer(case: _Case) -> _Words:
    return (
        "mic-issuer-not-in-callmanager-trust",
        f"The phone has no LSC and showed its MIC. {case.issuer_cn}, which signed it, or the root above that, is not in the "
        f"CallManager-trust that cluster {case.cluster} read when its service started.",
        f"Upload {case.issuer_cn} and its root to CallManager-trust and restart Cisco CallManager, or install an LSC by null "
        "string first.",
        ("cucm-lab run install-lsc-by-null-string",),
    )


def _expired(case: _Case) -> _Words:
    whose = (
        f"The phone's {case.kind}"
        if case.refusal.depth == 0
        else f"The certificate of {case.issuer_cn}, or one above it,"
    )
    lasting = (
        "A MIC cannot be renewed: install an LSC."
        if case.kind == "MIC"
        else "Install a new LSC by null string or authentication string."
    )
    return (
        "certificate-expired",
        f"{whose} had expired at the time of the handshake.",
        lasting,
        ("cucm-lab run install-lsc-by-null-string",),
    )


def _not_yet_valid(case: _Case) -> _Words:
    return (
        "certificate-not-yet-valid",
        f"The phone's {case.kind} starts later than the time of the handshake.",
        "Compare the clocks of CUCM and CAPF (NTP), then install the LSC again.",
        (),
    )


def _bad_signature(case: _Case) -> _Words:
    return (
        "issuer-key-changed",
        f"CallManager-trust of cluster {case.cluster} holds a certificate named {case.issuer_cn}, but its key did not sign this "
        f"{case.kind}: the authority was made anew under the same name, or the certificate was tampered with.",
        "Install a new LSC from the present CAPF, or put the authority that really signed it back into CallManager-trust and "
        "restart Cisco CallManager.",
        ("cucm-lab run install-lsc-by-null-string",),
    )


def _purpose(case: _Case) -> _Words:
    return (
        "certificate-purpose",
        f"The phone's {case.kind}, or a certificate above it, may not be used for TLS client authentication: its key usage or "
        "extended key usage says so.",
        "Have it issued with clientAuth and digitalSignature; online authorities are where this goes wrong most often.",
        (),
    )


def _chain(case: _Case) -> _Words:
    return (
        "chain-incomplete",
        f"OpenSSL could not build a chain from the phone's {case.kind} to a self-signed certificate in CallManager-trust: an "
        "intermediate or the root is missing there, or is no authority.",
        "Upload every authority above the certificate, up to the root, to CallManager-trust and restart Cisco CallManager.",
        (),
    )


def _no_certificate(case: _Case) -> _Words:
    return (
        "no-certificate",
        "The phone has neither an LSC nor a MIC, and CallManager demands a certificate on its secure port.",
        "Give it a non-secure profile and install an LSC by null string.",
        ("cucm-lab run install-lsc-by-null-string",),
    )


def _version(case: _Case) -> _Words:
    offered = case.refusal.chosen.tls_version if case.refusal.chosen is not None else "an old version"
    return (
        "minimum-tls-version",
        f"The phone offers {offered} at most, and cluster {case.cluster} accepts nothing that old.",
        "Lower the cluster's minimum TLS version, or replace the phone: firmware cannot mend this on a 79xx.",
        (),
    )


_BY_VERIFY_CODE: dict[int, Callable[[_Case], _Words]] = {
    VerifyCode.CERT_HAS_EXPIRED: _expired,
    VerifyCode.CERT_NOT_YET_VALID: _not_yet_valid,
    VerifyCode.CERT_SIGNATURE_FAILURE: _bad_signature,
    VerifyCode.INVALID_PURPOSE: _purpose,
    VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: _chain,
    VerifyCode.INVALID_CA: _chain,
    VerifyCode.PATH_LENGTH_EXCEEDED: _chain,
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: _chain,
}
_BY_ALERT: dict[int, Callable[[_Case], _Words]] = {
    AlertDescription.PROTOCOL_VERSION: _version,
    AlertDescription.CERTIFICATE_REQUIRED: _no_certificate,
}


def _rule_for(case: _Case) -> Callable[[_Case], _Words] | None:
    code, alert = case.refusal.verify_code, case.refusal.refused.alert
    if case.refusal.refused.alert_direction == "write":
        return None
    if code in (VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY, VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE):
        if case.refusal.depth > 0:
            return _chain if case.kind == "LSC" else _unknown_mic_issuer
        return _unknown_lsc_issuer if case.kind == "LSC" else _unknown_mic_issuer
    if code in _BY_VERIFY_CODE:
        return _BY_VERIFY_CODE[code]
    if code > 0:
        return None
    if alert == AlertDescription.HANDSHAKE_FAILURE and not case.kind:
        return _no_certificate
    return _BY_ALERT.get(alert)


def _tls(events: Sequence[Event], device: str, refusal: view.Refusal) -> Explanation:
    refused, chosen, server = refusal
    cluster = server.actor.partition("/")[0] if server is not None else ""
    issuer = chosen.issuer if chosen is not None else ""
    trusting = dict.fromkeys(
        event.actor.partition("/")[0]
        for event in events
        if isinstance(event, CallManagerStarted) and issuer in event.trusted
    )
    case = _Case(device, cluster, refused.kind, issuer, tuple(name for name in trusting if name != cluster), refusal)
    evidence = _tls_evidence(events, refusal, cluster)
    if refused.alert_direction == "write":
        return Explanation(
            device,
            "phone-distrusts-server",
            f"{device} refused CallManager's certificate with {alert_text(refused.alert)}.",
            "The certificate that CallManager sent is not in the phone's trust list.",
            "Give the phone this cluster's trust list: delete its CTL and ITL files, and reset it.",
            (),
            evidence,
        )
    what = (
        f"{device} offered its {refused.kind} to CallManager and was refused"
        if refused.kind
        else f"{device} was refused by CallManager"
    )
    what += f": {alert_text(refused.alert)}." if refused.alert >= 0 else ": the connection was closed without an alert."
    rule = _rule_for(case)
    if rule is None:
        return Explanation(
            device,
            "unknown",
            what,
            "No rule of this lab matches this evidence, so it does not guess.",
            "",
            (),
            evidence,
        )
    name, why, cure, commands = rule(case)
    return Explanation(device, name, what, why, cure, commands, evidence)


def _tls_evidence(events: Sequence[Event], refusal: view.Refusal, cluster: str) -> tuple[Evidence, ...]:
    here = [event for event in events if event.connection == refusal.refused.connection]
    started = [
        event
        for event in events
        if isinstance(event, CallManagerStarted)
        and event.actor.startswith(f"{cluster}/")
        and event.seq < refusal.refused.seq
    ]
    wanted: list[Event] = [*started[-1:]]
    wanted += [event for event in here if isinstance(event, CertificateChosen)]
    wanted += [event for event in here if isinstance(event, CertificateVerified) and event.verify_code > 0]
    wanted += [event for event in here if isinstance(event, AlertSeen) and event.description]
    wanted += [event for event in here if isinstance(event, HandshakeFailed)]
    return tuple(_evidence(event) for event in sorted(wanted, key=lambda event: event.seq))


# RegisterReject

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


def _reject(device: str, reject: RegistrationRejected) -> Explanation:
    known = _REJECTS.get(reject.cause_code)
    details = (
        f" Expected: {reject.expected}; received: {reject.received}." if reject.expected or reject.received else ""
    )
    return Explanation(
        device,
        f"rejected-{reject.cause_name}" if known else "unknown",
        f"CallManager rejected the registration of {device}: {reject.cause_name} ({reject.cause_code}).",
        (known[0] if known else "No rule of this lab matches this evidence, so it does not guess.") + details,
        known[1] if known else "",
        (),
        (_evidence(reject),),
    )


# CAPF


def _capf(events: Sequence[Event], device: str, last: OperationEnded) -> Explanation:
    here = [event for event in events if event.connection == last.connection]
    what = f"CAPF ended the {last.operation} of {device} with {last.status}."
    bearers = [event for event in here if isinstance(event, BearerRefused)]
    commands: tuple[str, ...] = ("cucm-lab run install-lsc-by-null-string",)
    if bearers:
        bearer = bearers[-1]
        issuer = bearer.issuer.rpartition("/CN=")[2].partition("/")[0]
        why = f"The phone proved itself with its {bearer.certificate_kind}, signed by {issuer}, inside the CAPF protocol. "
        why += (
            f"OpenSSL's check against CAPF-trust ended with verify code {bearer.verify_code}: {_verify_words(bearer.verify_code)}."
            if bearer.verify_code
            else f"The fault is not its chain: {bearer.fault}."
        )
        return Explanation(
            device,
            f"capf-{bearer.certificate_kind.lower()}-refused",
            what,
            why + " That is why there is a status and no TLS alert.",
            "Use another Authentication Mode: By Null String or By Authentication String"
            + (", or Precedence to MIC" if bearer.certificate_kind == "LSC" else "")
            + f"; or upload {issuer} to CAPF-trust and restart CAPF.",
            commands,
            (_evidence(bearer), _evidence(last)),
        )
    strings = [event for event in here if isinstance(event, AuthenticationStringRefused)]
    if strings:
        return Explanation(
            device,
            "capf-authentication-string",
            what,
            "The authentication string is not the one that the administrator set."
            if strings[-1].given
            else "The phone sent no string.",
            "Type the string again on the phone, or set By Null String.",
            commands,
            (_evidence(strings[-1]), _evidence(last)),
        )
    unknown = [event for event in here if isinstance(event, CapfDeviceUnknown)]
    return Explanation(
        device,
        "unknown",
        what,
        "No rule of this lab matches this evidence, so it does not guess.",
        "",
        (),
        tuple(_evidence(event) for event in [*unknown, last]),
    )


# Words for events and codes


def _verify_words(code: int) -> str:
    try:
        return VerifyCode(code).name.lower().replace("_", " ")
    except ValueError:
        return "a code that this lab does not know"


def _evidence(event: Event) -> Evidence:
    text: str
    if isinstance(event, CallManagerStarted):
        cns = ", ".join(subject.rpartition("/CN=")[2].partition("/")[0] for subject in event.trusted)
        text = f"{event.actor} started with CallManager-trust: {cns}"
    elif isinstance(event, CertificateChosen):
        text = f"{event.actor} chose its {event.kind}, serial {event.serial_number}, issuer {event.issuer_name}"
    elif isinstance(event, CertificateVerified):
        text = f"{event.actor}: verify code {event.verify_code} ({_verify_words(event.verify_code)}) at depth {event.depth}"
    elif isinstance(event, AlertSeen):
        verb = "read" if event.direction == "read" else "wrote"
        text = f"{event.actor} {verb} the alert {alert_text(event.description)} ({event.description})"
    elif isinstance(event, HandshakeFailed):
        text = f"{event.actor}: the handshake failed ({event.reason})"
    elif isinstance(event, RegistrationRejected):
        text = f"{event.actor} rejected {event.device_name}: {event.cause_name} ({event.cause_code})"
    elif isinstance(event, BearerRefused):
        whose = f"the {event.certificate_kind} of {event.device}"
        text = f"{event.actor} refused {whose}: {event.fault}, verify code {event.verify_code}"
    elif isinstance(event, OperationEnded):
        text = f"{event.actor} set the status of {event.device} to {event.status}"
    elif isinstance(event, SecureConnectionRefused):
        text = f"{event.actor}: TLS refused"
    else:
        text = f"{event.actor}: {type(event).__name__}"
    return Evidence(event.seq, text)
