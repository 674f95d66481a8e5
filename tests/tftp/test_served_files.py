"""Cisco TFTP gives the same lists, signed and encrypted files over HTTP, HTTPS and UDP, and signs a file once a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import trio
import trio.testing
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import AuthenticationMode, CertificateOperation
from cucm_sim import file_signing
from cucm_sim import tftp_events as ev
from cucm_sim.administration import set_cluster_mode, set_enterprise_parameter
from cucm_sim.database import CapfInformation, PhoneSecurityProfile
from lab.testing import DEVICE, KeptEvents, cluster_certificates, held_lsc
from pki import RSA_2048, Identity, KeyPool, callmanager_identity
from tests.tftp.served import HERE, NON_SECURE, Served, running
from wire.phone_file import CapfServer, PhoneFile, read_phone_file_untrusted
from wire.signed_files import (
    SignatureDigest,
    decrypt_untrusted,
    read_signed_file_untrusted,
    read_trust_list_untrusted,
    verify_untrusted,
)

pytestmark = pytest.mark.trio
CONFIGURATION = f"{DEVICE}.cnf.xml"
ENCRYPTED = PhoneSecurityProfile("encrypted file", tftp_encrypted_config=True)


@cache
def phone_lsc() -> Identity:
    own = cluster_certificates()
    return held_lsc(own.capf, KeyPool().ring().named(RSA_2048, "a phone of TFTP's tests"), DEVICE)


@pytest.mark.parametrize("transport", ["http", "https", "udp"])
async def test_every_transport_gives_the_same_files(transport: str, autojump_clock: trio.testing.MockClock) -> None:
    async with running(Served()) as served:
        fetch: Callable[[str], Any] = getattr(served, transport)
        assert await fetch(f"CTL{DEVICE}.tlv") == (200, served.cluster.ctl_file)
        assert await fetch("CTLFile.tlv") == (200, served.cluster.ctl_file)
        assert await fetch(f"ITL{DEVICE}.tlv") == (200, served.cluster.itl_file)
        assert await fetch("ITLFile.tlv") == (200, served.cluster.itl_file)
        assert (await fetch(f"{CONFIGURATION}.sgn"))[1] == await served.file(f"{CONFIGURATION}.sgn")
        assert (await fetch("XMLDefault.cnf.xml"))[1].startswith(b"<?xml")
        await trio.testing.wait_all_tasks_blocked()  # until the last acknowledgement has come
        name = {"http": "HTTP", "https": "HTTPS", "udp": "TFTP"}[transport]
        assert [one.file for one in served.kept.of(ev.TrustListServed) if one.transport == name] == [
            f"CTL{DEVICE}.tlv",
            "CTLFile.tlv",
            f"ITL{DEVICE}.tlv",
            "ITLFile.tlv",
        ]
        assert name in {one.transport for one in served.kept.of(ev.FileServed)}
        assert served.kept.one(ev.DefaultFileServed).transport == name


@pytest.mark.parametrize(
    ("name", "http_status"),
    [
        (f"CTL{DEVICE}.tlv", 503),
        ("CTLFile.tlv", 503),
        ("CTLSEP00AABBCCDDEE.tlv", 503),
        ("ITLSEP00AABBCCDDEE.tlv", 404),
        ("ITLFile.tlv.sgn", 404),
        (f"{CONFIGURATION}.enc.sgn", 404),
        ("SEP00AABBCCDDEE.cnf.xml.sgn", 404),
        (f"{CONFIGURATION}.sgn.sgn", 404),
        (f"{DEVICE}.xml", 404),
        ("XMLDefault.cnf.xml.enc.sgn", 404),
    ],
)
async def test_a_missing_file_is_503_for_a_ctl_404_else_and_error_1_over_udp(
    name: str, http_status: int, autojump_clock: trio.testing.MockClock
) -> None:
    async with running(Served(NON_SECURE)) as served:
        assert await served.http(name) == (http_status, b"")
        assert (await served.udp(name))[0] == 404
    assert [(one.file, one.transport) for one in served.kept.of(ev.FileNotFound)] == [(name, "HTTP"), (name, "TFTP")]


async def test_a_signed_file_holds_the_plain_one_and_verifies_by_callmanager(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with running(Served()) as served:
        signed, plain = await served.file(f"{CONFIGURATION}.sgn"), await served.file(CONFIGURATION)
    parsed = read_signed_file_untrusted(signed)
    assert parsed.payload == plain
    assert (parsed.header.file_name, parsed.header.digest) == (f"{CONFIGURATION}.sgn", SignatureDigest.SHA1)
    assert verify_untrusted(signed, cluster_certificates().server.certificate)
    assert not verify_untrusted(signed, cluster_certificates().capf.certificate)


async def test_a_file_is_signed_once_until_what_it_says_changes(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Served()) as served:
        first = await served.file(f"{CONFIGURATION}.sgn")
        await trio.sleep(100)
        assert await served.file(f"{CONFIGURATION}.sgn") == first
        assert len(served.kept.of(ev.FileSigned)) == 1
        capf = CapfInformation(CertificateOperation.INSTALL_UPGRADE, AuthenticationMode.BY_NULL_STRING)
        served.cluster.database.save(replace(served.device, capf=capf))
        assert await served.file(f"{CONFIGURATION}.sgn") != first
        assert len(served.kept.of(ev.FileSigned)) == 2


async def test_what_was_asked_for_longest_ago_is_signed_again_and_each_phone_key_has_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_signing, "MAX_KEPT", 2)
    kept, signer = KeptEvents(), cluster_certificates().server
    files = file_signing.FileSigner(kept.emitter("hq/tftp"), bytes)
    for name in ("a", "b", "a", "c", "a", "b"):
        files.signed(name, b"content", signer, SignatureDigest.SHA1)
    assert [one.file for one in kept.of(ev.FileSigned)] == ["a", "b", "c", "b"]
    keys = [one.key.public_key() for one in (phone_lsc(), signer)]
    encrypted = {files.signed("a", b"content", signer, SignatureDigest.SHA1, key) for key in keys}  # type: ignore[arg-type]
    assert len(encrypted) == 2
    assert [one.encrypted for one in kept.of(ev.FileSigned)] == [False] * 4 + [True] * 2


async def test_key_digest_and_itl_file_count_from_the_service_s_start(autojump_clock: trio.testing.MockClock) -> None:
    served = Served()
    async with running(served):
        before, itl = await served.file(f"{CONFIGURATION}.sgn"), served.cluster.itl_file
        new = callmanager_identity(
            keys=KeyPool().ring(), subject={"O": "Lab"}, host_name="cucm-pub", not_before=served.kept.now
        )
        served.cluster.callmanager_identity = new
        set_enterprise_parameter(served.cluster, "TFTP File Signature Algorithm", "SHA-512")
        assert await served.file(f"{CONFIGURATION}.sgn") == before
        assert await served.file("ITLFile.tlv") == itl
    async with running(served):
        after = await served.file(f"{CONFIGURATION}.sgn")
        assert await served.file("ITLFile.tlv") != itl
    assert verify_untrusted(after, new.certificate)
    assert read_signed_file_untrusted(after).header.digest is SignatureDigest.SHA512
    assert [one.changed for one in served.kept.of(ev.TrustListMade)] == [False, True]


async def test_an_encrypted_file_is_for_the_key_of_the_phone_and_the_plain_one_is_minimal(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with running(Served()) as served:
        full = read_phone_file_untrusted(await served.file(CONFIGURATION))
        served.assign(ENCRYPTED)
        assert (await served.http(f"{CONFIGURATION}.enc.sgn"))[0] == 404  # its key is not known
        served.certificates[DEVICE] = b"no certificate"
        assert (await served.http(f"{CONFIGURATION}.enc.sgn"))[0] == 404
        served.certificates[DEVICE] = phone_lsc().certificate.public_bytes(Encoding.DER)
        encrypted = await served.file(f"{CONFIGURATION}.enc.sgn")
        signed = read_signed_file_untrusted(await served.file(f"{CONFIGURATION}.sgn"))
        minimal = read_phone_file_untrusted(signed.payload)
        assert read_phone_file_untrusted(await served.file(CONFIGURATION)) == minimal
    assert full.full_config
    assert not full.encr_config
    key = phone_lsc().key
    assert isinstance(key, rsa.RSAPrivateKey)
    file = read_phone_file_untrusted(decrypt_untrusted(read_signed_file_untrusted(encrypted), key))
    assert verify_untrusted(encrypted, cluster_certificates().server.certificate)
    assert (file.full_config, file.encr_config, file.members) == (True, True, full.members)
    assert _kept_of_minimal(minimal) == (False, True, file.cert_hash, file.capf_list)
    assert minimal.cert_hash != ""


def _kept_of_minimal(file: PhoneFile) -> tuple[bool, bool, str, tuple[CapfServer, ...]]:
    return file.full_config, file.encr_config, file.cert_hash, file.capf_list


async def test_a_cluster_that_leaves_mixed_mode_serves_a_ctl_file_with_capf_only(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with running(Served()) as served:
        set_cluster_mode(served.cluster, NON_SECURE)
        records = read_trust_list_untrusted(await served.file(f"CTL{DEVICE}.tlv")).records
    assert [one.certificate for one in records] == [cluster_certificates().capf.certificate.public_bytes(Encoding.DER)]


async def test_a_transfer_that_does_not_end_is_no_file_served(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Served()) as served:
        with trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM) as silent:
            await silent.bind((HERE, 0))
            await silent.sendto(b"\0\1ITLFile.tlv\0octet\0", (HERE, served.started.tftp_port))
            await trio.sleep(600)
        not_sent = served.kept.one(ev.FileNotSent)
        assert (not_sent.file, not_sent.outcome) == ("ITLFile.tlv", "timed out")
        assert not served.kept.of(ev.TrustListServed)
        assert (await served.udp("ITLFile.tlv"))[0] == 200


async def test_another_key_alone_and_another_digest_alone_sign_the_file_anew() -> None:
    signer, kept = file_signing.FileSigner(KeptEvents().emitter("hq/tftp"), bytes), cluster_certificates()
    first = signer.signed("a.sgn", b"content", kept.server, SignatureDigest.SHA1)
    digest = signer.signed("a.sgn", b"content", kept.server, SignatureDigest.SHA512)
    key = signer.signed("a.sgn", b"content", kept.capf.identity, SignatureDigest.SHA1)
    assert len({first, digest, key}) == 3
    assert verify_untrusted(first, kept.server.certificate)
    assert verify_untrusted(digest, kept.server.certificate)
    assert verify_untrusted(key, kept.capf.certificate)
    assert signer.signed("a.sgn", b"content", kept.server, SignatureDigest.SHA1) is first
