"""What a phone prints about its lists and signed files, in both generations."""

from __future__ import annotations

import pytest

from journal import Event
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.texts.console import Console
from phone_sim.trust.events import ConfigurationRefused, TrustListRefused, TrustListTaken
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import SIGNER_UNKNOWN, TrustRefusal
from wire.tvs import RequestedCertificate

SIGNER = RequestedCertificate("CN=pub", "CN=pub", "1F")
T = TrustRefusal
SGN = "SEP001122334455.cnf.xml.sgn"


def taken(taking: Taking) -> TrustListTaken:
    return TrustListTaken(list="ITL", file="ITLFile.tlv", octets=1, taking=taking, signer=SIGNER, records=5)


def refused(refusal: TrustRefusal) -> ConfigurationRefused:
    return ConfigurationRefused(file=SGN, refusal=refusal)


VERIFIED, LEAP = "TL file verified successfully", "leap of faith"
NOT_IN_CTL, NO_MATCH = "errcode 19 (signer not in CTL)", "No match found in trust list against the item"


@pytest.mark.parametrize(
    ("model", "event", "there", "absent"),
    [
        ("8865", taken(Taking.BY_LIST), VERIFIED, LEAP),
        ("8865", taken(Taking.UNCHECKED), LEAP, VERIFIED),
        ("7965", taken(Taking.UNCHECKED), LEAP, VERIFIED),
        ("7965", refused(T.TVS_UNKNOWN), NOT_IN_CTL, "LAB"),
        ("7965", refused(T.SIGNATURE_WRONG), "LAB", NOT_IN_CTL),
        ("8865", refused(T.TVS_UNREACHABLE), NO_MATCH, "JAVA"),
        ("8865", refused(T.SIGNATURE_WRONG), "LAB", NO_MATCH),
        ("8865", TrustListRefused(list="ITL", file="ITLFile.tlv", refusal=T.TVS_NOT_LISTED), NO_MATCH, "JAVA"),
        ("8865", TrustListRefused(list="ITL", file="ITLFile.tlv", failure="timed out"), "timed out", NO_MATCH),
        ("8865", ConfigurationFileReceived(SGN, 9, (), 1, 0, ""), "Secure file requested", "SECD"),
        ("8865", ConfigurationFileReceived(SGN[:-4], 9, (), 1, 0, ""), "read", "Secure file requested"),
    ],
)
def test_a_line_says_what_happened_and_no_more(model: str, event: Event, there: str, absent: str) -> None:
    printed = "\n".join(Console(model).lines(event))
    assert there in printed
    assert absent not in printed


def test_what_is_unknown_and_what_is_damaged_are_told_apart() -> None:
    assert T.TVS_UNKNOWN in SIGNER_UNKNOWN
    assert T.UNREADABLE not in SIGNER_UNKNOWN
