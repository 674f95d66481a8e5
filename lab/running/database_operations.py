"""CAPF's view of a cluster's database: which operations wait there, and how they ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from capf_sim.operations import Conclusion, PendingOperation
from cisco_data import CertificateOperation
from cucm_sim import database as cucm


class DatabaseOperations:
    """CAPF's view of a cluster's database (`capf_sim.operations.PendingOperations`)."""

    def __init__(self, database: cucm.Database, product: Callable[[str], str], serial: Callable[[str], str]) -> None:
        """`product` gives a model's name in certificates, `serial` the chassis number of a device."""
        self._database = database
        self._product = product
        self._serial = serial

    def pending(self, device_name: str) -> PendingOperation | None:
        device = self._database.device(device_name)
        if device is None:
            return None
        settings = device.capf
        return PendingOperation(
            device_name=device_name,
            model=self._product(device.model),
            operation=settings.certificate_operation,
            authentication_mode=settings.authentication_mode,
            authentication_string=settings.authentication_string,
            key_order=settings.key_order,
            rsa_key_size=settings.rsa_key_size,
            ec_key_size=settings.ec_key_size,
            completes_by=settings.operation_completes_by,
            serial_number=self._serial(device_name),
        )

    def conclude(self, conclusion: Conclusion) -> None:
        device = self._database.device(conclusion.device_name)
        if device is None:  # deleted from the database while its phone was talking to CAPF
            return
        capf = replace(device.capf, certificate_operation_status=conclusion.status.value)
        if conclusion.succeeded and capf.certificate_operation is conclusion.operation:  # and not one ordered since
            capf = replace(capf, certificate_operation=CertificateOperation.NO_PENDING_OPERATION)
        if conclusion.installed is not None:
            capf = replace(capf, lsc=self._database.certificates.describe_lsc(conclusion.installed))
        elif conclusion.deleted:
            capf = replace(capf, lsc=None)
        self._database.save(replace(device, capf=capf))
