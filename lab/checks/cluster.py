"""Checks of a cluster: the status of a certificate operation, its trust stores, its CAPF trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.events import OperationEnded, ProofOfPossessionRefused
from cisco_data import CertificateStatus
from lab.checks.checking import CheckVerdict, Scene, compare
from lab.scenario import model as sc


def _operation_status(step: sc.OperationStatus, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    cluster = step.cluster or scene.lab.home(scene.lab.phones[step.phone]).name
    row = scene.lab.clusters[cluster].cluster.database.device(device)
    if row is None:
        return CheckVerdict(False, f"{cluster} has no device {device}")
    recent = scene.recent(step.phone)
    ended = [event for event in recent if isinstance(event, OperationEnded) and event.device == device]
    code = None
    if step.verify_code is not None:
        refused = [event for event in recent if isinstance(event, ProofOfPossessionRefused) and event.device == device]
        code = refused[-1].verify_code if refused else -1
    if not ended and step.status not in ("None", CertificateStatus.OPERATION_PENDING):
        return CheckVerdict(False, f"status is {row.capf.certificate_operation_status}, and no operation has ended")
    return compare(
        [("status", step.status, row.capf.certificate_operation_status), ("verify code", step.verify_code, code)]
    )


def _trust_store(step: sc.TrustStoreHolds, scene: Scene) -> CheckVerdict:
    cluster = scene.lab.clusters[step.cluster]
    certificate = scene.lab.certificate(step.certificate)
    return compare(
        [
            ("held", step.held, certificate in cluster.cluster.trust[step.store]),
            ("in use", step.in_use, certificate in cluster.in_use(step.store)),
        ]
    )


def _capf_trace(step: sc.TraceHolds, scene: Scene) -> CheckVerdict:
    credential = getattr(scene.lab.phones[step.phone].flash, step.certificate.lower())
    if credential is None:
        return CheckVerdict(False, f"{step.phone} has no {step.certificate}")
    from capf_sim.texts.trace import render_capf_trace

    pem = credential.identity.certificate.public_bytes(Encoding.PEM).decode().strip()
    trace = "\n".join(line.rstrip() for line in render_capf_trace(scene.events(step.phone)))
    return compare([(f"{step.certificate} in the trace", step.held, pem in trace)])


CLUSTER_CHECKS: dict[type[Any], Callable[[Any, Scene], CheckVerdict]] = {
    sc.OperationStatus: _operation_status,
    sc.TrustStoreHolds: _trust_store,
    sc.TraceHolds: _capf_trace,
}
