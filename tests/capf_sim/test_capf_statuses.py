"""Certificate Operation Status: each of Cisco's 34 values is reached by a story here, or is not CAPF's to set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import trio

from capf_sim import (
    NOT_SET_BY_CAPF,
    AuthenticationMode,
    CapfSettings,
    CaRejected,
    CaUnreachable,
    CertificateOperation,
    CertificateStatus,
    KeyOrder,
    LscRequest,
)
from capf_sim.statuses import Failure, failed, success
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
    assert (bench.event("BearerRefused").verify_code, bench.event("BearerRefused").depth) == (20, 0)


async def by_a_mic_whose_authority_is_not_trusted(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, authentication_mode=MIC)
    bench.phone.mic = bench.mic(authority="Cisco Manufacturing CA")
    await bench.meet()
    assert bench.event("BearerRefused").verify_code == 20


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


class Unwilling:
    """An issuer that fails in the given way."""

    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure

    async def issue(self, request: LscRequest) -> Any:
        if self.failure is None:
            await trio.sleep_forever()
        raise self.failure  # type: ignore[misc]


async def with_a_ca_that_is_away(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, rsa_key_size=1024)
    await bench.meet(bench.service(issuer=Unwilling(CaUnreachable())))


async def with_a_ca_that_refuses(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, rsa_key_size=1024)
    await bench.meet(bench.service(issuer=Unwilling(CaRejected())))


async def too_late(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, completes_by=bench.emitter.clock.now() - timedelta(seconds=1))
    await bench.meet()


async def in_a_version_from_before_2(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation)
    bench.phone.capf_version = 1
    await bench.meet()


async def for_ec_only_with_version_3(bench: Any, operation: CertificateOperation) -> None:
    bench.order(operation, key_order=KeyOrder.EC_ONLY)
    await bench.meet()


STORIES: dict[str, Story] = {
    "": in_a_version_from_before_2,
    "Invalid LSC": by_the_old_clusters_lsc,
    "Invalid MIC": by_a_mic_whose_authority_is_not_trusted,
    "Invalid Authentication String": by_a_wrong_string,
    "Invalid Credentials": by_a_certificate_that_is_not_there,
    "Phone Communication Failure": with_a_phone_that_hangs_up,
    "Key Generation Failed/Timeout": with_a_phone_that_cannot_make_keys,
    "CA Communication Failure": with_a_ca_that_is_away,
    "CA Rejected Connection": with_a_ca_that_refuses,
    "User Initiated Request Late/Timedout": too_late,
    "No Support for EC only in CAPF version 3": for_ec_only_with_version_3,
}
REACHED = [status for status in CertificateStatus if status not in NOT_SET_BY_CAPF]


def test_there_are_34_values() -> None:
    assert len(CertificateStatus) == 34
    assert len(REACHED) == 28


@pytest.mark.trio
@pytest.mark.parametrize("status", REACHED, ids=lambda status: status.value)
async def test_status_is_reached(bench: Any, autojump_clock: object, status: CertificateStatus) -> None:
    word, _, rest = status.value.partition(" ")
    story = well if rest == "Success" else STORIES[rest.removeprefix("Failed").removeprefix(": ")]
    await story(bench, WORDS[word])
    assert bench.cluster.statuses == [status.value]
    ended = bench.event("OperationEnded")
    assert (ended.status, ended.succeeded) == (status.value, rest == "Success")


def test_every_failure_of_an_operation_is_a_value_of_ciscos_or_an_error() -> None:
    made = {success(operation) for operation in WORDS.values()}
    for operation in WORDS.values():
        for failure in Failure:
            try:
                made.add(failed(operation, failure))
            except ValueError:
                continue
    assert made == set(CertificateStatus) - {CertificateStatus.NONE, CertificateStatus.OPERATION_PENDING}


@pytest.mark.trio
async def test_silent_ca_is_a_communication_failure(bench: Any, autojump_clock: object) -> None:
    bench.order(CertificateOperation.INSTALL_UPGRADE, rsa_key_size=1024)
    await bench.meet(bench.service(issuer=Unwilling(None)))
    assert bench.cluster.statuses == ["Upgrade Failed: CA Communication Failure"]


@pytest.mark.trio
async def test_phone_that_does_not_store_the_lsc_is_a_plain_failure(bench: Any, autojump_clock: object) -> None:
    bench.order(CertificateOperation.INSTALL_UPGRADE, rsa_key_size=1024)
    bench.phone.wears_out = True
    result = await bench.meet()
    assert (result.lsc_installed, bench.event("LscRejected").fault) == (False, "flash cannot be written")
    assert bench.cluster.statuses == ["Upgrade Failed"]


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
