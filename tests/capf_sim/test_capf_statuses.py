"""Certificate Operation Status: each of Cisco's 34 values is reached by a story here, or is not CAPF's to set."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trio

from capf_sim import CapfErrorCode, CapfSettings, LscRequest, OnlineCa, Reach
from capf_sim.statuses import Failure, failed, success
from cisco_data import AuthenticationMode, CertificateOperation, CertificateStatus, KeyOrder
from pki import KeySpec
from wire import capf

Story = Callable[[Any, CertificateOperation], Awaitable[None]]
WORDS = {
    "Upgrade": CertificateOperation.INSTALL_UPGRADE,
    "Delete": CertificateOperation.DELETE,
    "Troubleshoot": CertificateOperation.TROUBLESHOOT,
}
LSC, MIC = AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC, AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC


async def well(bench: Any, operation: CertificateOperation) -> None:
    bench.phone.lsc = bench.lsc(bench.authority)
    bench.order(operation, rsa_key_size=1024)
    await bench.meet()


async def by_the_old_clusters_lsc(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, authentication_mode=LSC)
    bench.phone.lsc, bench.phone.mic = bench.lsc(bench.old_authority), bench.mic()
    await bench.meet()
    assert (bench.event("ProofOfPossessionRefused").verify_code, bench.event("ProofOfPossessionRefused").depth) == (
        20,
        0,
    )


async def by_a_mic_whose_authority_is_not_trusted(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, authentication_mode=MIC)
    bench.phone.mic = bench.mic(authority="Cisco Manufacturing CA")
    await bench.meet()
    assert bench.event("ProofOfPossessionRefused").verify_code == 20


async def by_a_wrong_string(bench: Any, operation: CertificateOperation) -> None:
    mode = AuthenticationMode.BY_AUTHENTICATION_STRING
    bench.order(operation, authentication_mode=mode, authentication_string="123456")
    bench.phone.authentication_string = "1234567"
    await bench.meet()
    assert bench.event("AuthenticationStringRefused").given


async def by_a_certificate_that_is_not_there(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, authentication_mode=LSC)
    await bench.meet()


async def with_a_phone_that_hangs_up(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation)
    await bench.script(capf.AuthResponse(1, 3, bench.phone.device_name))


async def with_a_phone_that_cannot_make_keys(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation)
    bench.phone.can_make = lambda spec: False
    await bench.meet()


def online_ca(bench: Any, reach: Reach) -> OnlineCa:
    return OnlineCa(bench.old_authority, bench.journal.clock, reach=reach)


async def with_a_ca_that_is_away(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, rsa_key_size=1024)
    await bench.meet(bench.service(issuer=online_ca(bench, Reach.UNREACHABLE)))


async def with_a_ca_that_refuses(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, rsa_key_size=1024)
    await bench.meet(bench.service(issuer=online_ca(bench, Reach.REJECTS)))


async def too_late(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, completes_by=bench.journal.clock.now() - timedelta(seconds=1))
    await bench.meet()


async def with_an_unknown_reason(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation)
    delete = operation is CertificateOperation.DELETE
    answer = capf.DeleteCertificateResponse(1, 99) if delete else capf.FetchCertificateResponse(1, 99)
    await bench.script(capf.AuthResponse(1, 3, bench.phone.device_name), answer)


async def with_a_phone_whose_flash_is_worn_out(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, rsa_key_size=1024)
    bench.phone.wears_out = True
    await bench.meet()
    assert bench.event("LscRejected").fault == "flash cannot be written"


async def for_ec_only_with_version_3(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, key_order=KeyOrder.EC_ONLY)
    await bench.meet()


STORIES: dict[str, Story] = {
    "all goes well": well,
    "the phone does not store the LSC": with_a_phone_whose_flash_is_worn_out,
    "the phone answers with an unknown reason": with_an_unknown_reason,
    "by the LSC of another cluster, whose CAPF is not in CAPF-trust": by_the_old_clusters_lsc,
    "by a MIC whose authority is not in CAPF-trust": by_a_mic_whose_authority_is_not_trusted,
    "by a wrong string": by_a_wrong_string,
    "by a certificate that the phone does not have": by_a_certificate_that_is_not_there,
    "the phone hangs up": with_a_phone_that_hangs_up,
    "the phone cannot make such a key": with_a_phone_that_cannot_make_keys,
    "the online CA is not reached": with_a_ca_that_is_away,
    "the online CA refuses": with_a_ca_that_refuses,
    "the phone comes too late": too_late,
    "EC Only is ordered, and version 3 is spoken": for_ec_only_with_version_3,
}
"""By the words of docs/statuses.md."""
DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "statuses.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| (\d*) ?\|$", DOCUMENT, re.MULTILINE)
PLAYED = [row for row in ROWS if row[1] in STORIES]
NOT_REACHABLE = {
    CertificateStatus.DELETE_KEY_GENERATION_FAILED: "a delete generates no key",
    CertificateStatus.DELETE_CA_COMMUNICATION_FAILURE: "a delete asks no CA",
    CertificateStatus.DELETE_CA_REJECTED_CONNECTION: "a delete asks no CA",
    CertificateStatus.TROUBLESHOOT_KEY_GENERATION_FAILED: "a troubleshoot generates no key",
}
"""Cisco lists these four as well, and nothing published says what could lead to them."""
ADMINISTRATION = {
    CertificateStatus.NONE: "a new device",
    CertificateStatus.OPERATION_PENDING: "an operation is ordered",
}


def test_the_document_lists_the_34_values_in_ciscos_order_and_a_way_to_each_that_has_one() -> None:
    assert [row[0] for row in ROWS] == [status.value for status in CertificateStatus]
    assert len(ROWS) == 34
    rest = {CertificateStatus(status): how for status, how, _ in ROWS if how not in STORIES}
    unreachable = {status: f"not reachable: {why}" for status, why in NOT_REACHABLE.items()}
    assert rest == ADMINISTRATION | unreachable
    assert len(PLAYED) == 28


def test_the_document_lists_every_error_code() -> None:
    rows = re.findall(r"^\| (\d+) \| (CAPF_\w+) \|", DOCUMENT, re.MULTILINE)
    assert [(int(number), name) for number, name in rows] == [(code.value, code.name) for code in CapfErrorCode]


@pytest.mark.trio
@pytest.mark.parametrize(("status", "how", "code"), PLAYED, ids=[row[0] for row in PLAYED])
async def test_status_is_reached_as_the_document_says(
    bench: Any, autojump_clock: object, status: str, how: str, code: str
) -> None:
    word, _, rest = status.partition(" ")
    await STORIES[how](bench, WORDS[word])
    assert bench.cluster.statuses == [status]
    ended = bench.event("OperationEnded")
    assert (ended.status, ended.succeeded) == (status, rest == "Success")
    assert ended.error_code == CapfErrorCode(int(code))


@pytest.mark.trio
@pytest.mark.parametrize(("word", "operation"), WORDS.items())
async def test_a_version_from_before_2_is_a_plain_failure(
    bench: Any, autojump_clock: object, word: str, operation: CertificateOperation
) -> None:
    bench.order(operation)
    bench.phone.capf_version = 1
    await bench.meet()
    assert bench.cluster.statuses == [f"{word} Failed"]
    assert bench.event("CapfVersionUnsupported").version == 1


@pytest.mark.trio
@pytest.mark.parametrize("held", ["nothing", "MIC", "LSC"])
async def test_a_troubleshoot_that_finds_no_certificate_has_a_code_of_its_own(
    bench: Any, autojump_clock: object, held: str
) -> None:
    bench.phone.lsc = bench.lsc(bench.authority) if held == "LSC" else None
    bench.phone.mic = bench.mic() if held == "MIC" else None
    bench.order(CertificateOperation.TROUBLESHOOT)
    await bench.meet()
    expected = CapfErrorCode.CAPF_FETCH_SUCCESS_BUT_NO_CERT if held == "nothing" else CapfErrorCode.CAPF_OP_SUCCESS
    assert bench.event("OperationEnded").error_code == expected
    assert bench.cluster.statuses == ["Troubleshoot Success"]


def test_no_two_ways_of_failing_have_the_same_status_but_those_with_two_codes() -> None:
    codes = {
        text: {failure.error_code for failure in Failure if failure.text == text}
        for text in {failure.text for failure in Failure}
    }
    assert codes.pop(Failure.LATE.text) == {
        CapfErrorCode.CAPF_OP_FAIL_LATE_REQUEST,
        CapfErrorCode.CAPF_OP_FAIL_OP_TIMED_OUT,
    }
    assert {len(found) for found in codes.values()} == {1}
    used = {failure.error_code for failure in Failure}
    successes = {CapfErrorCode.CAPF_OP_SUCCESS, CapfErrorCode.CAPF_FETCH_SUCCESS_BUT_NO_CERT}
    assert used == set(CapfErrorCode) - successes


def test_every_failure_of_an_operation_is_a_value_of_ciscos_or_an_error() -> None:
    made = {success(operation) for operation in WORDS.values()}
    for operation in WORDS.values():
        for failure in Failure:
            try:
                made.add(failed(operation, failure))
            except ValueError:
                continue
    assert made == set(CertificateStatus) - {CertificateStatus.NONE, CertificateStatus.OPERATION_PENDING}


class Silent:
    """An issuer that never answers."""

    async def issue(self, request: LscRequest) -> Any:
        await trio.sleep_forever()


@pytest.mark.trio
async def test_silent_ca_is_a_communication_failure(bench: Any, autojump_clock: object) -> None:
    bench.order(CertificateOperation.INSTALL_UPGRADE, rsa_key_size=1024)
    await bench.meet(bench.service(issuer=Silent()))
    assert bench.cluster.statuses == ["Upgrade Failed: CA Communication Failure"]


@pytest.mark.trio
async def test_ec_only_is_met_where_both_ends_speak_version_4(bench: Any, autojump_clock: object) -> None:
    bench.order(CertificateOperation.INSTALL_UPGRADE, key_order=KeyOrder.EC_ONLY, ec_key_size=384)
    bench.phone.capf_version = 4
    await bench.meet(bench.service(settings=CapfSettings(version=4)))
    assert bench.event("LscIssued").key == str(KeySpec("EC", 384))
    assert bench.cluster.statuses == ["Upgrade Success"]


@pytest.mark.trio
@pytest.mark.parametrize("given", [b"", None], ids=["empty", "missing"])
async def test_nobody_comes_in_where_the_administrator_set_no_string(
    bench: Any, autojump_clock: object, given: bytes | None
) -> None:
    mode = AuthenticationMode.BY_AUTHENTICATION_STRING
    bench.order(CertificateOperation.DELETE, authentication_mode=mode, authentication_string="")
    await bench.script(capf.AuthResponse(1, 3, bench.phone.device_name, password=given))
    assert bench.cluster.statuses == ["Delete Failed: Invalid Authentication String"]
