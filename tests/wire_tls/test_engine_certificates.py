"""Certificates as the engine meets them: unreadable ones, chains, and every kind of key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from pki import Authority, Identity, KeyPool, KeyRing, KeySpec, lsc, made, read
from pki.mishaps import MISHAPS, MishapParties
from pki.untrusted import in_openssl
from tests.made_names import named
from tests.wire_tls.wires import DEVICE, VERSIONS, Fixture, Wire, offer
from wire.tls import (
    AlertDescription,
    CertificateVerified,
    ClientContext,
    Credential,
    HandshakeCompleted,
    HandshakeFailed,
    ServerContext,
    TlsEngine,
    TlsVersion,
    VerifyCode,
    description,
)

# --- Certificates that only OpenSSL can read


def element(tag: int, *contents: bytes) -> bytes:
    body = b"".join(contents)
    size = len(body).to_bytes(3, "big").lstrip(b"\0") or b"\0"
    return bytes([tag]) + (size if len(body) < 0x80 else bytes([0x80 | len(size)]) + size) + body


def common_name_of(value: bytes, oid: bytes = b"\x55\x04\x03") -> bytes:
    return element(0x30, element(0x31, element(0x30, element(6, oid), value)))


def hand_made(
    identity: Identity, name: bytes, *, serial: bytes = b"\x01", version: int = 2, begins: bytes = b"260101000000Z"
) -> Identity:
    """A self-signed certificate as any peer may write it."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import PublicFormat

    algorithm = element(0x30, element(6, bytes.fromhex("2a864886f70d01010b")), element(5))
    dates = element(0x30, element(0x17, begins), element(0x17, b"360101000000Z"))
    spki = identity.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    head = element(0xA0, element(2, bytes([version]))) + element(2, serial)
    body = element(0x30, head, algorithm, name, dates, name, spki)
    signature = identity.key.sign(body, PKCS1v15(), SHA256())  # type: ignore[union-attr, call-arg, arg-type]
    der = element(0x30, body, algorithm, element(3, b"\0", signature))
    return Identity(identity.key, made(der))


UTF8, PRINTABLE, T61, IA5, BITS, SEQUENCE = 0x0C, 0x13, 0x14, 0x16, 0x03, 0x30
STRANGE: dict[str, dict[str, Any]] = {
    "a PrintableString that is not": {"name": common_name_of(element(PRINTABLE, b"\xff*"))},
    "an IA5String that is not": {"name": common_name_of(element(IA5, b"\xff"))},
    "Latin-1 in a T61String": {"name": common_name_of(element(T61, b"\xe9\xff"))},
    "a BIT STRING for a name": {"name": common_name_of(element(BITS, b"\0abc"))},
    "a SEQUENCE for a name": {"name": common_name_of(element(SEQUENCE))},
    "an empty value": {"name": common_name_of(element(UTF8))},
    "an empty set": {"name": element(0x30, element(0x31))},
    "a country of three letters": {"name": common_name_of(element(PRINTABLE, b"AUS"), b"\x55\x04\x06")},
    "an object identifier without end": {"name": common_name_of(element(UTF8, b"x"), b"\xff" * 40 + b"\x01")},
    "a serial number of zero": {"serial": b"\0"},
    "a negative serial number": {"serial": b"\x80"},
    "a serial number of 400 octets": {"serial": b"\x01" + bytes(399)},
    "version 4": {"version": 3},
    "version 10": {"version": 9},
    "version 1 written out": {"version": 0},
    "the 99th month": {"begins": b"269999000000Z"},
    "a name of 40000 letters": {"name": common_name_of(element(UTF8, b"x" * 40000))},
}


@pytest.mark.parametrize("version", [TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
@pytest.mark.parametrize("strange", STRANGE)
def test_a_certificate_that_breaks_the_rules_is_refused_and_breaks_nothing(
    strange: str, version: TlsVersion, notebook: Fixture, pki: Fixture
) -> None:
    """OpenSSL reads more than cryptography does; what a peer presents may be any of it."""
    identity = hand_made(pki.phone, **{"name": common_name_of(element(UTF8, b"x")), **STRANGE[strange]})
    client = TlsEngine(ClientContext(offer(version), None), notebook.emitter("phone"), Credential(identity))
    server = TlsEngine(ServerContext(pki.server, offer(version), pki.phones), notebook.emitter("server"))
    Wire(client, server).run()
    (failed,) = notebook.of(HandshakeFailed, "server")
    assert failed.reason == "verify"
    (step,) = notebook.of(CertificateVerified, "server")
    assert step.verify_code == failed.verify_code != VerifyCode.OK
    texts = [text for told in (step.subject, step.issuer) for text in (told.rfc4514, told.cn, told.oneline)]
    assert max(map(len, (*texts, step.serial_number))) <= description.MAX_CHARACTERS
    assert server.peer_certificate is None  # OpenSSL forgets what it refused


def test_a_server_whose_certificate_only_openssl_reads_breaks_no_client_that_accepts_any(
    notebook: Fixture, pki: Fixture
) -> None:
    identity = hand_made(pki.server, common_name_of(element(UTF8, b"x")), version=3)
    server = TlsEngine(ServerContext(identity, offer(TlsVersion.TLSv1_2)), notebook.emitter("server"))
    client = TlsEngine(ClientContext(offer(TlsVersion.TLSv1_2), None), notebook.emitter("phone"))
    Wire(client, server).run()
    assert client.established
    assert client.peer_certificate is not None
    assert read(client.peer_certificate).version == 4


# --- Chains and keys


@pytest.fixture
def cast(pki: Fixture, notebook: Fixture) -> Callable[[], MishapParties]:
    def make() -> MishapParties:
        ring = KeyPool().ring()
        for _ in range(3):
            ring.take(KeySpec("RSA", 2048))
        return MishapParties(
            keys=ring, issuer=pki.capf, now=notebook.now, device_name=DEVICE, model="7965G", trust=pki.phones
        )

    return make


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_client_sends_the_chain_of_its_identity(
    version: TlsVersion, cast: Fixture, notebook: Fixture, pki: Fixture
) -> None:
    """The mishaps that bring a chain: the depth of the fault shows that it came; before TLS 1.3 so does the wire."""
    context = ClientContext(offer(version), None)
    seen = 0
    for name, mishap in MISHAPS.items():
        presented = mishap.build(cast())
        if not presented.identity.chain:
            continue
        notebook.events.clear()
        server = TlsEngine(ServerContext(pki.server, offer(version), presented.trust), notebook.emitter("server"))
        wire = Wire(TlsEngine(context, notebook.emitter("phone"), Credential(presented.identity)), server)
        wire.run()
        (failed,) = notebook.of(HandshakeFailed, "server")
        assert mishap.verdict is not None
        assert (failed.verify_code, failed.depth) == (mishap.verdict.verify_code, mishap.verdict.depth), name
        if version < TlsVersion.TLSv1_3:
            for certificate in (presented.identity.certificate, *presented.identity.chain):
                assert wire.carried[wire.client].count(certificate.public_bytes(Encoding.DER)) == 1, name
        seen += 1
    assert seen >= 3


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("sends", [True, False], ids=["sent", "not sent"])
def test_a_chain_that_ends_in_a_trusted_root_is_accepted_where_it_is_sent(
    sends: bool, version: TlsVersion, cast: Fixture, notebook: Fixture, pki: Fixture
) -> None:
    presented = MISHAPS["intermediate-missing"].build(cast())
    (root,) = presented.trust.certificates
    with_chain = MISHAPS["untrusted-intermediate-sent"].build(cast()).identity
    assert with_chain.chain[0].issuer == root.subject
    identity = with_chain if sends else Identity(with_chain.key, with_chain.certificate)
    server = TlsEngine(ServerContext(pki.server, offer(version), presented.trust), notebook.emitter("server"))
    Wire(TlsEngine(ClientContext(offer(version), None), notebook.emitter("phone"), Credential(identity)), server).run()
    assert server.established == sends
    if sends:
        sent = server._connection.get_peer_cert_chain() or []  # at a server it comes without the leaf
        assert [certificate.to_cryptography() for certificate in sent] == list(identity.chain)


def test_contexts_with_a_chain_are_made_once_for_each_chain(
    cast: Fixture, notebook: Fixture, monkeypatch: Fixture
) -> None:
    context = ClientContext(offer(TlsVersion.TLSv1_2), None)
    made: list[object] = []
    honest = SSL.Context.__init__

    def counted(self: Any, *arguments: Any) -> None:
        made.append(self)
        honest(self, *arguments)

    monkeypatch.setattr(SSL.Context, "__init__", counted)
    one, other = (MISHAPS[name].build(cast()).identity for name in ("unknown-root-sent", "untrusted-intermediate-sent"))
    longer = Identity(one.key, one.certificate, (*one.chain, *other.chain))
    for identity in (one, other, longer) * 5:
        engine = TlsEngine(context, notebook.emitter("phone"), Credential(identity))
        assert not engine.handshake()
    assert len(made) == 3
    TlsEngine(context, notebook.emitter("phone"), Credential(Identity(one.key, one.certificate)))
    assert len(made) == 3  # without a chain the shared one serves


def test_the_same_leaf_with_another_chain_sends_that_chain(cast: Fixture, notebook: Fixture, pki: Fixture) -> None:
    version = TlsVersion.TLSv1_2
    context = ClientContext(offer(version), None)
    identity = MISHAPS["unknown-root-sent"].build(cast()).identity
    unrelated = pki.server.certificate
    for chain in (identity.chain, (*identity.chain, unrelated), (unrelated,)):
        server = TlsEngine(ServerContext(pki.server, offer(version), pki.phones), notebook.emitter("server"))
        credential = Credential(Identity(identity.key, identity.certificate, chain))
        wire = Wire(TlsEngine(context, notebook.emitter("phone"), credential), server)
        wire.run()
        for certificate in (*identity.chain, unrelated):
            assert (certificate.public_bytes(Encoding.DER) in wire.carried[wire.client]) == (certificate in chain)


def test_contexts_of_chains_do_not_pile_up(cast: Fixture, notebook: Fixture, monkeypatch: Fixture) -> None:
    monkeypatch.setattr("wire.tls.context._CHAINS_KEPT", 2)
    context = ClientContext(offer(TlsVersion.TLSv1_2), None)
    identity = MISHAPS["unknown-root-sent"].build(cast()).identity
    for extra in range(5):
        credential = Credential(Identity(identity.key, identity.certificate, identity.chain * (1 + extra)))
        TlsEngine(context, notebook.emitter("phone"), credential).handshake()
    assert len(context._of_chains) == 2


ECDHE = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-SHA")
KEY_EXCHANGES = {"ECDHE": ECDHE, "RSA": ("AES256-SHA", "AES128-SHA")}
KEYS = [
    *(KeySpec("EC", size) for size in (256, 384, 521)),
    *(KeySpec("RSA", size) for size in (512, 1024, 2048)),
]


def credential_of(spec: KeySpec, capf: Authority, notebook: Fixture) -> Credential:
    ring: KeyRing = KeyPool().ring()
    key = ring.named(spec, "a phone in the engine's tests")
    since = notebook.now - timedelta(days=1)
    certificate = lsc(capf, device_name=DEVICE, model="8861", public_key=key.public_key(), not_before=since)
    return Credential(Identity(key, certificate))


@pytest.mark.parametrize("exchange", KEY_EXCHANGES)
@pytest.mark.parametrize(
    ("phone", "server"),
    [
        ((TlsVersion.TLSv1, TlsVersion.TLSv1), (TlsVersion.TLSv1, TlsVersion.TLSv1_3)),
        ((TlsVersion.TLSv1, TlsVersion.TLSv1_2), (TlsVersion.TLSv1, TlsVersion.TLSv1_3)),
        ((TlsVersion.TLSv1_2, TlsVersion.TLSv1_3), (TlsVersion.TLSv1, TlsVersion.TLSv1_2)),
        ((TlsVersion.TLSv1_2, TlsVersion.TLSv1_3), (TlsVersion.TLSv1_2, TlsVersion.TLSv1_3)),
    ],
    ids=["1.0", "1.2", "1.3 meets 1.2", "1.3"],
)
@pytest.mark.parametrize("spec", KEYS, ids=str)
def test_every_kind_of_key_that_an_lsc_may_have(
    spec: KeySpec,
    phone: tuple[TlsVersion, TlsVersion],
    server: tuple[TlsVersion, TlsVersion],
    exchange: str,
    notebook: Fixture,
    pki: Fixture,
) -> None:
    suites = KEY_EXCHANGES[exchange]
    credential = credential_of(spec, pki.capf, notebook)
    wire = Wire(
        TlsEngine(ClientContext(offer(*phone, *suites), pki.servers), notebook.emitter("phone"), credential),
        TlsEngine(ServerContext(pki.server, offer(*server, *suites), pki.phones), notebook.emitter("server")),
    )
    wire.run()
    version = min(phone[1], server[1])
    if spec == KeySpec("RSA", 512) and version == TlsVersion.TLSv1_3:
        # PSS with SHA-256 does not fit into 512 bits, so the phone has nothing to sign with and shows no certificate.
        (failed,) = notebook.of(HandshakeFailed, "server")
        assert failed.alert == AlertDescription.CERTIFICATE_REQUIRED
        return
    for actor in ("phone", "server"):
        (completed,) = notebook.of(HandshakeCompleted, actor)
        assert completed.version == str(version)
        if version < TlsVersion.TLSv1_3:
            assert completed.cipher.startswith("ECDHE") == (exchange == "ECDHE")
    assert wire.server.peer_certificate == credential.identity.certificate


def test_descriptions_of_certificates_do_not_pile_up(notebook: Fixture, pki: Fixture, monkeypatch: Fixture) -> None:
    monkeypatch.setattr(description, "_KEPT", 5)
    monkeypatch.setattr(description, "_described", type(description._described)())
    for number in range(1, 20):
        certificate = hand_made(pki.phone, common_name_of(element(UTF8, b"x")), serial=bytes([number])).certificate
        for _ in range(2):
            assert description.describe_untrusted(in_openssl(certificate)) == (
                named(CN="x"),
                named(CN="x"),
                f"{number:x}",
            )
        assert len(description._described) == min(number, 5)


def test_every_warning_is_an_error_in_the_tests() -> None:
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["pytest"]["ini_options"]["filterwarnings"] == ["error"]


@pytest.mark.parametrize("sends_a_chain", [False, True])
def test_a_credential_is_converted_once_and_serves_many_handshakes_without_a_warning(
    sends_a_chain: bool, notebook: Fixture, pki: Fixture
) -> None:
    identity = pki.phone if not sends_a_chain else Identity(pki.phone.key, pki.phone.certificate, tuple(pki.phones))
    credential = Credential(identity)
    converted = credential.pkey, credential.x509
    context = ClientContext(offer(TlsVersion.TLSv1_2), None)
    for _ in range(2):
        server = TlsEngine(ServerContext(pki.server, offer(TlsVersion.TLSv1_2), pki.phones), notebook.emitter("server"))
        Wire(TlsEngine(context, notebook.emitter("phone"), credential), server).run()
        assert server.peer_certificate == identity.certificate
    assert (credential.pkey, credential.x509) == converted


def test_a_key_of_another_certificate_is_refused_at_once(notebook: Fixture, pki: Fixture) -> None:
    credential = Credential(Identity(pki.server.key, pki.phone.certificate))
    with pytest.raises(SSL.Error):
        TlsEngine(ClientContext(offer(TlsVersion.TLSv1_2), None), notebook.emitter("phone"), credential).handshake()
