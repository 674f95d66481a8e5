"""One phone at one service in memory: each profile with its own ways to refuse, and the inverse of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from cisco_data import JUDGES, AuthenticationMode, CertificateKind, DeviceSecurityMode, ServiceKind
from cisco_data.models import TLS_1_3
from journal import Event
from lab.whatif.in_memory_handshake import HandshakeRunner
from phone_sim.contexts import ClientContexts
from phone_sim.events import CertificateChosen, SecureConnectionRefused, SecureConnectionUp
from phone_sim.trust.servers import ListedServers
from pki import TrustStore, callmanager_identity
from tests.whatif.conftest import DEVICE, NOW, Network, Try
from wire.phone_file import VpnGroup, certificate_hash
from wire.tls import AlertDescription, CertificateVerified, Credential, ServerContext, TlsVersion, VerifyCode

EVERY_KIND = JUDGES
IN_TLS = [ServiceKind.CALLMANAGER, ServiceKind.DOT1X, ServiceKind.VPN]
UNKNOWN = VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_trusted_lsc_is_accepted_and_preferred_to_the_mic(kind: ServiceKind, network: Network, attempt: Try) -> None:
    outcome = attempt(kind, lsc=network.lsc(), mic=network.mic())
    assert outcome.accepted
    assert outcome.kind == "LSC"
    assert outcome.tls_version == "TLSv1.2"


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_without_an_lsc_the_mic_serves(kind: ServiceKind, network: Network, attempt: Try) -> None:
    outcome = attempt(kind, mic=network.mic())
    assert (outcome.accepted, outcome.kind) == (True, "MIC")


@pytest.mark.parametrize("kind", IN_TLS)
@pytest.mark.parametrize("model", ["7965", "8861"])
def test_an_lsc_of_another_capf_is_refused_although_the_mic_would_do(
    kind: ServiceKind, model: str, network: Network, attempt: Try
) -> None:
    held = {"lsc": network.lsc(network.other_capf, model=model), "mic": network.mic(model=model), "model": model}
    outcome = attempt(kind, **held)
    assert (outcome.accepted, outcome.kind, outcome.reason) == (False, "LSC", "verify")
    assert (outcome.verify_code, outcome.depth) == (UNKNOWN, 0)
    assert (outcome.alert, outcome.alert_direction) == (AlertDescription.UNKNOWN_CA, "read")
    assert attempt(kind, **held, certificate=CertificateKind.MIC).accepted


@pytest.mark.parametrize("kind", IN_TLS)
def test_a_tls_1_3_phone_hears_the_refusal_after_it_was_up(kind: ServiceKind, network: Network, attempt: Try) -> None:
    outcome = attempt(kind, lsc=network.lsc(network.other_capf), tls=TLS_1_3)
    assert not outcome.accepted
    assert (outcome.verify_code, outcome.depth, outcome.alert) == (UNKNOWN, 0, AlertDescription.UNKNOWN_CA)


def test_capf_knows_an_lsc_of_another_capf_as_invalid_lsc_and_takes_the_mic_by_precedence(
    network: Network, attempt: Try
) -> None:
    held = {"lsc": network.lsc(network.other_capf), "mic": network.mic()}
    outcome = attempt(ServiceKind.CAPF, **held)
    assert (outcome.accepted, outcome.reason, outcome.cause) == (False, "rejected", "Invalid LSC")
    assert (outcome.verify_code, outcome.depth, outcome.alert) == (UNKNOWN, 0, -1)
    by_mic = attempt(ServiceKind.CAPF, **held, capf_mode=AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC)
    assert (by_mic.accepted, by_mic.kind) == (True, "MIC")


def test_capf_that_lacks_the_manufacturing_authorities_says_invalid_mic(network: Network, attempt: Try) -> None:
    settings = network.settings(ServiceKind.CAPF, trust=TrustStore("CAPF-trust", [network.capf.certificate]))
    outcome = attempt(ServiceKind.CAPF, mic=network.mic(), settings=settings)
    assert (outcome.cause, outcome.kind) == ("Invalid MIC", "MIC")


def test_a_certificate_of_another_device_is_rejected_after_tls(network: Network, attempt: Try) -> None:
    other = network.lsc(device="SEPFFEEDDCCBBAA")
    at_callmanager = attempt(ServiceKind.CALLMANAGER, lsc=other)
    assert (at_callmanager.reason, at_callmanager.cause) == ("rejected", "invalidX509NameInCertificate")
    assert (at_callmanager.verify_code, at_callmanager.alert) == (-1, -1)
    assert attempt(ServiceKind.CAPF, lsc=other).cause == "Invalid LSC"
    assert attempt(ServiceKind.DOT1X, lsc=other).accepted
    strict = network.settings(ServiceKind.DOT1X, checks_names=True)
    assert attempt(ServiceKind.DOT1X, lsc=other, settings=strict).cause == "EAP_TLS_AUTHENTICATION_FAILED"
    assert attempt(ServiceKind.DOT1X, lsc=network.lsc(), settings=strict).accepted


def test_a_phone_without_any_certificate_is_refused_at_each_door_in_its_own_way(attempt: Try) -> None:
    for kind in (ServiceKind.CALLMANAGER, ServiceKind.DOT1X):
        outcome = attempt(kind)
        assert (outcome.accepted, outcome.kind, outcome.verify_code) == (False, "", -1)
        assert outcome.alert == AlertDescription.HANDSHAKE_FAILURE
    assert attempt(ServiceKind.CALLMANAGER, tls=TLS_1_3).alert == AlertDescription.CERTIFICATE_REQUIRED
    assert attempt(ServiceKind.VPN).cause == "no certificate"
    assert attempt(ServiceKind.CAPF).cause == "Invalid Credentials"


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_phone_of_tls_1_0_does_not_meet_a_minimum_of_1_2(kind: ServiceKind, network: Network, attempt: Try) -> None:
    held = {"lsc": network.lsc(model="7965"), "model": "7965"}
    assert attempt(kind, **held).accepted
    raised = network.settings(kind, minimum_tls=TlsVersion.TLSv1_2)
    outcome = attempt(kind, **held, settings=raised)
    assert (outcome.accepted, outcome.alert) == (False, AlertDescription.PROTOCOL_VERSION)
    assert outcome.alert_direction == "read"
    assert attempt(kind, lsc=network.lsc(), settings=raised).accepted


def test_an_authenticated_profile_wants_a_suite_without_encryption(network: Network, attempt: Try) -> None:
    mode = DeviceSecurityMode.AUTHENTICATED
    outcome = attempt(ServiceKind.CALLMANAGER, lsc=network.lsc(), mode=mode)
    assert (outcome.accepted, outcome.cipher) == (True, "NULL-SHA")
    only_strong = network.settings(ciphers=("ECDHE-RSA-AES256-GCM-SHA384",))
    refused = attempt(ServiceKind.CALLMANAGER, lsc=network.lsc(), mode=mode, settings=only_strong)
    assert (refused.accepted, refused.alert) == (False, AlertDescription.HANDSHAKE_FAILURE)


@pytest.mark.parametrize("kind", [ServiceKind.CALLMANAGER, ServiceKind.CAPF])
def test_a_phone_refuses_a_server_that_its_trust_list_lacks(kind: ServiceKind, network: Network, attempt: Try) -> None:
    held = {"lsc": network.lsc()}
    stranger = ListedServers((network.radius.certificate,))
    outcome = attempt(kind, **held, listed=stranger)
    assert (outcome.accepted, outcome.alert_direction) == (False, "write")
    assert outcome.alert == AlertDescription.UNKNOWN_CA
    own = ListedServers((network.callmanager.certificate, network.capf.certificate))
    assert attempt(kind, **held, listed=own).accepted
    assert attempt(kind, **held, listed=stranger, refuses=False).accepted  # it decides after the handshake


def test_the_dates_of_a_listed_server_do_not_count_and_its_key_does(network: Network, attempt: Try) -> None:
    past = NOW - timedelta(days=365 * 40)
    expired, other = (
        callmanager_identity(keys=network.keys, subject={"O": "Lab"}, host_name="cucm-pub", not_before=past)
        for _ in range(2)
    )
    held = {"lsc": network.lsc(), "listed": ListedServers((expired.certificate,))}
    assert attempt(ServiceKind.CALLMANAGER, **held, settings=network.settings(identity=expired)).accepted
    assert not attempt(ServiceKind.CALLMANAGER, **held, settings=network.settings(identity=other)).accepted


def test_a_phone_refuses_a_gateway_that_its_file_does_not_name(network: Network, attempt: Try) -> None:
    url = "https://asa.example.com/phones"
    der = network.gateway.certificate.public_bytes(Encoding.DER)
    held = {"lsc": network.lsc()}
    right = VpnGroup((url,), (certificate_hash(der),))
    assert attempt(ServiceKind.VPN, **held, vpn_group=right).accepted
    outcome = attempt(ServiceKind.VPN, **held, vpn_group=VpnGroup((url,), (bytes(20),)))
    assert (outcome.accepted, outcome.reason) == (False, "host ID")


@pytest.mark.parametrize("kind", IN_TLS)
@pytest.mark.parametrize(
    ("days", "code", "alert"),
    [
        (2000, VerifyCode.CERT_HAS_EXPIRED, AlertDescription.CERTIFICATE_EXPIRED),
        (-299.5, None, None),
        (-300.5, VerifyCode.CERT_NOT_YET_VALID, AlertDescription.BAD_CERTIFICATE),
    ],
)
def test_certificates_are_judged_at_the_moment_that_is_asked_about(
    kind: ServiceKind, days: float, code: int | None, alert: int | None, network: Network, attempt: Try
) -> None:
    held = network.lsc()
    outcome = attempt(kind, lsc=held, runner=HandshakeRunner(NOW + timedelta(days=days)))
    assert outcome.accepted is (code is None)
    if code is not None:
        assert (outcome.verify_code, outcome.alert) == (code, alert)


def test_what_both_ends_note_is_there_for_whoever_listens_and_nothing_is_decided_by_it(
    network: Network, attempt: Try
) -> None:
    events: list[Event] = []
    held = {"lsc": network.lsc(network.other_capf), "mic": network.mic()}
    recorded = attempt(ServiceKind.CALLMANAGER, **held, runner=HandshakeRunner(NOW, subscriber=events.append))
    assert recorded == attempt(ServiceKind.CALLMANAGER, **held)
    (chosen,) = [event for event in events if isinstance(event, CertificateChosen)]
    assert (chosen.actor, chosen.kind, chosen.service) == (DEVICE, "LSC", "SCCP")
    (refused,) = [event for event in events if isinstance(event, SecureConnectionRefused)]
    assert refused.alert == AlertDescription.UNKNOWN_CA
    judged = [event for event in events if isinstance(event, CertificateVerified) and event.actor == "hq/callmanager"]
    assert [(step.verify_code, step.depth) for step in judged if step.verify_code] == [(UNKNOWN, 0)]
    events.clear()
    attempt(ServiceKind.CALLMANAGER, lsc=network.lsc(), runner=HandshakeRunner(NOW, subscriber=events.append))
    assert [event for event in events if isinstance(event, SecureConnectionUp)]


def test_capf_heeds_faults_above_the_phones_own_certificate(network: Network, attempt: Try) -> None:
    """The LSC is valid, and the CAPF certificate that signed it has expired by then."""
    lsc = network.lsc(not_after=NOW + timedelta(days=5000))
    later = HandshakeRunner(NOW + timedelta(days=3000))
    outcome = attempt(ServiceKind.CAPF, lsc=lsc, runner=later)
    assert (outcome.accepted, outcome.cause) == (False, "Invalid LSC")
    assert (outcome.verify_code, outcome.depth) == (VerifyCode.CERT_HAS_EXPIRED, 1)
    assert attempt(ServiceKind.CAPF, lsc=lsc).accepted


def test_no_session_is_resumed_so_each_handshake_shows_its_certificate(network: Network) -> None:
    lsc = network.lsc()
    credential, offer = Credential(lsc), network.phone(lsc=lsc).tls
    server = ServerContext(network.callmanager, offer, network.settings().trust)
    client = ClientContexts().get(offer, None)
    assert {each._context.get_session_cache_mode() for each in (server, client)} == {SSL.SESS_CACHE_OFF}
    session = None
    for _ in range(2):
        notes: list[Any] = []
        ends = client.new_connection(credential, [], NOW), server.new_connection(None, notes, NOW)
        if session is not None:
            ends[0].set_session(session)
        up = [False, False]
        while not all(up):
            for index, (end, other) in enumerate((ends, ends[::-1])):
                try:
                    end.do_handshake()
                    up[index] = True
                except SSL.WantReadError:
                    pass
                try:
                    other.bio_write(end.bio_read(65536))
                except SSL.Error:
                    pass
        session = ends[0].get_session()
        assert notes  # the server's verifier was asked about the phone's certificate
