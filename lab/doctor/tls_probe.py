"""Tries a TLS version with a cipher for real, between two ends in memory; no list says what this OpenSSL allows."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from pki import KeySpec, generate


def handshakes(version: int, ciphers: bytes, *, bits: int = 1024) -> bool:
    """Whether two ends in memory agree on exactly this TLS version and one of these ciphers.

    The server's key is RSA, for the ciphers that send the secret under it, and small, as nothing is protected.
    """
    try:
        key, certificate = _throwaway(bits)
        ends = [SSL.Connection(_context(version, ciphers)) for _ in range(2)]
        server, client = ends
        server.use_certificate(certificate)
        server.use_privatekey(key)
        server.set_accept_state()
        client.set_connect_state()
        for _ in range(8):
            done = [_step(end) for end in ends]
            if all(done):
                return True
            _carry(client, server)
            _carry(server, client)
    except (SSL.Error, ValueError):
        return False
    return False


def _context(version: int, ciphers: bytes) -> SSL.Context:
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_cipher_list(ciphers)
    context.set_min_proto_version(version)
    context.set_max_proto_version(version)
    return context


def _step(end: SSL.Connection) -> bool:
    try:
        end.do_handshake()
    except SSL.WantReadError:
        return False
    return True


def _carry(giver: SSL.Connection, taker: SSL.Connection) -> None:
    try:
        while True:
            taker.bio_write(giver.bio_read(16384))
    except SSL.WantReadError:
        return


def _throwaway(bits: int) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = generate(KeySpec("RSA", bits))
    assert isinstance(key, rsa.RSAPrivateKey)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "doctor")])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
    return key, builder.not_valid_after(datetime(2049, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
