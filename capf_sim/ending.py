"""How an operation ends: what the cluster is told, and what CAPF notes."""

from __future__ import annotations

from capf_sim.error_codes import CapfErrorCode
from capf_sim.events import OperationEnded
from capf_sim.operations import Conclusion, PendingOperation
from capf_sim.statuses import Failure, failed, success
from cisco_data import CertificateOperation
from pki import Certificate


def end(
    pending: PendingOperation,
    failure: Failure | None,
    *,
    installed: Certificate | None,
    deleted: bool,
    fetched: bool,
) -> tuple[Conclusion, OperationEnded]:
    """`failure`: None for a success. `installed`, `deleted`, `fetched`: what the phone is known to have done until then."""
    operation = pending.operation
    conclusion = Conclusion(
        device_name=pending.device_name,
        operation=operation,
        status=success(operation) if failure is None else failed(operation, failure),
        succeeded=failure is None,
        installed=installed,
        deleted=deleted,
    )
    if failure is not None:
        code = failure.error_code
    elif operation is CertificateOperation.TROUBLESHOOT and not fetched:
        code = CapfErrorCode.CAPF_FETCH_SUCCESS_BUT_NO_CERT
    else:
        code = CapfErrorCode.CAPF_OP_SUCCESS
    ended = OperationEnded(
        device=pending.device_name,
        operation=operation.value,
        status=conclusion.status.value,
        succeeded=conclusion.succeeded,
        error_code=int(code),
    )
    return conclusion, ended
