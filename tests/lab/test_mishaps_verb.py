"""`cucm-lab mishaps`: the list, each mishap with its lesson and a real handshake, as text and as JSON, in both languages."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from lab.base.language import LANGUAGES, texts
from lab.verbs import mishaps as verb
from pki.mishaps import MISHAPS
from tests.in_process import invoke
from wire.tls import alert_text, verify_text

NAMES = list(MISHAPS)


run = partial(invoke, "mishaps")


def test_without_a_name_it_lists_each_mishap_with_its_lesson() -> None:
    result = run("--json", "--lang", "en")
    assert result.exit_code == 0
    listed = json.loads(result.output)
    assert listed["schema"] == verb.SCHEMA
    assert [each["name"] for each in listed["mishaps"]] == NAMES
    assert all(each["lesson"] for each in listed["mishaps"])
    text = run("--lang", "en")
    assert text.exit_code == 0
    assert [name for name in NAMES if not any(line.startswith(name) for line in text.output.splitlines())] == []


def test_code_and_words_of_openssl_stand_on_one_line_for_each_version() -> None:
    result = run("expired", "--lang", "en")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    for version in ("TLS 1.0", "TLS 1.2", "TLS 1.3"):
        (at,) = [number for number, line in enumerate(lines) if line.startswith(version)]
        assert "10" in lines[at]
        assert "certificate has expired" in lines[at]
        assert lines[at + 1].count("45 (certificate expired)") == 2


@pytest.mark.parametrize("name", NAMES)
def test_each_mishap_ends_as_the_registry_says_on_both_sides(name: str) -> None:
    result = run(name, "--json", "--lang", "en")
    assert result.exit_code == 0
    told: dict[str, Any] = json.loads(result.output)
    verdict = MISHAPS[name].verdict
    assert told["name"] == name
    assert told["text"] != told["lesson"]
    assert [each["tls"] for each in told["handshakes"]][-2:] == ["TLS 1.2", "TLS 1.3"]
    for each in told["handshakes"]:
        assert each["accepted"] == (verdict is None)
        assert each["verify_text"] == verify_text(each["verify_code"])
        assert (each["verify_code"], each["depth"]) == ((verdict.verify_code, verdict.depth) if verdict else (0, 0))
        assert each["server_wrote"] == each["phone_read"] == (verdict.alert if verdict else None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_mishap_has_its_lesson_and_no_other_lesson_is_left(language: str) -> None:
    keys = {key for key in texts(language, "mishaps") if not key.startswith("line.")}
    assert keys == {f"{name}.{part}" for name in MISHAPS for part in ("lesson", "text")}


def test_chinese_text_keeps_the_words_of_openssl() -> None:
    result = run("unknown-ca", "--lang", "zh")
    assert result.exit_code == 0
    assert "路径" in result.output
    assert verify_text(20) in result.output
    assert alert_text(48) in result.output


def test_a_wrong_name_is_exit_2_with_the_nearest_one() -> None:
    result = run("expird")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == ['cucm-lab: there is no mishap "expird" (did you mean "expired"?)']


def test_a_name_near_to_none_is_exit_2_and_names_the_list() -> None:
    result = run("zzzzzzzz\x1b[31m")
    assert result.exit_code == 2
    assert "cucm-lab mishaps lists them" in result.stderr
    assert "\x1b" not in result.stderr


def test_what_openssl_judges_otherwise_than_the_registry_is_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = verb.TriedHandshake("TLS 1.2", False, 9, verify_text(9), 0, 42, 42)
    monkeypatch.setattr(verb, "handshakes", lambda _: [seen])
    assert run("expired").exit_code == 1
    assert run("not-yet-valid").exit_code == 0
