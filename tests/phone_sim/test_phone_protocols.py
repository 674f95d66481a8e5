"""Boot, power cycle and administration know a registration, and not the protocol that carries it."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from cisco_data import DeviceSecurityMode
from cisco_data.registration import LastOutOfService, ResetType
from journal import Emitter, Event
from phone_sim import registration
from phone_sim.boot import State
from phone_sim.events import PhoneRegistered, RegistrationFailed, RegistrationFailure
from phone_sim.hardware import Hardware
from phone_sim.registration_events import (
    RegistrationAccepted,
    RegistrationEnd,
    RegistrationEnded,
    RegistrationRefused,
    ResetReceived,
)
from phone_sim.session import END_BY_RESET, RegistrationProtocol
from wire.phone_file import DeviceProtocol, Member
from wire.streams import Stream

Lab = Any


class WordClient:
    """Registers with the word `register`; the server answers `yes` or `no`, and later says a ResetType."""

    crossing_reset = None

    def __init__(self, stream: Stream, emitter: Emitter, last: LastOutOfService) -> None:
        self._stream = stream
        self._emitter = emitter.on(stream.connection)
        self._last = last

    async def register(self) -> RegistrationAccepted | RegistrationRefused | RegistrationEnded:
        await self._stream.send_all(f"register {self._last.value}".encode())
        if await self._stream.receive_some(100) == b"yes":
            return self._emitter.emit(RegistrationAccepted(keep_alive_interval=0))
        return self._emitter.emit(RegistrationRefused(text="not you"))

    async def run_until_ended(self) -> RegistrationEnded:
        reset_type = ResetType((await self._stream.receive_some(100)).decode())
        received = self._emitter.emit(ResetReceived(reset_type=reset_type.name))
        return self._emitter.emit(RegistrationEnded(reason=END_BY_RESET[reset_type]), cause=received)

    async def unregister(self) -> bool:
        await self._stream.send_all(b"unregister")
        return True

    def abort(self) -> None:
        trio.lowlevel.spawn_system_task(trio.aclose_forcefully, self._stream)


def word_port(member: Member, tls: bool) -> int:
    return member.ethernet_phone_port


def word_client(stream: Stream, hardware: Hardware, last: LastOutOfService, cause: Event | None) -> WordClient:
    return WordClient(stream, hardware.emitter, last)


async def serve(lab: Lab, answers: dict[bytes, bytes], said: list[bytes]) -> None:
    """A TFTP service, and in CallManager's place a server that has an answer to each message."""
    cluster = lab.cluster(start=False)
    cluster.tftp.start(lab.nursery)

    async def one(stream: Stream) -> None:
        while data := await stream.receive_some(100):
            said.append(bytes(data))
            for answer in answers[bytes(data)].split():
                await stream.send_all(answer)
                await trio.sleep(1)
        await stream.aclose()

    lab.nursery.start_soon(lab.replace("hq", "SCCP").serve, one, lab.journal.emitter("hq/callmanager"))


@pytest.fixture
def word_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = RegistrationProtocol("WORD", word_port, word_client)
    monkeypatch.setitem(registration.PROTOCOLS, DeviceProtocol.SCCP, protocol)


@pytest.mark.trio
async def test_a_phone_registers_and_is_reset_over_another_protocol(
    autojump_clock: object, word_protocol: None, lab: Lab
) -> None:
    said: list[bytes] = []
    await serve(lab, {b"register 25": b"yes restart", b"unregister": b"", b"register 23": b"yes"}, said)
    phone = lab.phone(mode=DeviceSecurityMode.NON_SECURE)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2 and len(said) == 3)
    assert sorted(said) == [b"register 23", b"register 25", b"unregister"]
    assert lab.one(phone, RegistrationEnded).reason is RegistrationEnd.RESTART
    assert lab.path(phone)[3:] == ["CallManager accepted", "restart", "file: register", "CallManager accepted"]


@pytest.mark.trio
async def test_a_refusal_over_another_protocol_makes_the_phone_back_off(
    autojump_clock: object, word_protocol: None, lab: Lab
) -> None:
    await serve(lab, {b"register 25": b"no"}, [])
    phone = lab.phone(mode=DeviceSecurityMode.NON_SECURE)
    await lab.reaches(phone, State.BACKING_OFF)
    failed = lab.of(phone, RegistrationFailed)[0]
    assert (failed.reason, failed.text) == (RegistrationFailure.REJECTED, "not you")
