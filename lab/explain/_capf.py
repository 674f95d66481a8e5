"""Why a certificate operation of CAPF failed, by what CAPF noted on the way to its status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from capf_sim import events as ev
from capf_sim.bearer import BearerFault
from journal import Event
from lab.explain._explanation import Explanation, cn, evidence_of, unknown, verify_words
from wire.tls import VerifyCode

_BY_NULL_STRING = ("cucm-lab run install-lsc-by-null-string",)


class _Words(NamedTuple):
    rule: str
    why: str
    cure: str
    commands: tuple[str, ...] = ()


def explain_operation(events: Sequence[Event], device: str, ended: ev.OperationEnded) -> Explanation:
    """`ended` did not succeed; the event that it names as its cause is why."""
    what = f"CAPF ended the {ended.operation} of {device} with {ended.status}."
    because = [event for event in events if event.seq == ended.cause]
    evidence = tuple(evidence_of(event) for event in (*because, ended))
    for event in because:
        if (rule := _RULES.get(type(event))) is not None:
            name, why, cure, commands = rule(event)
            return Explanation(device, name, what, why, cure, commands, evidence)
    return unknown(device, what, evidence)


_UNKNOWN_ISSUER = frozenset(
    {
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT,
        VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT,
        VerifyCode.SELF_SIGNED_CERT_IN_CHAIN,
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    }
)


def _bearer(event: ev.BearerRefused) -> _Words:
    kind, issuer = event.certificate_kind, cn(event.issuer)
    other_way = "Use another Authentication Mode: By Null String or By Authentication String"
    other_way += ", or Precedence to MIC" if kind == "LSC" else ""
    if event.fault == BearerFault.NOT_PRESENTED:
        why = "By Existing Certificate asks the phone to prove itself with a certificate, and it showed none."
        return _Words("capf-no-certificate", why, f"{other_way}.", _BY_NULL_STRING)
    shown = f"The phone proved itself with its {kind}, signed by {issuer or 'nobody who can be read'}, inside the CAPF protocol."
    status = "That is why there is a status and no TLS alert."
    rule = f"capf-{kind.lower()}-refused"
    if not event.verify_code:
        return _Words(
            rule, f"{shown} CAPF did not believe it: {event.fault}. {status}", f"{other_way}.", _BY_NULL_STRING
        )
    why = f"{shown} OpenSSL's check against CAPF-trust ended with verify code {event.verify_code}: "
    why += f"{verify_words(event.verify_code)}. {status}"
    if event.verify_code in _UNKNOWN_ISSUER:
        other_way += f"; or upload {issuer}, and what is above it, to CAPF-trust and restart CAPF"
    return _Words(rule, why, f"{other_way}.", _BY_NULL_STRING)


def _string(event: ev.AuthenticationStringRefused) -> _Words:
    return _Words(
        "capf-authentication-string",
        "The authentication string is not the one that the administrator set."
        if event.given
        else "The phone sent no authentication string.",
        "Type the string again on the phone, or set By Null String.",
        _BY_NULL_STRING,
    )


def _late(event: ev.OperationLate) -> _Words:
    why = f"The phone came after Operation Completes By, {event.completes_by}."
    return _Words("capf-late", why, "Set the operation again, with a later time, and reset the phone.")


def _key(event: ev.KeyNotReceived) -> _Words:
    return _Words(
        "capf-key-not-made",
        f"CAPF asked the phone for a key {event.key} and got none that it could use: {event.fault}.",
        "Ask for a key that this model can make: RSA of 2048 bits or less on a 79xx.",
    )


def _ec_only(event: ev.KeyOrderUnsupported) -> _Words:
    why = (
        f"Key Order is EC Only, and with version {event.version} of its protocol CAPF cannot ask for such a key alone."
    )
    return _Words("capf-ec-only", why, "Set the Key Order RSA Only, or EC Preferred, RSA Backup.")


def _not_issued(event: ev.LscNotIssued) -> _Words:
    why = f"The phone was believed and sent a key, but the authority signed no LSC: {event.failure}."
    return _Words("capf-lsc-not-issued", why, "Look at the authority that CAPF sends its requests to.")


def _not_stored(event: ev.LscNotStored) -> _Words:
    why = f"CAPF signed an LSC, and the phone did not keep it (reason {event.reason})."
    return _Words(
        "capf-lsc-not-stored", why, "Look at the phone's console, which says why, and set the operation again."
    )


def _gone(event: ev.CapfPeerSilent | ev.CapfPeerLost) -> _Words:
    why = "The phone hung up" if isinstance(event, ev.CapfPeerLost) else f"The phone was silent for {event.seconds:g} s"
    why += f" while CAPF waited for it ({event.state})."
    return _Words("capf-phone-gone", why, "See that the phone has power and reaches CAPF, and set the operation again.")


_RULES: dict[type[Event], Callable[[Any], _Words]] = {
    ev.BearerRefused: _bearer,
    ev.AuthenticationStringRefused: _string,
    ev.OperationLate: _late,
    ev.KeyNotReceived: _key,
    ev.KeyOrderUnsupported: _ec_only,
    ev.LscNotIssued: _not_issued,
    ev.LscNotStored: _not_stored,
    ev.CapfPeerSilent: _gone,
    ev.CapfPeerLost: _gone,
}
