"""A run's journal on disk: written while it happens, read again to explain it."""

from __future__ import annotations

from pathlib import Path

from journal import HEADER, Event, JournalFileError, events_of_lines, to_jsonl
from lab.base import inputs
from lab.base.failures import InvalidInput
from lab.base.live_file import LiveFile
from lab.base.outputs import Kind

MAX_OCTETS = 1024 * 1024 * 1024
"""Octets of a journal that is read; one of a thousand phones has some hundred megabytes."""


class JournalFile(LiveFile):
    """One event a line, below one that says whose file it is."""

    def __init__(self, path: Path, *, force: bool = False) -> None:
        """As `LiveFile`; raises InvalidInput for the name of a scenario too."""
        if path.suffix == ".toml":
            raise InvalidInput(f"{path} is the name of a scenario, and a journal would overwrite it: name it .jsonl")
        super().__init__(path, Kind.JOURNAL, force=force)
        try:
            self.write(HEADER)
        except BaseException:
            self.close()
            raise

    def note(self, event: Event) -> None:
        """Subscribe this to a journal. Raises MachineCannot where the disk takes no more."""
        self.write(to_jsonl(event))

    def __enter__(self) -> JournalFile:
        return self


def is_journal(path: Path) -> bool:
    """Whether to read the file as a journal: by its name, else because it begins as one does and no TOML can."""
    if path.suffix == ".jsonl":
        return True
    try:
        return inputs.read(path, 1, beginning=True) == b"{"
    except inputs.CannotRead:
        return False


def read_journal(path: Path) -> list[Event]:
    """All events of the file. Raises InvalidInput where it cannot be read, is no journal or holds no event."""
    from lab.views import declared  # noqa: F401

    lines = inputs.read_named(path, MAX_OCTETS, "a journal").splitlines(keepends=True)
    try:
        events = list(events_of_lines(lines, str(path)))
    except JournalFileError as error:
        raise InvalidInput(str(error)) from None
    if not events:
        raise InvalidInput(f"{path} holds no event")
    return events


def is_cut(path: Path) -> bool:
    """Whether the file ends in the middle of a line. Raises InvalidInput where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            if not file.tell():
                return False
            file.seek(-1, 2)
            return file.read(1) != b"\n"
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
