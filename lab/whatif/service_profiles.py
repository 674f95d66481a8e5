"""The four services as what-if needs them: what each offers in TLS, and how it judges a phone once TLS is up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.authentication import Authenticator
from capf_sim.offer import capf_tls
from capf_sim.operations import PendingOperation
from cisco_data import CertificateKind, CertificateOperation, DeviceSecurityMode, ServiceKind
from cisco_data.models import offer_of, product_named
from cucm_sim.profiles import server_tls_profile
from cucm_sim.registration import cipher_refusal, name_refusal
from edge_sim.authentication_server.failure_reasons import FailureReason
from edge_sim.authentication_server.settings import eap_tls
from edge_sim.vpn_gateway.events import LoginRefusal
from edge_sim.vpn_gateway.settings import gateway_tls
from journal import Emitter
from lab.fleet.model import FleetPhone, Settings
from lab.whatif.impact_report import Outcome
from phone_sim.vpn.events import HostIdRefused
from phone_sim.vpn.host_id import check_host_id_untrusted
from pki import Certificate, Identity, TrustStore, device_common_name, read
from wire import capf
from wire.tls import ServerContext, TlsEngine, TlsProfile, TlsVersion

CAPF_VERSION = 3
"""Of the protocol, which decides nothing here."""
AUTHENTICATION_STRING = "12345"
"""Which the user types right: a wrong one has nothing to do with certificates."""


class Attempt(NamedTuple):
    """One phone at one service once TLS is up: what its check goes by."""

    phone: FleetPhone
    settings: Settings
    kind: CertificateKind | None
    identity: Identity | None
    client: TlsEngine
    server: TlsEngine
    at: datetime
    emitter: Emitter
    """Of the service, on this connection."""
    authenticator: Authenticator | None
    host: str


class ServiceProfile(NamedTuple):
    """How one kind of service differs from the others."""

    service: str
    """As phones' consoles name it: `SCCP`, `CAPF`, `802.1X`, `VPN`."""
    offers: Callable[[Settings], TlsProfile]
    wants: Callable[[FleetPhone], TlsProfile]
    """What the phone offers there."""
    trusts: Callable[[FleetPhone], TrustStore | None]
    """Whom the phone takes for that service by its settings; at CallManager and CAPF its lists decide instead."""
    judge: Callable[[Attempt], Outcome]
    judges_in_tls: bool = True
    """False for CAPF, which asks for no certificate in TLS."""


def _offering(usual: Callable[[TlsVersion], TlsProfile]) -> Callable[[Settings], TlsProfile]:
    """What a server beside CUCM offers by its settings; `usual`: by its minimum version alone."""
    return _offering_up_to(lambda minimum, maximum: usual(minimum))


def _offering_up_to(usual: Callable[[TlsVersion, TlsVersion], TlsProfile]) -> Callable[[Settings], TlsProfile]:
    """The same of a service of CUCM; `usual`: by the minimum version and the newest one of its release."""

    def offer(settings: Settings) -> TlsProfile:
        found = usual(settings.minimum_tls, settings.maximum_tls)
        return replace(found, ciphers=settings.ciphers or found.ciphers, security_level=settings.security_level)

    return offer


def context_of(profile: ServiceProfile, kind: ServiceKind, settings: Settings) -> ServerContext:
    """As the service makes it at its start. Raises TlsUnavailable."""
    assert settings.identity is not None
    gateway = kind is ServiceKind.VPN
    return ServerContext(
        settings.identity,
        profile.offers(settings),
        settings.trust if profile.judges_in_tls else None,
        exact=gateway,
        check_crl=settings.check_crl,
        certificate_optional=gateway,
    )


# Once TLS is up


def accepted(attempt: Attempt) -> Outcome:
    return Outcome(
        True,
        str(attempt.kind or ""),
        tls_version=attempt.server.version,
        cipher=attempt.server.cipher,
    )


def _rejected(attempt: Attempt, cause: str, reason: str = "rejected") -> Outcome:
    return replace(accepted(attempt), accepted=False, reason=reason, cause=cause)


def _by_callmanager(attempt: Attempt) -> Outcome:
    """The checks of a registration that look at the connection; the others need CUCM's database, which is not here."""
    phone, server = attempt.phone, attempt.server
    refusal = cipher_refusal(phone.mode, server.cipher) or name_refusal(server.peer_certificate, phone.device_name)
    return accepted(attempt) if refusal is None else _rejected(attempt, refusal.cause.name)


def _by_capf(attempt: Attempt) -> Outcome:
    """In the mode of the phone's page, as CAPF judges what comes after its authentication request."""
    authenticator, phone, identity = attempt.authenticator, attempt.phone, attempt.identity
    assert authenticator is not None
    name = phone.device_name
    mode = phone.mode_at_capf
    pending = PendingOperation(
        name, phone.model, CertificateOperation.TROUBLESHOOT, mode, authentication_string=AUTHENTICATION_STRING
    )
    response = capf.AuthResponse(1, CAPF_VERSION, name)
    if not phone.shows_capf_a_certificate:
        attempt = attempt._replace(kind=None)
        response = capf.AuthResponse(1, CAPF_VERSION, name, password=AUTHENTICATION_STRING.encode())
    elif identity is not None:
        der = identity.certificate.public_bytes(Encoding.DER)
        proof = capf.sign(identity.key, capf.signed_octets(name, der))
        response = capf.AuthResponse(
            1, CAPF_VERSION, name, certificate=der, signed_data=proof.sha1, sha2_signed_data=proof.sha512
        )
    judged = authenticator.authenticate_untrusted(pending, response, attempt.at)
    if attempt.emitter.heard:
        attempt.emitter.emit(judged.event)
    if judged.failure is None:
        return accepted(attempt)
    refused, found = _rejected(attempt, judged.failure.text), judged.proof
    if found is not None and found.verify_code:
        return replace(refused, verify_code=found.verify_code, depth=found.depth)
    return refused


def _by_authentication_server(attempt: Attempt) -> Outcome:
    if attempt.settings.checks_names:
        claimed = device_common_name(product_named(attempt.phone.model), attempt.phone.device_name)
        if _common_name_untrusted(attempt.server.peer_certificate) != claimed:
            return _rejected(attempt, FailureReason.EAP_TLS_AUTHENTICATION_FAILED.name)
    return accepted(attempt)


def _by_gateway(attempt: Attempt) -> Outcome:
    """The phone looks at the gateway's hash first; the gateway lets no phone in without a certificate."""
    group = attempt.phone.vpn_group
    if group is not None:
        found = check_host_id_untrusted(attempt.client.peer_chain, group, attempt.host)
        if isinstance(found, HostIdRefused):
            return _rejected(attempt, found.fault, "host ID")
    if attempt.server.peer_verified is None:
        return _rejected(attempt, LoginRefusal.NO_CERTIFICATE)
    if not _common_name_untrusted(attempt.server.peer_certificate):
        return _rejected(attempt, LoginRefusal.NO_USER_NAME)
    return accepted(attempt)


def _common_name_untrusted(certificate: Certificate | None) -> str:
    """Empty for none, and for a name without one."""
    return read(certificate).subject.cn if certificate is not None else ""


def _callmanager_offer(phone: FleetPhone) -> TlsProfile:
    authenticated = phone.mode is DeviceSecurityMode.AUTHENTICATED
    return offer_of(phone.tls, authenticated=authenticated, tls12_only=phone.tls12_only)


def _own(phone: FleetPhone) -> TlsProfile:
    return phone.tls


SERVICE_PROFILES: dict[ServiceKind, ServiceProfile] = {
    ServiceKind.CALLMANAGER: ServiceProfile(
        "SCCP",
        _offering_up_to(server_tls_profile),
        _callmanager_offer,
        lambda phone: None,
        _by_callmanager,
    ),
    ServiceKind.CAPF: ServiceProfile(
        "CAPF",
        _offering_up_to(capf_tls),
        _own,
        lambda phone: None,
        _by_capf,
        judges_in_tls=False,
    ),
    ServiceKind.DOT1X: ServiceProfile(
        "802.1X",
        _offering(eap_tls),
        _own,
        lambda phone: phone.dot1x_trusted_servers,
        _by_authentication_server,
    ),
    ServiceKind.VPN: ServiceProfile(
        "VPN",
        _offering(gateway_tls),
        _own,
        lambda phone: None,
        _by_gateway,
    ),
}
"""By kind."""
