"""`--report`: where pages go, what is never overwritten, and one sentence with exit code 2 where it cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.base.failures import InvalidInput, MachineCannot
from lab.report.files import REFUSED_SUFFIXES, Report, page_names, write_page
from lab.verbs.cli import cli

STORY = """
title = "One phone"
[clusters.one]
[phones.p]
model = "7965"
cluster = "one"
[[steps]]
do = "boot"
[[steps]]
expect = "registered"
phone = "p"
certificate = "{certificate}"
within = 2
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.toml"
    path.write_text(STORY.format(certificate="none"), "utf-8")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.toml"
    path.write_text(STORY.format(certificate="LSC"), "utf-8")
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["run", *map(str, words)])


def refusal(result: Result) -> str:
    """The one sentence of a command that refused."""
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    (sentence,) = result.stderr.splitlines()
    return sentence


def test_a_story_is_written_as_a_page(good: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run(good, "-q", "--report", page).exit_code == 0
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert f"cucm-lab run {good}" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.toml", "page.html"]


def test_a_failed_story_has_its_page_too(bad: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run(bad, "-q", "--report", page).exit_code == 1
    assert "failed at step 2" in page.read_text("utf-8")


def test_the_language_of_the_page_is_the_commands(good: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run(good, "-q", "--lang", "zh", "--report", page).exit_code == 0
    assert '<html lang="zh-Hans">' in page.read_text("utf-8")
    assert "--lang zh" in page.read_text("utf-8")


def test_several_stories_go_into_a_folder_with_an_index(good: Path, bad: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    assert run(good, bad, "-q", "--report", folder).exit_code == 1
    assert sorted(path.name for path in folder.iterdir()) == ["bad.html", "good.html", "index.html"]
    index = (folder / "index.html").read_text("utf-8")
    assert 'href="good.html"' in index
    assert 'href="bad.html"' in index
    assert "1 of 2 stories" in index


def test_a_page_is_written_over_an_older_page(good: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><meta name="generator" content="cucm-lab 0"><title>old</title>', "utf-8")
    assert run(good, "-q", "--report", page).exit_code == 0
    assert "old</title>" not in page.read_text("utf-8")


@pytest.mark.parametrize(
    "content", [b"#!/bin/sh\n", b"PK\x03\x04", b"\xff\xfe\x00", b"about <html>", b"<!doctype html><title>mine</title>"]
)
def test_nothing_but_a_page_is_overwritten(content: bytes, good: Path, tmp_path: Path) -> None:
    victim = tmp_path / "notes.html"
    victim.write_bytes(content)
    assert "is not a page of this lab" in refusal(run(good, "-q", "--report", victim))
    assert victim.read_bytes() == content


@pytest.mark.parametrize("suffix", [*REFUSED_SUFFIXES, ".TOML"])
def test_names_of_other_kinds_of_files_are_refused(suffix: str, good: Path, tmp_path: Path) -> None:
    assert "name the page .html" in refusal(run(good, "-q", "--report", tmp_path / f"page{suffix}"))


def test_the_story_itself_is_never_overwritten(good: Path) -> None:
    before = good.read_bytes()
    refusal(run(good, "-q", "--report", good))
    assert good.read_bytes() == before


def test_a_folder_for_one_story_and_a_file_for_several_are_refused(good: Path, bad: Path, tmp_path: Path) -> None:
    assert "is a folder" in refusal(run(good, "-q", "--report", tmp_path))
    (tmp_path / "file").write_text("<!doctype html>", "utf-8")
    assert "is no folder" in refusal(run(good, bad, "-q", "--report", tmp_path / "file"))


def test_a_place_that_is_not_there_is_refused_before_anything_is_played(good: Path, bad: Path, tmp_path: Path) -> None:
    result = run(good, "--report", tmp_path / "nowhere" / "page.html")
    assert "there is no folder" in refusal(result)
    assert result.stdout == ""
    assert "cannot be written" in refusal(run(good, bad, "--report", tmp_path / "nowhere" / "pages"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_refused(good: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert "no permission" in refusal(run(good, "-q", "--report", closed / "page.html"))


def test_a_name_that_is_too_long_is_refused(good: Path, tmp_path: Path) -> None:
    refusal(run(good, "-q", "--report", tmp_path / ("x" * 300 + ".html")))


def test_a_link_that_leads_in_circles_is_refused(good: Path, tmp_path: Path) -> None:
    circle = tmp_path / "circle.html"
    circle.symlink_to(circle)
    refusal(run(good, "-q", "--report", circle))


def test_a_link_to_a_page_stays_a_link(good: Path, tmp_path: Path) -> None:
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    assert run(good, "-q", "--report", tmp_path / "link.html").exit_code == 0
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_journals_file_is_not_the_pages(good: Path, tmp_path: Path) -> None:
    result = run(good, "-q", "--journal", tmp_path / "x", "--report", tmp_path / "x")
    assert result.exit_code == 2
    assert not (tmp_path / "x").exists()


def test_json_and_a_page_go_together(good: Path, tmp_path: Path) -> None:
    result = run(good, "--json", "--report", tmp_path / "page.html")
    assert result.exit_code == 0
    assert result.stdout.startswith("[")
    assert (tmp_path / "page.html").exists()


def test_a_page_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.html"
    old = '<!doctype html><meta name="generator" content="cucm-lab 0">old'
    page.write_text(old, "utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineCannot, match="No space left"):
        write_page(page, "<!doctype html>new")
    assert page.read_text("utf-8") == old
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_stories_of_one_name_have_a_page_each() -> None:
    assert page_names(["a.toml", "b/a.toml", "A", "index", "a-2"]) == [
        "a.html",
        "a-2.html",
        "A-3.html",
        "index-2.html",
        "a-2-2.html",
    ]


def test_every_page_of_a_folder_is_looked_at_before_anything_is_played(tmp_path: Path) -> None:
    (tmp_path / "two.html").write_text("mine", "utf-8")
    with pytest.raises(InvalidInput, match=r"two\.html is there already"):
        Report(tmp_path, ["one", "two"])
