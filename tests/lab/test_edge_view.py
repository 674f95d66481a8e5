"""The table at the end says what keeps a phone from its cluster: its port, or its gateway."""

from __future__ import annotations

import pytest

from edge_sim.authentication_server.failure_reasons import FailureReason
from edge_sim.authenticator.events import PortAuthorized, PortUnauthorized, RadiusServerDead
from lab.views import phones as view
from lab.views.edge import failure_words
from phone_sim.boot import BootState, BootTrigger
from phone_sim.events import ServerUnreachable
from tests.lab.conftest import Play
from tests.lab.edge_events_made import EAP, OLD, PHONE, PORT, SWITCH, Made
from tests.lab.test_explain_vpn import RUNS as VPN_RUNS

MAC = "00-1A-2F-00-00-01"


def reason(made: Made) -> str:
    row = view.row(made, "phone", PHONE)
    assert row.state == "not registered"
    return row.reason


def shut(made: Made) -> None:
    made.phone()
    made.step(BootState.STARTING, BootTrigger.STARTED_WITH_DOT1X, BootState.AT_PORT)
    made.chosen("LSC", OLD, EAP)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (FailureReason.UNKNOWN_CA, "unknown CA"),
        (FailureReason.TLS_VERSION_NOT_ALLOWED, "TLS version not allowed"),
        (FailureReason.EXPIRED_CRL, "expired CRL"),
        (FailureReason.EAP_TLS_HANDSHAKE_FAILED, "EAP-TLS handshake failed"),
    ],
)
def test_a_failure_reason_in_words(name: FailureReason, words: str) -> None:
    assert failure_words(name.name) == words


def test_a_refused_phone_has_the_servers_reason_and_its_certificate() -> None:
    made = Made()
    shut(made)
    made.rejected(FailureReason.UNKNOWN_CA)
    made.eap_failure()
    assert reason(made) == "802.1X: 12514 unknown CA"
    row = view.row(made, "phone", PHONE)
    assert (row.certificate, row.issuer) == ("LSC", "CAPF-old")


def test_a_phone_whose_server_is_dead_says_so() -> None:
    made = Made()
    shut(made)
    made.add(RadiusServerDead, SWITCH, EAP, port=PORT, server="127.0.0.3:1812", tries=3)
    made.eap_failure("")
    assert reason(made) == "802.1X: no RADIUS server answers"


def test_a_failure_of_which_only_the_phone_knows() -> None:
    made = Made()
    shut(made)
    made.eap_failure()
    assert reason(made) == "802.1X: EAP-Failure"


def test_a_phone_that_refused_its_server_says_so() -> None:
    made = Made()
    shut(made)
    made.rejected(FailureReason.CLIENT_REJECTED_LOCAL_CERTIFICATE)
    made.eap_failure(alert=48, alert_direction="write", verify_code=19)
    assert reason(made) == "802.1X: the phone refused the server (unknown CA)"


def test_a_phone_that_is_still_at_its_port() -> None:
    made = Made()
    shut(made)
    assert reason(made) == "802.1X: not authorised yet"


def test_a_port_that_opened_is_no_reason_any_more() -> None:
    made = Made()
    shut(made)
    made.rejected(FailureReason.UNKNOWN_CA)
    made.eap_failure()
    made.step(BootState.AT_PORT, BootTrigger.PORT_AUTHORISED, BootState.DOWNLOADING)
    assert reason(made) == ""


def test_a_restart_forgets_what_was_before() -> None:
    made = Made()
    shut(made)
    made.eap_failure()
    made.phone()
    assert reason(made) == ""


@pytest.mark.parametrize(
    ("open_", "said"), [(False, "802.1X: port unauthorized (Access-Reject)"), (True, "TFTP: no answer")]
)
def test_a_server_out_of_reach_behind_a_shut_port_and_behind_an_open_one(open_: bool, said: str) -> None:
    made = Made()
    made.phone()
    made.add(PortUnauthorized, SWITCH, EAP, port=PORT, mac=MAC, why="Access-Reject")
    if open_:
        made.add(PortAuthorized, SWITCH, EAP, port=PORT, mac=MAC, identity="", why="Access-Accept")
    made.add(ServerUnreachable, PHONE, service="TFTP", address="127.0.0.1", port=6970, error=0)
    assert reason(made) == said


def test_the_port_of_another_phone_does_not_matter() -> None:
    made = Made()
    made.phone()
    made.add(PortUnauthorized, SWITCH, "b>802.1X", port="x", mac="00-1A-2F-00-00-02", why="Access-Reject")
    made.add(ServerUnreachable, PHONE, service="TFTP", address="127.0.0.1", port=6970, error=0)
    assert reason(made) == "TFTP: no answer"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("vpn-host-id-unknown-hash", "VPN: host ID check failed"),
        ("vpn-capf-not-trusted", "VPN: TLS refused"),
        ("vpn-gateway-stopped", "VPN: unreachable"),
        ("vpn-dead-tunnel", "VPN: dead peer"),
        ("vpn-password-needed", "VPN: the authentication method needs a password"),
    ],
)
def test_a_phone_without_a_tunnel_says_why(rule: str, said: str) -> None:
    made = Made()
    VPN_RUNS[rule](made)
    assert reason(made) == said


def test_a_tunnel_that_came_up_is_no_reason_any_more() -> None:
    made = Made()
    VPN_RUNS["vpn-capf-not-trusted"](made)
    made.step(BootState.AT_GATEWAY, BootTrigger.TUNNEL_UP, BootState.DOWNLOADING)
    assert reason(made) == ""


@pytest.mark.parametrize("name", ["dot1x-with-mic", "vpn-with-lsc"])
def test_a_phone_that_got_through_is_registered(name: str, of_gallery: Play) -> None:
    assert {row.state for row in of_gallery(name).rows()} == {"registered"}


def test_a_phone_that_distrusts_its_server_stands_in_the_table(of_gallery: Play) -> None:
    reasons = {row.phone: row.reason for row in of_gallery("dot1x-phone-distrusts-server").rows()}
    assert reasons == {"strict": "802.1X: the phone refused the server (unknown CA)", "careful": ""}
