"""Certificates that once ended the whole process, and a planted fault: each ends its own connection, and the service goes on."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtensionOID, NameOID

from capf_sim.session import Session
from cucm_sim.station import Station
from journal import Clock, Journal
from pki import Identity
from tests.hostile.conftest import NOW, ROGUE, TLS_1_2
from wire.faults import ConnectionFailed
from wire.sccp import RegisterReq, encode
from wire.tls import ClientContext, Credential, TlsStream

IP_OF_FOUR_OCTETS = bytes.fromhex("300aa008300687040a000000")
"""NameConstraints, permitted: an iPAddress without its mask (RFC 5280 section 4.2.1.10 wants eight octets)."""


def odd(lab: Any, *, by_capf: bool) -> Identity:
    """A client certificate with that extension: by the cluster's CAPF, or self-signed."""
    key = lab.rogue.key
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ROGUE)])
    capf = lab.clusters["new"].authority.identity
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(capf.certificate.subject if by_capf else name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=100))
        .add_extension(x509.UnrecognizedExtension(ExtensionOID.NAME_CONSTRAINTS, IP_OF_FOUR_OCTETS), critical=False)
        .sign(capf.key if by_capf else key, SHA256())
    )
    return Identity(key, certificate)


@pytest.mark.trio
@pytest.mark.parametrize("by_capf", [True, False], ids=["signed by CAPF", "self-signed"])
async def test_name_constraints_with_four_octets_end_no_more_than_their_connection(
    by_capf: bool, hostile_lab: Any, autojump_clock: object
) -> None:
    async with hostile_lab() as lab:
        for _ in range(2):
            peer = await lab.call(2443)
            emitter = Journal(Clock(NOW, trio.current_time)).emitter("rogue")
            credential = Credential(odd(lab, by_capf=by_capf))
            stream = TlsStream(peer.tcp, ClientContext(TLS_1_2, None), emitter, credential=credential)
            with suppress(trio.BrokenResourceError):
                if await stream.handshake():
                    await stream.send_all(b"\x00" * 12)
                    while await stream.receive_some():
                        pass
            await lab.settle()
            assert lab.ends_of(peer)
    # leaving the block has let good phones register, fetch files and talk to CAPF


@pytest.mark.trio
@pytest.mark.parametrize(
    ("port", "place", "actor"),
    [(2000, Station, "new/callmanager"), (2443, Station, "new/callmanager"), (3804, Session, "new/capf")],
    ids=["2000", "2443", "3804"],
)
async def test_a_fault_closes_one_connection_and_leaves_the_others_open(
    port: int, place: Any, actor: str, hostile_lab: Any, autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hostile_lab() as lab:
        other = await lab.call(port)
        with monkeypatch.context() as patch:
            patch.setattr(place, "receive", lambda *_: 1 / 0)
            if port == 2000:
                peer = await lab.call(port)
                await peer.say(encode(RegisterReq(ROGUE, 436, "127.0.0.1", protocol_version=20)))
            else:
                peer, stream = await lab.call_tls(port)
                if port == 2443:
                    await stream.send_all(encode(RegisterReq(ROGUE, 436, "127.0.0.1", protocol_version=20)))
                else:
                    patch.setattr(place, "malformed", lambda *_: 1 / 0)
                    await stream.send_all(b"\x55" * 100)
            assert await peer.closed_after() < 5
        await lab.settle()
        failed = lab.of(ConnectionFailed)
        assert [(event.actor, event.connection, event.exception) for event in failed] == [
            (actor, peer.connection, "ZeroDivisionError")
        ]
        assert not lab.ends_of(other), "the other connection is still open"
