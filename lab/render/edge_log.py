"""Logs on disk: an authentication server's in ISE's words, a VPN gateway's syslog in an ASA's, and a publisher's command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cucm_sim.texts.list_commands import command_lines
from cucm_sim.texts.set_network import set_network_lines
from edge_sim.texts.asa import asa_syslog
from edge_sim.texts.ise import ise_log
from journal import Event
from lab.base.failures import InvalidInput
from lab.base.live_file import LiveFile
from lab.base.outputs import ASA_MARK, CLI_MARK, ISE_MARK, Kind

Render = Callable[[Event], tuple[str, ...]]


def ise_lines(event: Event) -> tuple[str, ...]:
    """Lines of one event, with the server's name in front: a lab may have several."""
    server = event.actor.cluster
    return tuple(f"{server} {line}" for line in ise_log(event)) if event.actor.service == "radius" else ()


def asa_lines(event: Event) -> tuple[str, ...]:
    """Lines of one event, with time and name in front as a syslog server has them; TLS is the gateway's own only."""
    if event.actor.service != "vpn":
        return ()
    return tuple(f"{event.at:%b %d %Y %H:%M:%S} {event.actor.cluster} : {line}" for line in asa_syslog(event))


def cli_lines(event: Event) -> tuple[str, ...]:
    """What was typed on a cluster's publisher, or on the node that the actor names, and what that printed; time and place first."""
    lines = command_lines(event) or set_network_lines(event)
    place = "/".join(filter(None, (event.actor.cluster, event.actor.node)))
    return (f"{event.at:%Y-%m-%d %H:%M:%S} {place}", *lines, "") if lines else ()


_WORDS = "Times are lab time, UTC; the lines below are as that product would write them."
_BEGINNINGS: dict[Render, tuple[Kind, str]] = {
    ise_lines: (Kind.ISE_LOG, ISE_MARK),
    asa_lines: (Kind.ASA_LOG, ASA_MARK),
    cli_lines: (Kind.CLI_LOG, CLI_MARK),
}
"""The first line of a log, which is no syslog line: readers of syslog pass it over."""


class EdgeLog:
    """One log. The file is made with its first line, or at once where the user asked for it."""

    def __init__(self, path: Path, lines: Render, *, at_once: bool = True, force: bool = False) -> None:
        """Raises InvalidInput where the file cannot be made, and for the name of a scenario or a journal."""
        if path.suffix in (".toml", ".jsonl"):
            raise InvalidInput(f"{path} is the name of a scenario or a journal: name the log .log")
        self._path = path
        self._lines = lines
        self._force = force
        self._file = self._opened() if at_once else None

    def note(self, event: Event) -> None:
        """Subscribe this to a journal. Raises as `LiveFile` does."""
        lines = self._lines(event)
        if not lines:
            return
        if self._file is None:
            self._file = self._opened()
        self._file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))

    def _opened(self) -> LiveFile:
        kind, mark = _BEGINNINGS[self._lines]
        file = LiveFile(self._path, kind, force=self._force)
        try:
            file.write(f"{mark} {_WORDS}\n".encode())
        except BaseException:
            file.close()
            raise
        return file

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> EdgeLog:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()
