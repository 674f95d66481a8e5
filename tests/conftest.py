"""What every test shares: the outside judges are asked for here, and nowhere else."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

from lab.explain import RULES, UNKNOWN, _explain
from tests import played

PACKAGES = {
    "atftp": "the Debian package atftp",
    "chromium": "the Debian package chromium",
    "curl": "the Debian package curl",
    "dask": "the Python package distributed (requirements-dask.lock)",
    "eapol_test": "the Debian package eapoltest",
    "freeradius": "the Debian package freeradius",
    "ocserv": "the Debian package ocserv",
    "openconnect": "the Debian package openconnect",
    "openssl": "the Debian package openssl",
    "tshark": "the Debian package tshark",
    "lint_pkix_cert": "the Python package pkilint",
}

settings.register_profile("quick", max_examples=40)
settings.load_profile("quick")
"""A test that needs more examples says so; `--hypothesis-profile=default` gives all others 100."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("peer"):
        program = marker.args[0]
        if shutil.which(program) or (Path(sys.executable).parent / program).exists():
            continue
        no_peer(f"{program} is not installed; it comes with {PACKAGES[program]}")


def no_peer(reason: str) -> NoReturn:
    """Skip the test, or let it fail where CUCM_LAB_REQUIRE_PEERS asks for all peers."""
    if os.environ.get("CUCM_LAB_REQUIRE_PEERS") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _stories_are_played_once_for_all_processes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Of one run: its folder of temporary files is a new one, so what an earlier run has played is never looked at."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = tmp_path_factory.getbasetemp().parent / "played"
        folder.mkdir(exist_ok=True)
        played.shared[:] = [folder]


@pytest.fixture(scope="session", autouse=True)
def _every_way_of_a_cure_is_in_the_table_of_rules() -> Iterator[None]:
    """Whatever a test has explained: what is printed and not in the table would be played by no test."""
    made = _explain._explained

    def checked(*given: Any) -> Any:
        one = made(*given)
        assert one.rule == UNKNOWN or set(one.ways) <= set(RULES[one.rule].ways), (one.rule, one.ways)
        return one

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_explain, "_explained", checked)
        yield
