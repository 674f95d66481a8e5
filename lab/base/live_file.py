"""A file that is written while things happen: each piece at once and unbuffered, so that a killed run leaves all until then."""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path
from types import TracebackType

from lab.base.failures import MachineCannot
from lab.base.outputs import Kind, cannot_write, destination, open_stream
from wire.plain_text import plain


def open_live(path: Path, kind: Kind, *, force: bool = False) -> FileIO:
    """The file, made or emptied. Raises InvalidInput where that cannot be, or `lab.base.outputs` does not allow it."""
    target = destination(path, kind, force=force)
    try:
        if target is None:
            return FileIO(open_stream(path), "wb")
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        os.ftruncate(handle, 0)
        return FileIO(handle, "wb")
    except (OSError, ValueError) as error:
        raise cannot_write(plain(str(path)), error) from None


class LiveFile:
    """Use it as a context manager, or close it."""

    def __init__(self, path: Path, kind: Kind, *, force: bool = False) -> None:
        """As `open_live`."""
        self._path = path
        self._file = open_live(path, kind, force=force)

    def write(self, octets: bytes) -> None:
        """Raises MachineCannot where the disk takes no more, BrokenPipeError where a pipe's reader has gone."""
        left = memoryview(octets)
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise MachineCannot(f"{plain(str(self._path))} cannot be written to its end: {error.strerror}") from None

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> LiveFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
