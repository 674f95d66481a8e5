"""What CAPF reads of a cluster's database and what it leaves there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509

from capf_sim.operations import Conclusion
from cisco_data import CertificateOperation, CertificateStatus
from cisco_data import CertificateOperation as Ordered
from cucm_sim.database import CapfInformation, Database, Device, standard_profile
from lab.running.database_operations import DatabaseOperations
from lab.testing import SINCE
from pki import Authority, KeyPool, KeySpec, capf_authority, lsc

DEVICE = "SEP001122334455"
ORDERED = CapfInformation(CertificateOperation.INSTALL_UPGRADE)


@pytest.fixture(scope="module")
def capf() -> Authority:
    return capf_authority(keys=KeyPool().ring(), subject={"O": "Lab"}, not_before=SINCE, name="CAPF-12345678")


@pytest.fixture(scope="module")
def certificate(capf: Authority) -> x509.Certificate:
    key = KeyPool().ring().named(KeySpec("RSA", 2048), "a phone of the operations' tests").public_key()
    return lsc(capf, device_name=DEVICE, model="7965G", public_key=key, not_before=SINCE)


@pytest.fixture
def database(capf: Authority) -> Database:
    made = Database()
    made.certificates.save_own("CAPF", capf.certificate, "hq-pub")
    made.add(Device(DEVICE, "7965", standard_profile("7965"), ORDERED))
    return made


@pytest.fixture
def operations(database: Database) -> DatabaseOperations:
    return DatabaseOperations(database, lambda model: model, lambda _: "")


def concluded(operation: Ordered, status: str, **how: Any) -> Conclusion:
    return Conclusion(
        device_name=DEVICE, operation=operation, status=CertificateStatus(status), succeeded="Success" in status, **how
    )


def row(database: Database) -> CapfInformation:
    device = database.device(DEVICE)
    assert device is not None
    return device.capf


def test_an_operation_is_handed_over_with_its_deadline(database: Database, operations: DatabaseOperations) -> None:
    pending = operations.pending(DEVICE)
    assert pending is not None
    assert (pending.operation, pending.completes_by) == (Ordered.INSTALL_UPGRADE, None)
    by = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    database.save(Device(DEVICE, "7965", standard_profile("7965"), replace(ORDERED, operation_completes_by=by)))
    pending = operations.pending(DEVICE)
    assert pending is not None
    assert pending.completes_by == by
    assert operations.pending("SEP000000000000") is None


def test_an_installed_lsc_is_written_into_the_row_and_a_deleted_one_goes(
    database: Database, operations: DatabaseOperations, capf: Authority, certificate: x509.Certificate
) -> None:
    operations.conclude(concluded(Ordered.INSTALL_UPGRADE, "Upgrade Success", installed=certificate))
    lsc = row(database).lsc
    assert lsc is not None
    assert lsc.valid_until == certificate.not_valid_after_utc
    assert lsc.issuer_valid_until == capf.certificate.not_valid_after_utc
    assert "CN=CAPF-12345678" in lsc.issuer_name
    assert row(database).certificate_operation is CertificateOperation.NO_PENDING_OPERATION
    operations.conclude(concluded(Ordered.TROUBLESHOOT, "Troubleshoot Success"))
    assert row(database).lsc == lsc
    operations.conclude(concluded(Ordered.DELETE, "Delete Success", deleted=True))
    assert row(database).lsc is None


def test_a_failed_operation_stays_pending_and_an_lsc_that_the_phone_has_stored_counts_all_the_same(
    database: Database, operations: DatabaseOperations, certificate: x509.Certificate
) -> None:
    operations.conclude(concluded(Ordered.INSTALL_UPGRADE, "Upgrade Failed: Invalid LSC"))
    assert row(database) == replace(ORDERED, certificate_operation_status="Upgrade Failed: Invalid LSC")
    operations.conclude(concluded(Ordered.INSTALL_UPGRADE, "Upgrade Failed", installed=certificate))
    assert row(database).lsc is not None
    assert row(database).certificate_operation is CertificateOperation.INSTALL_UPGRADE


@pytest.mark.parametrize("status", CertificateStatus)
def test_whatever_status_capf_sets_is_in_the_row(
    database: Database, operations: DatabaseOperations, status: CertificateStatus
) -> None:
    operations.conclude(concluded(Ordered.INSTALL_UPGRADE, status.value))
    assert row(database).certificate_operation_status == status.value
