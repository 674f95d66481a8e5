"""The release of a folder of exports: told, assumed, and what cannot be told without it."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cisco_data.tls import TlsVersion
from lab.base.exits import AS_EXPECTED, INVALID_INPUT, NOT_AS_EXPECTED, UNDECIDED
from lab.base.failures import InvalidInput
from lab.exports.settings_file import NAME, read_settings_untrusted
from lab.whatif.sample import write_sample
from tests.in_process import invoke

KEPT = ("SEP00260BD7A001", "SEP00260BD7A002", "SEP2C3124C9F002")
"""A 7942 that is Non Secure, one that is Encrypted, and an 8845."""

whatif = partial(invoke, "whatif")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports") / "sample"
    write_sample(folder)
    for certificates in ("phones", "traces"):
        shutil.rmtree(folder / "hq" / certificates)
    inventory = folder / "inventory.csv"
    heading, *rows = inventory.read_text("utf-8").splitlines(keepends=True)
    inventory.write_text(heading + "".join(row for row in rows if any(device in row for device in KEPT)), "utf-8")
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """Settings of it tell no minimum TLS version of a cluster."""
    found = tmp_path / "exports"
    shutil.copytree(written, found)
    (found / NAME).write_text('[radius.RADIUS]\nminimum-tls = "1.0"\n', "utf-8")
    return found


def answer(folder: Path, *options: str, code: int) -> dict[str, Any]:
    result = whatif(folder, "--json", *options)
    assert result.exit_code == code, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_where_another_release_would_change_a_verdict_it_cannot_be_told(folder: Path) -> None:
    found = answer(folder, code=UNDECIDED)
    assert any("its release is not named: 12.5SU3 is assumed" in each["problem"] for each in found["findings"])
    (sentence,) = found["unjudged"]
    assert "with release 15SU2, verdicts on 2 phones would be others" in sentence
    assert "SEP00260BD7A002" in sentence


def test_with_the_release_or_the_minimum_it_can(folder: Path, written: Path) -> None:
    assert not answer(folder, "--release", "12.5SU3", code=AS_EXPECTED)["unjudged"]
    newest = answer(folder, "--release", "15SU2", code=AS_EXPECTED)
    assert not newest["unjudged"]
    assert not any("assumed: " in each["problem"] for each in newest["findings"])
    assert not answer(written, code=AS_EXPECTED)["unjudged"]


def test_what_is_assumed_of_a_named_release_is_told_in_every_form(folder: Path) -> None:
    problem = "assumed: Minimum TLS version of a new installation (TLSv1)"
    named = "--release", "14SU3"
    found = answer(folder, *named, "--explain", "SEP00260BD7A002", code=AS_EXPECTED)
    assert {each["problem"] for each in found["findings"]} >= {problem}
    assert any("of release 14SU3" in each for each in found["explained"][0]["assumptions"])
    page = folder.parent / "page.html"
    junit = folder.parent / "junit.xml"
    shown = whatif(folder, *named, "--all", "--report", page, "--junit", junit)
    assert problem in " ".join(shown.stdout.split())
    assert problem in page.read_text("utf-8")
    assert problem in junit.read_text("utf-8")


def test_a_release_that_there_is_not_is_one_sentence(folder: Path) -> None:
    result = whatif(folder, "--release", "14SU33")
    assert result.exit_code == INVALID_INPUT
    assert 'there is no release "14SU33" (did you mean "14SU3"?)' in " ".join(result.stderr.split())
    assert whatif("lsc-wins-over-mic", "--release", "14SU3").exit_code == INVALID_INPUT


SETTINGS = b"""
release = "14SU3"
[clusters.old]
release = "11.5SU3"
minimum-tls = "1.1"
[clusters.new]
release = "15SU2"
[clusters.kept]
release = "15SU2"
upgraded = true
"""


@pytest.mark.parametrize(
    ("cluster", "release", "minimum"),
    [("old", "11.5SU3", "1.0"), ("new", "15SU2", "1.2"), ("kept", "15SU2", "1.0"), ("other", "14SU3", "1.0")],
)
def test_a_cluster_names_its_own_or_has_that_of_the_file(cluster: str, release: str, minimum: str) -> None:
    found = read_settings_untrusted(SETTINGS, NAME)
    told = found.release_of(cluster)
    assert (told.name, told.named, told.default_minimum_tls.number) == (release, True, minimum)
    assert found.with_release("12.0").release_of(cluster).name == "12.0"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ('release = "12"', f"{NAME}: release: there is no release"),
        ("release = 12", f"{NAME}: release: this must be a text"),
        (
            '[clusters.hq]\nrelease = "14SU33"',
            'clusters.hq.release: there is no release "14SU33" (did you mean "14SU3"?)',
        ),
    ],
)
def test_a_release_in_settings_that_there_is_not_has_its_place(settings: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as error:
        read_settings_untrusted(settings.encode(), NAME)
    assert problem in str(error.value)


def test_a_minimum_that_the_release_cannot_have_is_an_error_too() -> None:
    settings = read_settings_untrusted(b'[clusters.hq]\nrelease = "14SU3"\nminimum-tls = "1.3"', NAME)
    with pytest.raises(InvalidInput, match=r"clusters\.hq\.minimum-tls: release 14SU3 speaks TLS 1\.2 at most"):
        settings.release_of("hq")
    allowed = read_settings_untrusted(b'[clusters.hq]\nrelease = "15SU2"\nminimum-tls = "1.3"', NAME)
    assert allowed.release_of("hq").maximum_tls is TlsVersion.TLSv1_3


@pytest.mark.parametrize(("renewed", "told"), [("CallManager of hq", True), ("tomcat of hq", False)])
def test_where_another_release_would_restart_a_service_by_itself_it_cannot_be_told(
    written: Path, tmp_path: Path, renewed: str, told: bool
) -> None:
    """The minimum TLS version waits for a restart, which from release 14 on follows a new certificate of CallManager."""
    plan = tmp_path / "plan.toml"
    minimum = 'do = "set-minimum-tls"\nversion = "1.2"\n'
    regenerate = f'do = "regenerate-certificate"\ncertificate = "{renewed}"\n'
    plan.write_text(f'source = "{written}"\n[[steps]]\n{minimum}[[steps]]\n{regenerate}', "utf-8")
    found = answer(plan, code=UNDECIDED if told else AS_EXPECTED)
    sentences = [each for each in found["unjudged"] if "with release 14SU2, verdicts on 1 phones" in each]
    assert bool(sentences) is told
    if told:
        assert "SEP00260BD7A002" in sentences[0]
        named = answer(plan, "--release", "14SU2", code=NOT_AS_EXPECTED)
        assert not any("not named" in each for each in named["unjudged"])
