"""Checks: whether what a step expects is so, and what is so instead. A check names the reason, so none passes by accident."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from capf_sim.events import BearerRefused, OperationEnded
from cucm_sim.causes import CcmDevRegFailCauseCode
from journal import Event
from lab import scenario as sc
from lab import view
from lab.console import Console
from lab.world import World, home
from pki import common_name
from wire.tls import alert_text


class Verdict(NamedTuple):
    passed: bool
    observed: str
    """What is so, in a few words; for a check that failed it is what the author reads."""


class Scene(NamedTuple):
    """What a check looks at."""

    world: World
    events: Sequence[Event]
    since: int
    """Index of the first event after the last thing done."""

    def device(self, phone: str) -> str:
        return self.world.phones[phone].device_name

    def issuer(self, text: str) -> str:
        """CN behind `CAPF of CLUSTER`, or the text itself."""
        return common_name(self.world.certificate(text).subject)


def _compare(pairs: Sequence[tuple[str, object, object]]) -> Verdict:
    """Each pair is (what, wanted, found); None as wanted means that the author does not care."""
    cared = [(what, wanted, found) for what, wanted, found in pairs if wanted is not None]
    wrong = [f"{what} is {found}, not {wanted}" for what, wanted, found in cared if wanted != found]
    if wrong:
        return Verdict(False, "; ".join(wrong))
    return Verdict(True, ", ".join(f"{what} {found}" for what, _, found in cared))


def _state(phone: str, scene: Scene) -> str:
    row = view.row(scene.events, phone, scene.device(phone))
    return f"{phone} is {row.state}" + (f" ({row.reason})" if row.reason else "")


def _registered(step: sc.Registered, scene: Scene) -> Verdict:
    device = scene.device(step.phone)
    registered = view.registration(scene.events, device)
    if registered is None:
        return Verdict(False, _state(step.phone, scene))
    at = view.registered_at(scene.events, registered)
    return _compare(
        [
            ("cluster", step.cluster or None, at.actor.partition("/")[0] if at is not None else "unknown"),
            ("certificate", step.certificate, registered.kind or "none"),
            ("issuer", scene.issuer(step.issuer) if step.issuer else None, registered.issuer_name),
            ("TLS", step.tls, registered.tls_version),
            ("cipher", step.cipher, registered.cipher),
        ]
    )


def _refused(step: sc.Refused, scene: Scene) -> Verdict:
    device = scene.device(step.phone)
    if view.registration(scene.events, device) is not None:
        return Verdict(False, f"{step.phone} is registered")
    met = view.refusals(scene.events[scene.since :], device)
    if not met:
        return Verdict(False, f"TLS did not refuse it; {_state(step.phone, scene)}")
    last = met[-1]
    return _compare(
        [
            ("certificate", step.certificate, last.refused.kind),
            ("issuer", scene.issuer(step.issuer), last.chosen.issuer_name if last.chosen is not None else "none"),
            ("verify code", step.verify_code, last.verify_code),
            ("depth", step.depth if step.verify_code >= 0 else None, last.depth),
            (
                "alert read",
                step.alert,
                alert_text(last.refused.alert) if last.refused.alert_direction == "read" else "none",
            ),
        ]
    )


def _rejected(step: sc.Rejected, scene: Scene) -> Verdict:
    device = scene.device(step.phone)
    if view.registration(scene.events, device) is not None:
        return Verdict(False, f"{step.phone} is registered")
    rejected = view.rejections(scene.events[scene.since :], device)
    if not rejected:
        return Verdict(False, f"there was no RegisterReject; {_state(step.phone, scene)}")
    return _compare([("cause", step.cause, CcmDevRegFailCauseCode(rejected[-1].cause_code).name)])


def _operation_status(step: sc.OperationStatus, scene: Scene) -> Verdict:
    device = scene.device(step.phone)
    cluster = step.cluster or home(scene.world, scene.world.phones[step.phone]).name
    row = scene.world.clusters[cluster].cluster.database.device(device)
    if row is None:
        return Verdict(False, f"{cluster} has no device {device}")
    recent = scene.events[scene.since :]
    ended = [event for event in recent if isinstance(event, OperationEnded) and event.device == device]
    code = None
    if step.verify_code is not None:
        refused = [event for event in recent if isinstance(event, BearerRefused) and event.device == device]
        code = refused[-1].verify_code if refused else -1
    if not ended and step.status not in ("None", "Operation Pending"):
        return Verdict(False, f"status is {row.capf.certificate_operation_status}, and no operation has ended")
    return _compare(
        [("status", step.status, row.capf.certificate_operation_status), ("verify code", step.verify_code, code)]
    )


def _holds_lsc(step: sc.HoldsLsc, scene: Scene) -> Verdict:
    credential = scene.world.phones[step.phone].flash.lsc
    found = common_name(credential.identity.certificate.issuer) if credential is not None else "none"
    return _compare([("LSC issuer", "none" if step.issuer == "none" else scene.issuer(step.issuer), found)])


def _console(step: sc.ConsoleLine, scene: Scene) -> Verdict:
    console, device = Console(), scene.device(step.phone)
    for index, event in enumerate(scene.events):
        if event.actor != device:
            continue
        lines = console.lines(event)
        if index >= scene.since and any(step.contains in line for line in lines):
            return Verdict(True, f'a line with "{step.contains}"')
    return Verdict(False, f'no line with "{step.contains}"')


_CHECKS: dict[type[Any], Callable[[Any, Scene], Verdict]] = {
    sc.Registered: _registered,
    sc.Refused: _refused,
    sc.Rejected: _rejected,
    sc.OperationStatus: _operation_status,
    sc.HoldsLsc: _holds_lsc,
    sc.ConsoleLine: _console,
}


def check(step: sc.Expect, scene: Scene) -> Verdict:
    return _CHECKS[type(step)](step, scene)
