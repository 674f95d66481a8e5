"""The public `Lab`: it runs in the caller's loop, offers every operation, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import trio
from trio.testing import MockClock

import lab as public
from cucm_sim.certificate_events import CertificateRegenerated
from lab import InvalidInput, Lab, OperationFailed
from lab.operations.table import OPERATIONS
from lab.running.operation_methods import OperationMethods
from phone_sim.events import PhoneRegistered

ROOT = Path(__file__).resolve().parents[2]
CALLMANAGER = "Cisco CallManager"


def descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def tasks() -> int:
    return trio.lowlevel.current_statistics().tasks_living


# What becomes of a phone


async def test_a_phone_without_an_lsc_registers_with_its_mic(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        phone = lab.add_phone(model="8861", cluster=lab.add_cluster("hq"), profile="Encrypted")
        phone.power_on()
        result = await phone.settled()
    assert (result.state, result.reason, result.refused) == ("registered", "", None)
    assert result.registered is not None
    assert (result.registered.cluster, result.registered.certificate) == ("hq", "MIC")
    assert result.registered.tls == "TLSv1.2"


async def test_a_refusal_names_service_alert_code_and_certificate(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("old")
        phone = lab.add_phone("lobby", model="8861", cluster=lab.add_cluster("new"), profile="Encrypted", lsc="old")
        phone.power_on()
        result = await phone.settled()
    assert (result.device, result.state, result.registered) == (phone.device, "refused", None)
    refused = result.refused
    assert refused is not None
    assert (refused.service, refused.alert, refused.certificate) == (CALLMANAGER, "unknown CA", "LSC")
    assert (refused.verify_code, refused.depth, refused.by_phone) == (20, 0, False)


async def test_a_phone_that_does_not_trust_its_server_refuses_it(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        phone = lab.add_phone(model="8861", cluster=lab.add_cluster("hq"), profile="Encrypted")
        phone.power_on()
        assert (await phone.settled()).refused is None
        await lab.stop_service(service="Cisco Trust Verification Service")
        await lab.regenerate_certificate(certificate="CallManager of hq")
        await lab.restart_service(service="Cisco CallManager")
        phone.power_on()
        refused = (await phone.settled()).refused
    assert refused is not None
    assert refused.by_phone
    assert refused.verify_code > 0


async def test_a_phone_without_power_is_off_and_a_refusal_before_that_is_past(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("old")
        phone = lab.add_phone(model="8861", cluster=lab.add_cluster("new"), profile="Encrypted", lsc="old")
        assert (await phone.settled()).state == "off"
        phone.power_on()
        assert (await phone.settled()).refused is not None
        phone.power_off()
        assert (await phone.settled()).refused is None


async def test_phones_settle_side_by_side(autojump_clock: MockClock) -> None:
    states = []
    async with Lab() as lab:
        cluster = lab.add_cluster("hq")
        phones = [lab.add_phone(model="8861", cluster=cluster, profile="Encrypted") for _ in range(5)]

        async def boot(number: int) -> None:
            phones[number].power_on()
            states.append((await phones[number].settled()).state)

        async with trio.open_nursery() as nursery:
            for number in range(5):
                nursery.start_soon(boot, number)
    assert states == ["registered"] * 5


# Operations


def test_every_operation_is_a_method_of_its_word() -> None:
    words = {"power_on" if word == "boot" else word.replace("-", "_") for word in OPERATIONS}
    assert words == {name for name in vars(OperationMethods) if not name.startswith("_")} - {"perform"}


async def test_operations_cure_what_explain_found(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("old")
        phone = lab.add_phone("lobby", model="8861", cluster=lab.add_cluster("new"), profile="Encrypted", lsc="old")
        phone.power_on()
        await phone.settled()
        (explanation,) = lab.explain()
        assert (explanation.device, explanation.rule) == (phone.device, "lsc-of-another-cluster")
        await lab.upload_certificate(cluster="new", store="CallManager-trust", certificate="CAPF of old")
        await lab.restart_service(cluster="new", service=CALLMANAGER)
        await lab.power_on(phone="lobby")
        await lab.settled()
        assert phone.result().state == "registered"


async def test_a_certificate_is_regenerated_and_the_journal_tells(autojump_clock: MockClock) -> None:
    heard = []
    async with Lab() as lab:
        lab.journal.subscribe(heard.append)
        hq = lab.add_cluster("hq")
        before = hq.authority.certificate
        await lab.regenerate_certificate(certificate="CAPF of hq")
        assert hq.authority.certificate != before
        assert [event for event in lab.events if isinstance(event, CertificateRegenerated)]
        assert heard == lab.events


async def test_an_lsc_is_installed_and_lab_time_passes(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        phone = lab.add_phone("lobby", model="8861", cluster=lab.add_cluster("hq"))
        phone.power_on()
        await phone.settled()
        assert phone.mic is not None
        assert phone.lsc is None
        await lab.install_lsc(phone="lobby")
        assert phone.lsc is not None
        began = lab.journal.clock.now()
        await lab.wait(days=3)
        assert lab.journal.clock.now() - began >= timedelta(days=3)


@pytest.mark.parametrize(
    ("word", "arguments", "key"),
    [
        ("install_lsc", {"phone": "nowhere"}, "phone"),
        ("restart_service", {"cluster": "nowhere", "service": CALLMANAGER}, "cluster"),
        ("restart_service", {"service": "Cisco DRF Local"}, "service"),
        ("set_profile", {"profile": "Encrypt"}, "profile"),
        ("certificate_operation", {"rsa_key_size": 1000}, "rsa-key-size"),
        ("wait", {"until": "soon"}, "until"),
        ("wait", {"seconds": "x"}, "seconds"),
    ],
)
async def test_a_wrong_argument_is_invalid_input_that_names_it(
    word: str, arguments: dict[str, object], key: str, autojump_clock: MockClock
) -> None:
    async with Lab() as lab:
        lab.add_phone("lobby", model="8861", cluster=lab.add_cluster("hq"))
        with pytest.raises(InvalidInput, match=key):
            await getattr(lab, word)(**arguments)


async def test_an_operation_that_the_lab_is_in_no_state_for_fails_with_a_sentence(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        phone = lab.add_phone("lobby", model="8861", cluster=lab.add_cluster("hq"))
        with pytest.raises(OperationFailed, match="is not registered"):
            await lab.reset(phone="lobby")
        phone.power_on()
        await phone.settled()
        await lab.reset(phone="lobby")


# Building


async def test_what_is_added_before_the_lab_is_entered_starts_with_it(autojump_clock: MockClock) -> None:
    from lab.running.addresses import Block

    with Block() as block:
        lab = Lab(block=block)
        phone = lab.add_phone(model="8861", cluster=lab.add_cluster("hq"))
        assert not lab.clusters["hq"].capf.started
        async with lab:
            assert lab.clusters["hq"].capf.started
            phone.power_on()
            assert (await phone.settled()).state == "registered"


async def test_a_lab_that_was_not_entered_says_so() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        Lab().add_cluster("hq")


async def test_a_cluster_may_wait_for_its_start(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        hq = lab.add_cluster("hq", start=False)
        assert not hq.capf.started
        await lab.start_service(cluster="hq", service="Cisco Certificate Authority Proxy Function")
        assert hq.capf.started


async def test_names_are_taken_once(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        hq = lab.add_cluster("hq")
        first, second = lab.add_phone(model="8861", cluster=hq), lab.add_phone(model="7965", cluster="hq")
        assert first.device != second.device
        with pytest.raises(InvalidInput, match="already"):
            lab.add_cluster("hq")
        with pytest.raises(InvalidInput, match="already"):
            lab.add_phone(model="8861", cluster=hq, device=first.device)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"model": "8862"}, r'there is no model "8862" \(did you mean "88\d\d"\?\)'),
        ({"cluster": "nowhere"}, r'there is no cluster "nowhere" \(there is hq\)'),
        ({"lsc": "HQ"}, r'there is no cluster "HQ" \(did you mean "hq"\?\)'),
        ({"trusts": "nowhere"}, "there is no cluster"),
        ({"profile": "Encrypt"}, 'did you mean "Encrypted"'),
        ({"dot1x": "ise"}, 'there is no authentication server "ise"'),
        ({"vpn": "asa"}, 'there is no VPN gateway "asa"'),
        ({"mic_authority": "Cisco Manufacturing"}, 'did you mean "Cisco Manufacturing CA'),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_what_there_is_not_is_one_sentence_and_leaves_no_phone(
    wrong: dict[str, str], sentence: str, autojump_clock: MockClock
) -> None:
    async with Lab() as lab:
        lab.add_cluster("hq")
        right = {"model": "8861", "cluster": "hq", "device": "SEP001122334455"}
        with pytest.raises(InvalidInput, match=sentence):
            lab.add_phone(**{**right, **wrong})  # type: ignore[arg-type]
        assert (await lab.add_phone(**right).settled()).state == "off"


async def test_phones_use_an_authentication_server_and_a_vpn_gateway(autojump_clock: MockClock) -> None:
    trusts = ["Cisco Manufacturing CA SHA2", "Cisco Root CA M2"]
    async with Lab() as lab:
        hq = lab.add_cluster("hq")
        lab.add_radius("ise", trusts=trusts)
        lab.add_vpn_gateway("asa", trusts=trusts)
        phones = [
            lab.add_phone(model="8861", cluster=hq, profile="Encrypted", dot1x="ise"),
            lab.add_phone(model="8861", cluster=hq, profile="Encrypted", vpn="asa"),
        ]
        for phone in phones:
            phone.power_on()
        await lab.settled()
        assert [phone.result().state for phone in phones] == ["registered", "registered"]


# Capture


async def test_a_capture_holds_what_crossed_the_wire_and_is_closed_with_the_lab(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    async with Lab() as lab:
        lab.capture(tmp_path / "run.pcapng")
        phone = lab.add_phone(model="8861", cluster=lab.add_cluster("hq"), profile="Encrypted")
        phone.power_on()
        await phone.settled()
        with pytest.raises(RuntimeError, match="before the first cluster"):
            lab.capture(tmp_path / "late.pcapng")
    octets = (tmp_path / "run.pcapng").read_bytes()
    assert octets[:4] == b"\x0a\x0d\x0d\x0a"
    assert b"CLIENT_RANDOM" in octets
    assert phone.device.encode() in octets


async def test_a_capture_may_be_without_secrets(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.capture(str(tmp_path / "run.pcapng"), secrets=False)
        phone = lab.add_phone(model="8861", cluster=lab.add_cluster("hq"), profile="Encrypted")
        phone.power_on()
        await phone.settled()
    assert b"CLIENT_RANDOM" not in (tmp_path / "run.pcapng").read_bytes()


# Its end


class Own(Exception):
    """Of the caller."""


async def _fill(lab: Lab) -> None:
    phone = lab.add_phone(model="8861", cluster=lab.add_cluster("hq"), profile="Encrypted")
    phone.power_on()
    await phone.settled()


async def test_everything_is_closed_at_the_end(autojump_clock: MockClock) -> None:
    files, living = descriptors(), tasks()
    for _ in range(2):
        async with Lab() as lab:
            await _fill(lab)
            assert descriptors() > files
    assert (descriptors(), tasks()) == (files, living)


async def test_an_exception_of_the_caller_passes_as_it_is(autojump_clock: MockClock) -> None:
    files, living = descriptors(), tasks()
    with pytest.raises(Own):  # noqa: PT012
        async with Lab() as lab:
            await _fill(lab)
            raise Own
    assert (descriptors(), tasks()) == (files, living)


async def test_a_cancellation_closes_everything(autojump_clock: MockClock) -> None:
    files, living = descriptors(), tasks()
    with trio.move_on_after(100) as scope:
        async with Lab() as lab:
            await _fill(lab)
            await trio.sleep_forever()
    assert scope.cancelled_caught
    assert (descriptors(), tasks()) == (files, living)


async def test_a_subscriber_that_fails_ends_the_lab(autojump_clock: MockClock) -> None:
    files = descriptors()

    def fail(event: object) -> None:
        if isinstance(event, PhoneRegistered):
            raise Own

    with pytest.raises(BaseExceptionGroup) as raised:  # noqa: PT012
        async with Lab() as lab:
            phone = lab.add_phone(model="8861", cluster=lab.add_cluster("hq"))
            lab.journal.subscribe(fail)
            phone.power_on()
            await trio.sleep_forever()
    assert raised.value.subgroup(Own) is not None
    assert descriptors() == files


async def test_two_labs_stand_side_by_side_in_real_time() -> None:
    async with Lab() as one, Lab() as other:
        phones = [lab.add_phone(model="8861", cluster=lab.add_cluster("hq")) for lab in (one, other)]
        for phone in phones:
            phone.power_on()
        assert [(await phone.settled()).state for phone in phones] == ["registered"] * 2
        assert one.clusters["hq"].tftp_address.address != other.clusters["hq"].tftp_address.address


def test_the_same_lab_has_the_same_certificates_and_events() -> None:
    async def build() -> tuple[object, ...]:
        async with Lab() as lab:
            await _fill(lab)
            certificates = [
                phone.flash.mic.identity.certificate_pem() for phone in lab.phones.values() if phone.flash.mic
            ]
            return certificates, [msgspec.structs.asdict(event)["at"] for event in lab.events][:3]

    first, second = (trio.run(build, clock=MockClock(autojump_threshold=0)) for _ in range(2))
    assert first == second


# Loading


def test_lab_is_loaded_when_it_is_used() -> None:
    code = "import sys, lab; print('trio' in sys.modules); lab.Lab; print('trio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "True"]


def test_public_names_are_those_of_all_and_another_is_an_attribute_error() -> None:
    assert all(getattr(public, name) is not None for name in public.__all__)
    assert set(public._MODULES) == set(public.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        public.nothing  # noqa: B018


async def test_databases_are_closed_with_the_lab(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        database = lab.add_cluster("hq").cluster.database
        assert database.device("SEP001122334455") is None
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        database.device("SEP001122334455")


async def test_each_phone_has_its_own_result_beside_others(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("old")
        lab.add_cluster("new")
        refused = lab.add_phone(model="8861", cluster="new", profile="Encrypted", lsc="old")
        registered = lab.add_phone(model="8861", cluster="new", profile="Encrypted", lsc="new")
        for phone in (refused, registered):
            phone.power_on()
        first, second = await refused.settled(), await registered.settled()
        assert first.refused is not None
        assert second.registered is not None
        assert (first.refused.verify_code, first.refused.depth, first.registered) == (20, 0, None)
        assert (second.registered.certificate, second.refused) == ("LSC", None)
