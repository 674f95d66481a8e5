"""What a phone prints about its lists and signed files, in both generations."""

from __future__ import annotations

from typing import Any

import pytest

from journal import Event
from phone_sim.download_events import DownloadFailure, FileRequested, FileRequestEnded
from phone_sim.texts.console import Console
from phone_sim.trust.events import ConfigurationRefused, TrustListRefused, TrustListTaken
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import SIGNER_UNKNOWN, TrustRefusal
from wire.tvs import RequestedCertificate

SIGNER = RequestedCertificate("CN=pub", "CN=pub", "1F")
T = TrustRefusal
SGN, CTL = "SEP001122334455.cnf.xml.sgn", "CTLSEP001122334455.tlv"
MISSING, NO_HTTP = DownloadFailure.FILE_NOT_FOUND.value, "GHTTP-http get [HTTP/1.1 503 Service Unavailab]"


def requested(file: str, transport: str = "HTTP") -> FileRequested:
    return FileRequested(file=file, transport=transport, address="10.1.1.1", number=1)


def ended(transport: str, **how: Any) -> FileRequestEnded:
    return FileRequestEnded(file=CTL, transport=transport, **how)


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
        ("8865", requested(SGN), f"authenticated file approved - add .sgn if necessary -- {SGN}", "Non secure"),
        ("8865", requested(SGN), "encrypt = false", "CTLFile"),
        ("8865", requested(SGN[:-4]), "Non secure file requested", "add .sgn"),
        ("8865", requested(CTL), f"[src={CTL}][dest=/tmp/CTLFile.tlv][serv=][serv6=][sec=0]", "Requesting CONFIG"),
        ("8865", requested(CTL), "start request, server 1 - 10.1.1.1", "TFTPD"),
        ("8865", requested(CTL, "TFTP"), f"TFTPD-Requesting {CTL} from 10.1.1.1", "GETXXTP"),
        ("8865", ended("HTTP", status=503, failure=MISSING, asks_again=True), NO_HTTP, "complete"),
        ("8865", ended("HTTP", status=503, failure=MISSING), "complete - status = 2", "= 100"),
        ("8865", ended("TFTP", failure=MISSING), "TFTPD-Error: (1+1)File not found", "GHTTP"),
        ("8865", ended("HTTP", octets=9), "XXTP complete - status = 100", "LAB"),
        ("8865", ended("HTTP", failure="timed out"), "downd-LAB", "complete"),
    ],
)
def test_a_line_says_what_happened_and_no_more(model: str, event: Event, there: str, absent: str) -> None:
    printed = "\n".join(Console(model).lines(event))
    assert there in printed
    assert absent not in printed


def test_what_is_unknown_and_what_is_damaged_are_told_apart() -> None:
    assert T.TVS_UNKNOWN in SIGNER_UNKNOWN
    assert T.UNREADABLE not in SIGNER_UNKNOWN
