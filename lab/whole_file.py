"""A file that is there whole or not at all: written beside its name, and renamed when all of it is on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from lab.failures import InvalidInput, MachineCannot


class WholeFile:
    """Open it before the work whose outcome it shall hold, so that a place that cannot be written is known early."""

    def __init__(self, path: Path) -> None:
        """Makes the file beside it. Raises InvalidInput where that cannot be.

        What is there and is no ordinary file, /dev/stdout or a pipe, is never replaced: it is written to.
        """
        self._path = path
        target = path.resolve()  # a link stays a link
        self._target = target if target.is_file() or not target.exists() else None
        self._beside = target.with_name(f".{target.name}.{os.getpid()}.new")
        try:
            self._file = open(self._beside, "xb") if self._target is not None else open(path, "wb")  # noqa: SIM115
        except OSError as error:
            raise InvalidInput(f"{path} cannot be written: {error.strerror}") from None

    def write(self, octets: bytes) -> None:
        """All that it shall hold. Raises MachineCannot where the disk takes no more, BrokenPipeError of a pipe."""
        try:
            with self._file:
                self._file.write(octets)
                self._file.flush()
                if self._target is not None:
                    os.fsync(self._file.fileno())
            if self._target is not None:
                os.replace(self._beside, self._target)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise MachineCannot(f"{self._path} cannot be written to its end: {error.strerror}") from None

    def __enter__(self) -> WholeFile:
        return self

    def __exit__(self, *_: object) -> None:
        """Without a `write` nothing is left behind."""
        try:
            self._file.close()
        except OSError:
            pass  # `write` has said so
        if self._target is not None:
            self._beside.unlink(missing_ok=True)
