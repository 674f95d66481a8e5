"""A CAPF whose CN holds a slash, a comma and a letter outside ASCII is called by its whole name wherever a person reads it."""

from __future__ import annotations

import html
from functools import partial

import pytest
from click.testing import CliRunner

from lab.base.language import Catalogue
from lab.explain import explain
from lab.play.runner import StoryResult, play
from lab.report.page import build_page
from lab.running import cluster as lab_cluster
from lab.scenario import gallery
from lab.verbs.cli import cli
from lab.views import cases_of
from phone_sim.texts.console import Console
from pki import capf_authority

CN = "Acme CA, Zürich/2024"
STORY = "capf-removed-too-early-from-callmanager-trust"
RULE = "capf-deleted-from-callmanager-trust"


@pytest.fixture(autouse=True)
def capf_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories name no CAPF; the one that a cluster starts with gets this name, the regenerated one another."""
    monkeypatch.setattr(lab_cluster, "capf_authority", partial(capf_authority, name=CN))


@pytest.fixture
def played(capf_of_that_name: None) -> StoryResult:
    story = gallery.story(STORY)
    return play(story)


def test_explanation_and_evidence_name_it_whole(played: StoryResult) -> None:
    assert played.passed
    for language in ("en", "zh"):
        found = [one for one in explain(cases_of(played.events), Catalogue(language)) if one.rule == RULE]
        assert found
        for explanation in found:
            assert CN in explanation.why
            assert any(CN in evidence.text for evidence in explanation.evidence)


def test_the_page_names_it_whole(played: StoryResult) -> None:
    page = html.unescape(build_page(played))
    assert CN in page
    assert "2024\\" not in page


def test_the_console_prints_the_one_line_form_of_openssl(played: StoryResult) -> None:
    console = Console()
    printed = [
        line
        for event in played.events
        if event.actor == played.devices["boardroom"]
        for line in console.lines(event)
        if "Certificate issuer name" in line
    ]
    assert "/CN=Acme CA, Z\\xC3\\xBCrich\\/2024/ST=" in printed[0]


def test_whatif_names_it_whole() -> None:
    result = CliRunner().invoke(
        cli, ["whatif", STORY, "--remove", "Acme CA", "--from", "CallManager-trust", "--jobs", "1", "--no-order"]
    )
    assert result.exit_code == 1, result.output
    told = " ".join(result.stdout.split())
    assert f"{CN} was deleted from CallManager-trust" in told
