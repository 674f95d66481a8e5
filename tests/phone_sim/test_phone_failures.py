"""What a phone does when a server is down, refuses it, or goes away; each with its inverse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import trio

from cisco_data import CertificateUnit, DeviceSecurityMode, ServiceName
from cisco_data.models import MODELS, TLS_1_3, PhoneModel
from cisco_data.registration import ResetType
from cucm_sim import administration, certificate_management
from cucm_sim.events import AlarmReceived, DeviceUnregistered, RegistrationRejected
from cucm_sim.profiles import secure_profile, standard_profile
from cucm_sim.tftp import CiscoTftp
from phone_sim.boot import BACKOFF_SECONDS, BootState
from phone_sim.dialing import CONNECT_TIMEOUT, dial
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure
from phone_sim.events import (
    BackedOff,
    CertificateChosen,
    PhoneRegistered,
    PhoneStarted,
    RegistrationFailed,
    RegistrationFailure,
    RegistrationLost,
    SecureConnectionRefused,
    SecureConnectionUp,
    ServerUnreachable,
)
from phone_sim.trust.events import ServerNotTrusted, ServerVouchedFor
from phone_sim.trust.held_lists import HeldLists
from phone_sim.trust.tvs_answer import TrustRefusal
from wire.net import Listener
from wire.phone_file import CapfServer, Member
from wire.tcp import TcpStream
from wire.tls import AlertDescription, ServerContext, TlsProfile, TlsStream, TlsVersion

Lab = Any
NON_SECURE, AUTHENTICATED, ENCRYPTED = DeviceSecurityMode
NEW_TLS = MODELS["8861"].with_tls(TLS_1_3)


def waits(lab: Lab, phone: Any) -> list[float]:
    return [event.seconds for event in lab.of(phone, BackedOff)]


def causes(lab: Lab, event: Any) -> list[str]:
    """The kinds of the events that led to this one, the nearest first."""
    by_number = {one.seq: one for one in lab.events}
    found = []
    while event.cause:
        event = by_number[event.cause]
        found.append(type(event).__name__)
    return found


# No file


@pytest.mark.trio
async def test_an_unknown_device_backs_off_longer_and_longer_until_it_is_added(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(on=False)
    cluster.cluster.database.remove(phone.device_name)
    phone.power_on(lab.power)
    await lab.until(lambda: len(waits(lab, phone)) == 7)
    assert waits(lab, phone) == [*BACKOFF_SECONDS, BACKOFF_SECONDS[-1], BACKOFF_SECONDS[-1]]
    at = [event.at for event in lab.of(phone, BackedOff)]
    apart = [(later - earlier).total_seconds() for earlier, later in pairwise(at)]
    assert apart == pytest.approx(waits(lab, phone)[:-1])
    assert {event.failure for event in lab.of(phone, ConfigurationFileMissed)} == {DownloadFailure.FILE_NOT_FOUND}
    administration.add_phone(cluster.cluster, phone.device_name, "7965", secure_profile("7965", ENCRYPTED))
    await lab.registered(phone, within=BACKOFF_SECONDS[-1] + 1)


@pytest.mark.trio
async def test_after_a_success_the_waits_begin_again_with_the_shortest(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    for _ in range(2):
        await cluster.cluster.callmanager.restart(lab.nursery)
        await lab.reaches(phone, BootState.BACKING_OFF)
        await lab.registered(phone)
    assert waits(lab, phone) == [BACKOFF_SECONDS[0]] * 2


@pytest.mark.trio
async def test_without_tftp_a_phone_waits_and_registers_once_it_is_there(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster(start=False)
    cluster.cluster.callmanager.start(lab.nursery)
    phone = lab.phone()
    await lab.until(lambda: len(waits(lab, phone)) == 2)
    assert {event.service for event in lab.of(phone, ServerUnreachable)} == {"TFTP"}
    cluster.tftp.start(lab.nursery)
    await lab.registered(phone)


# No CallManager


@pytest.mark.trio
async def test_without_callmanager_a_phone_waits_and_registers_once_it_is_there(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster(start=False)
    cluster.tftp.start(lab.nursery)
    phone = lab.phone()
    await lab.until(lambda: len(waits(lab, phone)) == 3)
    assert {event.reason for event in lab.of(phone, RegistrationFailed)} == {RegistrationFailure.UNREACHABLE}
    assert causes(lab, lab.of(phone, RegistrationFailed)[0])[0] == "ServerUnreachable"
    cluster.cluster.callmanager.start(lab.nursery)
    await lab.registered(phone)
    assert lab.of("hq/callmanager", AlarmReceived)[-1].last_out_of_service == 10


def two_members(lab: Lab, first: str, second: str) -> None:
    """A TFTP service that lists two CallManagers; the second in the file has the better priority."""
    cluster = lab.clusters["hq"]
    tftp = CiscoTftp(
        cluster.cluster.database,
        lab.journal.emitter("hq/tftp"),
        address=cluster.tftp.address,
        port=cluster.tftp.port,
        call_managers=[Member(second, priority=1), Member(first, priority=0)],
        capf_servers=[CapfServer(cluster.cluster.address, cluster.capf.port)],
        node=cluster.cluster.publisher,
        tftp_port=cluster.tftp.tftp_port,
    )
    tftp.start(lab.nursery)


@pytest.mark.trio
@pytest.mark.parametrize("mode", [NON_SECURE, ENCRYPTED], ids=str)
async def test_the_second_callmanager_takes_the_phone_when_the_first_is_dead(
    autojump_clock: object, lab: Lab, mode: DeviceSecurityMode
) -> None:
    cluster = lab.cluster(start=False)
    cluster.cluster.callmanager.start(lab.nursery)
    dead, alive = cluster.cluster.address.rpartition(".")[0] + ".77", cluster.cluster.address
    two_members(lab, dead, alive)
    phone = lab.phone(mode=mode)
    await lab.registered(phone, within=1)
    assert lab.one(phone, ServerUnreachable).address == dead
    assert lab.one(phone, PhoneRegistered).call_manager == alive
    assert not lab.of(phone, RegistrationFailed)


@pytest.mark.trio
async def test_the_first_callmanager_is_taken_when_it_lives(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster(start=False)
    cluster.cluster.callmanager.start(lab.nursery)
    dead, alive = cluster.cluster.address.rpartition(".")[0] + ".77", cluster.cluster.address
    two_members(lab, alive, dead)
    phone = lab.phone()
    await lab.registered(phone, within=1)
    assert not lab.of(phone, ServerUnreachable)


@pytest.mark.trio
async def test_a_server_that_answers_no_syn_is_given_up_in_time(autojump_clock: object, lab: Lab) -> None:
    class Nowhere:
        async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
            await trio.sleep_forever()
            raise AssertionError

    started = trio.current_time()
    found = await dial(Nowhere(), "SCCP", "192.0.2.1", 2000, lab.journal.emitter("phone"), None)
    assert isinstance(found, ServerUnreachable)
    assert found.error == 0
    assert trio.current_time() - started == pytest.approx(CONNECT_TIMEOUT)


# A registration that is lost


@pytest.mark.trio
async def test_phones_come_back_by_themselves_after_a_callmanager_restart(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    phones = [lab.phone(), lab.phone("8861"), lab.phone(NEW_TLS), lab.phone(mode=NON_SECURE)]
    await lab.registered(*phones)
    await cluster.cluster.callmanager.restart(lab.nursery)
    await lab.until(lambda: all(lab.of(phone, RegistrationLost) for phone in phones), within=5)
    await lab.registered(*phones, within=BACKOFF_SECONDS[0] + 1)
    assert {event.last_out_of_service for event in lab.of("hq/callmanager", AlarmReceived)[len(phones) :]} == {14}
    assert all(len(lab.of(phone, PhoneStarted)) == 1 for phone in phones)


@pytest.mark.trio
async def test_a_callmanager_that_falls_silent_is_left_and_taken_again_when_it_talks(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered(phone)
    (connection,) = cluster.cluster.callmanager._open
    heard = connection._steps
    connection._steps = lambda data: iter(())
    await lab.reaches(phone, BootState.BACKING_OFF, within=200)
    connection._steps = heard
    assert lab.one(phone, RegistrationLost).reason == "CallManager is silent"
    await lab.registered(phone)
    assert lab.of("hq/callmanager", AlarmReceived)[-1].last_out_of_service == 17


@pytest.mark.trio
async def test_keepalives_hold_a_registration_for_as_long_as_nothing_happens(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phones = [lab.phone(), lab.phone(NEW_TLS), lab.phone(mode=NON_SECURE)]
    await lab.registered(*phones)
    await trio.sleep(3_600)
    assert lab.served(*phones)
    assert all(phone.state is BootState.REGISTERED for phone in phones)
    assert not lab.of("hq/callmanager", DeviceUnregistered)


RESETS = {
    ResetType.RESET: (["reset", "started"], 22, "callManagerReset"),
    ResetType.RESTART: (["restart"], 23, "callManagerRestart"),
    ResetType.APPLY_CONFIG: (["apply config"], 104, "callManagerApplyConfig"),
}


@pytest.mark.trio
@pytest.mark.parametrize("kind", ResetType)
@pytest.mark.parametrize("mode", [NON_SECURE, ENCRYPTED], ids=str)
async def test_reset_restart_and_apply_config_each_take_their_way(
    autojump_clock: object, lab: Lab, kind: ResetType, mode: DeviceSecurityMode
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(mode=mode)
    await lab.registered(phone)
    steps, last, cause = RESETS[kind]
    assert await administration.reset(cluster.cluster, phone.device_name, kind)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2, within=5)
    assert lab.path(phone)[4:] == [*steps, "file: register", "CallManager accepted"]
    assert len(lab.of(phone, PhoneStarted)) == (2 if kind is ResetType.RESET else 1)
    assert lab.of("hq/callmanager", AlarmReceived)[-1].last_out_of_service == last
    assert [event.cause_name for event in lab.of("hq/callmanager", DeviceUnregistered)] == [cause]
    assert not lab.of(phone, RegistrationLost)


@pytest.mark.trio
async def test_another_profile_is_picked_up_at_the_next_boot_and_not_before(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered(phone)
    administration.assign_profile(cluster.cluster, phone.device_name, secure_profile("7965", ENCRYPTED))
    await trio.sleep(600)
    assert not lab.of(phone, PhoneRegistered)[-1].secure
    assert lab.served(phone)
    await administration.reset(cluster.cluster, phone.device_name, ResetType.APPLY_CONFIG)
    await lab.until(lambda: lab.of(phone, PhoneRegistered)[-1].secure, within=5)
    administration.assign_profile(cluster.cluster, phone.device_name, standard_profile("7965"))
    phone.power_on(lab.power)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 3, within=5)
    assert not lab.of(phone, PhoneRegistered)[-1].secure


# Refusals


@pytest.mark.trio
@pytest.mark.parametrize("model", ["7965", "8861", NEW_TLS], ids=["TLS 1.0", "TLS 1.2", "TLS 1.3"])
async def test_an_lsc_of_another_cluster_is_refused_and_the_alert_is_read_on_every_version(
    autojump_clock: object, lab: Lab, model: Any
) -> None:
    """With TLS 1.3 the phone's own handshake is up before the server has judged its certificate."""
    lab.cluster()
    lab.cluster("old", start=False)
    phone = lab.phone(model, lsc="old")
    await lab.reaches(phone, BootState.BACKING_OFF)
    refused = lab.one(phone, SecureConnectionRefused)
    assert (refused.kind, refused.alert, refused.alert_direction) == ("LSC", AlertDescription.UNKNOWN_CA, "read")
    assert lab.one(phone, RegistrationFailed).reason is RegistrationFailure.TLS_REFUSED
    assert "CertificateChosen" in causes(lab, lab.one(phone, RegistrationFailed))
    assert bool(lab.of(phone, SecureConnectionUp)) is (model is NEW_TLS)
    phone.delete_lsc()
    await lab.registered(phone, within=1)
    assert lab.one(phone, PhoneRegistered).kind == "MIC"
    assert lab.of("hq/callmanager", AlarmReceived)[-1].last_out_of_service == 20


@pytest.mark.trio
async def test_an_alarm_after_a_tls_refusal_says_tls_error(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    lab.cluster("old", start=False)
    phone = lab.phone(lsc="old")
    await lab.reaches(phone, BootState.BACKING_OFF)
    administration.assign_profile(cluster.cluster, phone.device_name, standard_profile("7965"))
    await lab.registered(phone)
    assert lab.one("hq/callmanager", AlarmReceived).last_out_of_service == 106


@pytest.mark.trio
@pytest.mark.parametrize("model", [MODELS["7965"], NEW_TLS], ids=["TLS 1.0", "TLS 1.3"])
async def test_a_phone_without_tvs_that_distrusts_callmanager_writes_the_alert_itself(
    autojump_clock: object, lab: Lab, model: PhoneModel
) -> None:
    home = lab.cluster()
    phone = lab.phone(replace(model, security_by_default=False))
    await lab.registered(phone)
    certificate_management.regenerate(home.cluster, CertificateUnit.CALLMANAGER, lab.keys)
    await home.cluster.callmanager.restart(lab.nursery)
    await lab.until(lambda: lab.of(phone, SecureConnectionRefused))
    refused = lab.of(phone, SecureConnectionRefused)[0]
    assert (refused.alert, refused.alert_direction) == (AlertDescription.UNKNOWN_CA, "write")
    assert lab.of(phone, ServerNotTrusted)[0].refusal is TrustRefusal.NOT_LISTED
    assert len(lab.of(phone, SecureConnectionUp)) == 1
    certificate_management.update_ctl_file(home.cluster)
    await lab.registered(phone)


@pytest.mark.trio
async def test_a_phone_asks_tvs_about_a_new_callmanager_and_gives_up_without_it(
    autojump_clock: object, lab: Lab
) -> None:
    home = lab.cluster()
    tvs = home.services[ServiceName.TVS]
    phone = lab.phone()
    await lab.registered(phone)
    certificate_management.regenerate(home.cluster, CertificateUnit.CALLMANAGER, lab.keys)
    await tvs.stop()
    await home.cluster.callmanager.restart(lab.nursery)
    await lab.until(lambda: lab.of(phone, SecureConnectionRefused))
    refused = lab.of(phone, SecureConnectionRefused)[0]
    assert (refused.alert, refused.alert_direction) == (-1, "")
    assert lab.of(phone, ServerNotTrusted)[0].refusal is TrustRefusal.TVS_UNREACHABLE
    tvs.start(lab.nursery)
    await lab.registered(phone)
    assert lab.of(phone, ServerVouchedFor)


@pytest.mark.trio
async def test_a_phone_without_a_trust_list_accepts_any_server(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    phone.flash.lists = HeldLists()
    await lab.registered(phone)


@pytest.mark.trio
async def test_minimum_tls_1_2_is_too_much_for_a_7965_and_nothing_to_an_8861(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster(minimum_tls=TlsVersion.TLSv1_2)
    old, new = lab.phone("7965"), lab.phone("8861")
    await lab.registered(new)
    await lab.reaches(old, BootState.BACKING_OFF)
    refused = lab.one(old, SecureConnectionRefused)
    assert (refused.alert, refused.alert_direction) == (AlertDescription.PROTOCOL_VERSION, "read")
    administration.set_service_parameters(cluster.cluster, minimum_tls_version=TlsVersion.TLSv1)
    await cluster.cluster.callmanager.restart(lab.nursery)
    await lab.registered(old, new)


@pytest.mark.trio
@pytest.mark.parametrize("model", ["7965", NEW_TLS], ids=["TLS 1.0", "TLS 1.3"])
async def test_the_certificate_of_another_device_is_rejected_by_name_and_no_alert(
    autojump_clock: object, lab: Lab, model: Any
) -> None:
    lab.cluster()
    phone = lab.phone(model, on=False)
    phone.flash.install_lsc(lab.lsc_for(phone, device="SEP00FFFFFFFFFF"))
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    rejected = lab.one("hq/callmanager", RegistrationRejected)
    assert (rejected.cause_code, rejected.cause_name) == (11, "invalidX509NameInCertificate")
    assert not lab.of(phone, SecureConnectionRefused)
    failed = lab.one(phone, RegistrationFailed)
    assert (failed.reason, failed.text) == (RegistrationFailure.REJECTED, "invalidX509NameInCertificate")
    phone.flash.install_lsc(lab.lsc_for(phone))
    await lab.registered(phone)
    assert lab.of("hq/callmanager", AlarmReceived)[-1].last_out_of_service == 24


@pytest.mark.trio
async def test_a_cluster_that_is_not_mixed_tells_its_phones_to_be_non_secure(autojump_clock: object, lab: Lab) -> None:
    lab.cluster(mixed=False)
    phone = lab.phone(mode=ENCRYPTED)
    await lab.registered(phone)
    assert not lab.one(phone, PhoneRegistered).secure


# Servers that say nothing: a phone needs no alert to know that it failed


async def close_at_once(tcp: TcpStream) -> None:
    await tcp.aclose()


async def read_and_close(tcp: TcpStream) -> None:
    await tcp.receive_some()
    await tcp.aclose()


async def listen_for_ever(tcp: TcpStream) -> None:
    with suppress(trio.BrokenResourceError):
        while await tcp.receive_some():
            pass


async def talk_nonsense(tcp: TcpStream) -> None:
    await tcp.receive_some()
    with suppress(trio.BrokenResourceError):
        await tcp.send_all(b"HTTP/1.0 400 Bad Request\r\n\r\n" * 4)
        await listen_for_ever(tcp)


SILENT = [close_at_once, read_and_close, listen_for_ever, talk_nonsense]


@pytest.mark.trio
@pytest.mark.parametrize("handler", SILENT, ids=lambda handler: handler.__name__)
@pytest.mark.parametrize("service", ["TFTP", "SCCP", "SCCP over TLS", "CAPF"])
async def test_a_server_that_never_says_why_costs_a_round_and_no_more(
    autojump_clock: object, lab: Lab, service: str, handler: Callable[[TcpStream], Awaitable[None]]
) -> None:
    cluster = lab.cluster(start=False)
    listener: Listener = lab.replace("hq", service)
    lab.nursery.start_soon(listener.serve, handler)
    if service != "TFTP":
        cluster.tftp.start(lab.nursery)
    if service in ("TFTP", "CAPF"):
        cluster.cluster.callmanager.start(lab.nursery)
    phone = lab.phone("8861", ENCRYPTED if service == "SCCP over TLS" else NON_SECURE, on=False)
    if service == "CAPF":
        from cisco_data import CertificateOperation

        administration.set_capf(
            cluster.cluster, phone.device_name, certificate_operation=CertificateOperation.INSTALL_UPGRADE
        )
    phone.power_on(lab.power)
    if service == "CAPF":
        await lab.registered(phone)
        assert "CAPF session over" in lab.path(phone)
        return
    await lab.until(lambda: len(waits(lab, phone)) == 2)
    assert waits(lab, phone) == list(BACKOFF_SECONDS[:2])
    assert phone.state is not BootState.REGISTERED
    refused = lab.of(phone, SecureConnectionRefused)
    # Where the phone found nonsense it said so itself; no other actor said anything.
    assert all(event.alert_direction != "read" for event in refused)


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
@pytest.mark.parametrize("goodbye", [True, False], ids=["close notify", "just gone"])
async def test_a_server_that_closes_after_its_handshake_has_lost_the_phone_without_an_alert(
    autojump_clock: object, lab: Lab, version: TlsVersion, goodbye: bool
) -> None:
    cluster = lab.cluster(start=False)
    cluster.tftp.start(lab.nursery)
    profile = TlsProfile(version, version, ("ECDHE-RSA-AES256-GCM-SHA384",))
    context = ServerContext(cluster.cluster.callmanager_identity, profile, cluster.cluster.callmanager_trust)

    async def hang_up(tcp: TcpStream) -> None:
        stream = TlsStream(tcp, context, lab.journal.emitter("fake"))
        assert await stream.handshake()
        await (stream if goodbye else tcp).aclose()

    lab.nursery.start_soon(lab.replace("hq", "SCCP over TLS").serve, hang_up)
    phone = lab.phone(NEW_TLS)
    await lab.until(lambda: waits(lab, phone), within=5)
    assert lab.one(phone, RegistrationFailed).reason is RegistrationFailure.CONNECTION_LOST
    assert lab.of(phone, SecureConnectionUp)
    assert not lab.of(phone, SecureConnectionRefused)


@pytest.mark.trio
async def test_each_refused_round_chooses_its_certificate_anew(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    lab.cluster("old", start=False)
    phone = lab.phone(lsc="old")
    await lab.until(lambda: len(lab.of(phone, SecureConnectionRefused)) == 2)
    phone.flash.install_lsc(lab.lsc_for(phone))
    await lab.registered(phone)
    issuers = [event.issuer.cn for event in lab.of(phone, CertificateChosen)]
    assert issuers[0] == issuers[1] != issuers[2]


@pytest.mark.trio
async def test_a_model_that_is_not_the_databases_is_rejected_and_tries_on(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(mode=NON_SECURE, on=False)
    phone._hardware.model = replace(phone.model, type_model=MODELS["7970"].type_model)
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert lab.one("hq/callmanager", RegistrationRejected).cause_name == "deviceTypeMismatch"
    phone._hardware.model = MODELS["7965"]
    await lab.registered(phone)
