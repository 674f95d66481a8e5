"""Each mishap of a certificate has its ISE reason, on every TLS version, and each good phone is let in with its keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_sim.authentication_server import (
    ANY_TLS,
    AuthenticationFailed,
    AuthenticationPassed,
    AuthenticationServerStarted,
    AuthenticationServerStopped,
    AuthenticationStarted,
    FailureReason,
)
from edge_sim.authentication_server.failure_reasons import BY_VERIFY_CODE, reason_of
from lab.testing import KeptEvents
from pki import TrustStore
from pki.mishaps import MISHAPS
from tests.authentication_server.conftest import (
    DEVICE,
    IDENTITY,
    MAC,
    MakeServer,
    Phone,
    Pki,
    asking,
    serving,
)
from wire.eap import EapTlsOutcome, derive_keys
from wire.radius import Attribute
from wire.tls import AlertDescription, AlertSeen, HandshakeFailed, TlsClosed, TlsProfile, TlsVersion, VerifyCode

MakePhone = Callable[..., Phone]
VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]
REASONS = {
    "expired": 12516,
    "not-yet-valid": 12530,
    "issuer-expired": 12516,
    "without-client-auth": 12519,
    "issuer-without-client-auth": 12519,
    "without-digital-signature": 12519,
    "weak-key": 12518,
    "weak-issuer-key": 12518,
    "weak-digest": 12518,
    "revoked": 12517,
    "crl-missing": 12514,
    "crl-expired": 12515,
    "crl-signed-by-capf": 12518,
}
"""Those whose verdict is not a matter of an unknown CA or of a signature that does not hold."""
BY_ALERT = {AlertDescription.UNKNOWN_CA: 12514, AlertDescription.DECRYPT_ERROR: 12518}
STRICT = ("weak-key", "weak-issuer-key", "weak-digest")
"""A matter of the server's security level, and with any level above 0 there is no TLS 1.0."""
CASES = [
    pytest.param(name, version, id=f"{name}-{version}")
    for name in MISHAPS
    for version in VERSIONS
    if version is not TlsVersion.TLSv1 or name not in STRICT
]


@pytest.mark.trio
@pytest.mark.parametrize(("name", "version"), CASES)
async def test_a_mishap_is_refused_for_its_reason(
    pki: Pki, notebook: KeptEvents, make_server: MakeServer, phone: MakePhone, name: str, version: TlsVersion
) -> None:
    mishap = MISHAPS[name]
    presented = mishap.build(pki.cast)
    tls = TlsProfile(version, version, security_level=presented.security_level)
    server = make_server(trust=presented.trust, check_crl=presented.check_crl, tls=tls)
    async with serving(server) as socket, asking((socket.address, socket.port)) as switch:
        verdict = await phone(presented.identity).authenticate(switch)
    if mishap.verdict is None:
        assert verdict.outcome is EapTlsOutcome.SUCCESS
        notebook.one(AuthenticationPassed)
        return
    assert verdict.outcome is EapTlsOutcome.FAILURE
    failed = notebook.one(AuthenticationFailed)
    assert failed.failure_code == REASONS.get(name, BY_ALERT.get(AlertDescription(mishap.verdict.alert)))
    assert failed.failure_name == FailureReason(failed.failure_code).name
    assert (failed.verify_code, failed.depth, failed.alert) == (
        mishap.verdict.verify_code,
        mishap.verdict.depth,
        mishap.verdict.alert,
    )
    assert (failed.alert_direction, failed.tls_version) == ("write", str(version))
    assert failed.certificate_subject
    read = [alert for alert in notebook.of(AlertSeen) if alert.actor == DEVICE and alert.direction == "read"]
    assert [alert.description for alert in read] == [mishap.verdict.alert]


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_good_phone_is_let_in_and_both_ends_have_the_same_keys(
    notebook: KeptEvents, make_server: MakeServer, phone: MakePhone, version: TlsVersion
) -> None:
    server = make_server()
    asker = phone(profile=TlsProfile(version, version), attributes={Attribute.NAS_PORT: (17).to_bytes(4, "big")})
    peers = []
    make_peer = asker.peer
    asker.peer = lambda: peers.append(make_peer()) or peers[-1]  # type: ignore[method-assign,func-returns-value]
    async with serving(server) as socket, asking((socket.address, socket.port)) as switch:
        verdict = await asker.authenticate(switch)
    msk = derive_keys(peers[0].engine).msk
    assert verdict.keys is not None
    assert (verdict.keys.receive, verdict.keys.send) == (msk[:32], msk[32:])
    passed, started = notebook.one(AuthenticationPassed), notebook.one(AuthenticationStarted)
    assert (passed.identity, passed.certificate_subject.cn, passed.nas_port) == (IDENTITY, IDENTITY, 17)
    assert (passed.calling_station_id, passed.network_device, passed.tls_version) == (MAC, "switch-1", str(version))
    assert (passed.cause, passed.connection) == (started.seq, f"{MAC}>802.1X")
    assert not any(part.hex() in str(notebook.events) for part in (msk[:16], msk[32:48]))
    began, ended = notebook.one(AuthenticationServerStarted), notebook.one(AuthenticationServerStopped)
    assert began.network_devices == ("switch-1",)
    assert (ended.passed, ended.failed, ended.unanswered, server.open_sessions) == (1, 0, 0, 0)


@pytest.mark.trio
async def test_a_trust_change_takes_effect_with_the_next_start(
    pki: Pki, notebook: KeptEvents, make_server: MakeServer, phone: MakePhone
) -> None:
    trusting, distrusting = make_server(), make_server(trust=TrustStore("Trusted Certificates", []))
    for server, outcome in ((trusting, EapTlsOutcome.SUCCESS), (distrusting, EapTlsOutcome.FAILURE)):
        async with serving(server) as socket, asking((socket.address, socket.port)) as switch:
            assert (await phone().authenticate(switch)).outcome is outcome
    assert notebook.one(AuthenticationFailed).failure_code == FailureReason.UNKNOWN_CA


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_phone_that_rejects_the_servers_certificate_is_told_apart(
    pki: Pki, notebook: KeptEvents, make_server: MakeServer, phone: MakePhone, version: TlsVersion
) -> None:
    asker = phone(profile=TlsProfile(version, version), trust=pki.phones)
    async with serving(make_server()) as socket, asking((socket.address, socket.port)) as switch:
        assert (await asker.authenticate(switch)).outcome is EapTlsOutcome.FAILURE
    failed = notebook.one(AuthenticationFailed)
    assert failed.failure_code == FailureReason.CLIENT_REJECTED_LOCAL_CERTIFICATE
    assert (failed.alert, failed.alert_direction) == (AlertDescription.UNKNOWN_CA, "read")


@pytest.mark.trio
@pytest.mark.parametrize(("version", "alert"), [(VERSIONS[0], 40), (VERSIONS[1], 40), (VERSIONS[2], 116)], ids=str)
async def test_a_phone_without_a_certificate_is_refused(
    notebook: KeptEvents, make_server: MakeServer, phone: MakePhone, version: TlsVersion, alert: int
) -> None:
    asker = phone(profile=TlsProfile(version, version))
    asker.credential = None
    async with serving(make_server()) as socket, asking((socket.address, socket.port)) as switch:
        assert (await asker.authenticate(switch)).outcome is EapTlsOutcome.FAILURE
    failed = notebook.one(AuthenticationFailed)
    assert (failed.failure_code, failed.alert) == (FailureReason.EAP_TLS_HANDSHAKE_FAILED, alert)
    assert not failed.certificate_subject


OLD = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_1)
NEW = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_3)
AES256 = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2, ("AES256-SHA",))
AES128 = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2, ("AES128-SHA",))


@pytest.mark.trio
@pytest.mark.parametrize(
    ("allowed", "offered", "reason"),
    [
        (NEW, OLD, FailureReason.TLS_VERSION_NOT_ALLOWED),
        (AES256, AES128, FailureReason.NO_SUITABLE_CIPHERS),
        (NEW, NEW, None),
        (ANY_TLS, OLD, None),
        (AES128, AES128, None),
    ],
)
async def test_versions_and_suites_that_are_not_allowed_have_reasons_of_their_own(
    notebook: KeptEvents,
    make_server: MakeServer,
    phone: MakePhone,
    allowed: TlsProfile,
    offered: TlsProfile,
    reason: FailureReason | None,
) -> None:
    async with serving(make_server(tls=allowed)) as socket, asking((socket.address, socket.port)) as switch:
        verdict = await phone(profile=offered).authenticate(switch)
    assert verdict.outcome is (EapTlsOutcome.SUCCESS if reason is None else EapTlsOutcome.FAILURE)
    assert [event.failure_code for event in notebook.of(AuthenticationFailed)] == ([] if reason is None else [reason])


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize(
    ("told", "settings", "reason"),
    [
        (IDENTITY, {"check_identity": True}, None),
        ("CP-7965G-SEPFFFFFFFFFFFF", {}, None),
        ("CP-7965G-SEPFFFFFFFFFFFF", {"check_identity": True}, FailureReason.EAP_TLS_AUTHENTICATION_FAILED),
        (IDENTITY.lower(), {"check_identity": True}, FailureReason.EAP_TLS_AUTHENTICATION_FAILED),
        (IDENTITY, {"endpoints": frozenset({IDENTITY})}, None),
        (IDENTITY, {"endpoints": frozenset({"another"})}, FailureReason.SUBJECT_NOT_FOUND),
    ],
)
async def test_names_are_checked_where_the_server_is_told_to(
    notebook: KeptEvents,
    make_server: MakeServer,
    phone: MakePhone,
    version: TlsVersion,
    told: str,
    settings: dict[str, object],
    reason: FailureReason | None,
) -> None:
    asker = phone(profile=TlsProfile(version, version), identity=None)
    asker.identity = told
    async with serving(make_server(**settings)) as socket, asking((socket.address, socket.port)) as switch:
        verdict = await asker.authenticate(switch)
    assert verdict.outcome is (EapTlsOutcome.SUCCESS if reason is None else EapTlsOutcome.FAILURE)
    if reason is not None:
        failed = notebook.one(AuthenticationFailed)
        assert (failed.failure_code, failed.received, failed.verify_code) == (reason, IDENTITY, -1)
        assert failed.certificate_subject.cn == IDENTITY


def failed(reason: str = "alert", code: int = -1, alert: int = -1, direction: str = "write") -> HandshakeFailed:
    return HandshakeFailed(
        side="server", reason=reason, verify_code=code, alert=alert, alert_direction=direction if alert != -1 else ""
    )


@pytest.mark.parametrize(
    ("ended", "answered", "reason"),
    [
        (None, False, 12513),
        (failed("not TLS"), False, 12513),
        (failed("closed here"), True, 12513),
        (failed("timeout"), True, 12935),
        (failed(alert=48, direction="read"), True, 12520),
        (failed(alert=46, direction="read"), True, 12520),
        (failed(alert=40, direction="read"), True, 12521),
        (failed(alert=70, direction="read"), True, 12521),
        (TlsClosed(side="server", reason="alert", alert=48, alert_direction="read"), True, 12511),
        (failed(alert=40), False, 12968),
        (failed(alert=40), True, 12508),
        (failed(alert=116), True, 12508),
        (failed(alert=51), True, 12508),
        (failed(alert=70), False, 12986),
        (failed("verify", 94, 48), True, 12514),
        (failed("verify", 94, 43), True, 12519),
        (failed("verify", 20, 48), True, 12514),
    ],
)
def test_what_no_certificate_explains_has_a_reason_too(
    ended: HandshakeFailed | TlsClosed | None, answered: bool, reason: int
) -> None:
    assert reason_of(ended, hello_answered=answered) == reason


def test_every_verify_code_of_the_lab_has_a_reason() -> None:
    assert set(BY_VERIFY_CODE) == set(VerifyCode) - {VerifyCode.OK}
