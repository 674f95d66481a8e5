"""Answers that were really asked for, a terminal of any width, and a browser and a strict reader as the story pages have them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner

from lab.base.language import Catalogue
from lab.operations.steps import RemoveCertificateStep, RestartStep, SetDateStep
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import ImpactReport
from tests.lab_report.conftest import browser, read
from tests.whatif.conftest import make_network

__all__ = ["browser", "read"]


@pytest.fixture(scope="session")
def real() -> ImpactReport:
    """CAPF deleted from CallManager-trust: one phone that goes by its LSC, one that has none, one that was refused before."""
    network = make_network()
    names = [f"SEP0011223344{number:02}" for number in range(3)]
    phones = (
        network.phone(names[0], lsc=network.lsc(device=names[0]), mic=network.mic(names[0])),
        network.phone(names[1], mic=network.mic(names[1])),
        network.phone(names[2], lsc=network.lsc(network.other_capf, names[2])),
    )
    fleet = network.fleet(*phones)
    steps = (
        RemoveCertificateStep(network.capf.certificate, "CallManager of hq"),
        RestartStep("CallManager of hq"),
        SetDateStep(fleet.at + timedelta(days=1)),
    )
    return evaluate(ChangeRequest(fleet, steps, "made here"), network.keys)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a function prints: into a pipe, or with `columns` on a terminal, colours and all."""

    def run(show: Callable[..., None], *arguments: object, columns: int = 0, **options: object) -> str:
        @click.command()
        def command() -> None:
            if columns:
                monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
            show(*arguments, **options)

        monkeypatch.setenv("TERM", "xterm")
        if columns:
            monkeypatch.setenv("COLUMNS", str(columns))
        else:
            monkeypatch.delenv("COLUMNS", raising=False)
        result = CliRunner().invoke(command, color=bool(columns), catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    return run


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Catalogue:
    return Catalogue(request.param)
