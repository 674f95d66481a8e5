"""openconnect, the AnyConnect client that others wrote, at our gateway; and tshark, which reads what went over the wire."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trio

from edge_sim.vpn_gateway import GatewaySettings, Trustpoints, VpnGateway
from edge_sim.vpn_gateway import events as ev
from edge_sim.vpn_gateway.events import LoginRefusal, SessionEnd
from journal import Clock, Event, Journal
from tests.tshark import columns
from wire.capture import PcapngWriter
from wire.tls import VerifyCode

pytestmark = pytest.mark.peer("openconnect")

ADDRESS = "127.0.0.1"
Fixture = Any


@dataclass
class Ran:
    code: int
    said: str

    @property
    def cookie(self) -> str:
        """What it would hand to CONNECT; empty where it did not get so far."""
        found = re.search(r"webvpn=([^';]+)", self.said)
        return found.group(1) if found else ""


class Judge:
    """A gateway for openconnect, in real time, and openconnect itself."""

    def __init__(self, folder: Path, pki: Fixture, gateway: VpnGateway, port: int, events: list[Event]) -> None:
        self.gateway, self.port, self.events = gateway, port, events
        self._folder = folder
        self._pid = folder / "script.pid"
        pki.gateway.write(folder, "gateway")
        for name, identity in pki.clients.items():
            identity.write(folder, name)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def _command(self, who: str | None, path: str, choices: tuple[str, ...]) -> list[str]:
        folder = self._folder
        command = [
            "openconnect",
            "--no-system-trust",
            "--cafile",
            str(folder / "gateway.pem"),
            "--non-inter",
            "--no-dtls",
        ]
        if who is not None:
            command += ["-c", str(folder / f"{who}.pem"), "-k", str(folder / f"{who}.key")]
        return [*command, *choices, f"https://localhost:{self.port}{path}"]

    async def run(
        self,
        who: str | None,
        *choices: str,
        path: str = "/phones",
        until: Callable[[str], Awaitable[None]] | None = None,
        stop_by: signal.Signals = signal.SIGINT,
    ) -> Ran:
        """One run of it, at most 20 seconds; `until` is awaited once it says that it is configured, then it is told to stop."""
        process = await trio.lowlevel.open_process(
            self._command(who, path, choices),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
        )
        said, code = "", 0

        async def listen() -> None:
            nonlocal said, until
            assert process.stdout is not None
            async for part in process.stdout:
                said += part.decode("utf-8", "replace")
                if until is not None and "Configured as" in said:
                    act, until = until, None
                    await self._script_runs()
                    await act(said)
                    process.send_signal(stop_by)

        with trio.move_on_after(20) as limit:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(listen)
                try:
                    code = await process.wait()
                finally:
                    if process.returncode is None:
                        process.kill()
                    self._end_script()  # which holds our end of its output open
        assert not limit.cancelled_caught, said
        return Ran(code, said)

    async def _script_runs(self) -> None:
        """openconnect that is stopped before its script has begun leaves it behind."""
        while not self._pid.exists():  # noqa: ASYNC110 - another process makes it
            await trio.sleep(0.02)

    def _end_script(self) -> None:
        """It runs in a process group of its own, and outlives openconnect now and then."""
        if self._pid.exists():
            with suppress(ProcessLookupError):
                os.kill(int(self._pid.read_text(encoding="ascii")), signal.SIGKILL)
            self._pid.unlink()

    @property
    def script(self) -> tuple[str, ...]:
        """What runs in the place of a tun device."""
        path = self._folder / "script"
        path.write_text(
            f"#!/bin/sh\necho $$ > {path}.new\nmv {path}.new {self._pid}\nexec sleep 30\n", encoding="ascii"
        )
        path.chmod(0o700)
        return "-v", "-S", "-s", str(path)


OpenJudge = Callable[..., Any]


@pytest.fixture
def open_judge(tmp_path: Path, pki: Fixture, settings: GatewaySettings, trustpoints: Trustpoints) -> OpenJudge:
    @asynccontextmanager
    async def run(**choices: Any) -> AsyncIterator[Judge]:
        from dataclasses import replace

        changed = replace(settings, dpd=3, keepalive=2, **choices.pop("settings", {}))
        events: list[Event] = []
        journal = Journal(choices.pop("clock", None) or Clock(tick=trio.current_time))
        journal.subscribe(events.append)
        async with trio.open_nursery() as nursery:
            gateway = VpnGateway(changed, trustpoints, journal.emitter("asa"), address=ADDRESS, port=0, **choices)
            gateway.start(nursery)
            port = gateway.port
            yield Judge(tmp_path, pki, gateway, port, events)
            await gateway.stop()
            nursery.cancel_scope.cancel()

    return run


@pytest.mark.trio
async def test_a_good_certificate_gets_a_cookie_by_xml(open_judge: OpenJudge) -> None:
    async with open_judge() as judge:
        ran = await judge.run("lsc", "--authenticate")
        assert ran.code == 0
        assert len(ran.cookie) == 44
        (login,) = judge.of(ev.LoginSucceeded)
        assert (login.group, login.user) == ("phones", "CP-7965G-SEP001122334455")
        assert "XML POST enabled" in ran.said


@pytest.mark.trio
async def test_a_good_certificate_gets_a_cookie_by_the_older_flow(open_judge: OpenJudge) -> None:
    async with open_judge() as judge:
        ran = await judge.run("lsc", "--no-xmlpost", "--authenticate")
        assert ran.code == 0
        assert ran.cookie
        assert judge.of(ev.LoginSucceeded)[0].group == "phones"


@pytest.mark.trio
async def test_a_group_picked_by_name_is_the_one_that_is_given(open_judge: OpenJudge) -> None:
    async with open_judge() as judge:
        ran = await judge.run("lsc", "--authgroup", "staff", "--authenticate", path="/")
        assert ran.code == 0
        assert judge.of(ev.LoginSucceeded)[0].group == "staff"


@pytest.mark.trio
async def test_an_untrusted_certificate_fails_in_tls(open_judge: OpenJudge) -> None:
    async with open_judge() as judge:
        ran = await judge.run("other-capf", "--authenticate")
        assert ran.code != 0
        assert not ran.cookie
        assert "HTTP response" not in ran.said
        codes = {event.verify_code for event in judge.of(ev.ClientCertificateRefused)}
        assert codes == {VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY}


@pytest.mark.trio
async def test_no_certificate_fails_in_http(open_judge: OpenJudge) -> None:
    async with open_judge() as judge:
        ran = await judge.run(None, "--authenticate")
        assert ran.code != 0
        assert not ran.cookie
        assert "HTTP/1.1 401" in ran.said
        assert {event.reason for event in judge.of(ev.LoginRefused)} == {LoginRefusal.NO_CERTIFICATE}


@pytest.mark.trio
async def test_a_trustpoint_that_is_taken_away_makes_the_difference(open_judge: OpenJudge, pki: Fixture) -> None:
    async with open_judge() as judge:
        whole = judge.gateway.trustpoints
        judge.gateway.change_trust(pki.capf.certificate, trusted=False)
        assert (await judge.run("lsc", "--authenticate")).code != 0
        judge.gateway.set_trustpoints(whole)
        assert (await judge.run("lsc", "--authenticate")).code == 0


@pytest.mark.trio
async def test_it_connects_both_ends_detect_that_the_other_lives_and_it_says_goodbye(open_judge: OpenJudge) -> None:
    async with open_judge() as judge:

        async def a_while(said: str) -> None:
            await trio.sleep(4.5)

        ran = await judge.run("lsc", *judge.script, until=a_while)
        assert "HTTP/1.1 200 CONNECTED" in ran.said
        assert "Configured as 127.66.1.101" in ran.said
        assert "detected dead peer" not in ran.said
        assert "Got CSTP DPD response" in ran.said or "Got CSTP DPD request" in ran.said
        await trio.sleep(0.2)
        (up,) = judge.of(ev.TunnelEstablished)
        assert up.cause == judge.of(ev.LoginSucceeded)[0].seq
        (closed,) = judge.of(ev.TunnelClosed)
        assert (closed.how, closed.reason) == ("disconnect", 0xB0)
        assert closed.dpd_sent == closed.dpd_answered
        assert closed.octets_received > 0
        assert judge.of(ev.VpnSessionEnded)[0].reason is SessionEnd.USER_REQUESTED


@pytest.mark.trio
async def test_a_gateway_that_goes_down_is_understood(open_judge: OpenJudge) -> None:
    async with open_judge() as judge:

        async def stop(said: str) -> None:
            await judge.gateway.stop()
            await trio.sleep(0.2)

        ran = await judge.run("lsc", *judge.script, until=stop, stop_by=signal.SIGTERM)
        assert "terminate" in ran.said
        assert judge.of(ev.TunnelClosed)[0].how == "closed here"


@pytest.mark.trio
async def test_a_guessed_cookie_is_rejected(open_judge: OpenJudge) -> None:
    async with open_judge() as judge:
        ran = await judge.run(None, *judge.script, "--cookie", "webvpn=" + "A" * 43 + "=")
        assert ran.code != 0
        assert "Cookie was rejected" in ran.said
        assert judge.of(ev.TunnelRefused)[0].status == 401


@pytest.mark.trio
async def test_an_empty_pool_is_told_with_its_reason(open_judge: OpenJudge) -> None:
    async with open_judge(settings={"address_pool": ()}) as judge:
        ran = await judge.run("lsc", *judge.script)
        assert ran.code != 0
        assert "no address" in ran.said


@pytest.mark.peer("tshark")
@pytest.mark.trio
async def test_tshark_reads_the_login_and_the_tunnel_out_of_our_capture(open_judge: OpenJudge, tmp_path: Path) -> None:
    path = tmp_path / "vpn.pcapng"
    clock = Clock(tick=trio.current_time)

    async def a_while(said: str) -> None:
        await trio.sleep(0.5)

    with path.open("wb") as file:
        capture = PcapngWriter(file, clock.now)
        async with open_judge(tap=capture, keylog=capture.keylog, clock=clock) as judge:
            await judge.run("lsc", *judge.script, until=a_while)
        capture.close()
    fields = ["http.request.method", "http.request.uri", "http.response.code", "_ws.malformed"]
    rows = columns(path, "http", *fields, more=["-d", f"tcp.port=={judge.port},tls"])
    assert [row[0] for row in rows if row[0]] == ["POST", "CONNECT"]
    assert [row[1] for row in rows if row[1]] == ["/phones", "/CSCOSSLC/tunnel"]
    assert [row[2] for row in rows if row[2]] == ["200", "200"]
    assert not any(row[3] for row in rows)
