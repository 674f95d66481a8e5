"""The failure table: what a client presents, what the server's OpenSSL says, and which alert both ends see.

Each row runs over real sockets through our own stream, on TLS 1.0, 1.2 and 1.3, and each has its inverse.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest
import trio

from lab.testing import KeptEvents
from pki import KeyPool, KeySpec, TrustStore
from pki.mishaps import MISHAPS, MishapParties, Presented
from wire.net import Listener, connect
from wire.tls import (
    AlertDescription,
    AlertLevel,
    AlertSeen,
    CertificateVerified,
    ClientContext,
    Credential,
    HandshakeCompleted,
    HandshakeFailed,
    ServerContext,
    TlsProfile,
    TlsStream,
    TlsVersion,
    VerifyCode,
)

VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]
DEVICE = "SEP001122334455"


def offer(minimum: TlsVersion, maximum: TlsVersion, level: int = 0) -> TlsProfile:
    return TlsProfile(
        minimum, maximum, ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA", "AES128-SHA"), security_level=level
    )


class Outcome(NamedTuple):
    verify: tuple[int, int] | None
    """Code and depth of the server's failed verification step."""
    written: int | None
    read: int | None
    server_up: bool


async def meet(notebook, client_context, server_context, credential, spoil=None) -> Outcome:  # type: ignore[no-untyped-def]
    """One handshake over loopback; the client then waits for the server, since in TLS 1.3 only that answers."""
    listener = Listener("127.0.0.1", 0)
    near = await connect("127.0.0.1", listener.port)
    far = await listener._accept()
    listener.close()
    client = TlsStream(near, client_context, notebook.emitter("phone"), credential=credential)
    server = TlsStream(far, server_context, notebook.emitter("server"))
    if spoil is not None:
        spoil(client)

    async def serve() -> None:
        if await server.handshake():
            await server.send_all(b"welcome")
        await server.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve)
        if await client.handshake():
            try:
                assert await client.receive_some() == b"welcome"
            except trio.BrokenResourceError:
                pass
        await client.aclose()
    bad = [step for step in notebook.of(CertificateVerified, "server") if step.verify_code]
    written = [a for a in notebook.of(AlertSeen, "server") if a.direction == "write" and a.level == AlertLevel.FATAL]
    read = [a for a in notebook.of(AlertSeen, "phone") if a.direction == "read" and a.level == AlertLevel.FATAL]
    return Outcome(
        (bad[0].verify_code, bad[0].depth) if bad else None,
        written[0].description if written else None,
        read[0].description if read else None,
        bool(notebook.of(HandshakeCompleted, "server")),
    )


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("name", MISHAPS)
async def test_each_mishap_ends_as_the_table_says(name, version, notebook, pki) -> None:  # type: ignore[no-untyped-def]
    mishap = MISHAPS[name]
    presented: Presented = mishap.build(make_cast(pki, notebook.now))
    outcome = await meet(
        notebook,
        ClientContext(offer(version, version), pki.servers),
        ServerContext(
            pki.server,
            offer(version, version, presented.security_level),
            presented.trust,
            check_crl=presented.check_crl,
        ),
        Credential(presented.identity),
    )
    if presented.security_level and version == TlsVersion.TLSv1:
        # A strict server does not speak TLS 1.0 at all, so the version is refused before any certificate is seen.
        assert outcome.verify is None
        assert not outcome.server_up
        return
    if mishap.verdict is None:
        assert outcome == Outcome(None, None, None, True)
        return
    assert outcome == Outcome(
        (mishap.verdict.verify_code, mishap.verdict.depth), mishap.verdict.alert, mishap.verdict.alert, False
    )
    (failed,) = notebook.of(HandshakeFailed, "server")
    assert (failed.verify_code, failed.depth, failed.alert) == (
        mishap.verdict.verify_code,
        mishap.verdict.depth,
        mishap.verdict.alert,
    )


def make_cast(pki, now) -> MishapParties:  # type: ignore[no-untyped-def]
    ring = KeyPool().ring()
    for _ in range(3):  # the first keys of the pool are the authority's, the server's and the phone's
        ring.take(KeySpec("RSA", 2048))
    return MishapParties(keys=ring, issuer=pki.capf, now=now, device_name=DEVICE, model="7965G", trust=pki.phones)


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_healthy_lsc_is_accepted(version, notebook, pki) -> None:  # type: ignore[no-untyped-def]
    presented = make_cast(pki, notebook.now).healthy()
    outcome = await meet(
        notebook,
        ClientContext(offer(version, version), pki.servers),
        ServerContext(pki.server, offer(version, version), presented.trust),
        Credential(presented.identity),
    )
    assert outcome == Outcome(None, None, None, True)
    steps = notebook.of(CertificateVerified, "server")
    assert [step.depth for step in steps] == [1, 0]
    assert {step.verify_code for step in steps} == {VerifyCode.OK}
    assert steps[-1].subject.cn == f"CP-7965G-{DEVICE}"


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_no_certificate_at_all_is_refused_with_another_alert_on_tls_1_3(version, notebook, pki) -> None:  # type: ignore[no-untyped-def]
    expected = (
        AlertDescription.CERTIFICATE_REQUIRED if version == TlsVersion.TLSv1_3 else AlertDescription.HANDSHAKE_FAILURE
    )
    outcome = await meet(
        notebook,
        ClientContext(offer(version, version), pki.servers),
        ServerContext(pki.server, offer(version, version), pki.phones),
        None,
    )
    assert outcome == Outcome(None, expected, expected, False)


@pytest.mark.trio
async def test_a_phone_older_than_the_servers_minimum_hears_protocol_version(notebook, pki) -> None:  # type: ignore[no-untyped-def]
    outcome = await meet(
        notebook,
        ClientContext(offer(TlsVersion.TLSv1, TlsVersion.TLSv1), pki.servers),
        ServerContext(pki.server, offer(TlsVersion.TLSv1_2, TlsVersion.TLSv1_3), pki.phones),
        Credential(pki.phone),
    )
    assert outcome == Outcome(None, AlertDescription.PROTOCOL_VERSION, AlertDescription.PROTOCOL_VERSION, False)


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1, TlsVersion.TLSv1_2], ids=str)
async def test_a_certificate_verify_altered_on_the_wire_is_a_decrypt_error(version, notebook, pki) -> None:  # type: ignore[no-untyped-def]
    """On 1.3 the message is encrypted: altering it there breaks the record and not the signature."""

    def spoil(client: TlsStream) -> None:
        engine, honest = client.engine, client.engine.data_to_send

        def altered() -> bytes:
            data = bytearray(honest())
            at = 0
            while at + 9 <= len(data):
                kind, length = data[at], int.from_bytes(data[at + 3 : at + 5], "big")
                if kind == 22 and data[at + 5] == 15:  # handshake, CertificateVerify
                    data[at + 5 + length - 1] ^= 1
                at += 5 + length
            return bytes(data)

        engine.data_to_send = altered  # type: ignore[method-assign]

    outcome = await meet(
        notebook,
        ClientContext(offer(version, version), pki.servers),
        ServerContext(pki.server, offer(version, version), pki.phones),
        Credential(pki.phone),
        spoil,
    )
    assert outcome.written == outcome.read == AlertDescription.DECRYPT_ERROR
    assert outcome.verify is None
    assert not outcome.server_up


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_phone_that_does_not_know_the_server_says_so(version, notebook, pki) -> None:  # type: ignore[no-untyped-def]
    unrelated = TrustStore("trust list", [pki.capf.certificate])
    await meet(
        notebook,
        ClientContext(offer(version, version), unrelated),
        ServerContext(pki.server, offer(version, version), pki.phones),
        Credential(pki.phone),
    )
    (failed,) = notebook.of(HandshakeFailed, "phone")
    assert failed.verify_code == VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT
    assert (failed.alert, failed.alert_direction) == (AlertDescription.UNKNOWN_CA, "write")
    (told,) = notebook.of(HandshakeFailed, "server")
    assert (told.alert, told.alert_direction) == (AlertDescription.UNKNOWN_CA, "read")


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1, TlsVersion.TLSv1_2], ids=str)
async def test_null_sha_is_negotiated_only_where_it_is_named(version, notebook, pki) -> None:  # type: ignore[no-untyped-def]
    authenticated = TlsProfile(version, version, ("NULL-SHA",))
    outcome = await meet(
        notebook,
        ClientContext(authenticated, pki.servers),
        ServerContext(pki.server, authenticated, pki.phones),
        Credential(pki.phone),
    )
    assert outcome.server_up
    assert notebook.of(HandshakeCompleted, "phone")[0].cipher == "NULL-SHA"
    encrypted = TlsProfile(version, version, ("AES256-SHA", "AES128-SHA"))
    notebook.events.clear()
    outcome = await meet(
        notebook,
        ClientContext(authenticated, pki.servers),
        ServerContext(pki.server, encrypted, pki.phones),
        Credential(pki.phone),
    )
    assert outcome == Outcome(None, AlertDescription.HANDSHAKE_FAILURE, AlertDescription.HANDSHAKE_FAILURE, False)


@pytest.mark.trio
async def test_one_context_judges_each_connection_at_its_own_lab_time(notebook, pki) -> None:  # type: ignore[no-untyped-def]
    """A service runs for years of lab time: the same Context first finds the LSC too young, then good, then expired."""
    offered = offer(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2)
    server = ServerContext(pki.server, offered, pki.phones)
    client = ClientContext(offered, None)
    credential = Credential(pki.phone)
    begins = pki.phone.certificate.not_valid_before_utc
    ends = pki.phone.certificate.not_valid_after_utc
    codes = []
    for moment in (
        begins - timedelta(days=1),
        begins + timedelta(days=1),
        ends - timedelta(days=1),
        ends + timedelta(days=1),
    ):
        later = KeptEvents(now=moment)
        outcome = await meet(later, client, server, credential)
        codes.append(outcome.verify[0] if outcome.verify else VerifyCode.OK)
    assert codes == [VerifyCode.CERT_NOT_YET_VALID, VerifyCode.OK, VerifyCode.OK, VerifyCode.CERT_HAS_EXPIRED]
