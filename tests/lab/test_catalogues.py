"""The catalogues: both languages have each text with the same parts, each text is used, and each that is used is there."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from string import Formatter

import pytest

from capf_sim.keys import KeyFault
from capf_sim.proof_of_possession import ProofOfPossessionFault
from edge_sim.authentication_server.events import DropReason
from edge_sim.vpn_gateway.events import LoginRefusal, TunnelRefusal
from lab import explain as explain_package
from lab.base.language import FOLDER, LANGUAGES, texts
from lab.base.texts import key_of
from lab.explain import RULES, UNKNOWN, Way
from lab.explain._headline import HEADLINES
from lab.scenario import gallery
from lab.scenario.translation import translation, translation_file
from phone_sim.boot import BootState
from phone_sim.capf_requests import StoreFault
from phone_sim.download_events import DownloadFailure
from phone_sim.events import RegistrationFailure, UserActionObstacle
from phone_sim.registration_events import RegistrationEnd
from phone_sim.trust.tvs_answer import TrustRefusal
from phone_sim.vpn.events import HostIdFault, VpnFailure
from wire.tunnel import TunnelEnd

GLOSSARY = (Path(__file__).resolve().parents[2] / "docs" / "translation.md").read_text("utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
AREAS = sorted(path.stem for path in (FOLDER / "en").glob("*.toml"))
SOURCE = "\n".join(file.read_text("utf-8") for file in (FOLDER.parent).rglob("*.py") if "__pycache__" not in file.parts)
FAULTS: tuple[type[Enum], ...] = (
    ProofOfPossessionFault,
    KeyFault,
    StoreFault,
    DownloadFailure,
    UserActionObstacle,
    RegistrationFailure,
    RegistrationEnd,
    BootState,
    DropReason,
    HostIdFault,
    LoginRefusal,
    TunnelEnd,
    TunnelRefusal,
    VpnFailure,
)
"""The enums of the actors whose values the catalogues have words for: faults, states, and how things end."""


def parts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_are_catalogues_of_the_explanations_in_each_language() -> None:
    assert {"explain", "evidence"} <= set(AREAS)
    for language in LANGUAGES:
        assert sorted(path.stem for path in (FOLDER / language).glob("*.toml")) == AREAS


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_say_the_same_things_with_the_same_parts(area: str) -> None:
    english, chinese = texts("en", area), texts("zh", area)
    assert english.keys() == chinese.keys()
    assert {key: parts(text) for key, text in english.items()} == {key: parts(text) for key, text in chinese.items()}


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str, area: str) -> None:
    found = texts(language, area)
    assert found
    assert [key for key, text in found.items() if not text.strip()] == []


@pytest.mark.parametrize("area", AREAS)
def test_chinese_is_chinese_and_english_is_not(area: str) -> None:
    assert [key for key, text in texts("en", area).items() if CHINESE.search(text)] == []
    chinese = {key: text for key, text in texts("zh", area).items() if not CHINESE.search(text)}
    assert [key for key, text in chinese.items() if re.search(r"[A-Za-z]{2}", re.sub(r"\{.*?\}", "", text))] == []


@pytest.mark.parametrize("area", AREAS)
def test_chinese_sentences_have_full_width_punctuation(area: str) -> None:
    half = re.compile(r"[\u4e00-\u9fff}][,.;!?](?=\s|$|[\u4e00-\u9fff])")
    assert [key for key, text in texts("zh", area).items() if half.search(text)] == []


@pytest.mark.parametrize("area", ["explain", "evidence"])
def test_the_words_are_those_of_the_glossary(area: str) -> None:
    rows = re.findall(r"^\| (?!English|---)[^|]+ \| [^|]+ \| ?([^|]*?) ?\|$", GLOSSARY, re.MULTILINE)
    avoided = [word for row in rows for word in row.split("、") if word]
    assert len(avoided) > 10
    found = {(key, word) for key, text in texts("zh", area).items() for word in avoided if word in text}
    assert sorted(found) == []


SAID = (
    "restart-service",
    "start-service",
    "restart-service-on-node",
    "start-service-on-node",
    "restart-server",
    "start-server",
    "make-trustpoint",
    "import-into-server",
    "vpn-off",
    "vpn-on",
    "operation-again",
    "operation-with-rsa",
    "minimum-of-server",
    "reset-again",
    "move-back",
    "reset-once-more",
    "reset-for-next-list",
)
"""Sentences of operations whose word has several."""


def used(area: str) -> set[str]:
    """Keys that the source names, and those that follow from the table of rules and the lists of faults."""
    named = set(re.findall(rf'"{area}\.([\w.-]*\w)"', SOURCE))
    if area == "explain":
        named |= {f"{rule}.why" for rule in RULES} | {f"what.{key}" for key in HEADLINES.values()}
        named |= {f"{rule}.cure" for rule, lesson in RULES.items() if Way.TOLD in lesson.ways}
        named |= {f"advice.{key}" for key in re.findall(r'advice\(\s*"([\w-]+)"', SOURCE)}
        named |= {f"advice.{key}" for key in ("type-string", "type-string-again")}
        named |= {f"do.{word}" for word in re.findall(r'Do\("([\w-]+)"', SOURCE)} - {"do.switch-vpn"}
        named |= {f"refusal.{refusal.name.lower().replace('_', '-')}" for refusal in TrustRefusal}
        named -= {"fault"}
        named |= {f"do.{said}" for said in SAID}
        named |= {key_of("explain.fault", member.value).removeprefix("explain.") for kind in FAULTS for member in kind}
    return named


@pytest.mark.parametrize("area", ["explain", "evidence"])
def test_each_text_is_used_and_each_that_is_used_is_there(area: str) -> None:
    assert used(area) == texts("en", area).keys()


def test_every_rule_that_the_source_names_is_in_the_table_and_no_other() -> None:
    folder = Path(explain_package.__file__).parent
    source = "\n".join(file.read_text("utf-8") for file in folder.glob("*.py") if file.name != "_rules.py")
    for rule in RULES:
        if rule.startswith("rejected-"):
            assert rule.removeprefix("rejected-") in source
        else:
            assert f'"{rule}"' in source, rule
    assert set(re.findall(r'[^\w](?:finding|Finding)\(\s*"([\w-]+)"', source)) <= RULES.keys()
    assert UNKNOWN not in RULES


def test_every_story_that_a_rule_names_is_in_the_gallery() -> None:
    named = {story for lesson in RULES.values() for story in (lesson.story, *lesson.cures) if story}
    assert sorted(named - set(gallery.names())) == []


# Stories in Chinese


@pytest.mark.parametrize("name", gallery.names())
def test_a_story_of_the_gallery_is_told_in_chinese(name: str) -> None:
    story, found = gallery.story(name), translation(name, "zh")
    assert found is not None, f"there is no {translation_file(name, 'zh').relative_to(FOLDER.parent)}"
    said = {step.say for step in story.steps if step.say}
    assert sorted(said - found.say.keys()) == [], "sentences without a translation"
    assert sorted(found.say.keys() - said) == [], "translations of sentences that the story does not say"
    assert bool(found.lesson) == bool(story.head.lesson)
    told = [found.title, *found.say.values(), *([found.lesson] if found.lesson else [])]
    assert [text for text in told if not CHINESE.search(text)] == []


def test_no_translation_is_left_of_a_story_that_is_gone() -> None:
    left = {path.stem for path in (FOLDER / "zh" / "stories").glob("*.toml")}
    assert sorted(left - set(gallery.names())) == []
