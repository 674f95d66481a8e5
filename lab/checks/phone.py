"""Checks of a phone: registered or not, refused by whom and why, what it holds, prints and shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from cucm_sim.causes import CcmDevRegFailCauseCode
from journal import Event
from lab.checks.checking import CheckVerdict, Scene, compare
from lab.explain import rule_of
from lab.scenario import model as sc
from lab.views import phones as view
from lab.views.cases import cases_of_phone
from phone_sim.download_events import ConfigurationFileMissed
from phone_sim.events import (
    REGISTRATION_SERVICES,
    AuthenticationStringNotTaken,
    CertificateChosen,
    SecureConnectionRefused,
    ServerUnreachable,
    UserActionObstacle,
)
from phone_sim.texts.console import Console
from phone_sim.trust.events import ConfigurationRefused, ServerNotTrusted, TrustListRefused
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import made, read
from wire.tls import CertificateVerified, Credential, alert_text


def _registered(step: sc.Registered, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    registered = view.registration(scene.events(step.phone), device)
    if registered is None:
        return CheckVerdict(False, scene.state(step.phone))
    at = view.registered_at(scene.events(step.phone), registered)
    return compare(
        [
            ("cluster", step.cluster or None, at.actor.cluster if at is not None else "unknown"),
            ("node", step.node or None, at.actor.node if at is not None else "unknown"),
            ("certificate", step.certificate, registered.kind or "none"),
            ("issuer", scene.issuer(step.issuer) if step.issuer else None, registered.issuer.label),
            ("TLS", step.tls, registered.tls_version),
            ("cipher", step.cipher, registered.cipher),
        ]
    )


def _refused(step: sc.Refused, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    if view.registration(scene.events(step.phone), device) is not None:
        return CheckVerdict(False, f"{step.phone} is registered")
    met = view.refusals(scene.recent(step.phone), device)
    if not met:
        return CheckVerdict(False, f"TLS did not refuse it; {scene.state(step.phone)}")
    last = met[-1]
    return compare(
        [
            ("certificate", step.certificate, last.refused.kind),
            ("issuer", scene.issuer(step.issuer), last.chosen.issuer.label if last.chosen is not None else "none"),
            ("verify code", step.verify_code, last.verify_code),
            ("depth", step.depth if step.verify_code >= 0 else None, last.depth),
            (
                "alert read",
                step.alert,
                alert_text(last.refused.alert) if last.refused.alert_direction == "read" else "none",
            ),
        ]
    )


def _rejected(step: sc.Rejected, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    if view.registration(scene.events(step.phone), device) is not None:
        return CheckVerdict(False, f"{step.phone} is registered")
    rejected = view.rejections(scene.recent(step.phone), device)
    if not rejected:
        return CheckVerdict(False, f"there was no RegisterReject; {scene.state(step.phone)}")
    return compare([("cause", step.cause, CcmDevRegFailCauseCode(rejected[-1].cause_code).name)])


def _not_registered(step: sc.NotRegistered, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    if view.registration(scene.events(step.phone), device) is not None:
        return CheckVerdict(False, f"{step.phone} is registered")
    met: list[Event] = []
    if step.because == "its file is missing":
        met += view.of(scene.recent(step.phone), device, ConfigurationFileMissed)
    elif step.because == "its file is refused":
        met += view.of(scene.recent(step.phone), device, ConfigurationRefused)
    elif step.because == "its list is too long":
        lists = view.of(scene.recent(step.phone), device, TrustListRefused)
        met += [event for event in lists if event.refusal == TrustRefusal.TOO_LARGE]
    else:
        met += [
            event
            for event in view.of(scene.recent(step.phone), device, ServerUnreachable)
            if event.service in REGISTRATION_SERVICES
        ]
    return CheckVerdict(bool(met), step.because if met else f"not so: {scene.state(step.phone)}")


_OBSTACLES = {
    "not registered": UserActionObstacle.NOT_REGISTERED,
    "secure profile": UserActionObstacle.SECURE,
    "not asked for": UserActionObstacle.NOT_ASKED,
}


def _string_not_taken(step: sc.StringNotTaken, scene: Scene) -> CheckVerdict:
    met = view.of(scene.recent(step.phone), scene.device(step.phone), AuthenticationStringNotTaken)
    if not met:
        return CheckVerdict(False, "the phone was offered no string that it did not take")
    return compare([("obstacle", _OBSTACLES[step.because].value, met[-1].obstacle.value)])


def _distrusts(step: sc.Distrusts, scene: Scene) -> CheckVerdict:
    recent, device = scene.recent(step.phone), scene.device(step.phone)
    met = [event for event in view.of(recent, device, ServerNotTrusted) if event.service == step.service]
    if not met:
        return CheckVerdict(False, f"it refused no server's certificate; {scene.state(step.phone)}")
    connection = met[-1].connection
    verified = [event for event in view.of(recent, device, CertificateVerified) if event.connection == connection]
    written = [
        event
        for event in view.of(recent, device, SecureConnectionRefused)
        if event.connection == connection and event.alert_direction == "write"
    ]
    return compare(
        [
            ("verify code", step.verify_code, verified[-1].verify_code if verified else -1),
            ("alert written", step.alert, alert_text(written[-1].alert) if written else "none"),
        ]
    )


def _holds_lsc(step: sc.HoldsLsc, scene: Scene) -> CheckVerdict:
    credential = scene.lab.phones[step.phone].flash.lsc
    found = read(credential.identity.certificate).issuer.cn if credential is not None else "none"
    return compare([("LSC issuer", "none" if step.issuer == "none" else scene.issuer(step.issuer), found)])


def _console(step: sc.ConsoleLine, scene: Scene) -> CheckVerdict:
    console, device = Console(), scene.device(step.phone)
    for event in view.of(scene.events(step.phone), device, Event):
        lines = console.lines(event)
        if event.seq > scene.since and any(step.contains in line for line in lines):
            return CheckVerdict(True, f'a line with "{step.contains}"')
    return CheckVerdict(False, f'no line with "{step.contains}"')


def _explained(step: sc.Explained, scene: Scene) -> CheckVerdict:
    rules = [rule_of(case) for case in cases_of_phone(scene.record, scene.device(step.phone))]
    if step.rule in rules:
        return CheckVerdict(True, f"cause {step.rule}")
    return CheckVerdict(False, f"explained as {', '.join(rules)}" if rules else "nothing of it is explained")


def _on_the_wire(step: sc.OnTheWire, scene: Scene) -> CheckVerdict:
    """The phone's event says only which connection it was; what was on it, the onlooker tells."""
    assert scene.onlooker is not None, "the runner sends one wherever a story asks for one"
    chosen = view.of(scene.recent(step.phone), scene.device(step.phone), CertificateChosen)
    sccp = [event.connection for event in chosen if event.service in REGISTRATION_SERVICES]
    seen = scene.onlooker.seen_on(sccp[-1]) if sccp else None
    if seen is None:
        return CheckVerdict(False, f"no TLS to CallManager was seen; {scene.state(step.phone)}")
    if seen.server.encrypted_from_server_hello:
        return CheckVerdict(False, "this is TLS 1.3, where the certificate is encrypted")
    if not seen.client.certificates:
        return CheckVerdict(False, "the phone sent no certificate")
    flash = scene.lab.phones[step.phone].flash
    own = {_der(flash.lsc): "LSC", _der(flash.mic): "MIC"}
    sent = read(made(seen.client.certificates[0]))
    return compare(
        [
            ("certificate", step.certificate, own.get(seen.client.certificates[0], "neither its LSC nor its MIC")),
            ("issuer", scene.issuer(step.issuer), sent.issuer.cn),
            ("ClientKeyExchange", "seen", "seen" if seen.client.client_key_exchange else "not seen"),
            ("alert", step.alert or "none", alert_text(seen.server.alert) if seen.server.alert is not None else "none"),
        ]
    )


def _der(credential: Credential | None) -> bytes:
    return credential.identity.certificate.public_bytes(Encoding.DER) if credential is not None else b""


PHONE_CHECKS: dict[type[Any], Callable[[Any, Scene], CheckVerdict]] = {
    sc.Registered: _registered,
    sc.Refused: _refused,
    sc.Rejected: _rejected,
    sc.NotRegistered: _not_registered,
    sc.StringNotTaken: _string_not_taken,
    sc.Distrusts: _distrusts,
    sc.HoldsLsc: _holds_lsc,
    sc.ConsoleLine: _console,
    sc.Explained: _explained,
    sc.OnTheWire: _on_the_wire,
}
