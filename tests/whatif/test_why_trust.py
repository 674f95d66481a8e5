"""What is said where the phone refuses the server: its own reason, beside the server's where both are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cisco_data.trust_roles import TrustRole
from lab.base.language import ENGLISH
from lab.fleet.trust import FleetList, HeldTrust
from lab.whatif.behind import behind
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import ListSeen, Outcome, ServerTrust, ServiceAccess, Verdict
from lab.whatif.lists_held import lists_seen
from lab.whatif.why import why
from tests.phone_trust.made_lists import ITL, made_list, record
from tests.phone_trust.made_lists import identity as signer_of
from tests.whatif.conftest import Network
from tests.whatif_render import impact_reports as made
from wire.signed_files import TrustListFile

REFUSES = (
    "The phone refuses CallManager of hq, which presents hq-pub: the certificate is not in the phone's trust list,"
    " and no TVS answered."
)
NO_AUTHORITY = "CallManager of hq has no trusted certificate of"


@pytest.mark.parametrize(
    ("access", "begins", "both"),
    [
        (ServiceAccess(made.BY_LSC, server=made.DISTRUSTED_CM), REFUSES, False),
        (ServiceAccess(None, why_not="no key", server=made.DISTRUSTED_CM), REFUSES, False),
        (ServiceAccess(made.DISTRUSTED, server=made.DISTRUSTED_CM), REFUSES, False),
        (ServiceAccess(Outcome(False, "LSC", "server not trusted"), server=made.DISTRUSTED_CM), REFUSES, False),
        (ServiceAccess(made.UNKNOWN_CA, server=made.DISTRUSTED_CM), REFUSES, True),
        (ServiceAccess(made.UNKNOWN_CA, server=made.LISTED), NO_AUTHORITY, False),
        (ServiceAccess(made.UNKNOWN_CA, server=ServerTrust(None, why_not="lists unknown")), NO_AUTHORITY, False),
        (ServiceAccess(made.BY_LSC, server=ServerTrust(None, why_not="lists unknown")), "lists unknown", False),
        (ServiceAccess(None, why_not="no key", server=made.LISTED), "no key", False),
        (ServiceAccess(made.BY_LSC, server=made.LISTED), "", False),
    ],
)
def test_each_direction_that_fails_is_told(network: Network, access: ServiceAccess, begins: str, both: bool) -> None:
    phone = replace(network.phone(lsc=network.lsc(network.other_capf)))
    server = network.fleet(phone).servers["CallManager of hq"]
    told = why(Verdict.BREAKS, phone, server, access, ENGLISH)
    assert told.startswith(begins)
    assert (not told) == (not begins)
    assert (NO_AUTHORITY in told.removeprefix(begins)) is both


# What the phone holds


def fleet_list(origin: str = "hq/ITLFile.tlv") -> FleetList:
    return FleetList(ITL.octets, ITL.content, origin=origin)


def test_a_list_is_told_with_its_signer_its_records_and_the_tvs_in_it() -> None:
    (seen,) = lists_seen(HeldTrust(itl=fleet_list()), ENGLISH)
    tvs = [one for one in ITL.content.records if one.role is TrustRole.TVS]
    assert tvs
    assert (seen.kind, seen.where, seen.records, len(seen.tvs)) == (
        "ITL",
        "hq/ITLFile.tlv",
        len(ITL.content.records),
        len(tvs),
    )
    assert seen.signer == "itlrecovery"


def test_both_lists_are_told_and_none_where_none_is_known_or_held() -> None:
    seen = lists_seen(HeldTrust(fleet_list(""), fleet_list()), ENGLISH)
    assert [(one.kind, one.where) for one in seen] == [("CTL", "made by the lab"), ("ITL", "hq/ITLFile.tlv")]
    assert lists_seen(HeldTrust(), ENGLISH) == lists_seen(None, ENGLISH) == ()


def test_a_signer_without_a_record_and_a_record_without_a_certificate_are_told_by_their_names() -> None:
    bare = record(signer_of("tvs").certificate, TrustRole.TVS, certificate=b"not a certificate")
    odd = made_list("itlrecovery")
    content = TrustListFile(odd.content.header, (bare,))
    (seen,) = lists_seen(HeldTrust(itl=FleetList(b"", content)), ENGLISH)
    assert seen.signer == odd.content.header.signer.subject
    assert seen.tvs == (bare.certificate_id.subject,)


@pytest.mark.parametrize(
    ("lists", "seen", "told", "assumed"),
    [
        (None, (), [], True),
        (HeldTrust(), (), ["none"], False),
        (HeldTrust(itl=fleet_list()), ("ITL",), [], False),
    ],
)
def test_explain_tells_lists_that_are_known_and_assumes_only_where_they_are_not(
    network: Network, lists: HeldTrust | None, seen: tuple[str, ...], told: list[str], assumed: bool
) -> None:
    fleet = network.fleet(network.phone(lists=lists))
    rekeyed = CredentialFactory(fleet, network.keys).rekeyed
    found = behind(fleet, fleet, rekeyed, (), (), ENGLISH)
    kinds: list[ListSeen] = list(found.lists)
    assert tuple(one.kind for one in kinds) == seen
    assert [source.where for source in found.sources if source.what == "CTL, ITL"] == told
    assert any("Its trust list (CTL, ITL) is not known" in one for one in found.assumptions) is assumed


def test_explain_tells_a_phone_that_is_off(network: Network) -> None:
    for off in (True, False):
        fleet = network.fleet(network.phone(offline=off))
        found = behind(fleet, fleet, CredentialFactory(fleet, network.keys).rekeyed, (), (), ENGLISH)
        assert ("off during the change" in found.sources[0].detail) is off
