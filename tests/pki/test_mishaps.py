"""Each mishap fails as it says, on every TLS version, and its inverse does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from OpenSSL import SSL

from pki import Authority, capf_authority, common_name, company_authority, names_device
from pki._profiles import CAPF, CLIENT_AUTH, IPSEC_END_SYSTEM, SERVER_AUTH
from pki.mishaps import MISHAPS, Mishap, MishapParties, Presented

VERSIONS = {"TLS 1.0": SSL.TLS1_VERSION, "TLS 1.2": SSL.TLS1_2_VERSION, "TLS 1.3": SSL.TLS1_3_VERSION}
Judge = Callable[[Presented, int], Any]

every_version = pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS.keys())
every_mishap = pytest.mark.parametrize("mishap", MISHAPS.values(), ids=MISHAPS.keys())


def skip_where_policy_forbids(version: int, presented: Presented) -> None:
    if version == SSL.TLS1_VERSION and presented.security_level > 0:
        pytest.skip("TLS 1.0 exists at security level 0 only: its own signatures are SHA-1")


@every_version
@every_mishap
def test_mishap_ends_in_the_verdict_it_announces(
    mishap: Mishap, version: int, cast: MishapParties, judge: Judge
) -> None:
    presented = mishap.build(cast)
    skip_where_policy_forbids(version, presented)
    seen = judge(presented, version)
    if mishap.verdict is None:
        assert (seen.accepted, seen.errors, seen.written) == (True, [], [])
        return
    assert seen.errors[:1] == [(mishap.verdict.verify_code, mishap.verdict.depth)]
    assert seen.written == seen.read == [mishap.verdict.alert]
    assert not seen.accepted


@every_version
@every_mishap
def test_the_same_phone_with_a_healthy_certificate_is_accepted(
    mishap: Mishap, version: int, cast: MishapParties, judge: Judge
) -> None:
    """The cure: what differs is put right, under the same policy, the same check of lists and the same server."""
    presented = CURES[mishap.name](cast) if mishap.name in CURES else cast.healthy()
    skip_where_policy_forbids(version, presented)
    seen = judge(presented, version)
    assert (seen.accepted, seen.errors, seen.written) == (True, [], [])


def company_and_capf(cast: MishapParties) -> tuple[Authority, Authority]:
    company = company_authority(keys=cast.keys, subject={"O": "Lab"}, not_before=cast.days(-400), octets=cast.octets)
    capf = capf_authority(
        keys=cast.keys, subject={"O": "Lab"}, not_before=cast.days(-30), octets=cast.octets, issuer=company
    )
    return company, capf


def both_in_the_store(cast: MishapParties) -> Presented:
    company, capf = company_and_capf(cast)
    return Presented(cast.leaf(capf), cast.trusting(company, capf))


def root_in_the_store_and_intermediate_sent(cast: MishapParties) -> Presented:
    company, capf = company_and_capf(cast)
    return Presented(replace(cast.leaf(capf), chain=(capf.certificate,)), cast.trusting(company))


def known_root_sent(cast: MishapParties) -> Presented:
    return Presented(replace(cast.leaf(), chain=(cast.issuer.certificate,)), cast.trust)


def strong_under_the_policy(level: int) -> Callable[[MishapParties], Presented]:
    return lambda cast: replace(cast.healthy(), security_level=level)


def valid_list_without_this_phone(cast: MishapParties) -> Presented:
    company, _ = company_and_capf(cast)
    own = cast.leaf(company)
    other = own.certificate.serial_number + 1
    crl = company.crl([other], this_update=cast.days(-1), next_update=cast.days(7))
    return Presented(own, cast.trusting(company).with_crl(crl), check_crl=True)


def issuer_with_client_auth(cast: MishapParties) -> Presented:
    usages = (SERVER_AUTH, CLIENT_AUTH, IPSEC_END_SYSTEM)
    capf = capf_authority(
        keys=cast.keys,
        subject={"O": "Lab"},
        not_before=cast.days(-30),
        octets=cast.octets,
        profile=replace(CAPF, extended_key_usage=usages),
    )
    return Presented(cast.leaf(capf), cast.trusting(capf))


def rekeyed_issuer_signs_again(cast: MishapParties) -> Presented:
    rekeyed = capf_authority(
        keys=cast.keys,
        subject={"O": "Lab"},
        not_before=cast.days(-1),
        octets=cast.octets,
        name=common_name(cast.issuer.subject),
        authority_key_identifier=False,
    )
    return Presented(cast.leaf(rekeyed), cast.trusting(rekeyed))


CURES = {
    "intermediate-missing": both_in_the_store,
    "untrusted-intermediate-sent": root_in_the_store_and_intermediate_sent,
    "unknown-root-sent": known_root_sent,
    "issuer-without-client-auth": issuer_with_client_auth,
    "issuer-rekeyed-without-aki": rekeyed_issuer_signs_again,
    "weak-key": strong_under_the_policy(2),
    "weak-issuer-key": strong_under_the_policy(2),
    "weak-digest": strong_under_the_policy(1),
    "revoked": valid_list_without_this_phone,
    "crl-missing": valid_list_without_this_phone,
    "crl-expired": valid_list_without_this_phone,
    "crl-signed-by-capf": valid_list_without_this_phone,
}


@every_version
@pytest.mark.parametrize("name", ["weak-key", "weak-issuer-key", "weak-digest"])
def test_weakness_is_a_matter_of_policy_only(name: str, version: int, cast: MishapParties, judge: Judge) -> None:
    assert judge(replace(MISHAPS[name].build(cast), security_level=0), version).accepted


@every_version
def test_nobody_looks_at_a_list_unless_told_to(version: int, cast: MishapParties, judge: Judge) -> None:
    assert judge(replace(MISHAPS["revoked"].build(cast), check_crl=False), version).accepted


def test_another_device_is_refused_by_name(cast: MishapParties) -> None:
    presented = MISHAPS["another-device"].build(cast)
    assert not names_device(presented.identity.certificate.subject, cast.device_name)
    assert names_device(cast.leaf().certificate.subject, cast.device_name)


def test_every_client_certificate_row_of_the_failure_table_has_a_mishap() -> None:
    rows = {(20, 0), (20, 1), (19, 1), (18, 0), (7, 0), (10, 0), (10, 1), (9, 0), (26, 0), (79, 1), (66, 0)}
    rows |= {(23, 0), (3, 0), (12, 0)}
    verdicts = [mishap.verdict for mishap in MISHAPS.values() if mishap.verdict]
    assert rows <= {(verdict.verify_code, verdict.depth) for verdict in verdicts}


def test_registry_cannot_be_changed_by_its_readers() -> None:
    with pytest.raises(TypeError):
        MISHAPS["expired"] = MISHAPS["revoked"]  # type: ignore[index]
