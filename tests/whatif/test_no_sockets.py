"""What-if and the fixtures of the plugin open no socket and bind no address, unless a story is played first."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from click.testing import CliRunner

from lab.pytest_plugin.devices import PluginCapf, PluginCluster
from lab.pytest_plugin.network import PluginLab
from lab.pytest_plugin.trust_change import TrustChange
from lab.verbs.cli import cli

WHATIF = ("whatif", "--remove", "CAPF", "--from", "CallManager-trust", "--no-order", "--jobs", "1")
STORIES = {"lsc-wins-over-mic": 1, "vpn-with-lsc": 1, "dot1x-capf-missing": 0}
"""With the exit code: phones of the last one do not use TLS with CallManager."""


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    monkeypatch.setattr(socket.socket, "__init__", refuse)


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("story", STORIES)
def test_what_if_on_a_story_opens_no_socket(story: str) -> None:
    result = CliRunner().invoke(cli, [*WHATIF, story])
    assert (result.exit_code, result.stderr) == (STORIES[story], "")


def test_what_if_on_a_played_story_binds_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    bind, bound = socket.socket.bind, []

    def note(self: socket.socket, address: Any) -> None:
        bound.append(address)
        bind(self, address)

    monkeypatch.setattr(socket.socket, "bind", note)
    result = CliRunner().invoke(cli, [*WHATIF, "--play", "lsc-wins-over-mic"])
    assert result.exit_code == 1
    assert {port for _, port, *_ in bound} >= {2443, 3804, 6970}


@pytest.mark.usefixtures("no_sockets")
def test_a_lab_that_a_test_builds_opens_no_socket(
    lab: PluginLab, cluster: PluginCluster, capf: PluginCapf, trust_change: TrustChange
) -> None:
    lab.radius("ise")
    lab.gateway("asa")
    phone = lab.phone(dot1x="ise", vpn="asa")
    assert phone.registers()
    assert phone.authenticates()
    assert phone.connects()
    assert trust_change(remove=capf, from_=cluster.callmanager_trust, propose=False).broken == (str(phone),)
