"""The phone's side of SCCP, against a script and against our CallManager."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import ClusterSecurityMode
from cisco_data.registration import ResetType
from cisco_data.release_table import UNNAMED_RELEASE
from cucm_sim import events as ev
from cucm_sim.causes import CcmDevUnregCauseCode
from cucm_sim.database import Database, Device
from cucm_sim.profiles import standard_profile
from journal import Emitter
from phone_sim.registration_events import (
    MessageIgnored,
    RegisterSent,
    RegistrationAccepted,
    RegistrationEnd,
    RegistrationEnded,
    RegistrationRefused,
    ResetReceived,
)
from tests.tshark import skinny
from wire.sccp import (
    Alarm,
    CapabilitiesReq,
    CapabilitiesRes,
    KeepAlive,
    KeepAliveAck,
    MessageId,
    RegisterAck,
    RegisterReject,
    RegisterReq,
    ResetMessage,
    UnknownMessage,
    UnregisterAck,
    UnregisterReq,
    encode,
)

Line = Any


async def take(line: Line, interval: int = 30) -> None:
    """Play CallManager until the phone has registered; its questions are answered by the real answers."""
    from cucm_sim.answers import ANSWERS, RequestContext
    from wire.sccp import SccpServer, TimeDateReq

    cm = line.callmanager
    await cm.hear_later(RegisterReq)
    await cm.say(RegisterAck(interval, 2 * interval, max_protocol_version=20), CapabilitiesReq())
    asked = RequestContext(
        Device("SEP001122334455", "7965", standard_profile("7965")),
        20,
        SccpServer(),
        line.client._emitter.clock.now(),
        "x",
    )
    while True:
        message = await cm.next()
        if type(message) in ANSWERS:
            await cm.say(*ANSWERS[type(message)](asked, message))
        if isinstance(message, TimeDateReq):
            return


async def registered(line: Line, interval: int = 30) -> RegistrationAccepted:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(take, line, interval)
        result = await line.client.register()
        assert isinstance(result, RegistrationAccepted)
    return result


@pytest.mark.trio
async def test_the_phone_sends_alarm_and_register_first(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.client.register)
        alarm, request = await line.callmanager.next(), await line.callmanager.next()
        nursery.cancel_scope.cancel()
    assert isinstance(alarm, Alarm)
    assert alarm.text == "25: Name=SEP001122334455 Load=SCCP45.9-4-2SR4-3S Last=Initialized"
    assert isinstance(request, RegisterReq)
    assert (request.device_name, request.device_type, request.protocol_version) == ("SEP001122334455", 436, 20)
    assert request.mac_address == bytes.fromhex("001122334455") + bytes(6)
    assert request.station_address == "127.10.1.2"
    assert line.notebook.one(RegisterSent).last_out_of_service == 25


@pytest.mark.trio
async def test_a_phone_registers_and_answers_for_its_capabilities(
    make_line: Any, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line()
    result = await registered(line)
    assert (result.keep_alive_interval, result.protocol_version) == (30, 20)
    assert result == line.notebook.one(RegistrationAccepted)
    said = b"".join(octets for who, octets in line.tape if who == "phone")
    assert MessageId.CAPABILITIES_RES.to_bytes(4, "little") in said


@pytest.mark.trio
async def test_a_reject_is_a_result_with_its_text(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    await line.callmanager.say(RegisterReject("securityMismatch\x07"))
    result = await line.client.register()
    assert isinstance(result, RegistrationRefused)
    assert result.text == "securityMismatch?"
    assert result == line.notebook.one(RegistrationRefused)


@pytest.mark.trio
async def test_a_callmanager_that_says_nothing_is_lost_in_time(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    result = await line.client.register()
    assert isinstance(result, RegistrationEnded)
    assert result.reason is RegistrationEnd.SILENCE
    assert trio.current_time() == pytest.approx(20)


@pytest.mark.trio
async def test_a_callmanager_that_hangs_up_is_lost_at_once(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    await line.callmanager.stream.aclose()
    result = await line.client.register()
    assert isinstance(result, RegistrationEnded)
    assert result.reason in (RegistrationEnd.PEER_CLOSED, RegistrationEnd.CONNECTION_LOST)


@pytest.mark.trio
async def test_a_callmanager_that_leaves_during_the_questions_is_lost(
    make_line: Any, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line()
    await line.callmanager.say(RegisterAck(30, 60, max_protocol_version=20))
    result = await line.client.register()
    assert isinstance(result, RegistrationEnded)
    assert result.reason is RegistrationEnd.SILENCE


@pytest.mark.trio
async def test_bytes_that_are_no_sccp_are_a_result_too(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    await line.callmanager.stream.send_all(b"HTTP/1.1 400 Bad Request\r\n")
    result = await line.client.register()
    assert isinstance(result, RegistrationEnded)
    assert result.reason is RegistrationEnd.MALFORMED
    assert line.notebook.one(RegistrationEnded).fault


@pytest.mark.trio
@pytest.mark.parametrize(("interval", "kept"), [(45, 45), (0, 1)], ids=["as told", "never without a pause"])
async def test_the_phone_keeps_alive_at_the_interval(
    make_line: Any, interval: int, kept: int, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line()
    await registered(line, interval)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.client.run_until_ended)
        for _ in range(10):
            since = trio.current_time()
            await line.callmanager.hear_later(KeepAlive)
            assert trio.current_time() - since == pytest.approx(kept)
            await line.callmanager.say(KeepAliveAck())
        nursery.cancel_scope.cancel()
    assert not line.notebook.of(RegistrationEnded)


@pytest.mark.trio
async def test_a_silent_callmanager_is_given_up_after_three_intervals(
    make_line: Any, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line()
    await registered(line)
    since = trio.current_time()
    ended = await line.client.run_until_ended()
    assert ended.reason is RegistrationEnd.SILENCE
    assert trio.current_time() - since == pytest.approx(90)


@pytest.mark.trio
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (1, RegistrationEnd.RESET),
        (2, RegistrationEnd.RESTART),
        (3, RegistrationEnd.APPLY_CONFIG),
        (77, RegistrationEnd.RESET),
    ],
)
async def test_each_kind_of_reset_ends_the_session_with_its_reason(
    make_line: Any, number: int, reason: RegistrationEnd, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line()
    await registered(line)
    await line.callmanager.say(ResetMessage(number))
    ended = await line.client.run_until_ended()
    assert ended.reason is reason
    assert ended.cause == line.notebook.one(ResetReceived).seq


@pytest.mark.trio
async def test_unregister_waits_for_its_acknowledgement(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    await registered(line)
    async with trio.open_nursery() as nursery:

        async def acknowledge() -> None:
            await line.callmanager.hear_later(UnregisterReq)
            await line.callmanager.say(KeepAliveAck(), UnregisterAck())

        nursery.start_soon(acknowledge)
        assert await line.client.unregister()


@pytest.mark.trio
async def test_a_reset_that_crosses_the_goodbye_is_kept_for_whoever_said_goodbye(
    make_line: Any, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line()
    await registered(line)
    await line.callmanager.say(ResetMessage(3), UnregisterAck())
    assert await line.client.unregister()
    assert line.client.crossing_reset == (RegistrationEnd.APPLY_CONFIG, line.notebook.one(ResetReceived))
    assert line.notebook.one(RegistrationEnded).reason is RegistrationEnd.UNREGISTERED


@pytest.mark.trio
async def test_a_reset_that_the_phone_says_goodbye_for_is_no_second_one(
    make_line: Any, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line()
    await registered(line)
    await line.callmanager.say(ResetMessage(1), ResetMessage(2), UnregisterAck())
    assert (await line.client.run_until_ended()).reason is RegistrationEnd.RESET
    assert await line.client.unregister()
    assert line.client.crossing_reset is None


@pytest.mark.trio
async def test_unregister_gives_up_on_silence_and_on_a_lost_connection(
    make_line: Any, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line()
    await registered(line)
    assert not await line.client.unregister()
    assert trio.current_time() <= 5
    await line.callmanager.stream.aclose()
    assert not await line.client.unregister()


@pytest.mark.trio
async def test_a_cancelled_phone_can_still_unregister(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    await registered(line)
    with trio.move_on_after(40):
        await line.client.run_until_ended()
    await line.callmanager.say(UnregisterAck())
    assert await line.client.unregister()


@pytest.mark.trio
async def test_abort_closes_without_a_word(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    await registered(line)
    said = len(line.tape)
    line.client.abort()
    while await line.callmanager.next() is not None:
        pass
    assert len(line.tape) == said


@pytest.mark.trio
async def test_unknown_messages_are_noted_a_few_times(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    await registered(line)
    await line.callmanager.say(*[UnknownMessage(0x7777, b"x")] * 100)
    await line.callmanager.say(ResetMessage(1))
    await line.client.run_until_ended()
    assert len(line.notebook.of(MessageIgnored)) == 32


@settings(max_examples=100, deadline=None)
@given(data=st.lists(st.binary(max_size=120), max_size=6), acknowledged=st.booleans())
def test_whatever_callmanager_sends_is_a_result_in_time(make_line: Any, data: list[bytes], acknowledged: bool) -> None:
    async def main() -> None:
        line = make_line()
        cm = line.callmanager
        if acknowledged:
            await cm.stream.send_all(encode(RegisterAck(30, 60, max_protocol_version=255)))
        for chunk in data:
            await cm.stream.send_all(chunk)
        with trio.fail_after(30):
            result = await line.client.register()
        assert isinstance(result, RegistrationAccepted | RegistrationRefused | RegistrationEnded)
        assert len(line.notebook.of(RegistrationEnded)) == isinstance(result, RegistrationEnded)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


# Against our CallManager: two actors that meet only on the stream


class Configuration:
    """The least that CallManager reads; plain TCP needs no identity and no trust."""

    callmanager_identity = callmanager_trust = None
    release = UNNAMED_RELEASE

    def __init__(self) -> None:
        from cucm_sim.parameters import ServiceParameters

        self.parameters = ServiceParameters()
        self.database = Database(ClusterSecurityMode.NON_SECURE)
        self.database.add(Device("SEP001122334455", "7965", standard_profile("7965"), description="Reception"))


def callmanager(emitter: Emitter) -> Any:
    from cucm_sim.callmanager import CallManager

    return CallManager(Configuration(), emitter, node_name="cucm-pub", address="127.10.1.1")  # type: ignore[arg-type]


@pytest.mark.trio
@pytest.mark.parametrize("protocol_version", [3, 9, 11, 17, 20, 22])
async def test_our_phone_and_our_callmanager_agree_in_every_version(
    make_line: Any, protocol_version: int, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line(protocol_version)
    service = callmanager(line.notebook.journal.emitter("new/callmanager"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service.serve, line.callmanager.stream)
        result = await line.client.register()
        assert isinstance(result, RegistrationAccepted)
        assert result.protocol_version == protocol_version
        with trio.move_on_after(1000):
            await line.client.run_until_ended()
        assert "SEP001122334455" in service.registrations
        assert await line.client.unregister()
        await line.phone_stream.aclose()
    assert line.notebook.one(ev.DeviceUnregistered).cause_code == CcmDevUnregCauseCode.deviceUnregistered
    assert not line.notebook.of(ev.MessageNotUnderstood)
    assert not line.notebook.of(MessageIgnored)


@pytest.mark.trio
async def test_a_reset_by_the_administrator_reaches_the_phone(make_line: Any, autojump_clock: trio.abc.Clock) -> None:
    line = make_line()
    service = callmanager(line.notebook.journal.emitter("new/callmanager"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service.serve, line.callmanager.stream)
        assert isinstance(await line.client.register(), RegistrationAccepted)
        assert await service.reset("SEP001122334455", ResetType.RESTART)
        assert (await line.client.run_until_ended()).reason is RegistrationEnd.RESTART
        assert await line.client.unregister()
        await line.phone_stream.aclose()
    assert line.notebook.one(ev.DeviceUnregistered).cause_code == CcmDevUnregCauseCode.callManagerRestart


@pytest.mark.trio
@pytest.mark.peer("tshark")
@pytest.mark.parametrize("protocol_version", [9, 11, 20])
async def test_tshark_decodes_a_whole_session_without_a_malformed_frame(
    make_line: Any, tmp_path: Path, protocol_version: int, autojump_clock: trio.abc.Clock
) -> None:
    line = make_line(protocol_version)
    service = callmanager(line.notebook.journal.emitter("new/callmanager"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service.serve, line.callmanager.stream)
        assert isinstance(await line.client.register(), RegistrationAccepted)
        with trio.move_on_after(40):
            await line.client.run_until_ended()
        assert await line.client.unregister()
        await line.phone_stream.aclose()
    ids = [int(id) for message in skinny(tmp_path / "session.pcap", line.tape) for id in message["messageId"]]
    order = [
        MessageId.ALARM,
        MessageId.REGISTER_REQ,
        MessageId.REGISTER_ACK,
        MessageId.CAPABILITIES_REQ,
        MessageId.CAPABILITIES_RES,
        MessageId.BUTTON_TEMPLATE_REQ,
        MessageId.BUTTON_TEMPLATE,
        MessageId.SOFT_KEY_TEMPLATE_REQ,
        MessageId.SOFT_KEY_TEMPLATE_RES,
        MessageId.SOFT_KEY_SET_REQ,
        MessageId.SOFT_KEY_SET_RES,
        MessageId.CONFIG_STAT_REQ,
        MessageId.CONFIG_STAT,
        MessageId.LINE_STAT_REQ,
        MessageId.LINE_STAT_DYNAMIC if protocol_version >= 17 else MessageId.LINE_STAT,
        MessageId.FORWARD_STAT_REQ,
        MessageId.FORWARD_STAT,
        MessageId.REGISTER_AVAILABLE_LINES,
        MessageId.TIME_DATE_REQ,
        MessageId.DEFINE_TIME_DATE,
        MessageId.KEEP_ALIVE,
        MessageId.KEEP_ALIVE_ACK,
        MessageId.UNREGISTER_REQ,
        MessageId.UNREGISTER_ACK,
    ]
    rest = iter(ids)
    assert all(expected in rest for expected in order), [hex(number) for number in ids]
    assert len(ids) == len(order) + 3  # HeadsetStatus, SelectSoftKeys and a prompt besides
    assert type(CapabilitiesRes()).ID in ids
