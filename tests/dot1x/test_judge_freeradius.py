"""FreeRADIUS judges our phones through our switch port: who is let in, who is not, and that both ends have the same keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cisco_data.models import MODELS
from edge_sim.authenticator.events import PortAuthorized, RadiusServerDead
from phone_sim.supplicant.events import Dot1xFailed, Dot1xSucceeded, EapMethodRefused
from pki import KeySpec, TrustStore, profiles
from tests.dot1x.conftest import OpenBench, with_tls
from tests.dot1x.freeradius import PATIENCE, running
from wire.radius import keys_of
from wire.tls import AlertDescription, TlsVersion, VerifyCode

pytestmark = [pytest.mark.peer("freeradius"), pytest.mark.trio]

VERSIONS = {"1.0": TlsVersion.TLSv1, "1.1": TlsVersion.TLSv1_1, "1.2": TlsVersion.TLSv1_2, "1.3": TlsVersion.TLSv1_3}


async def let_in(bench: Any, judge: Any, phone: Any, port: Any) -> Dot1xSucceeded:
    """The phone is in, and both ends say so."""
    await bench.until(lambda: bench.of(Dot1xSucceeded) or bench.of(Dot1xFailed), PATIENCE)
    await judge.says("Login OK")
    await bench.until(lambda: port.authorized, PATIENCE)
    assert port.keys == keys_of(phone.exchange.keys.msk)
    assert bench.one(PortAuthorized).keys
    return bench.one(Dot1xSucceeded)


async def kept_out(bench: Any, judge: Any, port: Any, log: str) -> Dot1xFailed:
    """The phone is not in, knows it, and FreeRADIUS says why."""
    await bench.until(lambda: bench.of(Dot1xSucceeded) or bench.of(Dot1xFailed), PATIENCE)
    await judge.says(log)
    assert not bench.of(Dot1xSucceeded)
    assert not bench.of(PortAuthorized)
    assert not port.authorized
    return bench.one(Dot1xFailed)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["LSC", "MIC"])
async def test_a_phone_is_let_in(open_bench: OpenBench, tmp_path: Path, version: str, kind: str) -> None:
    async with open_bench(None) as bench:
        pki = bench.pki
        async with running(tmp_path, pki.server, pki.trust(), minimum=version, maximum=version) as judge:
            port = bench.port(judge.server)
            model = with_tls("7965" if kind == "MIC" else "8841", TlsVersion.TLSv1, TlsVersion.TLSv1_3)
            phone = bench.phone(model, lsc=pki.lsc() if kind == "LSC" else None)
            succeeded = await let_in(bench, judge, phone, port)
            assert succeeded.kind == kind
            assert succeeded.tls_version == str(VERSIONS[version])


async def test_a_mic_of_the_sha1_authority_is_let_in(open_bench: OpenBench, tmp_path: Path) -> None:
    """Signed with SHA-1, as an old phone's is, over that phone's own TLS 1.0."""
    async with open_bench(None) as bench, running(tmp_path, bench.pki.server, bench.pki.trust()) as judge:
        port = bench.port(judge.server)
        mic = bench.pki.mic(MODELS["7965"])
        assert mic.certificate.signature_hash_algorithm.name == "sha1"
        assert (await let_in(bench, judge, bench.phone("7965", mic=mic), port)).tls_version == "TLSv1"


@pytest.mark.parametrize("version", ["1.2", "1.3"])
async def test_an_lsc_with_an_ec_key_on_p384_is_let_in(open_bench: OpenBench, tmp_path: Path, version: str) -> None:
    async with (
        open_bench(None) as bench,
        running(tmp_path, bench.pki.server, bench.pki.trust(), minimum=version) as judge,
    ):
        port = bench.port(judge.server)
        model = with_tls("8841", TlsVersion.TLSv1_2, TlsVersion.TLSv1_3)
        phone = bench.phone(model, lsc=bench.pki.lsc(key=KeySpec("EC", 384)))
        await let_in(bench, judge, phone, port)


@pytest.mark.parametrize("include_length", [True, False], ids=["L on all", "L on the first"])
@pytest.mark.parametrize("size", [200, 1400])
async def test_fragments_of_any_size_and_flags_are_understood(
    open_bench: OpenBench, tmp_path: Path, size: int, include_length: bool
) -> None:
    async with open_bench(None) as bench:
        server, trust = bench.pki.server, bench.pki.trust()
        async with running(tmp_path, server, trust, fragment_size=size, include_length=include_length) as judge:
            port = bench.port(judge.server)
            await let_in(bench, judge, bench.phone("8841", fragment_size=size), port)


async def test_a_proposal_of_md5_is_answered_by_the_wish_for_eap_tls(open_bench: OpenBench, tmp_path: Path) -> None:
    async with open_bench(None) as bench, running(tmp_path, bench.pki.server, bench.pki.trust(), first="md5") as judge:
        port = bench.port(judge.server)
        await let_in(bench, judge, bench.phone("7965"), port)
        assert bench.one(EapMethodRefused).type == 4


def of_another_cluster(pki: Any) -> Any:
    return pki.lsc(pki.other_capf), pki.trust()


def expired(pki: Any) -> Any:
    return pki.lsc(not_before=pki.now - timedelta(days=800), days=365), pki.trust()


def not_yet_valid(pki: Any) -> Any:
    return pki.lsc(not_before=pki.now + timedelta(days=2)), pki.trust()


def not_for_clients(pki: Any) -> Any:
    profile = replace(profiles.LSC, extended_key_usage=(profiles.SERVER_AUTH,))
    return pki.lsc(profile=profile), pki.trust()


def revoked(pki: Any) -> Any:
    lsc = pki.lsc(pki.company)
    crl = pki.company.crl(
        [lsc.certificate.serial_number],
        this_update=pki.now - timedelta(days=1),
        next_update=pki.now + timedelta(days=30),
    )
    return lsc, TrustStore("trusted", (pki.company.certificate,), (crl,))


REFUSED = {
    "unknown CA": (of_another_cluster, "error 20"),
    "expired": (expired, "error 10"),
    "not yet valid": (not_yet_valid, "error 9"),
    "wrong extended key usage": (not_for_clients, "error 26"),
    "revoked": (revoked, "error 23"),
}


@pytest.mark.parametrize("version", ["1.0", "1.2", "1.3"])
@pytest.mark.parametrize("case", REFUSED)
async def test_a_bad_certificate_keeps_the_phone_out_though_no_alert_arrives(
    open_bench: OpenBench, tmp_path: Path, version: str, case: str
) -> None:
    make, log = REFUSED[case]
    async with open_bench(None) as bench:
        lsc, trust = make(bench.pki)
        async with running(tmp_path, bench.pki.server, trust, minimum=version, maximum=version) as judge:
            port = bench.port(judge.server)
            bench.phone(with_tls("8841", TlsVersion.TLSv1, TlsVersion.TLSv1_3), lsc=lsc)
            failed = await kept_out(bench, judge, port, log)
            assert (failed.kind, failed.alert, failed.verify_code) == ("LSC", -1, -1)


async def test_a_certificate_of_another_device_keeps_the_phone_out(open_bench: OpenBench, tmp_path: Path) -> None:
    async with open_bench(None) as bench:
        more = 'check_cert_cn = "%{User-Name}"'
        async with running(tmp_path, bench.pki.server, bench.pki.trust(), more=more) as judge:
            port = bench.port(judge.server)
            bench.phone("8841", lsc=bench.pki.lsc(device="SEPAAAAAAAAAAAA"))
            await kept_out(bench, judge, port, "does not match specified value")


async def test_a_certificate_of_this_device_passes_the_same_check(open_bench: OpenBench, tmp_path: Path) -> None:
    async with open_bench(None) as bench:
        more = 'check_cert_cn = "%{User-Name}"'
        async with running(tmp_path, bench.pki.server, bench.pki.trust(), more=more) as judge:
            port = bench.port(judge.server)
            await let_in(bench, judge, bench.phone("8841"), port)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
async def test_a_phone_that_distrusts_the_server_says_so_to_it(
    open_bench: OpenBench, tmp_path: Path, version: str
) -> None:
    async with open_bench(None) as bench:
        pki = bench.pki
        async with running(tmp_path, pki.server, pki.trust(), minimum=version, maximum=version) as judge:
            port = bench.port(judge.server)
            trusted = TrustStore("servers", (pki.capf.certificate,))
            bench.phone(with_tls("8841", TlsVersion.TLSv1, TlsVersion.TLSv1_3), trusted=trusted)
            failed = await kept_out(bench, judge, port, "Alert read:fatal:unknown CA")
            assert (failed.alert, failed.alert_direction) == (AlertDescription.UNKNOWN_CA, "write")
            assert failed.verify_code == VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY


async def test_a_phone_that_trusts_the_server_goes_in(open_bench: OpenBench, tmp_path: Path) -> None:
    async with open_bench(None) as bench:
        pki = bench.pki
        async with running(tmp_path, pki.server, pki.trust()) as judge:
            port = bench.port(judge.server)
            trusted = TrustStore("servers", (pki.company.certificate,))
            await let_in(bench, judge, bench.phone("8841", trusted=trusted), port)


async def test_an_old_phone_and_a_server_of_tls_1_3_have_nothing_in_common(
    open_bench: OpenBench, tmp_path: Path
) -> None:
    async with (
        open_bench(None) as bench,
        running(tmp_path, bench.pki.server, bench.pki.trust(), minimum="1.3") as judge,
    ):
        port = bench.port(judge.server)
        bench.phone("7965")
        await kept_out(bench, judge, port, "Alert write:fatal:protocol version")


async def test_another_secret_is_met_with_silence_and_the_port_stays_shut(
    open_bench: OpenBench, tmp_path: Path
) -> None:
    async with open_bench(None) as bench, running(tmp_path, bench.pki.server, bench.pki.trust()) as judge:
        port = bench.port(replace(judge.server, secret=b"another", retransmit_after=0.2))
        bench.phone("8841")
        await bench.until(lambda: bench.of(Dot1xFailed), PATIENCE)
        assert bench.one(RadiusServerDead).tries == 3
        assert not port.authorized
