"""Who gets a session: the three dialects, good and bad certificates, and none at all."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from cisco_data.models import MODELS
from edge_sim.vpn_gateway import GatewaySettings, TunnelGroup
from edge_sim.vpn_gateway import events as ev
from edge_sim.vpn_gateway.client import Client
from edge_sim.vpn_gateway.events import LoginRefusal, RequestRefusal
from edge_sim.vpn_gateway.login import Login, LoginFailure, Welcome
from lab.testing import held_mic
from pki import RSA_2048, KeyPool, Manufacturing
from wire.http.messages import Request
from wire.tls import AlertDescription, HandshakeFailed, VerifyCode
from wire.vpn_http import (
    LOGIN,
    SESSION,
    ConfigAuth,
    pull_config_auth_untrusted,
    pull_set_cookies_untrusted,
    push_config_auth,
)

Fixture = Any


@pytest.mark.trio
async def test_a_phone_gets_its_two_cookies_and_then_a_session(
    open_lab: Fixture, cookie_of: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        cookies = {each.name: each for each in pull_set_cookies_untrusted(await client.get())}
        assert cookies[SESSION].expires
        assert cookies[LOGIN].value
        answer = await client.post()
        assert (answer.status, answer.body) == (200, b"")
        assert len(cookie_of(answer)) == 44
        noted = lab.one(ev.LoginSucceeded)
        assert (noted.group, noted.user, noted.address) == ("phones", "CP-7965G-SEP001122334455", "127.66.1.3")
        assert noted.client_type == client.agent
        validated = lab.one(ev.ClientCertificateValidated)
        assert (validated.trustpoint, validated.user, validated.chain_length) == ("CAPF", noted.user, 1)
        assert noted.cause == validated.seq
        assert cookie_of(answer) not in str(lab.events)


@pytest.mark.trio
async def test_an_xml_login_is_complete_with_a_cookie(
    open_lab: Fixture, cookie_of: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client(agent="AnyConnect")
        init = push_config_auth(ConfigAuth("init", group_access="https://127.66.1.1/staff"))
        answer = await client.post("/", init, Content_Type="application/xml; charset=utf-8")
        document = pull_config_auth_untrusted(answer.body)
        assert (answer.status, document.type, document.auth_id) == (200, "complete", "success")
        assert cookie_of(answer)
        assert lab.one(ev.LoginSucceeded).group == "staff"


@pytest.mark.trio
async def test_who_names_no_group_is_shown_them_and_may_pick_one(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        client = await lab.client(agent="AnyConnect")
        answer = await client.post("/", push_config_auth(ConfigAuth("init")))
        document = pull_config_auth_untrusted(answer.body)
        assert document.type == "auth-request"
        assert document.form is not None
        assert document.form.groups == ("phones", "staff")
        answer = await client.post("/", push_config_auth(ConfigAuth("init", group_select="staff")))
        assert answer.status == 200
        assert lab.one(ev.LoginSucceeded).group == "staff"


@pytest.mark.trio
async def test_the_older_plain_flow_posts_the_form_back(
    open_lab: Fixture, cookie_of: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client(agent="AnyConnect")
        form = pull_config_auth_untrusted((await client.get("/staff")).body).form
        assert form is not None
        (field, value), *_ = form.hidden.items()
        body = f"{field}={value}".encode()
        answer = await client.post(form.action, body, Cookie=f"{LOGIN}=1")
        assert cookie_of(answer)
        assert lab.one(ev.LoginSucceeded).group == "staff"
        assert (await client.post(form.action, body)).status == 404  # without the cookie that the form came with


@pytest.mark.trio
@pytest.mark.parametrize("xml", [True, False])
async def test_no_certificate_is_told_over_http_and_not_in_tls(
    open_lab: Fixture, xml: bool, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client(None)
        assert client.up
        assert (await client.get()).status == 200
        answer = await client.post("/phones", push_config_auth(ConfigAuth("init")) if xml else b"")
        assert answer.status == 401
        assert lab.one(ev.LoginRefused).reason is LoginRefusal.NO_CERTIFICATE
        assert lab.one(ev.LoginRefused).cause == lab.one(ev.ClientCertificateMissing).seq
        assert not lab.of(ev.LoginSucceeded)


@pytest.mark.trio
@pytest.mark.parametrize("trusted", [True, False])
async def test_a_mic_is_vouched_for_by_the_authority_that_made_it_root_or_not(
    open_lab: Fixture, pki: Fixture, trusted: bool, autojump_clock: object
) -> None:
    ring = KeyPool().ring()
    made = Manufacturing(ring)
    mic = held_mic(made, ring.take(RSA_2048), MODELS["7965"])
    maker = made["Cisco Manufacturing CA"].certificate
    assert maker.subject != maker.issuer
    pki.clients["mic"] = mic
    async with open_lab() as lab:
        if trusted:
            lab.gateway.change_trust(maker, trusted=True)
        client = await lab.client("mic")
        assert client.up is trusted
        await trio.sleep(1)
        if trusted:
            assert lab.one(ev.ClientCertificateValidated).trustpoint == "Cisco_Manufacturing_CA"
            await client.log_in()
            assert lab.one(ev.LoginSucceeded).user == "CP-7965G-SEP001122334455"
        else:
            assert lab.one(ev.ClientCertificateRefused).verify_code == VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY


REFUSED = {
    "other-capf": (VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY, AlertDescription.UNKNOWN_CA),
    "expired": (VerifyCode.CERT_HAS_EXPIRED, AlertDescription.CERTIFICATE_EXPIRED),
    "not-yet": (VerifyCode.CERT_NOT_YET_VALID, AlertDescription.BAD_CERTIFICATE),
}


@pytest.mark.trio
@pytest.mark.parametrize(("who", "codes"), REFUSED.items(), ids=REFUSED)
async def test_a_bad_certificate_ends_in_tls_with_its_code(
    open_lab: Fixture, who: str, codes: tuple[int, int], autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client(who)
        assert not client.up
        await trio.sleep(1)
        refused = lab.one(ev.ClientCertificateRefused)
        assert (refused.verify_code, refused.alert, refused.depth) == (*codes, 0)
        assert "SEP001122334455" in refused.subject.cn
        assert lab.one(HandshakeFailed).reason == "verify"
        assert not lab.of(ev.LoginSucceeded)


@pytest.mark.trio
async def test_a_trustpoint_that_is_taken_away_counts_at_once_and_one_that_comes_back_too(
    open_lab: Fixture, pki: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        all_of_them = lab.gateway.trustpoints
        lab.gateway.change_trust(pki.capf.certificate, trusted=False)
        assert not (await lab.client()).up
        lab.gateway.set_trustpoints(all_of_them)
        assert (await lab.client()).up
        assert tunnel.ended is None
        assert [len(event.trusted) for event in lab.of(ev.TrustpointsChanged)] == [1, 2]


@pytest.mark.trio
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("GET", "/unknown", b"", 404, RequestRefusal.NOT_FOUND),
        ("DELETE", "/phones", b"", 405, RequestRefusal.METHOD),
        ("POST", "/phones", b"<config-auth", 400, RequestRefusal.BAD_XML),
        ("POST", "/phones", b"<html/>", 400, RequestRefusal.BAD_XML),
        ("POST", "/phones", b"<config-auth type='complete'/>", 400, RequestRefusal.BAD_XML),
        ("POST", "/phones", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", 400, RequestRefusal.BAD_XML),
        ("POST", "/phones", b"<a>" * 100, 400, RequestRefusal.BAD_XML),
    ],
)
async def test_a_request_that_means_nothing_gets_its_status_and_an_event(
    open_lab: Fixture, method: str, path: str, body: bytes, status: int, reason: str, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        assert (await client.ask(client.request(method, path, body))).status == status
        refused = lab.one(ev.VpnRequestRefused)
        assert (refused.reason, refused.path) == (reason, path)
        assert not lab.of(ev.LoginSucceeded)


@pytest.mark.trio
@pytest.mark.parametrize("xml", [True, False])
async def test_a_login_at_no_groups_url_is_refused(open_lab: Fixture, xml: bool, autojump_clock: object) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        assert (await client.post("/unknown", push_config_auth(ConfigAuth("init")) if xml else b"")).status == 404
        refused = lab.one(ev.LoginRefused)
        assert (refused.reason, refused.path) == (LoginRefusal.UNKNOWN_GROUP, "/unknown")
        assert refused.serial_number == lab.one(ev.ClientCertificateValidated).serial_number


@pytest.mark.trio
async def test_an_unknown_group_is_refused_by_name(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        answer = await client.post("/", push_config_auth(ConfigAuth("init", group_select="unknown")))
        assert answer.status == 401
        assert lab.one(ev.LoginRefused).reason is LoginRefusal.UNKNOWN_GROUP


@pytest.mark.trio
async def test_one_login_too_many_of_a_user_ends_the_oldest(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        for _ in range(4):
            await (await lab.client()).log_in()
        ended = lab.one(ev.VpnSessionEnded)
        assert (ended.session, ended.reason) == (1, ev.SessionEnd.REPLACED)
        await (await lab.client("other")).log_in()
        assert len(lab.of(ev.VpnSessionEnded)) == 1


@pytest.mark.trio
async def test_a_full_gateway_refuses_a_login_until_a_session_ends(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab(limits={"sessions": 1}) as lab:
        await (await lab.client()).log_in()
        assert (await (await lab.client("other")).post()).status == 503
        assert lab.one(ev.LoginRefused).reason is LoginRefusal.TOO_MANY_SESSIONS
        await trio.sleep(301)
        assert (await (await lab.client("other")).post()).status == 200


def test_a_certificate_without_a_common_name_names_no_user(settings: GatewaySettings) -> None:
    login = Login(settings.tunnel_groups)
    request = Request("POST", "/phones")
    nameless, named = (Client(ev.ClientCertificateMissing(), user, has_certificate=True) for user in ("", "alice"))
    refused = login.step_untrusted(request, nameless)
    assert isinstance(refused, LoginFailure)
    assert (refused.reason, refused.answer.status) == (LoginRefusal.NO_USER_NAME, 401)
    assert isinstance(login.step_untrusted(request, named), Welcome)


def test_tunnel_groups_need_names_and_urls_of_their_own() -> None:
    for groups in [
        (),
        (TunnelGroup("a", "/x"), TunnelGroup("b", "/x/")),
        (TunnelGroup("a", "/x"), TunnelGroup("a", "/y")),
    ]:
        with pytest.raises(ValueError, match="tunnel groups"):
            Login(groups)
    for path in ("phones", "/a b", "/a?b", "/é"):
        with pytest.raises(ValueError, match="group-url"):
            TunnelGroup("a", path)
