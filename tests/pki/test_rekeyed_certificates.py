"""A re-keyed certificate fails, or does not, exactly as its original does, and differs from it in key and signature only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from journal import Clock, Journal
from lab.testing import AUTHORITY_SUBJECT, DEVICE, NOW
from pki import (
    CISCO_AUTHORITIES,
    Identity,
    KeyPool,
    KeySpec,
    Manufacturing,
    TrustStore,
    anatomy_untrusted,
    callmanager_identity,
    capf_authority,
    lsc,
)
from pki.mishaps import MISHAPS, MishapParties, Presented
from pki.rekeyed import NotRekeyable, RekeyedCertificates
from pki.rekeyed_checker import RekeyedChecker
from wire.tls import ClientContext, Credential, HandshakeFailed, ServerContext, TlsEngine, TlsProfile, TlsVersion
from wire.tls.in_memory import shake_hands

SINCE = NOW - timedelta(days=300)
VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]
DER = serialization.Encoding.DER


def make_cast() -> MishapParties:
    keys = KeyPool().ring()
    capf = capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=SINCE)
    trust = TrustStore("CallManager-trust", [capf.certificate])
    return MishapParties(keys=keys, issuer=capf, now=NOW, device_name=DEVICE, model="7965G", trust=trust)


def rekeyed_of(presented: Presented, cast: MishapParties, *more: x509.Certificate) -> RekeyedCertificates:
    return RekeyedCertificates([*presented.trust, cast.issuer.certificate, *more], cast.keys)


def judged(identity: Identity, presented: Presented, trust: TrustStore, version: TlsVersion) -> tuple[int, int, int]:
    """Verify code, depth and alert of a handshake in memory; the server's own certificate has no part in it."""
    journal = Journal(Clock(NOW, lambda: 0.0))
    server = callmanager_identity(keys=KeyPool().ring(), subject=AUTHORITY_SUBJECT, host_name="x", not_before=SINCE)

    def offer(level: int = 0) -> TlsProfile:
        return TlsProfile(version, version, ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA"), security_level=level)

    ends = (
        TlsEngine(ClientContext(offer()), journal.emitter("phone"), Credential(identity)),
        TlsEngine(
            ServerContext(server, offer(presented.security_level), trust, check_crl=presented.check_crl),
            journal.emitter("server"),
        ),
    )
    shake_hands(*ends)
    ended = ends[1].ended
    return (ended.verify_code, ended.depth, ended.alert) if isinstance(ended, HandshakeFailed) else (0, 0, -1)


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("name", ["healthy", *MISHAPS])
def test_the_re_keyed_certificate_of_each_mishap_is_refused_as_the_mishap_is(name: str, version: TlsVersion) -> None:
    cast = make_cast()
    presented = cast.healthy() if name == "healthy" else MISHAPS[name].build(cast)
    maker = rekeyed_of(presented, cast)
    rekeyed = maker.identity(presented.identity.certificate, presented.identity.chain)
    trust = maker.store(presented.trust)
    assert judged(rekeyed, presented, trust, version) == judged(presented.identity, presented, presented.trust, version)
    verdict = None if name == "healthy" else MISHAPS[name].verdict
    if verdict is not None and not (presented.security_level and version is TlsVersion.TLSv1):
        assert judged(rekeyed, presented, trust, version) == (verdict.verify_code, verdict.depth, verdict.alert)
    of_original, of_rekeyed = RekeyedChecker(presented.trust, trust, NOW).verdicts(
        presented.identity.certificate, presented.identity.chain, rekeyed
    )
    assert of_original == of_rekeyed


@pytest.mark.parametrize("name", ["healthy", *MISHAPS])
def test_a_re_keyed_certificate_differs_from_its_original_in_key_and_signature_only(name: str) -> None:
    cast = make_cast()
    presented = cast.healthy() if name == "healthy" else MISHAPS[name].build(cast)
    original = presented.identity.certificate
    rekeyed = rekeyed_of(presented, cast).identity(original, presented.identity.chain)
    made, copied = (anatomy_untrusted(each.public_bytes(DER)) for each in (rekeyed.certificate, original))
    for part in (
        "version",
        "serial_number",
        "algorithm",
        "issuer",
        "validity",
        "subject",
        "extensions",
        "before_key",
        "after_key",
    ):
        assert getattr(made, part) == getattr(copied, part)
    assert made.public_key != copied.public_key
    assert type(rekeyed.key.public_key()) is type(original.public_key())
    assert _size(rekeyed.key.public_key()) == _size(original.public_key())
    assert rekeyed.certificate.public_key() == rekeyed.key.public_key()
    assert rekeyed.certificate.signature != original.signature


def _size(key: Any) -> int:
    return int(key.key_size)


def test_whoever_signed_is_found_by_the_signature_and_not_by_the_name() -> None:
    keys = KeyPool().ring()
    capf = capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, name="CAPF-12345678")
    namesake = capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, name="CAPF-12345678")
    key = keys.take(KeySpec("RSA", 2048))
    made = lsc(capf, device_name=DEVICE, model="8861", public_key=key.public_key(), not_before=SINCE)
    maker = RekeyedCertificates([namesake.certificate, capf.certificate], keys)
    assert maker.signer(made) == capf.certificate
    assert maker.signer(capf.certificate) == capf.certificate
    assert RekeyedCertificates([namesake.certificate], keys).signer(made) is None


def test_certificates_of_one_key_have_re_keyed_certificates_of_one_key() -> None:
    keys = KeyPool().ring()
    first = capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, name="CAPF-12345678")
    builder = x509.CertificateBuilder(
        first.certificate.issuer,
        first.certificate.subject,
        first.certificate.public_key(),
        77,
        first.certificate.not_valid_before_utc + timedelta(days=1),
        first.certificate.not_valid_after_utc + timedelta(days=1),
    )
    renewed = builder.sign(first.identity.key, hashes.SHA256())
    maker = RekeyedCertificates([first.certificate, renewed], keys)
    assert maker.certificate(first.certificate).public_key() == maker.certificate(renewed).public_key()
    assert maker.certificate(first.certificate).public_key() != first.certificate.public_key()


def test_what_has_its_key_here_is_its_own_re_keyed_certificate_and_so_is_all_that_it_signed() -> None:
    cast = make_cast()
    healthy = cast.healthy()
    maker = RekeyedCertificates([], cast.keys, [cast.issuer.identity, healthy.identity])
    assert maker.certificate(cast.issuer.certificate) is cast.issuer.certificate
    assert maker.identity(healthy.identity.certificate).certificate == healthy.identity.certificate
    assert not maker.is_rekeyed(healthy.identity.certificate)
    assert maker.made == 0


def test_a_leaf_with_its_key_is_signed_anew_when_its_authority_has_a_re_keyed_certificate() -> None:
    cast = make_cast()
    healthy = cast.healthy()
    maker = RekeyedCertificates([cast.issuer.certificate], cast.keys, [healthy.identity])
    rekeyed = maker.identity(healthy.identity.certificate)
    assert maker.is_rekeyed(healthy.identity.certificate)
    assert rekeyed.certificate.public_key() == healthy.identity.certificate.public_key()
    assert rekeyed.certificate.signature != healthy.identity.certificate.signature


def test_a_leaf_without_its_key_whose_authority_is_here_is_signed_by_that_authority() -> None:
    cast = make_cast()
    healthy = cast.healthy()
    maker = RekeyedCertificates([], cast.keys, [cast.issuer.identity])
    rekeyed = maker.identity(healthy.identity.certificate)
    rekeyed.certificate.verify_directly_issued_by(cast.issuer.certificate)
    assert judged(rekeyed, healthy, healthy.trust, TlsVersion.TLSv1_2) == (0, 0, -1)


def test_the_manufacturing_authorities_have_re_keyed_certificates_of_their_own_kinds() -> None:
    keys = KeyPool().ring()
    manufacturing = Manufacturing(keys)
    originals = [manufacturing[name].certificate for name in manufacturing]
    assert len(originals) == len(CISCO_AUTHORITIES)
    maker = RekeyedCertificates(originals, keys)
    for original in originals:
        rekeyed = maker.certificate(original)
        assert _size(rekeyed.public_key()) == _size(original.public_key())
        assert rekeyed.signature_algorithm_oid == original.signature_algorithm_oid
        signer = maker.signer(original)
        assert signer is not None
        rekeyed_of_signer = maker.certificate(signer)
        assert RekeyedCertificates([rekeyed_of_signer], keys).signer(rekeyed) == rekeyed_of_signer


def test_a_re_keyed_certificate_authority_signs_what_its_re_keyed_certificate_vouches_for() -> None:
    cast = make_cast()
    maker = RekeyedCertificates([cast.issuer.certificate], cast.keys)
    authority = maker.authority(cast.issuer.certificate)
    key = cast.keys.take(KeySpec("RSA", 2048))
    made = lsc(authority, device_name=DEVICE, model="8861", public_key=key.public_key(), not_before=SINCE)
    presented = Presented(Identity(key, made), maker.store(cast.trust))
    assert judged(presented.identity, presented, presented.trust, TlsVersion.TLSv1_2) == (0, 0, -1)


def _self_made(key: Any, digest: Any = hashes.SHA256(), **signing: Any) -> x509.Certificate:  # noqa: B008
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odd one")])
    end = NOW + timedelta(days=10)
    return x509.CertificateBuilder(name, name, key.public_key(), 5, SINCE, end).sign(key, digest, **signing)


@pytest.mark.parametrize(
    "make",
    [
        lambda: _self_made(ed25519.Ed25519PrivateKey.generate(), None),
        lambda: _self_made(dsa.generate_private_key(2048)),
        lambda: _self_made(ec.generate_private_key(ec.SECP256K1())),
    ],
    ids=["Ed25519", "DSA", "another curve"],
)
def test_a_key_that_no_phone_has_has_no_re_keyed_certificate_and_the_reason_is_told(make: Any) -> None:
    original = make()
    maker = RekeyedCertificates([original], KeyPool().ring())
    with pytest.raises(NotRekeyable, match="odd one"):
        maker.identity(original)
    (in_store,) = maker.store(TrustStore("x", [original])).certificates
    on_a_curve = isinstance(original.public_key(), ec.EllipticCurvePublicKey)
    assert (in_store == original) is not on_a_curve  # an authority may have any curve: TLS speaks the phone's only


@pytest.mark.parametrize("digest", [hashes.SHA224(), hashes.SHA384(), hashes.SHA512()], ids=lambda each: each.name)
def test_any_digest_and_pss_are_kept(digest: hashes.HashAlgorithm) -> None:
    key = rsa.generate_private_key(65537, 1536)
    pss = padding.PSS(padding.MGF1(digest), 20)
    for original in (_self_made(key, digest), _self_made(key, digest, rsa_padding=pss)):
        maker = RekeyedCertificates([original], KeyPool().ring())
        rekeyed = maker.certificate(original)
        assert (rekeyed.signature_algorithm_oid, _size(rekeyed.public_key())) == (
            original.signature_algorithm_oid,
            1536,
        )
        assert RekeyedCertificates([rekeyed], KeyPool().ring()).signer(rekeyed) == rekeyed
