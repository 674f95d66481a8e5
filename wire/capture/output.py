"""Blocks onto a file, each batch at once; the last batch can still be replaced, so that a comment may come late."""

from __future__ import annotations

import errno
from typing import BinaryIO


class Output:
    """Every batch is in the system's hands when `append` returns: a killed run leaves all of them.

    A file that cannot be written ends the capture and not the lab: `error` keeps what happened, and later batches are lost.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._stopped = False
        self._last = 0
        """Octets of the last batch."""
        self.error: OSError | None = None
        # A file opened for appending says that it can seek, but writes at its end wherever one went.
        self.can_replace = file.seekable() and "a" not in str(getattr(file, "mode", ""))

    def stop(self) -> None:
        """The file is not touched any more."""
        self._stopped = True

    def append(self, batch: bytes) -> None:
        self._last = len(batch)
        self._write(batch)

    def replace_last(self, batch: bytes) -> None:
        """Put `batch`, which may not be shorter, in place of the last one. Only where `can_replace`."""
        if self.error is None and not self._stopped:
            try:
                self._file.seek(-self._last, 1)
            except OSError as error:
                self.error = error
        self.append(batch)

    def _write(self, batch: bytes) -> None:
        if self.error is not None or self._stopped:
            return
        view = memoryview(batch)
        try:
            while view:  # an unbuffered file may take less than all
                written = self._file.write(view)
                if not written:  # a pipe that does not wait, and that no process reads
                    raise BlockingIOError(errno.EAGAIN, "the reader of the capture does not keep up")
                view = view[written:]
            self._file.flush()
        except OSError as error:
            self.error = error
