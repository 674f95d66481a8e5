"""The language follows the locale or `--lang`; Chinese is wrapped as Chinese is; what devices print is not translated."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from lab.base.language import LANGUAGES, Catalogue, language_of
from lab.render import prose
from lab.render.prose import cells, width, wrapped
from lab.scenario import gallery
from lab.scenario.translation import find_in, translated
from lab.verbs.cli import cli
from tests.explained import explain

CLOSING = "，。、；：？！）》」』】”’…"
OPENING = "（《「『【“‘"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "en_AU.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_locale_chooses(environment, language) -> None:  # type: ignore[no-untyped-def]
    assert language_of(environment) == language


def test_a_language_that_the_lab_does_not_speak_is_refused() -> None:
    with pytest.raises(ValueError, match="the lab speaks en and zh"):
        Catalogue("tlh")


def test_a_blank_parts_chinese_from_latin_also_where_a_part_brings_them_together() -> None:
    say = Catalogue("zh")
    part = say("explain.phrase.certificate-of", name="CAPF-1234abcd")
    assert say("explain.issuer-is-no-authority.why", kind="LSC", authority=part).startswith(
        "话机的 LSC 由 CAPF-1234abcd 的证书签发"
    )


# Wrapping


words = st.lists(st.text("abcXY(),.-:", min_size=1, max_size=45), max_size=40).map(" ".join)
chinese = st.text("话机证书没有CAPF-1 " + CLOSING + OPENING, max_size=200)


@given(words, st.sampled_from(["", "  12  "]))
def test_what_has_no_chinese_is_wrapped_as_ever(text: str, first: str) -> None:
    expected = textwrap.fill(
        text,
        width(),
        initial_indent=first,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    assert wrapped(text, "    ", first) == expected


@given(chinese)
def test_chinese_loses_nothing_in_wrapping(text: str) -> None:
    assert "".join(wrapped(text).split()) == "".join(text.split())


phrases = st.lists(
    st.sampled_from(
        ["话机", "证书，", "（CAPF-trust）", "“好”的", "LSC 没有", "信任库、", "「是」！", "CallManager", "在（）里。"]
    ),
    max_size=80,
).map("".join)


@given(phrases)
def test_no_line_is_too_long_or_begins_or_ends_with_the_wrong_sign(text: str) -> None:
    lines = wrapped(text).split("\n")
    assert all(cells(line) <= width() for line in lines) or "CallManager" * 9 in text
    assert [line for line in lines if line[:1] in tuple(CLOSING)] == []
    assert [line for line in lines if line[-1:] in tuple(OPENING)] == []


def test_chinese_is_wrapped_at_the_width_of_its_signs(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(prose, "width", lambda: 20)
    text = "话机出示的是 LSC（CAPF-1234）签发，而本集群不认识它。"
    lines = wrapped(text, "  ").split("\n")
    assert all(cells(line) <= 20 for line in lines)
    assert len(lines) > 2
    assert all(line.strip()[0] not in CLOSING for line in lines)
    assert all(line[-1] not in OPENING for line in lines)


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("话机", 4), ("，", 2), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_signs_take_the_columns_that_a_terminal_gives_them(text: str, columns: int) -> None:
    assert cells(text) == columns


# The command


def run(*arguments: str, **environment: str) -> str:
    result = CliRunner().invoke(cli, arguments, env={"LC_ALL": "", "LC_MESSAGES": "", "LANG": "C", **environment})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


@pytest.fixture(scope="module")
def journal(tmp_path_factory) -> Path:  # type: ignore[no-untyped-def]
    file: Path = tmp_path_factory.mktemp("run") / "run.jsonl"
    run("run", "new-cluster-old-lsc", "-q", "--journal", str(file))
    return file


def test_a_journal_is_explained_in_the_language_that_is_asked_for(journal: Path) -> None:
    english, chinese = run("explain", str(journal)), run("explain", str(journal), "--lang", "zh")
    assert "Cure: " in english
    assert "解决办法：" in chinese
    assert "Cure" not in chinese
    for kept in ("unknown CA", "CallManager-trust", "cucm-lab run new-cluster-old-lsc-cured-by-mic"):
        assert kept in english.replace("\n", " ")
        assert kept in chinese.replace("\n", " ")


def test_the_locale_speaks_where_nothing_is_said(journal: Path) -> None:
    assert "解决办法" in run("explain", str(journal), LANG="zh_CN.UTF-8")
    assert "解决办法" not in run("explain", str(journal), "--lang", "en", LANG="zh_CN.UTF-8")


def test_json_has_the_same_rules_and_numbers_in_each_language(journal: Path) -> None:
    english, chinese = (json.loads(run("explain", str(journal), "--json", "--lang", one)) for one in LANGUAGES)
    for one in (english, chinese):
        (found,) = one["phones"]
        assert found["rule"] == "lsc-of-another-cluster"
        assert found["story"] == "new-cluster-old-lsc"
        assert found["still"] is True
    (found,), (translated,) = english["phones"], chinese["phones"]
    assert [seen["seq"] for seen in found["evidence"]] == [seen["seq"] for seen in translated["evidence"]]
    assert found["why"] != translated["why"]


def test_another_language_is_an_error_in_one_sentence() -> None:
    result = CliRunner().invoke(cli, ["gallery", "--lang", "fr"])
    assert result.exit_code == 2
    assert "'fr' is not one of 'en', 'zh'" in result.output


def test_the_option_knows_the_languages_of_the_catalogues() -> None:
    options = {
        verb: option for verb, made in cli.commands.items() for option in made.params if option.name == "language"
    }
    assert {"run", "explain", "gallery", "demo"} <= options.keys()
    for option in options.values():
        assert tuple(option.type.choices) == LANGUAGES  # type: ignore[attr-defined]


# Stories


def test_a_file_of_ones_own_is_told_as_its_author_wrote_it(tmp_path: Path) -> None:
    file = tmp_path / "new-cluster-old-lsc.toml"
    file.write_bytes((gallery.FOLDER / "new-cluster-old-lsc.toml").read_bytes())
    assert find_in("zh", str(file)).title == gallery.story("new-cluster-old-lsc").title


@pytest.mark.parametrize("name", gallery.names())
def test_a_translated_story_does_the_same(name: str) -> None:
    import msgspec

    story = gallery.story(name)
    other = translated(story, "zh")
    assert [msgspec.structs.replace(step, say="") for step in other.steps] == [
        msgspec.structs.replace(step, say="") for step in story.steps
    ]
    assert (other.name, other.clusters, other.phones) == (story.name, story.clusters, story.phones)


@pytest.mark.parametrize("name", gallery.names())
def test_every_failure_of_a_story_is_explained_in_chinese_too(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    events = of_gallery(name).events
    english, chinese = explain(events), explain(events, Catalogue("zh"))
    for one, other in zip(english, chinese, strict=True):
        assert (one.device, one.rule, one.still, one.commands) == (
            other.device,
            other.rule,
            other.still,
            other.commands,
        )
        assert [seen.seq for seen in one.evidence] == [seen.seq for seen in other.evidence]
        assert "{" not in other.why + other.cure + other.what
        assert other.what.endswith("。")
