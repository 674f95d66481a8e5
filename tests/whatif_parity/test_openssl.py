"""The openssl command as judge: `openssl verify` of originals and rekeyed, and `openssl s_server` of one, as what-if foretells."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings

from cisco_data import ServiceKind
from lab.fleet.model import Known
from lab.testing import KeptEvents
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import Outcome
from lab.whatif.judge import Judge
from pki import Identity, TrustStore
from pki.mishaps import MISHAPS
from pki.rekeyed_checker import RekeyedChecker
from tests.peers.test_openssl import s_server
from tests.whatif_parity.conftest import NOW, Case, as_exported, ring_apart
from tests.whatif_parity.odd_chains import Chain, chains
from tests.whatif_parity.odd_chains import case_of as odd_case_of
from tests.whatif_parity.test_mishaps import case_of
from wire.net import connect
from wire.tls import AlertDescription, ClientContext, Credential, TlsProfile, TlsStream, TlsVersion

pytestmark = pytest.mark.peer("openssl")

AT = ["-attime", str(int(NOW.timestamp()))]
KIND = ServiceKind.CALLMANAGER


class Rekeyed(NamedTuple):
    """A phone as exports show it, its re-keyed certificate, the re-keyed certificate of the store, and what-if's word."""

    original: Known
    rekeyed: Identity
    store: TrustStore
    said: Outcome


def with_new_keys(case: Case) -> Rekeyed | None:
    """None where what-if cannot tell."""
    bare = case._replace(identities=())
    assert isinstance(case.phone.lsc, Known)
    phone = replace(case.phone, lsc=as_exported(case.phone.lsc))
    fleet = bare.fleet(phone)
    factory = CredentialFactory(fleet, ring_apart())
    judge = Judge(factory)
    said, credentials = judge.access(fleet, phone, case.server).outcome, judge.credentials(phone)
    if said is None or isinstance(credentials, str) or credentials.lsc is None:
        return None
    return Rekeyed(case.phone.lsc, credentials.lsc.identity, factory.store(case.settings.trust), said)


def pem(file: Path, certificates: Iterable[x509.Certificate]) -> str:
    file.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in certificates))
    return str(file)


def openssl_verify(
    folder: Path, leaf: x509.Certificate, chain: Iterable[x509.Certificate], store: TrustStore, *more: str
) -> tuple[int, int]:
    """Code and depth of the first error that `openssl verify` tells; 0 twice for none."""
    command = ["openssl", "verify", *AT, *more, "-no-CApath", "-no-CAstore"]
    command += ["-CAfile", pem(folder / "trust.pem", store)] if len(store) else ["-no-CAfile"]
    if sent := list(chain):
        command += ["-untrusted", pem(folder / "chain.pem", sent)]
    if store.crls:
        (folder / "list.crl").write_bytes(b"".join(crl.public_bytes(Encoding.PEM) for crl in store.crls))
        command += ["-CRLfile", str(folder / "list.crl")]
    done = subprocess.run(
        [*command, pem(folder / "leaf.pem", [leaf])], capture_output=True, text=True, check=False, timeout=20
    )
    told = done.stdout + done.stderr
    first = re.search(r"^error (\d+) at (\d+) depth", told, re.M)
    assert (first is None) is (done.returncode == 0), told
    return (int(first[1]), int(first[2])) if first is not None else (0, 0)


def agree(folder: Path, case: Case) -> tuple[int, int] | None:
    """Asks `openssl verify` for original and re-keyed certificate, as RekeyedChecker and as a server that judges clients."""
    found = with_new_keys(case)
    if found is None:
        return None
    original, rekeyed, store, said = found
    trust = case.settings.trust
    asked = RekeyedChecker(trust, store, NOW).verdicts(original.certificate, original.chain, rekeyed)
    told = [
        openssl_verify(folder, original.certificate, original.chain, trust),
        openssl_verify(folder, rekeyed.certificate, rekeyed.chain, store),
    ]
    assert [tuple(each) for each in asked] == told
    strict = ["-purpose", "sslclient", "-auth_level", str(case.settings.security_level)]
    strict += ["-crl_check"] if case.settings.check_crl else []
    as_server = openssl_verify(folder, original.certificate, original.chain, trust, *strict)
    assert as_server == openssl_verify(folder, rekeyed.certificate, rekeyed.chain, store, *strict)
    assert as_server == ((said.verify_code, said.depth) if said.verify_code >= 0 else (0, 0))
    return as_server


@pytest.mark.parametrize("name", ["healthy", *MISHAPS])
def test_openssl_verify_says_of_original_and_re_keyed_certificate_what_what_if_says(name: str, tmp_path: Path) -> None:
    told = agree(tmp_path, case_of(name, KIND, TlsVersion.TLSv1_2))
    verdict = MISHAPS[name].verdict if name != "healthy" else None
    assert told == ((verdict.verify_code, verdict.depth) if verdict is not None else (0, 0))


def test_openssl_verify_agrees_on_odd_chains_too(tmp_path: Path) -> None:
    seen: set[tuple[int, int] | None] = set()

    @given(chains())
    @settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def one_after_the_other(chain: Chain) -> None:
        # at level 0 and on TLS 1.2 nothing but the chain can fail
        case, _ = odd_case_of(replace(chain, kind=KIND, offer=1, security_level=0))
        seen.add(agree(tmp_path, case))

    one_after_the_other()
    assert (0, 0) in seen
    assert len(seen) >= 6


# --- openssl s_server judges a re-keyed certificate

CASES = [
    "healthy",
    "expired",
    "not-yet-valid",
    "issuer-expired",
    "unknown-ca",
    "self-signed-leaf",
    "tampered-signature",
    "issuer-rekeyed",
    "issuer-rekeyed-without-aki",
    "issuer-not-a-ca",
    "issuer-without-client-auth",
    "without-client-auth",
    "without-digital-signature",
    "untrusted-intermediate-sent",
    "unknown-root-sent",
]
"""Of one authority, since s_server asks for so many at most here, and without revocation lists."""


@pytest.mark.parametrize("version", [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
@pytest.mark.parametrize("name", CASES)
def test_s_server_answers_a_re_keyed_certificate_as_foretold(name: str, version: TlsVersion, tmp_path: Path) -> None:
    case = case_of(name, KIND, version)
    found = with_new_keys(case)
    assert found is not None
    identity = case.settings.identity
    assert identity is not None

    def written(file_name: str, *contents: x509.Certificate | Identity) -> str:
        key = [each.key_pem() for each in contents if isinstance(each, Identity)]
        if key:
            (tmp_path / file_name).write_bytes(key[0])
            return str(tmp_path / file_name)
        return pem(tmp_path / file_name, [each for each in contents if isinstance(each, x509.Certificate)])

    async def meet() -> TlsStream:
        trusts = written("trust.pem", *found.store)
        async with s_server(version, identity, trusts, tmp_path, written, AT) as server:
            tcp = await connect("127.0.0.1", server.port)
            offer = TlsProfile(version, version, ("AES256-SHA", "AES128-SHA"))
            emitter = KeptEvents(now=NOW).journal.emitter("phone")
            stream = TlsStream(tcp, ClientContext(offer), emitter, credential=Credential(found.rekeyed))
            if await stream.handshake():
                try:
                    assert await stream.receive_some() == b"welcome\n"
                except trio.BrokenResourceError:
                    pass
            await stream.aclose()
            await server.ended()
        return stream

    alert = trio.run(meet).alert_read
    heard = alert.description if alert is not None and alert.description != AlertDescription.CLOSE_NOTIFY else -1
    assert (heard, heard < 0) == (found.said.alert, found.said.accepted)
    if heard >= 0:
        assert found.said.alert_direction == "read"
