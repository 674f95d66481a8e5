"""Power: pulled in every state and at every event it leaves no task, no socket and no second life; CallManager notices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from cisco_data import CertificateOperation, DeviceSecurityMode
from cisco_data.models import MODELS, TLS_1_0, TLS_1_3
from cucm_sim import administration
from cucm_sim.events import DeviceUnregistered
from journal import Event
from phone_sim.boot import BootState
from phone_sim.boot_configuration import BootConfiguration
from phone_sim.events import BackedOff, PhoneRegistered, PhoneStarted, PhoneStopped, RegistrationLost, StateChanged
from phone_sim.sccp_client import SccpClient
from wire.tcp import TcpStream
from wire.tls import HandshakeCompleted, ServerContext, TlsClosed, TlsStream, TlsUnavailable

Lab = Any
NON_SECURE, AUTHENTICATED, ENCRYPTED = DeviceSecurityMode
INSTALL = CertificateOperation.INSTALL_UPGRADE


async def say_nothing(tcp: TcpStream) -> None:
    await trio.sleep_forever()


def held(lab: Lab, where: str, mode: DeviceSecurityMode = ENCRYPTED) -> Any:
    """A phone, not yet on, in a cluster where one service answers nothing, so that the phone stays in front of it."""
    cluster = lab.cluster(start=False)
    if where:
        lab.nursery.start_soon(lab.replace("hq", where).serve, say_nothing)
    if where != "TFTP":
        cluster.tftp.start(lab.nursery)
    phone = lab.phone(mode=mode, on=False)
    if where == "CAPF":
        administration.set_capf(cluster.cluster, phone.device_name, certificate_operation=INSTALL)
    return phone


async def off(lab: Lab, phone: Any) -> None:
    """Pull the plug, and nothing of the phone is left."""
    sockets = lab.cables[phone.device_name]
    phone.power_off()
    assert phone.state is BootState.OFF
    await wait_all_tasks_blocked()
    assert not lab.power.child_tasks
    assert not sockets.live
    noted = len([event for event in lab.events if event.actor == phone.device_name])
    await trio.sleep(1000)
    assert phone.state is BootState.OFF
    assert len([event for event in lab.events if event.actor == phone.device_name]) == noted


@pytest.mark.trio
@pytest.mark.parametrize(
    ("where", "state"),
    [
        ("TFTP", BootState.DOWNLOADING),
        ("CAPF", BootState.AT_CAPF),
        ("SCCP", BootState.REGISTERING),
        ("SCCP over TLS", BootState.REGISTERING),
        ("", BootState.BACKING_OFF),
    ],
)
async def test_power_off_in_front_of_a_silent_server_leaves_nothing(
    autojump_clock: object, lab: Lab, where: str, state: BootState
) -> None:
    phone = held(lab, where, NON_SECURE if where == "SCCP" else ENCRYPTED)
    phone.power_on(lab.power)
    await lab.reaches(phone, state)
    await trio.sleep(1)
    assert phone.state is state
    await off(lab, phone)
    assert lab.path(phone)[-1] == "power off"
    assert len(lab.of(phone, PhoneStopped)) == 1


@pytest.mark.trio
async def test_power_off_between_two_tries_of_capf_leaves_nothing(autojump_clock: object, lab: Lab) -> None:
    phone = held(lab, "")
    administration.set_capf(lab.clusters["hq"].cluster, phone.device_name, certificate_operation=INSTALL)
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.AT_CAPF)
    await trio.sleep(10)
    await off(lab, phone)


@pytest.mark.trio
async def test_power_off_before_the_phone_has_done_anything(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    assert phone.state is BootState.STARTING
    await off(lab, phone)
    assert lab.path(phone) == ["power on", "power off"]
    assert not lab.of(phone, PhoneStarted)
    phone.power_on(lab.power)
    await lab.registered(phone)


@pytest.mark.trio
@pytest.mark.parametrize(
    ("model", "mode"),
    [
        (MODELS["7965"], NON_SECURE),
        (MODELS["7965"], ENCRYPTED),
        (MODELS["8861"].with_tls(TLS_1_3), ENCRYPTED),
    ],
    ids=["TCP", "TLS 1.0", "TLS 1.3"],
)
async def test_callmanager_notices_that_a_registered_phone_died_and_gets_no_goodbye(
    autojump_clock: object, lab: Lab, model: Any, mode: DeviceSecurityMode
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(model, mode)
    await lab.registered(phone)
    await off(lab, phone)
    assert not lab.served(phone)
    assert not cluster.cluster.callmanager._open
    assert lab.one("hq/callmanager", DeviceUnregistered).cause_name == "connectivityError"
    if mode is ENCRYPTED:
        assert [event.reason for event in lab.of("hq/callmanager", TlsClosed)] == ["eof"]
    assert not lab.of(phone, RegistrationLost)
    phone.power_on(lab.power)
    await lab.registered(phone)


@pytest.mark.trio
async def test_a_phone_that_dies_at_capf_says_no_goodbye_either(autojump_clock: object, lab: Lab) -> None:
    phone = held(lab, "")
    cluster = lab.clusters["hq"]
    administration.set_capf(cluster.cluster, phone.device_name, certificate_operation=INSTALL)
    context = ServerContext(cluster.authority.identity, phone.model.tls)

    async def silent_once_up(tcp: TcpStream) -> None:
        async with TlsStream(tcp, context, lab.journal.emitter("fake")) as stream:
            assert await stream.handshake()
            assert not await stream.receive_some()

    lab.nursery.start_soon(lab.replace("hq", "CAPF").serve, silent_once_up)
    phone.power_on(lab.power)
    # Both: a phone that dies with octets unread resets the connection, as any host would.
    await lab.until(lambda: lab.of("fake", HandshakeCompleted) and lab.of(phone, HandshakeCompleted))
    await off(lab, phone)
    assert [event.reason for event in lab.of("fake", TlsClosed)] == ["eof"]


@pytest.mark.trio
async def test_an_offer_that_this_machine_cannot_make_is_loud_and_leaves_no_socket(
    autojump_clock: object, lab: Lab
) -> None:
    """The machine's fault and no actor's in the story: the command ends with it."""
    lab.cluster()
    phone = lab.phone(MODELS["7965"].with_tls(replace(TLS_1_0, ciphers=("NO-SUCH-SUITE",))), on=False)
    with pytest.raises(BaseExceptionGroup) as caught:
        async with trio.open_nursery() as nursery:
            phone.power_on(nursery)
    assert caught.group_contains(TlsUnavailable)
    assert not lab.cables[phone.device_name].live
    phone._hardware.model = MODELS["7965"]
    phone.power_on(lab.power)
    await lab.registered(phone)


@pytest.mark.trio
async def test_power_on_twice_is_a_power_cycle_and_one_registration(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    phone.power_on(lab.power)
    await lab.registered(phone)
    phone.power_on(lab.power)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    await lab.registered(phone)
    await wait_all_tasks_blocked()
    assert len(lab.power.child_tasks) == 2  # its life, and its pages
    assert len(lab.cables[phone.device_name].live) == 1
    assert len(lab.of(phone, PhoneStarted)) == 2
    assert len(lab.of(phone, PhoneStopped)) == 2


@pytest.mark.trio
async def test_off_and_on_in_one_moment_starts_afresh_and_the_old_life_is_over_first(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    for _ in range(5):
        phone.power_off()
        phone.power_on(lab.power)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    await lab.registered(phone)
    await wait_all_tasks_blocked()
    assert len(lab.power.child_tasks) == 2  # its life, and its pages
    assert len(lab.cables[phone.device_name].live) == 1
    assert len(lab.of(phone, PhoneStarted)) == 2
    in_table_order(lab, phone)


@pytest.mark.trio
async def test_the_new_life_begins_when_the_old_one_has_let_go_of_everything(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    left: list[int] = []

    def look(event: Event) -> None:
        if isinstance(event, PhoneStarted):
            left.append(len(lab.cables[phone.device_name].live))

    lab.journal.subscribe(look)
    for _ in range(20):  # in which order the two tasks run is a matter of luck
        await lab.registered(phone)
        phone.power_off()
        phone.power_on(lab.power)
    await lab.registered(phone)
    assert left == [0] * 21


@pytest.mark.trio
async def test_power_may_go_in_the_very_moment_in_which_a_step_ends(
    autojump_clock: object, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.cluster()
    phone = lab.phone(on=False)

    update = BootConfiguration.update

    async def download_and_die(*what: Any, **how: Any) -> Any:
        result = await update(*what, **how)
        phone.power_off()
        return result

    with monkeypatch.context() as patched:
        patched.setattr("phone_sim.boot_actions.BootConfiguration.update", download_and_die)
        phone.power_on(lab.power)
        await wait_all_tasks_blocked()
        await trio.sleep(1)
    assert phone.state is BootState.OFF
    assert lab.path(phone) == ["power on", "started", "power off"]
    phone.power_on(lab.power)
    await lab.registered(phone)


@pytest.mark.trio
async def test_an_acknowledgement_that_arrives_as_the_power_goes_registers_nobody(
    autojump_clock: object, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    register = SccpClient.register

    async def register_and_die(client: SccpClient, within: float = 20.0) -> Any:
        result = await register(client, within)
        phone.power_off()
        return result

    with monkeypatch.context() as patched:
        patched.setattr(SccpClient, "register", register_and_die)
        phone.power_on(lab.power)
        await lab.reaches(phone, BootState.OFF)
        await wait_all_tasks_blocked()
    assert not lab.of(phone, PhoneRegistered)
    phone.power_on(lab.power)
    await lab.registered(phone)


@pytest.mark.trio
async def test_power_off_of_a_phone_that_is_off_says_nothing(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    phone.power_off()
    assert not lab.of(phone, PhoneStopped)
    phone.power_on(lab.power)
    await lab.registered(phone)


@pytest.mark.trio
async def test_ram_is_lost_with_the_power_and_flash_is_not(autojump_clock: object, lab: Lab) -> None:
    """The waits begin again, and the phone remembers neither its file nor why it was out of service; its LSC it has."""
    cluster = lab.cluster(start=False)
    phone = lab.phone(lsc="hq")
    await lab.until(lambda: lab.path(phone).count("no file") == 3)
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert [event.attempt for event in lab.of(phone, BackedOff)] == [1, 2, 3, 1]
    for start in (cluster.cluster.callmanager.start, cluster.tftp.start):
        start(lab.nursery)
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert lab.of(phone, PhoneRegistered)[-1].kind == "LSC"


def in_table_order(lab: Lab, phone: Any) -> None:
    """Each step begins where the one before it ended: two lives at once would mix."""
    steps = lab.of(phone, StateChanged)
    at = BootState.OFF.value
    for step in steps:
        assert step.state == at
        at = step.next_state
    assert at == phone.state.value


@pytest.mark.trio
@pytest.mark.parametrize("model", ["7965", "8861 with TLS 1.3"])
async def test_power_may_go_at_any_event_of_a_boot_and_the_next_boot_succeeds(
    autojump_clock: object, lab: Lab, model: str
) -> None:
    """From the file over CAPF to the registration: cut right after the n-th event, for every n, by another task."""
    cluster = lab.cluster()
    phone = lab.phone(MODELS["8861"].with_tls(TLS_1_3) if "8861" in model else model, on=False)
    cables = lab.cables[phone.device_name]
    countdown = -1
    now = trio.Event()

    def count(event: Event) -> None:
        nonlocal countdown
        if event.actor != phone.device_name:
            return
        countdown -= 1
        if countdown == 0:
            now.set()

    lab.journal.subscribe(count)
    for number in range(2, 200):
        phone.flash.delete_lsc()
        administration.set_capf(cluster.cluster, phone.device_name, certificate_operation=INSTALL)
        countdown, now = number, trio.Event()
        phone.power_on(lab.power)
        whole = False
        with trio.move_on_after(50):
            await now.wait()
            whole = True
        if not whole:
            break  # the boot has fewer events than that: every one of them has been tried
        phone.power_off()
        if number % 2:  # at once, and after a while
            await wait_all_tasks_blocked()
            assert not lab.power.child_tasks
            assert not cables.live
            assert not cluster.cluster.callmanager.registrations
        phone.power_on(lab.power)
        await lab.registered(phone, within=200)
        assert len(cables.live) == 1
        assert lab.of(phone, PhoneRegistered)[-1].kind == ("LSC" if phone.flash.lsc is not None else "MIC")
        phone.power_off()
        in_table_order(lab, phone)
    assert number > 20
