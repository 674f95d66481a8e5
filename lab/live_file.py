"""A file that is written while things happen: each piece at once and unbuffered, so that a killed run leaves all until then."""

from __future__ import annotations

from io import FileIO
from pathlib import Path
from types import TracebackType

from lab.failures import InvalidInput, MachineCannot


class LiveFile:
    """Use it as a context manager, or close it."""

    def __init__(self, path: Path) -> None:
        """Makes the file, or empties it. Raises InvalidInput where that cannot be."""
        self._path = path
        try:
            self._file = FileIO(path, "wb")
        except OSError as error:
            raise InvalidInput(f"{path} cannot be written: {error.strerror}") from None

    def write(self, octets: bytes) -> None:
        """Raises MachineCannot where the disk takes no more, BrokenPipeError where a pipe's reader has gone."""
        left = memoryview(octets)
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise MachineCannot(f"{self._path} cannot be written to its end: {error.strerror}") from None

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> LiveFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
