"""CAPF's trace on disk."""

from __future__ import annotations

from pathlib import Path

from capf_sim.texts.trace import CapfTrace
from journal import Event
from lab.base.failures import InvalidInput
from lab.base.live_file import LiveFile
from lab.base.outputs import TRACE_MARK, Kind

HEADER = (
    f"{TRACE_MARK} Layout and words are the lab's own: Cisco has published no sample of CUCM's.",
    "# Names of states as in CME's CAPF server, error codes as in Cisco's Troubleshooting Guide. Times are lab time, UTC.",
    "# time | server | session | device | what happened",
)


class CapfTraceFile(LiveFile):
    """A run's trace on disk."""

    def __init__(self, path: Path, *, force: bool = False) -> None:
        """As `LiveFile`; raises InvalidInput for the name of a scenario or a journal too."""
        if path.suffix in (".toml", ".jsonl"):
            raise InvalidInput(f"{path} is the name of a scenario or a journal: name the trace .log")
        super().__init__(path, Kind.CAPF_TRACE, force=force)
        self._trace = CapfTrace()
        try:
            self._print(HEADER)
        except BaseException:
            self.close()
            raise

    def note(self, event: Event) -> None:
        """Subscribe this to a journal. Raises MachineCannot where the disk takes no more."""
        self._print(self._trace.lines(event))

    def _print(self, lines: tuple[str, ...]) -> None:
        self.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))

    def __enter__(self) -> CapfTraceFile:
        return self
