"""How stories are told in Chinese: in the glossary's words, what devices say as it is. That all is there: test_catalogues."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from cisco_data import AuthenticationMode, CertificateStatus, KeyOrder
from lab.scenario import gallery
from lab.scenario.translation import Translation, translated, translation
from wire.tls_numbers import AlertDescription, alert_text

NAMES = gallery.names()
GLOSSARY = (Path(__file__).resolve().parents[2] / "docs" / "translation.md").read_text("utf-8")

PHRASES = [
    text
    for text in (
        *(status.value for status in CertificateStatus),
        *(mode.value for mode in AuthenticationMode),
        *(order.value for order in KeyOrder),
        *(alert_text(alert) for alert in AlertDescription),
        "CallManager-trust",
        "CAPF-trust",
        "No Pending Operation",
        "Install/Upgrade",
        "Operation Completes By",
        "Certificate Operation",
        "Device Security Mode",
        "Apply Config",
        "Precedence to LSC",
        "Precedence to MIC",
        "Invalid LSC",
        "Cisco CallManager",
        "Cisco Manufacturing CA",
        "Authority Key Identifier",
        "Client Key Exchange",
    )
    if re.search(r"[ /-]", text) and text != "no certificate"  # that, None and Delete are plain English as well
]
NAME = re.compile(
    r"\bITLRecovery\b|\bCTLFile\b|[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9_]+)+|\b\d[\w.:]*\w|\b\d|\b[A-Z]{2,}[A-Z0-9]*|\b[A-Z][a-z]+[A-Z]\w*|\b[a-z]+[A-Z]\w*"
)
"""Fields of a dissector, figures and times, abbreviations, and names such as CallManager."""

MEETING = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
NARROW = re.compile(
    r"[\u4e00-\u9fff]\s*[,.:;?!()\"']|[,.;?!()\"'][\u4e00-\u9fff]|\s[，。：；？！（）、“”]|[，。：；？！（）、“”]\s|[\u4e00-\u9fff]\s+[\u4e00-\u9fff]|\s\s"
)
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def chinese(name: str) -> Translation:
    found = translation(name, "zh")
    assert found is not None, f"{name} is not translated"
    return found


@cache
def pairs(name: str) -> list[tuple[str, str]]:
    """Everything that a person reads of a story, in English and in Chinese."""
    story, other = gallery.story(name), chinese(name)
    return [
        (story.title, other.title),
        (" ".join(story.head.lesson.split()), other.lesson),
        *((step.say, other.say[step.say]) for step in story.steps if step.say in other.say),
    ]


def kept(english: str) -> set[str]:
    """What a sentence has from the devices."""
    return {phrase for phrase in PHRASES if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", english)} | set(
        NAME.findall(english)
    )


def holds(chinese: str, term: str) -> bool:
    """As a whole: 12 is not in 2012, and LSC not in LSCs."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(term)}(?![A-Za-z0-9])", chinese) is not None


def glossary() -> list[tuple[str, list[str], list[str]]]:
    """English, what it becomes, and what we do not write."""
    rows = re.findall(r"^\| (?!English|---)(.+?) \| (.+?) \| ?(.*?) ?\|$", GLOSSARY, re.MULTILINE)
    return [
        (english, words.split("、"), [word for word in never.split("、") if word]) for english, words, never in rows
    ]


def test_a_story_that_nobody_translated_stays_english() -> None:
    assert translation("no-such-story", "zh") is None
    assert translation(NAMES[0], "en") is None


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_is_the_same_in_each_story_that_says_it(name: str) -> None:
    for english, text in chinese(name).say.items():
        assert {other.say[english] for other in map(chinese, NAMES) if english in other.say} == {text}


@pytest.mark.parametrize("name", NAMES)
def test_a_translated_story_says_chinese_and_does_the_same(name: str) -> None:
    story = gallery.story(name)
    other = translated(story, "zh")
    assert other.title == chinese(name).title
    assert other.head.lesson == chinese(name).lesson
    assert all(HAN.search(step.say) for step in other.steps if step.say)
    assert [(type(step), bool(step.say)) for step in other.steps] == [
        (type(step), bool(step.say)) for step in story.steps
    ]
    assert (other.clusters, other.phones) == (story.clusters, story.phones)


@pytest.mark.parametrize("name", NAMES)
def test_what_devices_say_stays_as_they_say_it(name: str) -> None:
    for english, text in pairs(name):
        missing = {term for term in kept(english) if not holds(text, term)}
        assert not missing, f"{english!r}: {text!r}"


def test_the_search_for_what_devices_say_finds_it() -> None:
    english = "At 10:00 the 7965 is told unknown CA: Upgrade Failed: Invalid LSC, since CAPF-trust lacks it. tls.alert_message"
    assert {"10:00", "7965", "unknown CA", "Upgrade Failed: Invalid LSC", "CAPF-trust", "tls.alert_message"} <= kept(
        english
    )
    assert holds("警报 unknown CA。", "unknown CA")
    assert not holds("警报 unknown CAs。", "unknown CA")
    assert not holds("2012 年", "12")


@pytest.mark.parametrize("name", NAMES)
def test_punctuation_is_full_width_and_latin_letters_have_their_blank(name: str) -> None:
    for _, text in pairs(name):
        assert text == text.strip()
        for wrong in (MEETING, NARROW):
            assert not (found := wrong.search(text)), f"{found.group()!r} in {text!r}" if found else ""


@pytest.mark.parametrize("name", NAMES)
def test_the_characters_are_simplified(name: str) -> None:
    for _, text in pairs(name):
        "".join(HAN.findall(text)).encode("gb2312")  # which has no traditional forms


def test_traditional_characters_would_be_seen() -> None:
    with pytest.raises(UnicodeEncodeError):
        "證書".encode("gb2312")


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_ends_as_one_and_a_title_does_not(name: str) -> None:
    for english, text in pairs(name):
        assert text.endswith("。") == english.endswith("."), text


@pytest.mark.parametrize("row", glossary(), ids=lambda row: row[0])
def test_the_stories_speak_the_glossarys_words(row: tuple[str, list[str], list[str]]) -> None:
    _, words, never = row
    texts = [text for name in NAMES for _, text in pairs(name)]
    for word in words:
        assert any(word in text for text in texts), word
    for word in never:
        assert not [text for text in texts if word in text], word


def test_the_glossary_is_read() -> None:
    assert ("alert", ["TLS 警报"], ["告警", "报警"]) in glossary()
    assert len(glossary()) > 20
