"""The ASA's syslog: every event has its lines, every verify code its words, and the published lines come out as published."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import trio

from edge_sim.texts.asa import LINES, MAX_LETTERS, NO_TRUSTPOINT, VERIFY_REASONS, asa_syslog
from edge_sim.vpn_gateway import events as ev
from journal import Event
from tests.made_names import named
from wire.cstp import DisconnectReason, push_disconnect
from wire.tls import ClientHelloSeen, HandshakeFailed, VerifyCode

Fixture = Any
DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "vpn-gateway.md").read_text(encoding="utf-8")
CONNECTION = "72.163.226.242:58911>10.1.1.1:443"


def numbers(lines: list[str]) -> list[str]:
    return [line.split(":")[0].rpartition("-")[2] for line in lines]


def lines_of(events: list[Event]) -> list[str]:
    return [line for event in events for line in asa_syslog(event)]


def test_every_event_of_the_gateway_has_its_lines() -> None:
    declared = {
        kind
        for kind in vars(ev).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind.__module__ == ev.__name__
    }
    assert declared <= set(LINES)


def test_every_verify_code_has_words() -> None:
    assert set(VERIFY_REASONS) == set(VerifyCode) - {VerifyCode.OK}
    assert set(VERIFY_REASONS) > NO_TRUSTPOINT


def test_the_documents_numbers_are_those_that_are_rendered() -> None:
    source = Path(__file__).resolve().parents[2].joinpath("edge_sim", "texts", "asa.py").read_text(encoding="utf-8")
    (listed,) = re.findall(r"are Cisco's:\n(.*?) A line without a source", DOCUMENT, re.S)
    assert set(re.findall(r"\d{6}", listed)) == set(re.findall(r'Line\(\d, "(\d{6})"', source))


def test_the_start_of_a_handshake_is_the_published_line() -> None:
    event = ClientHelloSeen(connection=CONNECTION, versions=("TLSv1",), cipher_suites=())
    assert asa_syslog(event) == (
        "%ASA-6-725001: Starting SSL handshake with client outside:72.163.226.242/58911 for TLSv1 session.",
    )


@pytest.mark.trio
async def test_a_session_from_beginning_to_end(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        tunnel = await client.whole_way()
        await trio.sleep(65)
        tunnel.close(push_disconnect(DisconnectReason.USER_LEFT))
        await trio.sleep(2)
        lines = lines_of(lab.events)
    assert [number for number in numbers(lines) if number != "LAB"] == [
        *("725001", "725012", "717025", "717029", "717030", "717022", "717028", "725002"),
        *("113039", "722055", "722022", "722051", "722037", "722023", "113019", "725007"),
    ]
    user = "Group <phones> User <CP-7965G-SEP001122334455> IP <127.66.1.3>"
    assert f"%ASA-6-113039: {user} AnyConnect parent session started." in lines
    assert f"%ASA-6-722055: {user} Client Type: Cisco SVC IPPhone Client v1.0 (1.0)" in lines
    assert f"%ASA-6-722022: {user} TCP SVC connection established without compression" in lines
    assert f"%ASA-4-722051: {user} IPv4 Address <127.66.1.101> assigned to session" in lines
    (end,) = [line for line in lines if "113019" in line]
    assert re.fullmatch(
        r"%ASA-4-113019: Group = phones, Username = CP-7965G-SEP001122334455, IP = 127.66.1.3, Session disconnected. "
        r"Session Type: \S+, Duration: 0h:01m:05s, Bytes xmt: \d+, Bytes rcv: \d+, Reason: User Requested",
        end,
    )
    assert "%ASA-7-717030: Found a suitable trustpoint CAPF to validate certificate." in lines


@pytest.mark.trio
@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("other-capf", ["725001", "717029", "717031", "717009", "717027", "725014", "725006"]),
        ("expired", ["725001", "717029", "717009", "717027", "725014", "725006"]),
        (None, ["725001", "725012", "725017", "725002", "LAB"]),
    ],
)
async def test_a_login_that_fails(
    open_lab: Fixture, who: str | None, expected: list[str], autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client(who)
        if client.up:
            await client.post()
        await trio.sleep(1)
        lines = lines_of([event for event in lab.events if event.connection])
    assert numbers(lines)[: len(expected)] == expected


@pytest.mark.trio
async def test_a_login_at_no_groups_url_is_the_search_that_failed(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        await (await lab.client()).post("/nobody")
        (line,) = asa_syslog(lab.one(ev.LoginRefused))
    assert line.startswith("%ASA-4-717037: Tunnel group search using certificate maps failed for peer certificate: ")
    assert "SEP001122334455" in line


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        (ev.TunnelRefusal.NO_COOKIE, "722001"),
        (ev.TunnelRefusal.UNKNOWN_COOKIE, "722003"),
        (ev.TunnelRefusal.ANOTHER_USER, "722003"),
        (ev.TunnelRefusal.NO_ADDRESS, "722020"),
        (ev.TunnelRefusal.NO_LICENCE, "722047"),
    ],
)
def test_each_refused_tunnel_has_its_number(reason: ev.TunnelRefusal, number: str) -> None:
    assert numbers(list(asa_syslog(ev.TunnelRefused(reason=reason, status=401, address="127.66.1.3")))) == [number]


@pytest.mark.parametrize(
    ("alert", "direction", "expected"),
    [
        (40, "write", "Reason: no shared cipher"),
        (70, "write", "Reason: unsupported protocol"),
        (48, "read", "Reason: unknown CA"),
        (-1, "", ""),
    ],
)
def test_a_handshake_without_a_certificates_fault_tells_its_alert(alert: int, direction: str, expected: str) -> None:
    event = HandshakeFailed(
        connection=CONNECTION, side="server", reason="alert", alert=alert, alert_direction=direction
    )
    lines = asa_syslog(event)
    assert lines[-1].endswith(
        "725006: Device failed SSL handshake with client outside:72.163.226.242/58911 to 10.1.1.1/443"
    )
    assert expected in lines[0]
    assert len(lines) == (1 if alert < 0 else 2)


def test_a_fault_further_up_the_chain_names_its_certificate_and_not_the_clients() -> None:
    event = ev.ClientCertificateRefused(
        connection=CONNECTION,
        verify_code=10,
        depth=1,
        subject=named(CN="CAPF"),
        issuer=named(CN="Root"),
        serial_number="1f",
        alert=45,
    )
    lines = asa_syslog(event)
    assert numbers(list(lines)) == ["717009", "717027", "725014", "725006"]
    assert "depth 1: /CN=CAPF" in lines[0]


def test_a_strangers_text_cannot_begin_a_line_or_fill_the_log() -> None:
    event = ev.VpnRequestRefused(
        connection=CONNECTION, reason=ev.RequestRefusal.BAD_XML, path="/x", error="a\n%ASA-1-1: b\x1b[31m" + "z" * 9000
    )
    (line,) = asa_syslog(event)
    assert line.isprintable()
    assert len(line) <= MAX_LETTERS
