"""The stories of 802.1X and VPN, explained: what each teaches is found, and a story where nothing failed explains nothing."""

from __future__ import annotations

import pytest

from lab.base.language import Catalogue
from lab.explain import RULES
from lab.play.runner import StoryResult
from tests.explained import explain
from tests.lab.conftest import Play

FAIL = {
    "dot1x-capf-missing": ("dot1x-capf-not-trusted",),
    "dot1x-old-lsc-new-cluster": ("dot1x-lsc-of-another-cluster",),
    "dot1x-capf-regenerated-too-early": ("dot1x-capf-distrusted",),
    "dot1x-lsc-expired": ("dot1x-lsc-expired",),
    "dot1x-phone-distrusts-server": ("dot1x-phone-distrusts-server",),
    "vpn-capf-missing": ("vpn-capf-not-trusted",),
    "vpn-old-capf-removed-too-early": ("vpn-capf-distrusted",),
    "vpn-host-id-mismatch": ("vpn-host-id-unknown-hash",),
}
SUCCEED = (
    "dot1x-with-mic",
    "dot1x-with-lsc",
    "dot1x-capf-regenerated-in-good-order",
    "delete-lsc-in-nonsecure-cluster",
    "vpn-with-mic",
    "vpn-with-lsc",
    "vpn-capf-regenerated-in-good-order",
)


def played(of_gallery: Play, name: str) -> StoryResult:
    result = of_gallery(name)
    assert result.passed, result.steps[-1].observed
    return result


@pytest.mark.parametrize("name", FAIL)
def test_what_a_story_teaches_is_what_its_explanation_finds(name: str, of_gallery: Play) -> None:
    found = {explanation.rule for explanation in explain(played(of_gallery, name).events)}
    assert set(FAIL[name]) <= found
    assert all(RULES[rule].story == name for rule in FAIL[name])


@pytest.mark.parametrize("name", SUCCEED)
def test_a_story_in_which_every_phone_got_through_explains_nothing(name: str, of_gallery: Play) -> None:
    assert explain(played(of_gallery, name).events) == []


def test_the_chain_goes_from_the_phone_through_the_server_to_the_administrator(of_gallery: Play) -> None:
    result = played(of_gallery, "dot1x-capf-regenerated-too-early")
    (found,) = [e for e in explain(result.events) if e.rule == "dot1x-capf-distrusted"]
    by_seq = {event.seq: event for event in result.events}
    kinds = [type(by_seq[evidence.seq]).__name__ for evidence in found.evidence]
    for kind in (
        "Dot1xFailed",
        "AuthenticationFailed",
        "CertificateVerified",
        "CertificateChosen",
        "AuthenticationServerStarted",
        "EdgeTrustChanged",
        "CertificateRegenerated",
    ):
        assert kind in kinds
    assert not found.still


@pytest.mark.parametrize("name", FAIL)
def test_it_is_told_in_chinese_with_the_same_evidence(name: str, of_gallery: Play) -> None:
    events = played(of_gallery, name).events
    english, chinese = explain(events), explain(events, Catalogue("zh"))
    assert [(e.rule, [x.seq for x in e.evidence]) for e in english] == [
        (e.rule, [x.seq for x in e.evidence]) for e in chinese
    ]
    assert all(one.why != other.why for one, other in zip(english, chinese, strict=True))
