"""The exchanges of docs/capf.md, line by line, against our CAPF and against our phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from capf_sim.authentication import Authenticator
from capf_sim.session import CapfSession
from cisco_data import AuthenticationMode, CertificateOperation, KeyOrder
from phone_sim.capf_session import ClientSession
from pki import Authority, Identity, KeySpec, PrivateKey, name
from wire import capf

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "capf.md").read_text(encoding="utf-8")
EXCHANGES = {
    title: [tuple(line.split(" ", 1)) for line in body.strip().splitlines()]
    for title, body in re.findall(r"```capf ([a-z-]+)\n(.*?)```", DOCUMENT, re.DOTALL)
}
INSTALL = CertificateOperation.INSTALL_UPGRADE
ORDERS: dict[str, Any] = {
    "install": {"operation": INSTALL},
    "install-ec": {"operation": INSTALL, "key_order": KeyOrder.EC_PREFERRED, "ec_key_size": 256},
    "delete": {"operation": CertificateOperation.DELETE},
    "troubleshoot": {"operation": CertificateOperation.TROUBLESHOOT},
    "nothing-pending": {"operation": CertificateOperation.NO_PENDING_OPERATION},
    "unknown-device": {"operation": INSTALL, "device_name": "SEPAABBCCDDEEFF"},
    "invalid-lsc": {
        "operation": INSTALL,
        "authentication_mode": AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC,
    },
}
KEYS = {"install": KeySpec("RSA", 2048), "install-ec": KeySpec("EC", 256), "invalid-lsc": KeySpec("RSA", 1024)}


def der(identity: Identity) -> bytes:
    return identity.certificate.public_bytes(Encoding.DER)


def certificate(key: PrivateKey, authority: Authority) -> x509.Certificate:
    """An LSC made by cryptography alone, so that its length changes with nothing in this lab."""
    subject = name(("C", "AU"), ("O", "Lab"), ("OU", "Voice"), ("CN", "CP-8861-SEP001122334455"))
    built = x509.CertificateBuilder(issuer_name=authority.subject, subject_name=subject, serial_number=0x42 << 120)
    built = built.not_valid_before(datetime(2026, 10, 1, tzinfo=UTC)).not_valid_after(datetime(2031, 10, 1, tzinfo=UTC))
    return built.public_key(key.public_key()).sign(authority.identity.key, hashes.SHA256())


def fill(line: str, parts: dict[str, bytes]) -> bytes:
    for part, octets in parts.items():
        line = line.replace(f"<{part}>", octets.hex())
    return bytes.fromhex(line)


@pytest.mark.parametrize("exchange", ORDERS)
def test_exchange_is_what_both_ends_do(bench: Any, exchange: str) -> None:
    spec = KEYS.get(exchange, KeySpec("EC", 256))
    key = bench.pool.key(spec, 1)
    authority = bench.old_authority if exchange == "invalid-lsc" else bench.authority
    made = certificate(key, authority)
    identity = Identity(key, made)
    proof = capf.sign(key, capf.signed_octets("SEP001122334455", der(identity)))
    parts = {
        "key": key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "lsc": der(identity),
        "sha1": proof.sha1,
        "sha512": proof.sha512 or b"",
    }
    bench.order(**ORDERS[exchange])
    bench.phone.lsc = None if exchange.startswith("install") else identity
    bench.phone.capf_auth_mode = (
        AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC
        if exchange == "invalid-lsc"
        else AuthenticationMode.BY_NULL_STRING
    )
    server = CapfSession(1, bench.cluster.pending, Authenticator(bench.trust), bench.journal.clock.now, version=3)
    phone = ClientSession(bench.phone)

    step, spoken = server.connected(), []
    for who, line in EXCHANGES[exchange]:
        octets = fill(line, parts)
        decoder = capf.CapfDecoder()
        decoder.feed(octets)
        message = decoder.next()
        assert message is not None, f"{who} {line}: length and elements do not agree"
        if who == "S":
            assert step.send is not None
            assert capf.push_message(step.send).hex() == octets.hex()
            reply = phone.receive(message)
            spoken = [capf.push_message(sent) for sent in reply.send]
            if reply.make is not None:
                spoken += [capf.push_message(sent) for sent in phone.key_made(reply.make, key).send]
        else:
            assert spoken.pop(0).hex() == octets.hex()
            step = server.receive(message)
            if step.ask is not None:
                step = server.issued(made)
    assert step.ended
    assert phone.ending is not None
    assert spoken == []


def test_every_exchange_of_the_document_is_tested() -> None:
    assert set(EXCHANGES) == set(ORDERS)
