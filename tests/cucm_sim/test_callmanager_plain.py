"""CallManager on TCP 2000: who gets in, what it answers, and how each connection ends."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import DeviceSecurityMode
from cisco_data.registration import ResetType
from cucm_sim import administration
from cucm_sim import events as ev
from cucm_sim.causes import CcmDevRegFailCauseCode, CcmDevUnregCauseCode
from cucm_sim.connection import StationConnection
from cucm_sim.events import ConnectionEnd
from cucm_sim.profiles import secure_profile
from journal import Event
from wire.sccp import (
    RESET_TYPES,
    Alarm,
    ButtonTemplate,
    ButtonTemplateReq,
    CapabilitiesReq,
    CapabilitiesRes,
    ConfigStat,
    ConfigStatReq,
    DefineTimeDate,
    DisplayDynamicPromptStatus,
    DisplayPromptStatus,
    FeatureStat,
    FeatureStatDynamic,
    FeatureStatReq,
    ForwardStat,
    ForwardStatReq,
    IpPort,
    KeepAlive,
    KeepAliveAck,
    LineStat,
    LineStatDynamic,
    LineStatReq,
    MediaCapability,
    Message,
    RegisterAck,
    RegisterAvailableLines,
    RegisterReject,
    RegisterReq,
    RegisterTokenAck,
    RegisterTokenReq,
    Reset,
    SelectSoftKeys,
    ServerReq,
    ServerRes,
    ServiceUrlStat,
    ServiceUrlStatReq,
    SoftKeySetIndex,
    SoftKeySetReq,
    SoftKeySetRes,
    SoftKeyTemplateReq,
    SoftKeyTemplateRes,
    SpeedDialStat,
    SpeedDialStatDynamic,
    SpeedDialStatReq,
    TimeDateReq,
    UnknownMessage,
    UnregisterAck,
    UnregisterReq,
    Version,
    VersionReq,
    encode,
)

DEVICE = "SEP001122334455"
REGISTER = RegisterReq(DEVICE, 436, "127.10.1.2", protocol_version=20, load_name="SCCP45.9-4-2SR4-3S")

Notebook = Any
Cluster = Any
Socket = Any
FakePhone = Any


async def registered(phone: FakePhone, request: RegisterReq = REGISTER) -> RegisterAck:
    await phone.say(Alarm(2, f"25: Name={DEVICE} Load=x Last=Initialized"), request)
    ack: RegisterAck = await phone.hear(RegisterAck)
    await phone.hear(CapabilitiesReq)
    return ack


@pytest.mark.trio
async def test_a_phone_registers_and_the_journal_tells_how(
    socket: Socket, cluster: Cluster, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        ack = await registered(phone)
        assert (ack.keep_alive_interval, ack.secondary_keep_alive_interval, ack.max_protocol_version) == (30, 60, 20)
        assert ack.phone_features == 0xFFF1
        assert set(cluster.callmanager.registrations) == {DEVICE}
    event = notebook.one(ev.DeviceRegistered)
    assert (event.device_name, event.model, event.device_security_mode) == (DEVICE, "7965", "Non Secure")
    assert (event.tls_version, event.cipher, bool(event.certificate_subject)) == ("", "", False)
    received = notebook.one(ev.RegisterReceived)
    alarm = notebook.one(ev.AlarmReceived)
    assert (event.cause, received.cause) == (received.seq, alarm.seq)
    assert alarm.last_out_of_service == 25
    assert event.connection == phone.stream.connection
    assert event.actor == "new/callmanager"


@pytest.mark.trio
async def test_the_phone_and_callmanager_settle_on_the_lower_version(
    socket: Socket, autojump_clock: trio.abc.Clock
) -> None:
    for own, settled, features in ((22, 22, 0xFFF1), (11, 11, 0xFFF1), (9, 9, 0xFEF1), (3, 3, 0), (255, 22, 0xFFF1)):
        async with socket.plug() as phone:
            ack = await registered(phone, RegisterReq(DEVICE, 436, protocol_version=own))
            assert (ack.max_protocol_version, ack.phone_features) == (settled, features)
            await phone.say(UnregisterReq())


async def drip(phone: FakePhone, octets: bytes, every: float) -> None:
    """An octet every so many seconds, until the other end has enough."""
    for octet in octets:
        try:
            await phone.stream.send_all(bytes([octet]))
        except trio.BrokenResourceError:
            return
        await trio.sleep(every)
    pytest.fail("nobody stopped the drip")


QUESTIONS: list[tuple[Message, type[Message], type[Message]]] = [
    # what a phone asks, and the answer up to protocol version 16 and from 17 on
    (KeepAlive(), KeepAliveAck, KeepAliveAck),
    (VersionReq(), Version, Version),
    (ServerReq(), ServerRes, ServerRes),
    (ButtonTemplateReq(), ButtonTemplate, ButtonTemplate),
    (SoftKeyTemplateReq(), SoftKeyTemplateRes, SoftKeyTemplateRes),
    (ConfigStatReq(), ConfigStat, ConfigStat),
    (LineStatReq(1), LineStat, LineStatDynamic),
    (SpeedDialStatReq(1), SpeedDialStat, SpeedDialStatDynamic),
    (ForwardStatReq(1), ForwardStat, ForwardStat),
    (FeatureStatReq(1), FeatureStat, FeatureStatDynamic),
    (ServiceUrlStatReq(1), ServiceUrlStat, ServiceUrlStat),
    (RegisterAvailableLines(6), DisplayPromptStatus, DisplayDynamicPromptStatus),
    (TimeDateReq(), DefineTimeDate, DefineTimeDate),
]


@pytest.mark.trio
@pytest.mark.parametrize(("question", "static", "dynamic"), QUESTIONS, ids=lambda value: type(value).__name__)
async def test_every_question_of_a_booting_phone_is_answered(
    question: Message,
    static: type[Message],
    dynamic: type[Message],
    socket: Socket,
    notebook: Notebook,
    autojump_clock: trio.abc.Clock,
) -> None:
    for version, answer in ((11, static), (20, dynamic)):
        async with socket.plug() as phone:
            await registered(phone, RegisterReq(DEVICE, 436, protocol_version=version))
            await phone.say(question, version=version)
            await phone.hear(answer)
    assert not notebook.of(ev.MessageNotUnderstood)


@pytest.mark.trio
async def test_soft_keys_come_with_their_sets(socket: Socket, autojump_clock: trio.abc.Clock) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        await phone.say(SoftKeySetReq())
        sets = await phone.hear(SoftKeySetRes)
        assert len(sets.soft_key_sets) == sets.total == 5
        on_hook = sets.soft_key_sets[SoftKeySetIndex.ON_HOOK]
        assert on_hook.template_indexes == (1, 2) + (0,) * 14
        assert on_hook.info_indexes == (301, 302) + (0,) * 14
        await phone.hear(SelectSoftKeys)


@pytest.mark.trio
async def test_statements_are_taken_and_unknown_messages_only_noted(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        await phone.say(CapabilitiesRes((MediaCapability(4, 40),)), IpPort(16384), UnknownMessage(0x4B, b"1234"))
        await phone.say(KeepAlive())
        await phone.hear(KeepAliveAck)
    event = notebook.one(ev.MessageNotUnderstood)
    assert (event.message, event.octets) == ("0x004b", 4)


@pytest.mark.trio
async def test_a_strangers_text_cannot_command_a_terminal(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await phone.say(
            Alarm(2, "17: \x1b[2J\x07 \u202e"), RegisterReq(DEVICE, 436, protocol_version=20, load_name="a\x1b")
        )
        await phone.hear(RegisterAck)
    assert notebook.one(ev.AlarmReceived).text == "17: ?[2J? ?"
    assert notebook.one(ev.AlarmReceived).last_out_of_service == 17
    assert notebook.one(ev.DeviceRegistered).load_name == "a?"


@pytest.mark.trio
async def test_a_phone_cannot_fill_the_journal(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        for _ in range(100):
            await phone.say(UnknownMessage(0x4B, b""), Alarm(2, "again"))
        await phone.say(KeepAlive())
        await phone.hear(KeepAliveAck)
    assert len(notebook.events) < 50


@pytest.mark.trio
@pytest.mark.parametrize(
    ("request_", "cause"),
    [
        (RegisterReq("SEP00112233445A", 436, protocol_version=20), CcmDevRegFailCauseCode.noEntryInDatabase),
        (RegisterReq(DEVICE, 685, protocol_version=20), CcmDevRegFailCauseCode.deviceTypeMismatch),
        (RegisterReq(DEVICE, 436, protocol_version=1), CcmDevRegFailCauseCode.obsoleteProtocolVersion),
        (RegisterReq("\x1b[2J", 436, protocol_version=20), CcmDevRegFailCauseCode.malformedRegisterMsg),
    ],
)
async def test_a_refused_phone_gets_a_reject_and_the_connection_ends(
    request_: RegisterReq,
    cause: CcmDevRegFailCauseCode,
    socket: Socket,
    cluster: Cluster,
    notebook: Notebook,
    autojump_clock: trio.abc.Clock,
) -> None:
    async with socket.plug() as phone:
        await phone.say(request_)
        assert (await phone.hear(RegisterReject)).text == cause.name
        assert await phone.next() is None
        assert not cluster.callmanager.registrations
    event = notebook.one(ev.RegistrationRejected)
    assert (event.cause_code, event.cause_name) == (cause, cause.name)
    assert event.device_name.isprintable()
    assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.REJECTED
    assert not notebook.of(ev.DeviceRegistered)


@pytest.mark.trio
async def test_a_secure_profile_is_refused_on_the_plain_port_in_mixed_mode(
    make_cluster: Any, notebook: Notebook, autojump_clock: trio.abc.Clock, cluster: Cluster, socket: Socket
) -> None:
    administration.assign_profile(cluster, DEVICE, secure_profile("7965", DeviceSecurityMode.ENCRYPTED))
    async with socket.plug() as phone:  # the cluster is not in mixed mode: the profile counts for nothing
        await registered(phone)
    cluster.callmanager.cluster_security_mode = administration.ClusterSecurityMode.MIXED
    async with socket.plug() as phone:
        await phone.say(REGISTER)
        assert (await phone.hear(RegisterReject)).text == "securityMismatch"
    event = notebook.one(ev.RegistrationRejected)
    assert (event.cause_code, event.expected, event.received) == (28, "TLS", "TCP")


@pytest.mark.trio
async def test_a_malformed_register_is_rejected_as_such(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await phone.say(UnknownMessage(0x01, b"short"))
        assert (await phone.hear(RegisterReject)).text == "malformedRegisterMsg"
        assert await phone.next() is None
    rejected, malformed = notebook.one(ev.RegistrationRejected), notebook.one(ev.MalformedMessage)
    assert rejected.cause_code == CcmDevRegFailCauseCode.malformedRegisterMsg
    assert rejected.cause == malformed.seq


@pytest.mark.trio
async def test_anything_but_a_greeting_before_register_is_out_of_sequence(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await phone.say(ButtonTemplateReq())
        assert (await phone.hear(RegisterReject)).text == "registrationSequenceError"
        assert await phone.next() is None
    assert notebook.one(ev.RegistrationRejected).cause_code == 25


@pytest.mark.trio
async def test_a_standby_connection_may_keep_alive_and_ask_for_a_token(
    socket: Socket, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await phone.say(KeepAlive(), RegisterTokenReq(DEVICE, 436))
        await phone.hear(KeepAliveAck)
        await phone.hear(RegisterTokenAck)


@pytest.mark.trio
async def test_unregister_is_acknowledged_and_closes(
    socket: Socket, cluster: Cluster, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        await phone.say(UnregisterReq())
        assert (await phone.hear(UnregisterAck)).status == 0
        assert await phone.next() is None
        assert not cluster.callmanager.registrations
    assert notebook.one(ev.DeviceUnregistered).cause_code == CcmDevUnregCauseCode.deviceUnregistered


@pytest.mark.trio
async def test_a_silent_phone_is_unregistered_after_the_keepalive_timeout(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        since = trio.current_time()
        assert await phone.next() is None
        assert trio.current_time() - since == pytest.approx(90, abs=2)
    assert notebook.one(ev.KeepAliveTimedOut).silent_for == pytest.approx(90)
    gone = notebook.one(ev.DeviceUnregistered)
    assert (gone.cause_code, gone.cause_name) == (13, "keepAliveTimeout")
    assert gone.cause == notebook.one(ev.KeepAliveTimedOut).seq


@pytest.mark.trio
async def test_a_phone_that_keeps_alive_stays(
    socket: Socket, cluster: Cluster, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        for _ in range(100):
            await trio.sleep(30)
            await phone.say(KeepAlive())
            await phone.hear(KeepAliveAck)
        assert DEVICE in cluster.callmanager.registrations
    assert not notebook.of(ev.KeepAliveTimedOut)


@pytest.mark.trio
async def test_half_a_message_keeps_nobody_alive(socket: Socket, autojump_clock: trio.abc.Clock) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        since = trio.current_time()
        message = encode(UnknownMessage(0x4B, bytes(1000)))
        await drip(phone, message, every=1)
        assert trio.current_time() - since < 100


@pytest.mark.trio
@pytest.mark.parametrize(
    ("reset_type", "cause"),
    [
        (ResetType.RESET, CcmDevUnregCauseCode.callManagerReset),
        (ResetType.RESTART, CcmDevUnregCauseCode.callManagerRestart),
        (ResetType.APPLY_CONFIG, CcmDevUnregCauseCode.callManagerApplyConfig),
    ],
)
@pytest.mark.parametrize("obedient", [True, False])
async def test_a_reset_ends_the_registration_with_its_own_cause(
    reset_type: ResetType,
    cause: CcmDevUnregCauseCode,
    obedient: bool,
    socket: Socket,
    cluster: Cluster,
    notebook: Notebook,
    autojump_clock: trio.abc.Clock,
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        assert await administration.reset(cluster, DEVICE, reset_type)
        assert RESET_TYPES[(await phone.hear(Reset)).reset_type] is reset_type
        if obedient:
            await phone.say(UnregisterReq())
            await phone.hear(UnregisterAck)
        since = trio.current_time()
        assert await phone.next() is None
        assert trio.current_time() - since <= 11
    gone = notebook.one(ev.DeviceUnregistered)
    assert gone.cause_code == cause
    assert gone.cause == notebook.one(ev.DeviceResetSent).seq
    closed = ConnectionEnd.UNREGISTERED if obedient else ConnectionEnd.RESET
    assert notebook.one(ev.ConnectionClosed).reason is closed


class OtherSession:
    """A session of another protocol: CallManager and its administration see no more of one than this."""

    tls = True

    def __init__(self, registered: ev.DeviceRegistered) -> None:
        self.registered = registered
        self.resets: list[ResetType] = []
        self.ended: list[ConnectionEnd] = []

    async def reset(self, reset_type: ResetType) -> None:
        await trio.lowlevel.checkpoint()
        self.resets.append(reset_type)

    def end(self, reason: ConnectionEnd, why: Event | None = None) -> None:
        self.ended.append(reason)


@pytest.mark.trio
async def test_a_session_of_another_protocol_is_reset_and_displaced_like_any(
    socket: Socket, cluster: Cluster, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
    service = cluster.callmanager
    other = OtherSession(notebook.one(ev.DeviceRegistered))
    service.now_registered(other)
    assert service.is_registered_over_tls(DEVICE)
    assert await administration.reset(cluster, DEVICE, ResetType.RESTART)
    service.displace(DEVICE, other.registered)
    service.no_longer_registered(other)
    assert (other.resets, other.ended) == ([ResetType.RESTART], [ConnectionEnd.DUPLICATE])
    assert not await administration.reset(cluster, DEVICE)


@pytest.mark.trio
async def test_a_phone_that_is_not_registered_cannot_be_reset(cluster: Cluster) -> None:
    assert not await administration.reset(cluster, DEVICE)
    with pytest.raises(administration.AdministrationError):
        await administration.reset(cluster, "SEP000000000000")


@pytest.mark.trio
async def test_a_phone_that_comes_back_on_a_new_connection_replaces_its_old_one(
    socket: Socket, cluster: Cluster, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as old:
        await registered(old)
        async with socket.plug() as new:
            await registered(new)
            assert await old.next() is None
            assert cluster.callmanager.registrations[DEVICE].connection == new.stream.connection
            first = notebook.of(ev.DeviceUnregistered)
            assert [event.cause_code for event in first] == [CcmDevUnregCauseCode.duplicateRegistration]
            assert first[0].connection == old.stream.connection
            await new.say(KeepAlive())
            await new.hear(KeepAliveAck)
    kinds = [type(e) for e in notebook.events if isinstance(e, ev.DeviceRegistered | ev.DeviceUnregistered)]
    assert kinds == [ev.DeviceRegistered, ev.DeviceUnregistered, ev.DeviceRegistered, ev.DeviceUnregistered]


@pytest.mark.trio
async def test_a_second_register_is_acknowledged_for_the_same_name_and_ends_another(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        await registered(phone)
        await phone.say(RegisterReq("SEP00112233445A", 436, protocol_version=20))
        assert await phone.next() is None
    assert notebook.one(ev.DeviceUnregistered).cause_code == CcmDevUnregCauseCode.registrationSequenceError


@pytest.mark.trio
async def test_a_registered_phone_that_hangs_up_is_a_connectivity_error(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
    assert notebook.one(ev.DeviceUnregistered).cause_code == CcmDevUnregCauseCode.connectivityError
    assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.PEER_CLOSED


@pytest.mark.trio
@pytest.mark.parametrize(
    ("octets", "looks_like"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"),
        (b"GET / HTTP/1.1\r\n\r\n", "text"),
        (bytes(12), ""),
        (b"\xff" * 4096, ""),
        (encode(KeepAlive(), 23), ""),
    ],
)
async def test_what_is_no_sccp_ends_in_an_event_and_a_closed_connection(
    octets: bytes, looks_like: str, socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await phone.stream.send_all(octets)
        assert await phone.next() is None
        assert trio.current_time() < 5
    event = notebook.one(ev.MalformedMessage)
    assert event.looks_like == looks_like
    closed = notebook.one(ev.ConnectionClosed)
    assert (closed.reason, closed.cause) == (ConnectionEnd.MALFORMED, event.seq)


@pytest.mark.trio
@pytest.mark.parametrize("octets", [b"", b"\x10\x00\x00\x00\x00\x00", encode(Alarm(2, "25: x")), encode(KeepAlive())])
async def test_silence_before_a_registration_ends_in_time(
    octets: bytes, socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await phone.stream.send_all(octets)
        while await phone.next() is not None:
            pass
        assert trio.current_time() <= 32
    assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.NO_REGISTRATION


@pytest.mark.trio
async def test_an_octet_a_minute_ends_in_time(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await drip(phone, encode(REGISTER), every=60)
        assert trio.current_time() <= 121
    assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.NO_REGISTRATION


@pytest.mark.trio
async def test_chatter_before_a_registration_is_cut_off(
    socket: Socket, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await phone.say(*[KeepAlive()] * 33)
        for _ in range(32):
            await phone.hear(KeepAliveAck)
        assert await phone.next() is None
    assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.TOO_MANY_MESSAGES


@pytest.mark.trio
async def test_a_registered_phone_that_breaks_the_protocol_is_out(
    socket: Socket, cluster: Cluster, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as phone:
        await registered(phone)
        await phone.stream.send_all(b"\xff" * 12)
        assert await phone.next() is None
        assert not cluster.callmanager.registrations
    assert notebook.one(ev.DeviceUnregistered).cause_code == CcmDevUnregCauseCode.connectivityError


@pytest.mark.trio
async def test_a_peer_that_reads_nothing_is_given_up(
    named_stream: Any, cluster: Cluster, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    near, far = trio.testing.lockstep_stream_pair()
    stream = named_stream(far, "127.10.1.2:20001>127.10.1.1:2000")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(cluster.callmanager.serve, stream)
        await near.send_all(encode(KeepAlive()))
    assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.PEER_LOST
    assert trio.current_time() < 15


@pytest.mark.trio
async def test_the_service_goes_on_after_bad_peers(
    socket: Socket, cluster: Cluster, autojump_clock: trio.abc.Clock
) -> None:
    async with socket.plug() as good:
        await registered(good)
        for octets in (b"\xff" * 100, b"\x16\x03\x01", b""):
            async with socket.plug() as bad:
                await bad.stream.send_all(octets)
        await good.say(KeepAlive())
        await good.hear(KeepAliveAck)


@settings(max_examples=60, deadline=None)
@given(chunks=st.lists(st.binary(max_size=200), max_size=6), after_register=st.booleans())
def test_whatever_arrives_ends_in_one_closing_event(
    named_stream: Any, chunks: list[bytes], after_register: bool
) -> None:
    # trio.run inside hypothesis: pytest-trio's fixtures live only once for all examples
    events = _play(named_stream, ([encode(REGISTER)] if after_register else []) + chunks)
    assert [type(event) for event in events].count(ev.ConnectionClosed) == 1
    assert isinstance(events[-1], ev.ConnectionClosed)
    names = [type(event).__name__ for event in events]
    assert names.count("DeviceRegistered") == names.count("DeviceUnregistered")


def _play(named_stream: Any, chunks: list[bytes]) -> list[Any]:
    from cisco_data import ClusterSecurityMode
    from cucm_sim.answers import Server
    from cucm_sim.database import Database, Device
    from cucm_sim.parameters import ServiceParameters
    from cucm_sim.profiles import standard_profile
    from cucm_sim.station import Link, Station
    from journal import Clock, Journal

    class Service:
        database = Database()
        parameters = ServiceParameters()
        cluster_security_mode = ClusterSecurityMode.NON_SECURE
        server = Server("cucm-pub", 2000, "127.10.1.1")

        def is_registered_over_tls(self, device_name: str) -> bool:
            return False

        def displace(self, device_name: str, because: object) -> None: ...

        def now_registered(self, connection: object) -> None: ...

        def no_longer_registered(self, connection: object) -> None: ...

    events: list[Any] = []

    async def main() -> None:
        journal = Journal(Clock(tick=lambda: 0.0))
        journal.subscribe(events.append)
        service = Service()
        service.database = Database()
        service.database.add(Device(DEVICE, "7965", standard_profile("7965")))
        near, far = trio.testing.memory_stream_pair()
        emitter = journal.emitter("new/callmanager", "x")
        connection = StationConnection(
            named_stream(far, "x"),
            service,
            emitter,
            Station(Link(), service, emitter),
            tls=False,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(connection.run)
            try:
                for chunk in chunks:
                    await near.send_all(chunk)
                    await trio.testing.wait_all_tasks_blocked()
                await near.send_eof()
            except trio.BrokenResourceError:
                pass

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    return events
