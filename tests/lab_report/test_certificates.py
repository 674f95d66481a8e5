"""The certificates involved: each once, with issuer and validity as far as an event tells them."""

from __future__ import annotations

from collections.abc import Callable

from capf_sim.events import LscIssued, ProofOfPossessionRefused
from lab.play.runner import StoryResult
from lab.report.certificates import CertificateOfPhone, certificates
from tests.made_names import named

Play = Callable[[str], StoryResult]


def test_the_certificate_that_was_shown_is_there_with_its_validity(of_gallery: Play) -> None:
    result = of_gallery("new-cluster-old-lsc")
    mic, lsc = certificates(result.events, result.devices["with-old-lsc"])
    assert (mic.kind, mic.issuer, mic.subject) == ("MIC", "Cisco Manufacturing CA", "")
    assert (lsc.kind, lsc.subject) == ("LSC", "CP-7965G-SEP001A2F000003")
    assert lsc.issuer.startswith("CAPF-")
    assert lsc.not_before < "2026-11-23" < lsc.not_after


def test_a_phone_without_an_lsc_has_its_mic_only(of_gallery: Play) -> None:
    result = of_gallery("new-cluster-old-lsc")
    (mic,) = certificates(result.events, result.devices["without-lsc"])
    assert mic.kind == "MIC"
    assert len(mic.not_after) == len("2026-11-23")


def test_an_lsc_that_is_replaced_is_listed_beside_the_new_one(of_gallery: Play) -> None:
    result = of_gallery("new-cluster-old-lsc-cured-by-reinstall")
    found = certificates(result.events, result.devices["moved"])
    assert [held.kind for held in found] == ["MIC", "LSC", "LSC"]
    assert len({held.issuer for held in found}) == 3
    assert all(held.not_after for held in found[1:])


def test_what_one_event_leaves_out_another_tells() -> None:
    name = {"subject": named(O="One", CN="SEP1"), "issuer": named(O="One", CN="CAPF-1"), "serial_number": "1f"}
    refused = ProofOfPossessionRefused(device="SEP1", fault="expired", certificate_kind="LSC", **name)
    issued = LscIssued(device="SEP1", key="RSA 2048", not_before="2026-01-02T00:00:00", not_after="2031-01-02", **name)
    assert certificates([refused, issued], "SEP1") == [
        CertificateOfPhone("LSC", "CAPF-1", "SEP1", "1f", "2026-01-02", "2031-01-02")
    ]


def test_a_phone_that_is_not_in_the_run_has_none(of_gallery: Play) -> None:
    assert certificates(of_gallery("new-cluster-old-lsc").events, "SEPFFFFFFFFFFFF") == []
