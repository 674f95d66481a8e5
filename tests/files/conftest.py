"""A small story, a folder of exports, and the command in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from lab.whatif.sample import write_sample
from tests.in_process import invoke
from tests.one_phone import one_phone

STORY = one_phone()

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    return invoke


@pytest.fixture
def story(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(STORY, "utf-8")
    return file


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network") / "exports"
    write_sample(folder)
    return folder
