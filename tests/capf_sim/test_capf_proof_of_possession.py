"""By Existing Certificate: whom CAPF believes, and with which fault and status it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capf_sim.proof_of_possession import (
    ProofOfPossessionCheck,
    ProofOfPossessionFault,
    certificate_kind,
    load_certificate_untrusted,
)
from cisco_data import AuthenticationMode, CertificateOperation
from pki import Identity, KeySpec, tampered
from wire import capf
from wire.errors import ProtocolError

NAME = "SEP001122334455"
LSC, MIC = AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC, AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC


def der(identity: Identity) -> bytes:
    return identity.certificate.public_bytes(Encoding.DER)


def response(identity: Identity, *, name: str = NAME, sudi: Identity | None = None) -> capf.AuthResponse:
    proof = capf.sign(identity.key, capf.signed_octets(name, der(identity)))
    second = None
    if sudi is not None:
        signed = capf.sign(sudi.key, capf.sudi_octets(1, der(sudi)))
        second = capf.Sudi(der(sudi), signed.sha1, signed.sha512)
    return capf.AuthResponse(
        1,
        3,
        name,
        certificate=der(identity),
        signed_data=proof.sha1,
        sha2_signed_data=proof.sha512,
        sudi=second,
    )


def fault(bench: Any, message: capf.AuthResponse) -> tuple[ProofOfPossessionFault | None, int]:
    verdict = ProofOfPossessionCheck(bench.trust).judge_untrusted(message, bench.journal.clock.now())
    return verdict.fault, verdict.verify_code


def test_lsc_and_mic_of_trusted_authorities_are_believed(bench: Any) -> None:
    assert fault(bench, response(bench.lsc(bench.authority))) == (None, 0)
    assert fault(bench, response(bench.mic())) == (None, 0)


def test_sha_1_mic_is_believed_where_its_authorities_are_trusted(bench: Any) -> None:
    for name in ("Cisco Manufacturing CA", "Cisco Root CA 2048"):
        bench.trust = bench.trust.with_certificate(bench.cisco[name].certificate)
    assert fault(bench, response(bench.mic(authority="Cisco Manufacturing CA"))) == (None, 0)


def test_unknown_issuer_is_20(bench: Any) -> None:
    assert fault(bench, response(bench.lsc(bench.old_authority))) == (ProofOfPossessionFault.NOT_TRUSTED, 20)


def test_tampered_signature_is_7(bench: Any) -> None:
    lsc = bench.lsc(bench.authority)
    assert fault(bench, response(replace(lsc, certificate=tampered(lsc.certificate)))) == (
        ProofOfPossessionFault.NOT_TRUSTED,
        7,
    )


def test_expired_is_10_and_not_yet_valid_is_9(bench: Any) -> None:
    assert fault(bench, response(bench.lsc(bench.authority, days=1))) == (ProofOfPossessionFault.NOT_TRUSTED, 10)
    early = bench.lsc(bench.authority, not_before=bench.journal.clock.now() + timedelta(days=1))
    assert fault(bench, response(early)) == (ProofOfPossessionFault.NOT_TRUSTED, 9)


def test_time_is_asked_anew_each_time(bench: Any) -> None:
    judge, message = ProofOfPossessionCheck(bench.trust), response(bench.lsc(bench.authority, days=101))
    now = bench.journal.clock.now()
    codes = [judge.judge_untrusted(message, now + timedelta(days=days)).verify_code for days in (0, 2, 0, -101, 0)]
    assert codes == [0, 10, 0, 9, 0]


def test_certificate_of_another_device_is_refused(bench: Any) -> None:
    other = bench.lsc(bench.authority, device_name="SEPAABBCCDDEEFF")
    assert fault(bench, response(other)) == (ProofOfPossessionFault.OTHER_DEVICE, 0)
    assert fault(bench, response(other, name="SEPAABBCCDDEEFF")) == (None, 0)


def test_capf_certificate_itself_is_no_phone(bench: Any) -> None:
    assert fault(bench, response(bench.authority.identity)) == (ProofOfPossessionFault.OTHER_DEVICE, 0)


@pytest.mark.parametrize("spec", [KeySpec("RSA", 1024), KeySpec("EC", 256)], ids=str)
def test_bearer_without_the_key_is_refused(bench: Any, spec: KeySpec) -> None:
    own = bench.lsc(bench.authority, spec=spec)
    thief = replace(own, key=bench.pool.key(spec, 2))
    assert fault(bench, response(thief)) == (ProofOfPossessionFault.PROOF_WRONG, 0)
    assert fault(bench, response(own)) == (None, 0)


def test_proof_that_was_overheard_for_another_certificate_is_refused(bench: Any) -> None:
    first, second = response(bench.lsc(bench.authority)), response(bench.lsc(bench.authority))
    mixed = replace(first, signed_data=second.signed_data, sha2_signed_data=second.sha2_signed_data)
    assert fault(bench, mixed) == (ProofOfPossessionFault.PROOF_WRONG, 0)


@pytest.mark.parametrize("left_out", ["signed_data", "sha2_signed_data"])
def test_missing_proof_is_refused(bench: Any, left_out: str) -> None:
    message = replace(response(bench.lsc(bench.authority)), **{left_out: None})
    assert fault(bench, message) == (ProofOfPossessionFault.PROOF_MISSING, 0)


def test_wrong_second_signature_is_refused(bench: Any) -> None:
    message = replace(response(bench.lsc(bench.authority)), sha2_signed_data=b"x" * 70)
    assert fault(bench, message) == (ProofOfPossessionFault.PROOF_WRONG, 0)


def test_garbage_as_certificate_is_refused(bench: Any) -> None:
    message = replace(response(bench.lsc(bench.authority)), certificate=b"\x30\x03\x02\x01\x05")
    assert fault(bench, message) == (ProofOfPossessionFault.UNREADABLE, 0)


def test_sudi_is_judged_by_the_same_rules(bench: Any) -> None:
    lsc, mic = bench.lsc(bench.authority), bench.mic()
    assert fault(bench, response(lsc, sudi=mic)) == (None, 0)
    untrusted = bench.mic(authority="Cisco Manufacturing CA")
    assert fault(bench, response(lsc, sudi=untrusted)) == (ProofOfPossessionFault.NOT_TRUSTED, 20)
    stolen = replace(mic, key=bench.pool.key(KeySpec("RSA", 2048), 5))
    assert fault(bench, response(lsc, sudi=stolen)) == (ProofOfPossessionFault.PROOF_WRONG, 0)
    assert fault(bench, replace(response(lsc, sudi=mic), session_id=2)) == (ProofOfPossessionFault.PROOF_WRONG, 0)


def test_kind_goes_by_the_issuers_name(bench: Any) -> None:
    assert certificate_kind(bench.lsc(bench.old_authority).certificate) == "LSC"
    assert certificate_kind(bench.mic(authority="Cisco Manufacturing CA").certificate) == "MIC"


@pytest.mark.trio
@pytest.mark.parametrize(
    ("spoil", "mode", "status"),
    [
        ("name", LSC, "Invalid LSC"),
        ("name", MIC, "Invalid MIC"),
        ("garbage", LSC, "Invalid LSC"),
        ("garbage", MIC, "Invalid MIC"),
        ("proof", LSC, "Invalid Credentials"),
        ("proof", MIC, "Invalid Credentials"),
    ],
)
async def test_refusal_becomes_a_status_and_reason_7(
    bench: Any, autojump_clock: object, spoil: str, mode: AuthenticationMode, status: str
) -> None:
    bench.order(CertificateOperation.DELETE, authentication_mode=mode)
    name = "SEPAABBCCDDEEFF" if spoil == "name" else NAME
    shown = bench.lsc(bench.authority, device_name=name) if mode is LSC else bench.mic(device_name=name)
    message = response(shown)
    if spoil == "garbage":
        message = replace(message, certificate=b"\x30\x00")
    if spoil == "proof":
        message = replace(message, signed_data=b"x" * 256)
    heard = await bench.script(message)
    assert heard[-1] == capf.EndSession(1, capf.Reason.DECLINED)
    assert bench.cluster.statuses == [f"Delete Failed: {status}"]


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_octets_as_certificate_are_a_protocol_error_at_most(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        load_certificate_untrusted(octets)


@given(place=st.integers(0, 10_000), octet=st.integers(0, 255))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_octet_is_never_believed(bench: Any, place: int, octet: int) -> None:
    message = response(bench.lsc(bench.authority))
    assert message.certificate is not None
    changed = bytearray(message.certificate)
    place %= len(changed)
    if changed[place] == octet:
        return
    changed[place] = octet
    assert fault(bench, replace(message, certificate=bytes(changed)))[0] is not None
