"""The JSON of an answer: its keys are the document's, it says what the answer says, always in the same order."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab.whatif.impact_report import ImpactReport
from lab.whatif.render import baseline
from lab.whatif.render.data import answer_data, difference_data
from lab.whatif.render.identifiers import VERDICTS, alert_name, code_at, verify_name
from tests.whatif_render import impact_reports as made

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "whatif-output.md").read_text("utf-8")
JSON_PART = DOCUMENT.partition("## JSON\n")[2].partition("\n## JUnit")[0]
CHAPTERS = {
    "": "The answer",
    "groups": "A group",
    "services": "A service",
    "before": "Access to a service",
    "after": "Access to a service",
    "outcome": "An outcome",
    "lsc": "An outcome",
    "mic": "An outcome",
    "server_accepts_phone": "A direction",
    "phone_accepts_server": "A direction",
    "lists": "A list",
    "explanation": "An explanation",
    "causes": "A cause",
    "down": "A phone at a service",
    "unknown": "A phone at a service",
    "explained": "A phone that is explained",
    "sources": "A source",
    "holds": "A source",
    "stores": "A store",
    "plan": "A step",
    "steps": "A step",
    "proposal": "The proposal",
    "findings": "A finding",
    "against": "What differs",
    "changes": "A change",
    "appeared_at": "A change",
    "was": "A line of the baseline",
    "now": "A line of the baseline",
}
"""Under which key an object stands, and which table of the document lists its keys."""
IN_A_SENTENCE = {
    "counts": set(VERDICTS.values()),
    "evidence": {"seq", "text"},
    "incurable": {"devices", "server", "why"},
    "delete_by_hand": {"devices", "models", "menu"},
}
"""Objects whose keys the document names where it tells of them."""


def documented() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for chapter in re.split(r"^### ", JSON_PART, flags=re.MULTILINE)[1:]:
        cells = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", chapter, re.MULTILINE)
        found[chapter.partition("\n")[0]] = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
    return found


def with_a_difference() -> dict[str, Any]:
    answer, both = made.everything(), made.both_directions()
    answer = replace(
        answer, groups=(*answer.groups, *both.groups), explained=both.explained, delete_by_hand=both.delete_by_hand
    )
    other = replace(answer, groups=(*answer.groups[1:], made.group(made.devices(99, 1), made.BREAKS)))
    changed = replace(other, groups=(made.group(answer.groups[1].devices, made.BREAKS), *other.groups[1:]))
    return answer_data(changed, made.against(changed, baseline.write(answer)))


def objects(value: Any, under: str = "") -> list[tuple[str, set[str]]]:
    """Every object with the key under which it stands."""
    if isinstance(value, dict):
        return [(under, set(value)), *(found for key, each in value.items() for found in objects(each, key))]
    return [found for each in value for found in objects(each, under)] if isinstance(value, list) else []


def test_the_document_lists_the_keys_of_every_object_and_no_other() -> None:
    tables = documented()
    found = objects(with_a_difference())
    found = [(under, keys) for under, keys in found if under != "at_a_service"]  # as `counts`
    assert {under for under, _ in found} == CHAPTERS.keys() | IN_A_SENTENCE.keys()
    for under, keys in found:
        assert keys == (IN_A_SENTENCE[under] if under in IN_A_SENTENCE else tables[CHAPTERS[under]]), under
    assert set(CHAPTERS.values()) == tables.keys()


@pytest.mark.parametrize("key", IN_A_SENTENCE)
def test_the_document_names_the_keys_of_small_objects_in_their_row(key: str) -> None:
    (row,) = re.findall(rf"^\| `{key}` \|.*$", JSON_PART, re.MULTILINE)
    assert set(re.findall(r"`([\w-]+)`", row)) - {key} == IN_A_SENTENCE[key]


def test_without_a_baseline_there_is_no_against() -> None:
    assert "against" not in answer_data(made.everything())
    assert with_a_difference()["against"]["breaks"] is True


def test_it_says_what_the_answer_says() -> None:
    data = answer_data(made.everything())
    assert (data["phones"], data["breaks"], data["complete"]) == (12, True, True)
    assert (data["at_before"], data["at_after"]) == ("2026-11-23T08:00:00Z", "2027-11-23T08:00:00Z")
    assert data["counts"] == {
        "works": 4,
        "works-only-by-mic": 0,
        "mended": 2,
        "breaks": 3,
        "was-broken": 2,
        "cannot-tell": 1,
    }
    (broken, *_) = data["groups"]
    assert broken["devices"] == list(made.devices(1, 3))
    (at_callmanager, _) = broken["services"]
    assert at_callmanager["after"]["outcome"] == {
        "accepted": False,
        "certificate": "LSC",
        "reason": "refused by peer",
        "verify_code": 20,
        "verify_name": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "depth": 0,
        "alert": 48,
        "alert_name": "unknown CA",
        "alert_direction": "read",
        "cause": "",
        "tls_version": "",
        "cipher": "",
    }
    assert at_callmanager["explanation"]["rule"] == made.EXPLAINED.rule
    assert data["schema"] == 3
    assert data["proposal"]["incurable"] == [
        {"devices": ["SEP001122334403"], "server": "CallManager of hq", "why": "Its MIC has expired."}
    ]
    assert data["proposal"]["safe"] is False
    assert (data["all_judged"], data["unjudged"]) == (False, ["Trust lists are not judged."])
    assert data["at_a_service"]["was-broken"] == 2
    assert [step["number"] for step in data["plan"]] == [0, 1, 2]


def test_each_step_lists_every_phone_with_the_service_that_it_loses() -> None:
    *_, last = answer_data(made.everything())["plan"]
    assert {(one["device"], one["service"]) for one in last["down"]} == {
        *((device, "CallManager") for device in made.devices(1, 3)),
        *((device, "CAPF") for device in made.devices(1, 2)),
    }
    assert last["unknown"] == [{"device": "SEP001122334430", "service": "CallManager", "server": "CallManager of hq"}]


def test_causes_count_phones_and_services() -> None:
    causes = {each["verdict"]: each for each in answer_data(made.everything())["causes"]}
    assert causes.keys() == {"breaks", "cannot-tell", "was-broken"}
    broken = causes["breaks"]
    assert (broken["phones"], broken["uses"], broken["code"], broken["alert"]) == (3, 3, "20@0", "unknown CA")
    assert (broken["rule"], broken["servers"]) == (made.EXPLAINED.rule, ["CallManager of hq"])
    assert causes["cannot-tell"]["why"] == "the lab makes no DSA key"


def test_what_was_not_so_is_null() -> None:
    (group,) = answer_data(replace(made.everything(), groups=(made.group(made.devices(1, 1), made.CANNOT_TELL),)))[
        "groups"
    ]
    (service,) = group["services"]
    assert service["after"] == {
        "outcome": None,
        "lsc": None,
        "mic": None,
        "why_not": "the lab makes no DSA key",
        "server_accepts_phone": {
            **dict.fromkeys(("how", "refusal", "file", "certificate"), ""),
            "accepted": None,
            "why_not": "the lab makes no DSA key",
        },
        "phone_accepts_server": None,
    }
    accepted = service["before"]["outcome"]
    assert [accepted[key] for key in ("verify_code", "verify_name", "depth", "alert", "alert_name")] == [None] * 5
    assert answer_data(made.all_is_well())["proposal"] is None


def test_asked_one_by_one_or_not_the_groups_are_the_same() -> None:
    together, apart = (answer_data(made.of_size(10, apart=apart)) for apart in (False, True))
    assert together["groups"] == apart["groups"]
    assert len(together["groups"]) == 2
    assert (together["every_phone"], apart["every_phone"]) == (False, True)


def test_the_order_of_groups_does_not_matter() -> None:
    answer = made.everything()
    assert json.dumps(answer_data(answer)) == json.dumps(answer_data(replace(answer, groups=answer.groups[::-1])))


def test_nothing_of_a_stranger_is_obeyed_by_a_terminal() -> None:
    answer = made.hostile()
    data = answer_data(answer, made.against(answer, baseline.write(made.everything())))
    assert json.dumps(data, ensure_ascii=False).isprintable()
    assert data["groups"][0]["devices"] == ["x?[31m??</p><script>alert(1)</script>??"]


def test_a_difference_names_who_is_new_and_gone() -> None:
    answer = made.everything()
    later = replace(answer, groups=(*answer.groups[1:], made.group(made.devices(99, 1), made.CAPF_WORKS)))
    data = difference_data(made.against(later, baseline.write(answer)))
    assert (data["same"], data["breaks"], data["changes"]) == (False, False, [])
    assert data["appeared"] == list(made.devices(99, 1))
    assert data["disappeared"] == list(made.devices(1, 3))
    (change,) = data["appeared_at"]
    assert change["was"] is None
    assert change["now"]["verdict"] == "works"


def test_a_real_answer_is_data(real: ImpactReport) -> None:
    data = json.loads(json.dumps(answer_data(real)))
    assert data["breaks"] is True
    assert data["counts"]["breaks"] == 1
    lines = {
        (device, service["service"]): service
        for group in data["groups"]
        for device in group["devices"]
        for service in group["services"]
    }
    broken = lines["SEP001122334400", "CallManager"]
    assert (broken["verdict"], broken["after"]["outcome"]["verify_code"]) == ("breaks", 20)
    assert broken["after"]["mic"]["accepted"] is True
    assert broken["before"]["outcome"]["tls_version"].startswith("TLSv1")
    assert lines["SEP001122334401", "CallManager"]["verdict"] == "works-only-by-mic"
    assert lines["SEP001122334402", "CallManager"]["verdict"] == "was-broken"


# Identifiers


def test_codes_are_spelled_for_programs() -> None:
    assert [code_at(outcome) for outcome in (made.UNKNOWN_CA, made.EXPIRED, made.BY_LSC, None)] == [
        "20@0",
        "10@1",
        "",
        "",
    ]
    assert [verify_name(code) for code in (20, -1, 999)] == ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", None, None]
    assert [alert_name(outcome) for outcome in (made.UNKNOWN_CA, made.UNNAMED, made.CLOSED, None)] == [
        "unknown CA",
        "unknown",
        "",
        "",
    ]
