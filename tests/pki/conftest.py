"""Keys from the pool, one cluster, and the smallest possible TLS server to judge a phone's certificate."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

import pytest
from OpenSSL import SSL, crypto

from pki import (
    Authority,
    Identity,
    KeyPool,
    KeyRing,
    KeySpec,
    Manufacturing,
    TrustStore,
    capf_authority,
    name,
    self_signed,
)
from pki._profiles import CALLMANAGER
from pki.mishaps import MishapParties, Presented

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SUBJECT = {"C": "AU", "O": "Lab", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
NO_AUTO_CHAIN = 8  # SSL_MODE_NO_AUTO_CHAIN: without it OpenSSL adds issuers from the store to what it sends


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def pool() -> KeyPool:
    return KeyPool()


@pytest.fixture
def ring(pool: KeyPool) -> KeyRing:
    return pool.ring()


@pytest.fixture
def octets() -> Callable[[int], bytes]:
    """Different octets at every call, the same in every run."""
    calls = count(0x42424242424242424242424242424242)
    return lambda size: next(calls).to_bytes(16)[-size:]


@pytest.fixture
def capf(ring: KeyRing, octets: Callable[[int], bytes]) -> Authority:
    return capf_authority(keys=ring, subject=SUBJECT, not_before=NOW.replace(year=2025), octets=octets)


@pytest.fixture(scope="session")
def cisco(pool: KeyPool) -> Manufacturing:
    return Manufacturing(pool.ring())


@pytest.fixture
def cast(ring: KeyRing, capf: Authority, octets: Callable[[int], bytes]) -> MishapParties:
    trust = TrustStore("CallManager-trust", [capf.certificate])
    return MishapParties(ring, capf, NOW, "SEP001122334455", "7965G", trust, octets)


@dataclass
class Seen:
    """What both ends of a handshake saw: the codes of the first failed check, and the fatal alerts."""

    errors: list[tuple[int, int]] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    accepted: bool = False


@pytest.fixture
def judge(pool: KeyPool) -> Callable[[Presented, int], Seen]:
    """Let a server judge a phone's certificate in a real handshake in memory, at NOW."""
    server = self_signed(
        CALLMANAGER,
        subject=name(("O", "Lab"), ("CN", "cucm-pub")),
        key=pool.ring().named(KeySpec("RSA", 2048), "server in tests"),
        not_before=NOW.replace(year=2025),
        not_after=NOW.replace(year=2036),
    )
    return lambda presented, version: _handshake(server, presented, version)


def _handshake(server: Identity, presented: Presented, version: int) -> Seen:
    seen = Seen()

    def verified(_: object, certificate: object, code: int, depth: int, ok: int) -> bool:
        if not ok:
            seen.errors.append((code, depth))
        return bool(ok)

    def alerts(into: list[int], flag: int) -> Callable[[SSL.Connection, int, int], None]:
        def happened(_: SSL.Connection, where: int, ret: int) -> None:
            if where & 0x4000 and where & flag and ret >> 8 == 2:
                into.append(ret & 255)

        return happened

    contexts = []
    for identity, level in ((server, presented.security_level), (presented.identity, 0)):
        context = SSL.Context(SSL.TLS_METHOD)
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
        context.set_cipher_list(f"ALL:@SECLEVEL={level}".encode())
        context.set_mode(NO_AUTO_CHAIN)
        context.use_privatekey(identity.key)
        context.use_certificate(identity.certificate)
        for link in identity.chain:
            context.add_extra_chain_cert(link)
        contexts.append(context)
    judging, calling = contexts
    store = judging.get_cert_store()
    assert store is not None
    for certificate in presented.trust:
        store.add_cert(crypto.X509.from_cryptography(certificate))
    for crl in presented.trust.crls:
        store.add_crl(crl)
    if presented.check_crl:
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK)
    store.set_time(NOW)
    judging.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verified)
    judging.set_info_callback(alerts(seen.written, 0x08))
    calling.set_info_callback(alerts(seen.read, 0x04))
    phone, service = SSL.Connection(calling, None), SSL.Connection(judging, None)
    phone.set_connect_state()
    service.set_accept_state()
    for _ in range(6):
        for end, other in ((phone, service), (service, phone)):
            with contextlib.suppress(SSL.Error):
                end.do_handshake()
                seen.accepted = seen.accepted or end is service
            with contextlib.suppress(SSL.Error):
                other.bio_write(end.bio_read(1 << 16))
    with contextlib.suppress(SSL.Error):  # in TLS 1.3 the phone learns of its refusal when it reads
        phone.recv(1)
    return seen
