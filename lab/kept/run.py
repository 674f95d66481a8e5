"""What a run leaves in a kept lab: what was noted, as it happens, and the lab's own files, at each change."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from cucm_sim.texts.node_trust_lists import show_all_trust_lists
from cucm_sim.texts.show_cert import show_all_certificates
from cucm_sim.tftp_events import FileSigned
from journal import Event
from lab.base.failures import MachineCannot
from lab.base.live_file import LiveFile
from lab.base.outputs import Kind, cannot_write
from lab.capture.file import CaptureFile
from lab.events.story import StepEnded, StoryEnded
from lab.kept.folder import LOGS, KeptLab, put
from lab.kept.state import KeptState
from lab.play.runner import StoryResult
from lab.render.capf_trace import CapfTraceFile
from lab.render.edge_log import EdgeLog, asa_lines, cli_lines, ise_lines
from lab.render.journal_file import JournalFile
from lab.running.lab import Lab
from lab.scenario.model import Scenario
from phone_sim.texts.console import Console

ADMINISTRATION = "administration"
_CHANGES_NODES = (ADMINISTRATION, "tftp")
"""Services: of an administrator's events, and of the service that makes an ITL file when it starts."""


class KeptRun:
    """Open it before the run, give it to `play` as `keep` with its subscribers and its capture, and tell it how the run ended."""

    def __init__(self, folder: Path, scenario: Scenario, *, secrets: bool = True) -> None:
        """Begins a run in the kept lab. Raises InvalidInput where that cannot be."""
        self._files = ExitStack()
        self._built: Lab | None = None
        self._state: KeptState | None = None
        self._consoles: dict[str, tuple[Console, LiveFile]] = {}
        with self._files:
            self.lab = self._files.enter_context(KeptLab(folder))
            try:
                self.folder = self.lab.new_run(scenario)
                self._logs = self.lab.folder / LOGS
                (self._logs / "consoles").mkdir(mode=0o700)
            except OSError as error:
                raise cannot_write(str(folder), error) from None
            journal = self._files.enter_context(JournalFile(self.folder / "journal.jsonl"))
            trace = self._files.enter_context(CapfTraceFile(self._logs / "capf.log"))
            self.capture = self._files.enter_context(CaptureFile(self.folder / "capture.pcapng", secrets=secrets))
            ise = self._files.enter_context(EdgeLog(self._logs / "ise.log", ise_lines, at_once=False))
            asa = self._files.enter_context(EdgeLog(self._logs / "asa.log", asa_lines, at_once=False))
            cli = self._files.enter_context(EdgeLog(self._logs / "cli.log", cli_lines, at_once=False))
            self.subscribers = (journal.note, trace.note, ise.note, asa.note, cli.note, self._console, self._changed)
            self._files = self._files.pop_all()

    # While it happens

    def database_file(self, cluster: str) -> Path:
        """Where that cluster keeps its configuration."""
        return self.lab.folder / "clusters" / f"{cluster}.sqlite"

    def built(self, lab: Lab) -> None:
        """The lab is there, and nothing has happened yet."""
        self._built, self._state = lab, KeptState(self.lab.folder, lab)
        try:
            self._state.write()
            self._state.write_stores()
        except OSError as error:
            raise self._full(error) from None

    def _console(self, event: Event) -> None:
        """A phone's lines into its file."""
        if event.actor.service or not event.actor.startswith("SEP"):
            return
        if event.actor not in self._consoles:
            file = self._files.enter_context(LiveFile(self._logs / "consoles" / f"{event.actor}.log", Kind.CONSOLE))
            self._consoles[event.actor] = Console(), file
        console, file = self._consoles[event.actor]
        file.write("".join(f"{line}\n" for line in console.lines(event)).encode("utf-8", "replace"))

    def _changed(self, event: Event) -> None:
        """An event may come of a change, or before it is done: what its actor holds is looked at, and all at the end of a step."""
        if self._state is None:
            return
        try:
            self._write_changes(event, self._state)
        except OSError as error:
            raise self._full(error) from None

    def _write_changes(self, event: Event, state: KeptState) -> None:
        actor = event.actor
        if isinstance(event, StepEnded):
            state.write()
        elif not actor.service:
            state.write_device(actor)
        elif actor.service in _CHANGES_NODES:
            state.write_nodes()
        if isinstance(event, StepEnded) or actor.service == ADMINISTRATION:
            state.write_stores()
        if isinstance(event, FileSigned):
            state.write_signed_file(actor.cluster, actor.node, event.file)
        if isinstance(event, StoryEnded):
            self._write_shown()

    def _write_shown(self) -> None:
        """What `show cert`, `show ctl` and `show itl` show of each cluster, while its database is open."""
        folder = self.lab.folder / "clusters"
        for name, cluster in self._built.clusters.items() if self._built is not None else ():
            put(folder / f"{name}.certificates.txt", show_all_certificates(cluster.cluster).encode())
            put(folder / f"{name}.trust-lists.txt", show_all_trust_lists(cluster.cluster).encode())

    # At the end

    def finish(self, result: StoryResult, page: str) -> None:
        """How it ended, and its page. Raises MachineCannot where the disk takes no more."""
        outcome = {True: "passed", False: "failed"}[result.passed]
        try:
            put(self.folder / "report.html", page.encode("utf-8", "replace"))
            put(self.folder / "outcome.txt", f"{outcome}\n".encode())
        except OSError as error:
            raise self._full(error) from None

    def _full(self, error: OSError) -> MachineCannot:
        return MachineCannot(f"{error.filename or self.lab.folder} cannot be written: {error.strerror}")

    def __enter__(self) -> KeptRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._files.close()
