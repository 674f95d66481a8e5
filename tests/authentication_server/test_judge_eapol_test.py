"""eapol_test, wpa_supplicant's own 802.1X tester, judges our authentication server: verdicts, reasons, and the MPPE keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from subprocess import STDOUT
from typing import Any

import pytest
import trio
import trio.testing

from edge_sim.authentication_server import (
    AuthenticationFailed,
    AuthenticationPassed,
    AuthenticationServer,
    FailureReason,
    RequestsUnanswered,
)
from journal import wall_now
from lab.testing import KeptEvents
from pki import Identity, KeySpec, Manufacturing, TrustStore, common_name, lsc
from pki.mishaps import MISHAPS
from tests.authentication_server.conftest import DEVICE, MAC, SECRET, Pki, make_pki, serving, settings_for
from wire.tls import TlsProfile, TlsVersion

pytestmark = pytest.mark.peer("eapol_test")

NOW = wall_now().replace(microsecond=0)
"""eapol_test judges our certificate by the host's clock, so all of them are made for today."""
ONLY = {
    TlsVersion.TLSv1: "tls_disable_tlsv1_0=0 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=1",
    TlsVersion.TLSv1_1: "tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=0 tls_disable_tlsv1_2=1",
    TlsVersion.TLSv1_2: "tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=0",
    TlsVersion.TLSv1_3: "tls_disable_tlsv1_0=1 tls_disable_tlsv1_1=1 tls_disable_tlsv1_2=1 tls_disable_tlsv1_3=0",
}


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki(NOW)


@dataclass
class Judge:
    """What eapol_test is given, and what it said."""

    folder: Path
    pki: Pki
    notebook: KeptEvents = field(default_factory=lambda: KeptEvents(now=NOW))

    async def test(
        self,
        identity: Identity | None = None,
        *,
        told: str | None = None,
        version: TlsVersion = TlsVersion.TLSv1_2,
        network: str = "eap=TLS",
        trust: TrustStore | None = None,
        server_trust: TrustStore | None = None,
        secret: bytes = SECRET,
        patience: int = 10,
        **settings: Any,
    ) -> tuple[int, str]:
        """Its exit code, 0 for SUCCESS, and all that it printed."""
        mine = identity or self.pki.phone
        (self.folder / "cert.pem").write_bytes(mine.certificate_pem() + mine.chain_pem())
        (self.folder / "key.pem").write_bytes(mine.key_pem())
        anchors = b"".join(
            Identity(mine.key, certificate).certificate_pem() for certificate in trust or self.pki.servers
        )
        (self.folder / "ca.pem").write_bytes(anchors)
        name = told or common_name(mine.certificate.subject)
        (self.folder / "eapol.conf").write_text(
            "openssl_ciphers=DEFAULT@SECLEVEL=0\n"
            "network={\n"
            f'key_mgmt=IEEE8021X\n{network}\nidentity="{name}"\nca_cert="{self.folder}/ca.pem"\n'
            f'client_cert="{self.folder}/cert.pem"\nprivate_key="{self.folder}/key.pem"\n'
            f'phase1="{ONLY[version]}"\neapol_flags=0\n}}\n'
        )
        server = AuthenticationServer(
            settings_for(self.pki, trust=server_trust or self.pki.phones, **settings), self.notebook.emitter("ise-1")
        )
        async with serving(server) as socket:
            command = ["eapol_test", "-c", "eapol.conf", "-a", "127.0.0.1", "-p", str(socket.port), "-s"]
            options = [secret.decode(), "-t", str(patience), "-M", MAC.replace("-", ":"), "-A", "127.0.0.1"]
            done = await trio.run_process(
                [*command, *options], capture_stdout=True, stderr=STDOUT, check=False, cwd=self.folder
            )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    @property
    def reason(self) -> int:
        return self.notebook.one(AuthenticationFailed).failure_code


@pytest.fixture
def judge(tmp_path: Path, pki: Pki) -> Judge:
    return Judge(tmp_path, pki)


@pytest.mark.trio
@pytest.mark.parametrize("version", list(ONLY), ids=str)
async def test_a_phone_is_accepted_and_the_keys_are_the_same_on_both_ends(judge: Judge, version: TlsVersion) -> None:
    code, said = await judge.test(version=version)
    assert code == 0, said[-2000:]
    assert "MPPE keys OK: 1  mismatch: 0" in said
    passed = judge.notebook.one(AuthenticationPassed)
    assert passed.tls_version == str(version)
    assert (passed.calling_station_id, passed.network_device) == (MAC, "switch-1")
    assert ("ACKing Commitment Message" in said) == (version is TlsVersion.TLSv1_3)


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
@pytest.mark.parametrize(
    ("mishap", "reason", "alert"),
    [
        ("unknown-ca", FailureReason.UNKNOWN_CA, "fatal:unknown CA"),
        ("expired", FailureReason.EXPIRED_CERTIFICATE, "fatal:certificate expired"),
        ("without-client-auth", FailureReason.UNSUPPORTED_CERTIFICATE, "fatal:unsupported certificate"),
        ("revoked", FailureReason.REVOKED_CERTIFICATE, "fatal:certificate revoked"),
        ("not-yet-valid", FailureReason.NOT_YET_VALID, "fatal:bad certificate"),
    ],
)
async def test_a_bad_certificate_is_refused_for_its_reason_and_the_alert_gets_there(
    judge: Judge, version: TlsVersion, mishap: str, reason: FailureReason, alert: str
) -> None:
    presented = MISHAPS[mishap].build(judge.pki.cast)
    code, said = await judge.test(
        presented.identity,
        version=version,
        server_trust=presented.trust,
        check_crl=presented.check_crl,
    )
    assert (code, judge.reason) == (252, reason), said[-2000:]
    assert f"SSL3 alert: read (remote end reported an error):{alert}" in said


@pytest.mark.trio
async def test_a_phone_that_goes_by_another_name_is_refused(judge: Judge) -> None:
    code, _ = await judge.test(told="CP-7965G-SEPFFFFFFFFFFFF", check_identity=True)
    failed = judge.notebook.one(AuthenticationFailed)
    assert (code, failed.failure_code) == (252, FailureReason.EAP_TLS_AUTHENTICATION_FAILED)
    assert (failed.expected, failed.received) == ("CP-7965G-SEPFFFFFFFFFFFF", f"CP-7965G-{DEVICE}")


@pytest.mark.trio
async def test_a_phone_that_goes_by_its_own_name_is_accepted_with_the_same_check(judge: Judge) -> None:
    code, said = await judge.test(check_identity=True, endpoints=frozenset({f"CP-7965G-{DEVICE}"}))
    assert code == 0, said[-2000:]


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
async def test_a_phone_that_is_in_no_identity_store_is_refused(judge: Judge, version: TlsVersion) -> None:
    code, _ = await judge.test(version=version, endpoints=frozenset({"CP-8861-SEPFFFFFFFFFFFF"}))
    assert (code, judge.reason) == (252, FailureReason.SUBJECT_NOT_FOUND)


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
async def test_an_lsc_on_p384_is_accepted(judge: Judge, version: TlsVersion) -> None:
    pki = judge.pki
    key = pki.keys.take(KeySpec("EC", 384))
    since = NOW - timedelta(days=1)
    certificate = lsc(pki.capf, device_name=DEVICE, model="8861", public_key=key.public_key(), not_before=since)
    code, said = await judge.test(Identity(key, certificate), version=version)
    assert code == 0, said[-2000:]
    assert "MPPE keys OK: 1  mismatch: 0" in said


@pytest.mark.trio
async def test_a_mic_of_the_first_generation_signed_with_sha1_is_accepted(judge: Judge) -> None:
    makers = Manufacturing(judge.pki.keys)
    mic = makers.mic(
        device_name=DEVICE,
        model="7965G",
        authority="Cisco Manufacturing CA",
        key=judge.pki.keys.take(KeySpec("RSA", 2048)),
        serial_number="FCH18198CNQ",
        not_before=NOW - timedelta(days=1),
    )
    roots = [makers[name].certificate for name in ("Cisco Root CA 2048", "Cisco Manufacturing CA")]
    store = TrustStore("Trusted Certificates", roots)
    code, said = await judge.test(mic, version=TlsVersion.TLSv1, server_trust=store)
    assert code == 0, said[-2000:]
    assert judge.notebook.one(AuthenticationPassed).certificate_issuer.cn == "Cisco Manufacturing CA"


@pytest.mark.trio
async def test_a_tls_version_that_is_not_allowed_is_refused(judge: Judge) -> None:
    code, said = await judge.test(version=TlsVersion.TLSv1, tls=TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2))
    assert (code, judge.reason) == (252, FailureReason.TLS_VERSION_NOT_ALLOWED), said[-2000:]


@pytest.mark.trio
async def test_a_phone_that_distrusts_the_server_says_so_by_an_alert(judge: Judge) -> None:
    code, said = await judge.test(trust=judge.pki.phones)
    failed = judge.notebook.one(AuthenticationFailed)
    assert (code, failed.failure_code) == (252, FailureReason.CLIENT_REJECTED_LOCAL_CERTIFICATE), said[-2000:]
    assert failed.alert_direction == "read"


@pytest.mark.trio
async def test_a_phone_that_wants_another_method_gets_failure(judge: Judge) -> None:
    code, _ = await judge.test(network='eap=MD5\npassword="x"')
    failed = judge.notebook.one(AuthenticationFailed)
    assert (code, failed.failure_code) == (252, FailureReason.EAP_TLS_AUTHENTICATION_FAILED)
    assert (failed.expected, failed.received) == ("13", "4")


@pytest.mark.trio
async def test_a_switch_with_another_secret_hears_nothing(judge: Judge) -> None:
    code, said = await judge.test(secret=b"wrong", patience=1)
    assert code != 0
    assert "EAPOL test timed out" in said
    assert judge.notebook.one(RequestsUnanswered).reason == "invalid Message-Authenticator"


@pytest.mark.trio
async def test_small_fragments_go_both_ways(judge: Judge) -> None:
    code, said = await judge.test(network="eap=TLS\nfragment_size=100", fragment_size=128)
    assert code == 0, said[-2000:]
