"""Both directions stand side by side in every form: whether the server accepts the phone, and the phone the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cisco_data import JUDGES, ServiceKind
from lab.base.language import ENGLISH, LANGUAGES, Catalogue, texts
from lab.whatif.impact_report import Outcome, PlannedStep, ServerTrust, ServiceAccess, Verdict, ended_by_phone
from lab.whatif.render import baseline, text
from lab.whatif.render.baseline_file import from_toml_untrusted
from lab.whatif.render.data import answer_data
from lab.whatif.render.directions import Directions, directions, distrust
from lab.whatif.render.junit import junit_xml
from lab.whatif.render.page import build_page
from lab.whatif.render.view import by_hand, causes, for_readers, tolls
from lab.whatif.why_trust import why_not_accepted
from phone_sim.trust.servers import ServerVerdict
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal
from tests.whatif_render import impact_reports as made

Printed = Callable[..., str]
Read = Callable[[str], Any]
REFUSED_BY_TVS = Outcome(False, "LSC", "server not trusted")
WORKS = made.line(made.CALLMANAGER, Verdict.WORKS)


def squeezed(written: str) -> str:
    return " ".join(written.split())


# What is so


@pytest.mark.parametrize(
    ("outcome", "trust", "accepted"),
    [
        (made.BY_LSC, None, True),
        (made.BY_LSC, made.LISTED, True),
        (made.BY_LSC, made.DISTRUSTED_CM, False),
        (made.BY_LSC, ServerTrust(None, why_not="why"), False),
        (made.UNKNOWN_CA, made.LISTED, False),
        (None, made.LISTED, False),
    ],
)
def test_a_phone_gets_through_only_where_both_ends_accept(
    outcome: Outcome | None, trust: ServerTrust | None, accepted: bool
) -> None:
    assert ServiceAccess(outcome, server=trust).accepted is accepted


@pytest.mark.parametrize(
    ("outcome", "trust", "ended"),
    [
        (made.DISTRUSTED, made.DISTRUSTED_CM, True),
        (REFUSED_BY_TVS, made.DISTRUSTED_CM, True),
        (made.UNKNOWN_CA, made.DISTRUSTED_CM, False),
        (made.STOPPED, made.DISTRUSTED_CM, False),
        (Outcome(False, reason="any"), made.ITL_REFUSED, True),
        (made.BY_LSC, made.DISTRUSTED_CM, False),
        (made.DISTRUSTED, None, False),
        (made.DISTRUSTED, made.LISTED, False),
    ],
)
def test_a_phone_that_refuses_the_server_leaves_its_verdict_open(
    outcome: Outcome, trust: ServerTrust | None, ended: bool
) -> None:
    assert ended_by_phone(outcome, trust) is ended


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (WORKS, Directions("✓ LSC → ✓ LSC", "")),
        (made.trusting(WORKS, made.LISTED), Directions("✓ LSC → ✓ LSC", "✓ in the trust list")),
        (
            made.trusting(WORKS, replace(made.LISTED, how=ServerVerdict.BY_TVS), made.LISTED),
            Directions("✓ LSC → ✓ LSC", "✓ in the trust list → ✓ known to TVS"),
        ),
        (
            made.trusting(
                made.line(made.CALLMANAGER, Verdict.BREAKS, after=REFUSED_BY_TVS), made.DISTRUSTED_CM, made.LISTED
            ),
            Directions("✓ LSC → –", "✓ in the trust list → ✗ not listed, no TVS answers"),
        ),
        (
            made.trusting(made.line(ServiceKind.TFTP, Verdict.BREAKS), made.ITL_REFUSED, made.TAKEN),
            Directions("–", "✓ signer in the trust list → ✗ ITL file: not listed, unknown to TVS"),
        ),
        (made.trusting(WORKS, ServerTrust(None), made.LISTED), Directions("✓ LSC → ✓ LSC", "✓ in the trust list → ?")),
        (
            replace(made.trusting(WORKS, made.LISTED), server_before=""),
            Directions("✓ LSC → ✓ LSC", "– → ✓ in the trust list"),
        ),
    ],
)
def test_the_two_columns(line: Any, told: Directions) -> None:
    assert directions(line, ENGLISH) == told


def test_what_one_phone_has_by_its_list_and_another_by_tvs_are_two_rows_and_two_causes() -> None:
    lines = [
        made.trusting(made.line(made.CALLMANAGER, Verdict.BREAKS, after=REFUSED_BY_TVS, why="why"), trust)
        for refusal in (TrustRefusal.TVS_UNKNOWN, TrustRefusal.TVS_UNREACHABLE)
        for trust in [replace(made.DISTRUSTED_CM, refusal=refusal.value)]
    ]
    groups = tuple(made.group(made.devices(number, 1), line) for number, line in enumerate(lines))
    answer = replace(made.all_is_well(), groups=groups)
    assert len(for_readers(answer).groups) == len(causes(answer)) == len(tolls(answer)) == 2
    alike = replace(answer, groups=tuple(made.group(made.devices(number, 1), lines[0]) for number in range(2)))
    assert len(for_readers(alike).groups) == len(causes(alike)) == len(tolls(alike)) == 1


# Words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", ["", "CTL", "ITL", "configuration"])
@pytest.mark.parametrize("refusal", TrustRefusal)
def test_every_refusal_of_every_file_has_words_in_every_language(
    refusal: TrustRefusal, file: str, language: str
) -> None:
    say = Catalogue(language)
    trust = ServerTrust(False, "refused", refusal.value, file, "ITLRECOVERY_hq")
    sentence = why_not_accepted("Cisco Tftp of hq", trust, say)
    reason = texts(language, "explain")[f"refusal.{refusal.name.lower().replace('_', '-')}"]
    for part in ("Cisco Tftp of hq", "ITLRECOVERY_hq", reason):
        assert part in sentence
    assert ("`" in sentence) == (file in ("CTL", "ITL"))
    assert ("Trust List update failed" in sentence) == (file == "ITL")
    assert ("CTL update failed" in sentence) == (file == "CTL")
    unnamed = why_not_accepted("Cisco Tftp of hq", replace(trust, certificate=""), say)
    assert reason in unnamed
    assert "ITLRECOVERY" not in unnamed
    assert "{" not in sentence + unnamed + distrust(trust, say)


@pytest.mark.parametrize("trust", [made.LISTED, made.TAKEN, ServerTrust(None, why_not="why")])
def test_nothing_is_said_of_a_refusal_where_there_is_none(trust: ServerTrust) -> None:
    assert (why_not_accepted("x", trust, ENGLISH), distrust(trust, ENGLISH)) == ("", "")


@pytest.mark.parametrize("how", [*ServerVerdict, *Taking])
def test_every_way_to_trust_has_words_of_its_own(how: ServerVerdict | Taking) -> None:
    if how.value in ("refused", "ask TVS"):
        return  # no way to trust, and nothing that an answer holds
    said = {
        language: directions(
            made.trusting(WORKS, ServerTrust(True, how.value)), Catalogue(language)
        ).phone_accepts_server
        for language in LANGUAGES
    }
    assert said["en"] != said["zh"]


# Each form


def test_a_terminal_has_a_column_for_each_direction_and_a_narrow_one_a_sentence(printed: Printed) -> None:
    answer = made.both_directions()
    wide = printed(text.write, answer, ENGLISH)
    for heading in ("Server accepts phone", "Phone accepts server"):
        assert heading in wide
    assert re.search(r"^breaks .*Cisco Tftp of hq +– +✓ signer in the trust list → ✗ ITL file: not listed", wide, re.M)
    assert re.search(
        r"^breaks .*CallManager of hq +✓ LSC → – +✓ in the trust list → ✗ not listed, no TVS answers", wide, re.M
    )
    narrow = squeezed(printed(text.write, answer, ENGLISH, columns=70))
    assert "Server accepts phone: –; phone accepts server: ✓ signer in the trust list → ✗ ITL file: not" in narrow
    assert "Server accepts phone" not in printed(text.write, made.everything(), ENGLISH)


def test_the_first_sentence_names_what_the_phones_refuse(printed: Printed) -> None:
    written = squeezed(printed(text.write, made.both_directions(), ENGLISH))
    assert written.startswith(
        "3 of 8 phones break: 2 at Cisco Tftp of hq (the phone refuses the ITL file: not listed, unknown to TVS),"
        " 1 at CallManager of hq (alert unknown CA, sent by the phone, verify code 20@0,"
        " the phone refuses the server: not listed, no TVS answers)."
    )


def test_json_has_an_object_for_each_direction() -> None:
    services = {
        (group["devices"][0], service["service"]): service
        for group in answer_data(made.both_directions())["groups"]
        for service in group["services"]
    }
    tftp = services["SEP001122334401", "TFTP"]["after"]
    assert tftp["server_accepts_phone"] is None
    assert tftp["phone_accepts_server"] == {
        "accepted": False,
        "how": "refused",
        "refusal": "not in the trust list, and unknown to TVS",
        "file": "ITL",
        "certificate": "ITLRECOVERY_hq-pub",
        "why_not": "",
    }
    works = services["SEP001122334420", "CallManager"]
    assert [works[when]["phone_accepts_server"]["how"] for when in ("before", "after")] == [
        "in the trust list",
        "known to TVS",
    ]
    assert works["after"]["server_accepts_phone"]["accepted"] is True
    assert works["after"]["server_accepts_phone"]["how"] == "LSC"
    distrusting = services["SEP001122334410", "CallManager"]["after"]
    assert (distrusting["server_accepts_phone"]["accepted"], distrusting["phone_accepts_server"]["accepted"]) == (
        None,
        False,
    )
    broken = answer_data(made.everything())["groups"][0]["services"][0]["after"]
    assert (broken["server_accepts_phone"]["accepted"], broken["server_accepts_phone"]["refusal"]) == (
        False,
        "unknown CA",
    )
    assert broken["phone_accepts_server"] is None


def test_junit_has_both_directions_in_the_failure() -> None:
    top = ET.fromstring(junit_xml(made.both_directions(), ENGLISH))
    failures = {
        (case.get("classname"), case.get("name")): failure.get("message", "")
        for case in top.iter("testcase")
        for failure in case.iter("failure")
    }
    assert (
        "phone accepts server: ✓ in the trust list → ✗ not listed, no TVS answers."
        in failures["hq.CallManager", "SEP001122334410"]
    )
    assert "✗ ITL file: not listed, unknown to TVS" in failures["hq.TFTP.Cisco Tftp of hq", "SEP001122334401"]


def test_a_page_has_two_columns_where_a_list_decides_and_one_where_none_does(read: Read, say: Catalogue) -> None:
    both = say("whatif-text.directions.server"), say("whatif-text.directions.phone")
    answer = made.both_directions()
    answer = replace(answer, groups=(*answer.groups, made.group(made.devices(48, 1), made.WAS_BROKEN)))
    headings = re.findall(r'<th scope="col">([^<]*)</th>', build_page(answer, say).partition('id="matrix"')[2])
    assert [heading for heading in headings if any(one in heading for one in both)] == [
        say("whatif-text.page.direction", service="CallManager", direction=both[0]),
        say("whatif-text.page.direction", service="CallManager", direction=both[1]),
        say("whatif-text.page.direction", service="TFTP", direction=both[1]),
    ]
    page = read(build_page(made.both_directions(), ENGLISH)).text.replace("\u00a0", " ")
    assert (
        "✓ signer in the trust list → ✗ ITL file: not listed, unknown to TVS ITLRECOVERY_hq-pub Cisco Tftp of hq"
        in page
    )
    assert both[1] not in build_page(made.everything(), say)


def test_every_row_of_a_page_has_as_many_cells_as_the_heading() -> None:
    matrix = build_page(made.both_directions(), ENGLISH).partition('id="matrix"')[2].partition("</table>")[0]
    rows = [row.count("<td") + row.count("<th ") for row in matrix.split("<tr>")[1:]]
    assert len(rows) == 4
    assert len(set(rows)) == 1


def test_a_baseline_has_the_other_direction_and_a_change_of_it_differs_without_a_break(printed: Printed) -> None:
    answer = made.both_directions()
    octets = baseline.write(answer)
    assert b'trust = "not in the trust list, and unknown to TVS", file = "ITL"' in octets
    assert made.against(answer, octets).same
    entries = from_toml_untrusted(octets, "x")["SEP001122334420"]
    assert [entry.trust for entry in entries] == ["known to TVS", "signer in the trust list"]
    unknown = made.trusting(WORKS, ServerTrust(None))
    other = replace(answer, groups=(*answer.groups[:2], made.group(made.devices(32, 5), unknown)))
    found = made.against(other, octets)
    assert (found.same, found.breaks) == (False, False)
    written = squeezed(printed(text.write_difference, found, ENGLISH))
    assert "still works (LSC, ✓ known to TVS) → still works (LSC, ?)" in written
    assert "at Cisco Tftp of hq: still works (LSC, ✓ signer in the trust list) → not used" in written


def test_a_phone_that_came_to_refuse_its_lists_breaks_against_the_baseline(printed: Printed) -> None:
    answer = made.both_directions()
    fine = replace(answer, groups=(made.group(made.devices(1, 2), *answer.groups[2].lines), *answer.groups[1:]))
    found = made.against(answer, baseline.write(fine))
    assert found.breaks
    assert "✗ ITL file: not listed, unknown to TVS" in squeezed(printed(text.write_difference, found, ENGLISH))


# A plan


def test_a_plan_names_its_waits_what_must_not_be_together_and_the_point_of_no_return(
    printed: Printed, read: Read, say: Catalogue
) -> None:
    answer = made.both_directions()
    told = (
        say("whatif-text.plan.wait", until="until all phones have taken the new ITL file"),
        say("whatif-text.plan.together", what="CallManager.pem must keep its key until then"),
        say("whatif-text.plan.no-return"),
    )
    forms = (
        squeezed(printed(text.write, answer, say)),
        read(build_page(answer, say)).text,
        "".join(
            ET.fromstring(junit_xml(replace(answer, groups=(), plan=(*answer.plan, PlannedStep("b"))), say)).itertext()
        ),
    )
    for form in forms:
        for sentence in told:
            assert sentence in form
    plain = replace(answer, plan=(PlannedStep("a"), PlannedStep("b")), proposal=None)
    for sentence in told:
        assert sentence not in squeezed(printed(text.write, plain, say))
    steps = answer_data(answer)["plan"]
    assert [(step["wait_for"] != "", step["together"] != "", step["point_of_no_return"]) for step in steps] == [
        (False, False, False),
        (True, True, False),
        (False, False, True),
    ]


# By hand


def test_phones_whose_lists_must_be_deleted_by_hand_stand_by_the_menu_of_their_model(
    printed: Printed, read: Read, say: Catalogue
) -> None:
    answer = made.both_directions()
    works = by_hand(answer)
    assert [(work.models, len(work.devices)) for work in works] == [(("8861",), 2), (("7965",), 1)]
    assert works[0].menu.startswith("Applications >")
    assert works[1].menu.startswith("Settings >")
    for form in (squeezed(printed(text.write, answer, say, show_all=True)), read(build_page(answer, say)).text):
        for work in works:
            assert work.menu in form
        assert "SEP001122334410" in form
    cases = {case.get("name") for case in ET.fromstring(junit_xml(answer, say)).iter("testcase")}
    assert {"trust lists by hand 00001", "trust lists by hand 00002", "taken as so 00001"} <= cases
    assert squeezed(say("whatif-text.by-hand.title", count=3)) in squeezed(printed(text.write, answer, say))
    assert "by-hand" not in build_page(made.everything(), say)


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("8861", True),
        ("7841", True),
        ("7965G", True),
        ("7940", True),
        ("8831", False),
        ("8945", False),
        ("", False),
        ("x", False),
    ],
)
def test_a_model_without_a_known_menu_is_named_all_the_same(model: str, known: bool, printed: Printed) -> None:
    answer = replace(
        made.all_is_well(),
        groups=(made.group(made.devices(1, 1), WORKS, model=model),),
        delete_by_hand=made.devices(1, 1),
    )
    (work,) = by_hand(answer)
    assert bool(work.menu) is known
    written = squeezed(printed(text.write, answer, ENGLISH))
    assert "1 phone refuses its lists afterwards, and new ones too." in written
    assert ("the lab does not know the menu of this model" in written) is not known


def test_what_a_phone_holds_is_told_with_signer_size_and_tvs(printed: Printed, read: Read) -> None:
    answer = made.both_directions()
    told = "ITL: hq/ITLFile.tlv, signed by ITLRECOVERY_hq-pub, 6 certificates; TVS: hq-pub, hq-sub1"
    assert told in squeezed(printed(text.write, answer, ENGLISH))
    assert told in read(build_page(answer, ENGLISH)).text
    assert "lists that it holds" not in printed(text.write, made.everything(), ENGLISH)


def test_who_is_off_is_told_beside_the_changes(printed: Printed, read: Read) -> None:
    answer = made.both_directions()
    assert "2 phones are off." in printed(text.write, answer, ENGLISH)
    assert "2 phones are off." in read(build_page(answer, ENGLISH)).text
    assert answer_data(answer)["conditions"] == ["2 phones are off."]


def test_services_that_judge_phones_have_no_trust_list_of_their_own_unless_one_decides() -> None:
    for kind in JUDGES:
        assert directions(made.line(kind, Verdict.WORKS), ENGLISH).phone_accepts_server == ""
