"""A run's journal on disk: written while it happens, read again when somebody asks why."""

from __future__ import annotations

from pathlib import Path

from journal import Event, JournalFileError, read_jsonl, to_jsonl
from lab.failures import InvalidInput
from lab.live_file import LiveFile


class JournalFile(LiveFile):
    """One event a line."""

    def __init__(self, path: Path) -> None:
        """As `LiveFile`; raises InvalidInput for the name of a scenario too."""
        if path.suffix == ".toml":
            raise InvalidInput(f"{path} is the name of a scenario, and a journal would overwrite it: name it .jsonl")
        super().__init__(path)

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
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(1) == b"{"
    except OSError:
        return False


def read_journal(path: Path) -> list[Event]:
    """All events of the file. Raises InvalidInput where it cannot be read, is no journal or holds no event."""
    from lab.play import runner  # noqa: F401 - declares the events that a journal may hold

    try:
        events = list(read_jsonl(path))
    except JournalFileError as error:
        raise InvalidInput(str(error)) from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
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
