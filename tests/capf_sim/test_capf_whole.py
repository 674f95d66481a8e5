"""Whole operations, our phone against our CAPF."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cisco_data import AuthenticationMode, CertificateOperation, KeyOrder
from journal import Actor, read_jsonl, to_jsonl
from phone_sim.capf_client import CapfEnding
from pki import DistinguishedName, KeySpec, common_name, spec_of

INSTALL, DELETE, FETCH = (
    CertificateOperation.INSTALL_UPGRADE,
    CertificateOperation.DELETE,
    CertificateOperation.TROUBLESHOOT,
)
STRING, NULL = AuthenticationMode.BY_AUTHENTICATION_STRING, AuthenticationMode.BY_NULL_STRING
LSC, MIC = AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC, AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC
pytestmark = pytest.mark.trio


@pytest.mark.parametrize(
    ("order", "spec"),
    [
        ({"rsa_key_size": 512}, KeySpec("RSA", 512)),
        ({"rsa_key_size": 1024}, KeySpec("RSA", 1024)),
        ({"rsa_key_size": 2048}, KeySpec("RSA", 2048)),
        ({"key_order": KeyOrder.EC_PREFERRED, "ec_key_size": 256}, KeySpec("EC", 256)),
        ({"key_order": KeyOrder.EC_PREFERRED, "ec_key_size": 384}, KeySpec("EC", 384)),
        ({"key_order": KeyOrder.EC_PREFERRED, "ec_key_size": 521}, KeySpec("EC", 521)),
    ],
    ids=str,
)
async def test_install_gives_the_phone_an_lsc_for_the_key_that_was_ordered(
    bench: Any, autojump_clock: object, order: dict[str, Any], spec: KeySpec
) -> None:
    bench.order(INSTALL, **order)
    result = await bench.meet()
    assert (result.ending, result.lsc_installed) == (CapfEnding.DONE, True)
    assert bench.cluster.statuses == ["Upgrade Success"]
    certificate = bench.phone.lsc.certificate
    assert spec_of(certificate.public_key()) == spec
    assert certificate == bench.cluster.conclusions[0].installed
    assert certificate.issuer == bench.authority.subject
    assert common_name(certificate.subject) == "CP-8861-SEP001122334455"
    certificate.verify_directly_issued_by(bench.authority.certificate)


async def test_install_is_one_chain_of_events_on_each_side(bench: Any, autojump_clock: object) -> None:
    bench.order(INSTALL)
    await bench.meet()
    assert bench.kinds() == [
        "CapfSessionStarted",
        "CapfPhoneIdentified",
        "PhoneAuthenticated",
        "KeyRequested",
        "KeyReceived",
        "LscIssued",
        "LscStored",
        "OperationEnded",
        "CapfSessionEnded",
    ]
    assert bench.kinds("SEP001122334455") == ["CapfCredentialsSent", "CapfKeyMade", "LscInstalled", "CapfFinished"]
    for actor in ("cluster/CAPF", "SEP001122334455"):
        chain = [event for event in bench.events if event.actor == actor]
        assert [event.cause for event in chain] == [0, *(event.seq for event in chain[:-1])]
        assert {event.connection for event in chain} == {"127.10.1.2:20001>127.10.1.1:3804"}


async def test_succeeded_operation_is_not_pending_any_more(bench: Any, autojump_clock: object) -> None:
    bench.order(INSTALL)
    await bench.meet()
    result = await bench.meet()
    assert (result.ending, result.reason) == (CapfEnding.NOTHING_PENDING, 0)
    assert bench.cluster.statuses == ["Upgrade Success"]


async def test_failed_operation_stays_pending(bench: Any, autojump_clock: object) -> None:
    bench.order(INSTALL, authentication_mode=STRING, authentication_string="123456")
    bench.phone.authentication_string = "123457"
    first = await bench.meet()
    bench.phone.authentication_string = "123456"
    second = await bench.meet()
    assert (first.ending, second.ending) == (CapfEnding.DECLINED, CapfEnding.DONE)
    assert bench.cluster.statuses == ["Upgrade Failed: Invalid Authentication String", "Upgrade Success"]


async def test_session_ids_count_connections(bench: Any, autojump_clock: object) -> None:
    service = bench.service()
    for _ in range(3):
        await bench.meet(service)
    started = [event.session for event in bench.events if type(event).__name__ == "CapfSessionStarted"]
    assert started == [1, 2, 3]


@pytest.mark.parametrize("mode", [STRING, NULL, LSC, MIC], ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    ("operation", "word"), [(INSTALL, "Upgrade"), (DELETE, "Delete"), (FETCH, "Troubleshoot")], ids=str
)
async def test_every_operation_works_in_every_mode(
    bench: Any, autojump_clock: object, mode: AuthenticationMode, operation: CertificateOperation, word: str
) -> None:
    bench.order(operation, authentication_mode=mode, authentication_string="12345", rsa_key_size=1024)
    bench.phone.authentication_string = "12345"
    bench.phone.lsc, bench.phone.mic = bench.lsc(bench.authority), bench.mic()
    result = await bench.meet()
    assert result.ending is CapfEnding.DONE
    assert bench.cluster.statuses == [f"{word} Success"]
    assert bench.event("PhoneAuthenticated").certificate_kind == {LSC: "LSC", MIC: "MIC"}.get(mode, "")


async def test_delete_takes_the_lsc_and_leaves_the_mic(bench: Any, autojump_clock: object) -> None:
    bench.order(DELETE)
    bench.phone.lsc, bench.phone.mic = bench.lsc(bench.old_authority), bench.mic()
    result = await bench.meet()
    assert (result.lsc_deleted, bench.phone.lsc, bench.phone.mic is None) == (True, None, False)
    assert bench.cluster.conclusions[0].deleted


async def test_delete_where_there_is_no_lsc_succeeds_and_says_so(bench: Any, autojump_clock: object) -> None:
    bench.order(DELETE)
    result = await bench.meet()
    assert (result.ending, result.lsc_deleted) == (CapfEnding.DONE, False)
    assert bench.event("LscNotDeleted").reason == 7
    assert bench.cluster.statuses == ["Delete Success"]
    assert not bench.cluster.conclusions[0].deleted


async def test_troubleshoot_shows_lsc_and_mic(bench: Any, autojump_clock: object) -> None:
    bench.order(FETCH)
    bench.phone.lsc, bench.phone.mic = bench.lsc(bench.old_authority), bench.mic()
    result = await bench.meet()
    fetched = [event for event in bench.events if type(event).__name__ == "CertificateFetched"]
    assert [(event.certificate_kind, event.issuer.cn == "CAPF-00000000") for event in fetched] == [
        ("LSC", True),
        ("MIC", False),
    ]
    assert [event.pem.encode() for event in fetched] == [
        bench.phone.lsc.certificate_pem(),
        bench.phone.mic.certificate_pem(),
    ]
    assert (result.ending, result.reason, result.certificates_shown) == (CapfEnding.DONE, 0, 2)


async def test_troubleshoot_of_a_bare_phone_succeeds_without_a_certificate(bench: Any, autojump_clock: object) -> None:
    bench.order(FETCH)
    await bench.meet()
    assert bench.kinds().count("CertificateNotFetched") == 2
    assert bench.cluster.statuses == ["Troubleshoot Success"]


async def test_version_2_phone_is_asked_for_rsa_and_for_one_certificate(bench: Any, autojump_clock: object) -> None:
    bench.phone.capf_version, bench.phone.reports_progress = 2, False
    bench.order(INSTALL, key_order=KeyOrder.EC_PREFERRED, rsa_key_size=1024)
    await bench.meet()
    assert bench.event("KeyRequested").key == "RSA 1024"
    bench.order(FETCH)
    result = await bench.meet()
    assert result.certificates_shown == 1
    assert bench.cluster.statuses == ["Upgrade Success", "Troubleshoot Success"]


async def test_rsa_backs_up_ec_where_the_phone_cannot(bench: Any, autojump_clock: object) -> None:
    bench.phone.can_make = lambda spec: spec.algorithm == "RSA"
    bench.order(INSTALL, key_order=KeyOrder.EC_PREFERRED, rsa_key_size=1024)
    await bench.meet()
    assert bench.event("KeyNotReceived").reason == 7
    assert spec_of(bench.phone.lsc.key) == KeySpec("RSA", 1024)
    assert bench.cluster.statuses == ["Upgrade Success"]


async def test_unknown_device_is_told_so(bench: Any, autojump_clock: object) -> None:
    result = await bench.meet()
    assert (result.ending, result.reason) == (CapfEnding.UNKNOWN_DEVICE, 9)
    assert bench.event("CapfDeviceUnknown").device == "SEP001122334455"
    assert bench.cluster.conclusions == []


async def test_second_proof_of_the_sudi_element_is_believed(bench: Any, autojump_clock: object) -> None:
    bench.order(DELETE, authentication_mode=MIC)
    bench.phone.mic, bench.phone.sends_sudi = bench.mic(), True
    await bench.meet()
    assert bench.cluster.statuses == ["Delete Success"]


@pytest.mark.parametrize(
    ("mode", "has", "kind"),
    [(LSC, "both", "LSC"), (LSC, "mic", "MIC"), (MIC, "both", "MIC"), (MIC, "lsc", "LSC")],
    ids=str,
)
async def test_phone_shows_the_preferred_certificate_else_the_other(
    bench: Any, autojump_clock: object, mode: AuthenticationMode, has: str, kind: str
) -> None:
    bench.order(DELETE, authentication_mode=mode)
    bench.phone.lsc = bench.lsc(bench.authority) if has in ("both", "lsc") else None
    bench.phone.mic = bench.mic() if has in ("both", "mic") else None
    await bench.meet()
    assert bench.event("PhoneAuthenticated").certificate_kind == kind


async def test_lsc_expires_at_lab_time(bench: Any, autojump_clock: object) -> None:
    bench.phone.lsc = bench.lsc(bench.authority, days=101)
    bench.order(FETCH, authentication_mode=LSC)
    service = bench.service()
    await bench.meet(service)
    bench.emitter.clock.advance(timedelta(days=2))
    bench.order(FETCH, authentication_mode=LSC)
    await bench.meet(service)
    assert bench.event("ProofOfPossessionRefused").verify_code == 10
    assert bench.cluster.statuses == ["Troubleshoot Success", "Troubleshoot Failed: Invalid LSC"]


async def test_deleted_trust_counts_from_the_next_start_of_the_service(bench: Any, autojump_clock: object) -> None:
    bench.phone.lsc = bench.lsc(bench.authority)
    running = bench.service()
    bench.trust = bench.trust.without(bench.authority.certificate)
    for service in (running, bench.service()):
        bench.order(FETCH, authentication_mode=LSC)
        await bench.meet(service)
    assert bench.cluster.statuses == ["Troubleshoot Success", "Troubleshoot Failed: Invalid LSC"]


async def test_no_event_holds_the_authentication_string(bench: Any, autojump_clock: object) -> None:
    bench.order(INSTALL, authentication_mode=STRING, authentication_string="8675309")
    for typed in ("8675309x", "8675309"):
        bench.phone.authentication_string = typed
        await bench.meet()
    assert "8675309" not in repr(bench.events)


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("order", [KeyOrder.RSA_ONLY, KeyOrder.EC_PREFERRED], ids=str)
async def test_openssl_accepts_the_lsc(bench: Any, autojump_clock: object, order: KeyOrder, tmp_path: Path) -> None:
    bench.order(INSTALL, key_order=order)
    await bench.meet()
    (tmp_path / "lsc.pem").write_bytes(bench.phone.lsc.certificate_pem())
    (tmp_path / "capf.pem").write_bytes(bench.authority.identity.certificate_pem())
    (tmp_path / "other.pem").write_bytes(bench.old_authority.identity.certificate_pem())
    at = int((bench.emitter.clock.now() + timedelta(seconds=5)).timestamp())
    for anchor, expected in (("capf.pem", 0), ("other.pem", 2)):
        command = f"openssl verify -purpose sslclient -attime {at} -CAfile {anchor} lsc.pem"
        run = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)  # noqa: ASYNC221
        assert run.returncode == expected, run.stderr


async def test_events_survive_a_journal_file(bench: Any, autojump_clock: object, tmp_path: Path) -> None:
    bench.phone.lsc, bench.phone.mic = bench.lsc(bench.old_authority), bench.mic()
    for mode in (STRING, NULL, LSC, MIC):
        for operation in (INSTALL, FETCH, DELETE):
            bench.order(operation, authentication_mode=mode, authentication_string="1", rsa_key_size=1024)
            await bench.meet()
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(map(to_jsonl, bench.events)))
    assert list(read_jsonl(path)) == bench.events
    assert {type(value) for event in bench.events for value in msgspec.structs.astuple(event)} <= {
        Actor,
        str,
        int,
        bool,
        DistinguishedName,
        datetime,
    }
