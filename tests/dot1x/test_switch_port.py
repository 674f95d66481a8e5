"""The switch port between a phone and a server: modes, timers, dead and lying servers, reauthentication, and unknown peers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import trio
import trio.testing
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import PortMode
from cisco_data.models import MODELS, TLS_1_3
from edge_sim.authentication_server.events import AuthenticationFailed
from edge_sim.authenticator import PortState, PortTimers, RadiusServer
from edge_sim.authenticator.events import (
    EapolDropped,
    PortAuthorized,
    PortModeSet,
    PortStateChanged,
    PortUnauthorized,
    RadiusAnswered,
    RadiusAnswerRefused,
    RadiusServerDead,
)
from edge_sim.authenticator.port import DROPPED_NOTED
from edge_sim.authenticator.radius import answer_untrusted
from journal import Clock
from phone_sim.events import CertificateChosen
from phone_sim.supplicant.events import Dot1xFailed, Dot1xSucceeded
from pki import TrustStore
from tests.dot1x.conftest import NOW, NOWHERE, PHONE_MAC, SECRET, Bench, Pki, heard, say
from wire.eap import Eap, EapCode, EapType, push_eap
from wire.eapol import ETHERTYPE, PAE_GROUP, Eapol, EapolType, push_eapol
from wire.ethernet import Frame, push_frame
from wire.radius import Attribute, RadiusCode, RadiusReply, eap_attributes, pull_radius_untrusted, push_reply
from wire.tls import AlertDescription, VerifyCode
from wire.udp import UdpSocket

pytestmark = pytest.mark.trio
SILENT = RadiusServer(NOWHERE, SECRET, 9, retransmit_after=5.0)
"""No process listens on the discard port."""


async def plugged(bench: Bench) -> Any:
    """The phone's end of the cable, in the test's own hands."""
    bench.cable.phone.up()
    with trio.fail_after(1):
        return await bench.cable.phone.wait_link()


def start(link: Any, kind: int = EapolType.START, source: bytes = PHONE_MAC) -> None:
    link.send(push_frame(Frame(PAE_GROUP, source, ETHERTYPE, push_eapol(Eapol(kind)))))


def respond(
    link: Any, identifier: int, kind: int = EapType.IDENTITY, data: bytes = b"CP-7965G-SEP001122334455"
) -> None:
    say(link, Eap(EapCode.RESPONSE, identifier, kind, data), source=PHONE_MAC)


async def test_a_refused_phone_knows_and_the_port_waits_a_minute_before_it_asks_again(
    autojump_clock: object, bench: Bench
) -> None:
    port = bench.port(bench.server())
    bench.phone("8841", lsc=bench.pki.lsc(bench.pki.other_capf))
    await bench.until(lambda: bench.of(Dot1xFailed))
    failed = bench.one(Dot1xFailed)
    assert (failed.kind, failed.issuer.cn) == ("LSC", "CAPF-of-another-cluster")
    assert (failed.alert, failed.alert_direction) == (AlertDescription.UNKNOWN_CA, "read")
    assert bench.one(AuthenticationFailed).cause
    assert port.state is PortState.HELD
    assert not port.authorized
    await trio.sleep(59)
    assert port.state is PortState.HELD
    await bench.until(lambda: len(bench.of(Dot1xFailed)) == 2, within=62)
    assert not bench.of(PortAuthorized)
    assert not bench.of(PortUnauthorized), "a port that never was open cannot be shut"


async def test_a_refused_tls_1_3_phone_thought_that_it_was_in_and_is_not(autojump_clock: object, bench: Bench) -> None:
    bench.port(bench.server())
    bench.phone(MODELS["8841"].with_tls(TLS_1_3), lsc=bench.pki.lsc(bench.pki.other_capf))
    await bench.until(lambda: bench.of(Dot1xFailed))
    assert bench.one(Dot1xFailed).alert == AlertDescription.UNKNOWN_CA
    assert not bench.of(Dot1xSucceeded)


async def test_a_phone_that_distrusts_the_server_is_kept_out_and_both_know_why(
    autojump_clock: object, bench: Bench
) -> None:
    port = bench.port(bench.server())
    bench.phone("8841", trusted=TrustStore("servers", (bench.pki.capf.certificate,)))
    await bench.until(lambda: bench.of(Dot1xFailed))
    failed = bench.one(Dot1xFailed)
    assert (failed.alert_direction, failed.verify_code) == ("write", VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY)
    assert not port.authorized


async def test_one_that_trusts_it_gets_in(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(bench.server())
    phone = bench.phone("8841", trusted=TrustStore("servers", (bench.pki.company.certificate,)))
    await phone.wait_authorised()
    await bench.until(lambda: port.authorized)


async def test_a_new_lsc_counts_at_the_next_authentication(autojump_clock: object, bench: Bench) -> None:
    """The old one's CAPF is not trusted; once there is another the phone gets in without a user's action."""
    port = bench.port(bench.server())
    bench.phone("8841", lsc=bench.pki.lsc(bench.pki.other_capf))
    await bench.until(lambda: bench.of(Dot1xFailed))
    bench.hardware.flash.install_lsc(bench.pki.lsc())
    await bench.until(lambda: port.authorized, within=120)
    assert [chosen.issuer.cn for chosen in bench.of(CertificateChosen)] == [
        "CAPF-of-another-cluster",
        bench.pki.capf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value,
    ]


async def test_a_dead_server_keeps_everybody_out_after_three_tries(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(SILENT)
    bench.phone("8841")
    began = trio.current_time()
    await bench.until(lambda: bench.of(Dot1xFailed))
    assert trio.current_time() - began == pytest.approx(15, abs=2)
    assert bench.one(RadiusServerDead).tries == 3
    assert bench.one(Dot1xFailed).kind == "", "the server asked for no certificate"
    assert port.state is PortState.HELD


async def test_a_server_with_another_secret_looks_dead(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(replace(bench.server(), secret=b"another"))
    bench.phone("8841")
    await bench.until(lambda: bench.of(RadiusServerDead))
    assert not port.authorized


async def test_a_switch_without_a_server_lets_nobody_in(autojump_clock: object, bench: Bench) -> None:
    bench.port(None)
    bench.phone("8841")
    await bench.until(lambda: bench.of(Dot1xFailed))
    assert bench.one(RadiusServerDead).server == ""


async def test_force_authorized_lets_everybody_in_and_says_so(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(SILENT, mode=PortMode.FORCE_AUTHORIZED)
    phone = bench.phone("8841", lsc=bench.pki.lsc(bench.pki.other_capf))
    await phone.wait_authorised()
    assert port.authorized
    assert bench.one(PortAuthorized).why == "force-authorized ordered"
    assert not bench.of(CertificateChosen)


async def test_force_unauthorized_lets_nobody_in(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(bench.server(), mode=PortMode.FORCE_UNAUTHORIZED)
    bench.phone("8841")
    await bench.until(lambda: bench.of(Dot1xFailed))
    await trio.sleep(600)
    assert not port.authorized
    assert not bench.of(Dot1xSucceeded)


async def test_a_port_without_802_1x_is_open_and_says_nothing(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(SILENT, mode=PortMode.NO_DOT1X)
    phone = bench.phone("8841")
    await phone.wait_authorised()
    assert port.authorized
    assert not bench.one(Dot1xSucceeded).authenticator


async def test_bypass_and_back_is_how_a_phone_gets_its_first_good_lsc(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(bench.server())
    phone = bench.phone("8841", lsc=bench.pki.lsc(bench.pki.other_capf))
    await bench.until(lambda: bench.of(Dot1xFailed))
    port.set_mode(PortMode.FORCE_AUTHORIZED)
    await phone.wait_authorised()
    bench.hardware.flash.install_lsc(bench.pki.lsc())
    port.set_mode(PortMode.AUTO)
    await bench.until(lambda: bench.of(Dot1xSucceeded)[-1].kind == "LSC")
    await bench.until(lambda: port.authorized)
    assert [event.mode for event in bench.of(PortModeSet)] == ["force-authorized", "auto"]
    assert [event.why for event in bench.of(PortAuthorized)] == ["force-authorized ordered", "Access-Accept"]
    assert [event.why for event in bench.of(PortUnauthorized)] == ["auto ordered"]


async def test_authenticating_again_keeps_the_port_open_and_uses_what_the_phone_has_now(
    autojump_clock: object, bench: Bench
) -> None:
    port = bench.port(bench.server(), timers=PortTimers(reauthenticate_after=3600.0))
    phone = bench.phone("8841")
    await phone.wait_authorised()
    await bench.until(lambda: port.authorized)
    bench.hardware.flash.install_lsc(bench.pki.lsc())
    await bench.until(lambda: len(bench.of(PortAuthorized)) == len(bench.of(Dot1xSucceeded)) == 2, within=3700)
    assert [succeeded.kind for succeeded in bench.of(Dot1xSucceeded)] == ["MIC", "LSC"]
    assert not bench.of(PortUnauthorized)
    assert not bench.lost


async def test_authenticating_again_in_vain_shuts_the_port(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(bench.server(), timers=PortTimers(reauthenticate_after=3600.0))
    phone = bench.phone("8841")
    await phone.wait_authorised()
    await bench.until(lambda: port.authorized)
    bench.hardware.flash.install_lsc(bench.pki.lsc(bench.pki.other_capf))
    await bench.until(lambda: bench.lost, within=3700)
    assert not port.authorized
    assert bench.one(PortUnauthorized).why == "Access-Reject"


async def test_an_unplugged_cable_shuts_the_port_even_while_a_server_is_asked(
    autojump_clock: object, bench: Bench
) -> None:
    port = bench.port(SILENT)
    bench.phone("8841")
    await bench.until(lambda: port.state is PortState.AUTHENTICATING)
    bench.cable.phone.down()
    await trio.sleep(1)
    assert port.state is PortState.DOWN
    assert not bench.of(RadiusServerDead), "the switch did not wait for its answer to the end"
    bench.cable.phone.up()
    await bench.until(lambda: port.state is PortState.AUTHENTICATING, within=60)


async def test_an_unplugged_cable_carries_nothing_at_once(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(bench.server())
    phone = bench.phone("8841")
    await phone.wait_authorised()
    await bench.until(lambda: port.authorized)
    bench.cable.phone.down()
    assert not port.authorized
    bench.cable.phone.up()
    await trio.testing.wait_all_tasks_blocked()
    assert bench.one(PortUnauthorized).why == "link down"
    await bench.until(lambda: port.authorized)


async def test_a_silent_port_is_asked_three_times_and_then_again(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(SILENT)
    link = await plugged(bench)
    first = await heard(link)
    assert isinstance(first, Eap)
    assert (first.code, first.type) == (EapCode.REQUEST, EapType.IDENTITY)
    for _ in range(2):
        assert await heard(link, within=31) == first
    following = await heard(link, within=31)
    assert isinstance(following, Eap)
    assert following.identifier == first.identifier + 1
    assert port.state is PortState.CONNECTING


async def test_an_answer_to_another_request_is_ignored(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(SILENT)
    link = await plugged(bench)
    asked = await heard(link)
    assert isinstance(asked, Eap)
    respond(link, asked.identifier + 5)
    respond(link, asked.identifier, EapType.TLS, b"")
    await trio.sleep(1)
    assert port.state is PortState.CONNECTING
    respond(link, asked.identifier)
    await trio.sleep(1)
    assert port.state is PortState.AUTHENTICATING


async def test_a_phone_that_falls_silent_is_asked_three_times(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(bench.server())
    link = await plugged(bench)
    asked = await heard(link)
    assert isinstance(asked, Eap)
    respond(link, asked.identifier)
    said = [await heard(link, within=31) for _ in range(3)]
    assert said[0] == said[1] == said[2]
    await bench.until(lambda: port.state is PortState.CONNECTING, within=31)
    assert bench.of(PortStateChanged)[-1].event_name == "no answer from the phone"


async def test_a_second_device_on_the_port_is_not_heard(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(SILENT)
    link = await plugged(bench)
    start(link)
    await trio.sleep(1)
    start(link, EapolType.LOGOFF, source=bytes.fromhex("02ffffffffff"))
    await trio.sleep(1)
    assert "02-FF-FF-FF-FF-FF" in bench.one(EapolDropped).error
    assert port.state is PortState.CONNECTING


async def test_logoff_shuts_the_port(autojump_clock: object, bench: Bench) -> None:
    port = bench.port(bench.server())
    phone = bench.phone("8841")
    await phone.wait_authorised()
    await bench.until(lambda: port.authorized)
    start(bench.cable.phone.link, EapolType.LOGOFF)
    await bench.until(lambda: not port.authorized)
    assert bench.one(PortUnauthorized).why == "EAPOL-Logoff"


FAILURE, SUCCESS = push_eap(Eap(EapCode.FAILURE, 1)), push_eap(Eap(EapCode.SUCCESS, 1))
REQUEST = push_eap(Eap(EapCode.REQUEST, 1, EapType.TLS, b"\x20"))


def reply(code: int, eap: bytes, signed: bool = True) -> RadiusReply:
    return RadiusReply(code, eap, None, None, signed, "")


@pytest.mark.parametrize(
    "lie",
    [
        reply(RadiusCode.ACCESS_ACCEPT, SUCCESS, signed=False),
        reply(RadiusCode.ACCESS_CHALLENGE, REQUEST, signed=False),
        reply(RadiusCode.ACCESS_ACCEPT, FAILURE),
        reply(RadiusCode.ACCESS_ACCEPT, REQUEST),
        reply(RadiusCode.ACCESS_ACCEPT, b""),
        reply(RadiusCode.ACCESS_CHALLENGE, SUCCESS),
        reply(RadiusCode.ACCESS_REJECT, SUCCESS),
        reply(RadiusCode.ACCESS_CHALLENGE, b"\x01\x01\x00\xff\x0d"),
        reply(RadiusCode.ACCESS_CHALLENGE, push_eap(Eap(EapCode.REQUEST, 1, EapType.TLS, bytes(1600)))),
    ],
    ids=lambda lie: f"{lie.code}-{lie.eap[:1].hex()}-{lie.signed}",
)
async def test_an_answer_that_contradicts_itself_is_a_reject(lie: RadiusReply) -> None:
    answer = answer_untrusted(lie)
    assert answer.code == RadiusCode.ACCESS_REJECT
    assert answer.error


@pytest.mark.parametrize("eap", [b"", FAILURE])
@pytest.mark.parametrize("signed", [True, False])
async def test_a_reject_is_a_reject_with_whatever_it_brings(eap: bytes, signed: bool) -> None:
    answer = answer_untrusted(reply(RadiusCode.ACCESS_REJECT, eap, signed))
    assert (answer.code, answer.error) == (RadiusCode.ACCESS_REJECT, "")


async def test_an_accept_that_says_failure_opens_nothing(autojump_clock: object, bench: Bench) -> None:
    socket = UdpSocket(NOWHERE)

    async def lie() -> None:
        data, sender = await socket.receive()
        request = pull_radius_untrusted(data)
        assert request.first(Attribute.CALLING_STATION_ID) == b"00-11-22-33-44-55"
        assert request.first(Attribute.USER_NAME) == b"CP-8841-SEP001122334455"
        failure = eap_attributes(push_eap(Eap(EapCode.FAILURE, request.eap[1])))
        socket.send_now(push_reply(RadiusCode.ACCESS_ACCEPT, request, failure, SECRET), sender)

    bench.nursery.start_soon(lie)
    port = bench.port(RadiusServer(NOWHERE, SECRET, socket.port))
    bench.phone("8841")
    await bench.until(lambda: bench.of(RadiusAnswerRefused))
    await trio.sleep(1)
    assert bench.one(RadiusAnswered).code == RadiusCode.ACCESS_ACCEPT
    assert not port.authorized
    assert bench.of(Dot1xFailed)
    socket.close()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda data: b"\x02\x00" + data))))
async def test_no_octets_on_the_cable_end_the_port(pool: Any, payloads: list[bytes]) -> None:
    async with trio.open_nursery() as nursery:
        bench = Bench(nursery, Pki(pool.ring(), NOW), Clock(NOW, trio.current_time))
        port = bench.port(None)
        await trio.testing.wait_all_tasks_blocked()
        link = await plugged(bench)
        for payload in payloads:
            link.send(payload)
            link.send(push_frame(Frame(PAE_GROUP, PHONE_MAC, ETHERTYPE, payload)))
            await trio.testing.wait_all_tasks_blocked()
        await trio.testing.wait_all_tasks_blocked()
        assert len(bench.of(EapolDropped)) <= DROPPED_NOTED
        assert port.state is not PortState.DOWN
        assert not port.authorized
        nursery.cancel_scope.cancel()
