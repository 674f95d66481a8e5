"""A run's journal on disk: written while it happens, read again when somebody asks why."""

from __future__ import annotations

from io import FileIO
from pathlib import Path
from types import TracebackType

from journal import Event, JournalFileError, read_jsonl, to_jsonl
from lab.failures import InvalidInput, MachineCannot


class JournalFile:
    """Writes each event at once and unbuffered, so that a killed run leaves all that it had noted."""

    def __init__(self, path: Path) -> None:
        """Makes the file, or empties it. Raises InvalidInput where that cannot be."""
        if path.suffix == ".toml":
            raise InvalidInput(f"{path} is the name of a scenario, and a journal would overwrite it: name it .jsonl")
        self._path = path
        try:
            self._file = FileIO(path, "wb")
        except OSError as error:
            raise InvalidInput(f"{path} cannot be written: {error.strerror}") from None

    def note(self, event: Event) -> None:
        """Subscribe this to a journal. Raises MachineCannot where the disk takes no more."""
        left = memoryview(to_jsonl(event))
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise MachineCannot(f"{self._path} cannot be written to its end: {error.strerror}") from None

    def __enter__(self) -> JournalFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()


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
    from lab import runner  # noqa: F401 - declares the events that a journal may hold

    try:
        events = list(read_jsonl(path))
    except JournalFileError as error:
        raise InvalidInput(str(error)) from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    if not events:
        raise InvalidInput(f"{path} holds no event")
    return events
