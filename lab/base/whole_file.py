"""A file that is there whole or not at all: written beside its name, and renamed when all of it is on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from lab.base.failures import MachineCannot
from lab.base.outputs import Kind, cannot_write, destination, open_stream, refuse_input
from wire.plain_text import plain


class WholeFile:
    """Open it before the work whose outcome it shall hold, so that a place that cannot be written is known early."""

    def __init__(self, path: Path, kind: Kind, *, force: bool = False) -> None:
        """Makes the file beside it. Raises InvalidInput where that cannot be, or `lab.base.outputs` does not allow it.

        A device, a pipe or a descriptor is never replaced: it is written to.
        """
        self._path = path
        self._shown = plain(str(path))
        self._target = destination(path, kind, force=force)
        try:
            if self._target is None:
                self._file = open(open_stream(path), "wb")  # noqa: SIM115
            else:
                self._beside = self._target.with_name(f".{_shortened(self._target.name)}.{os.getpid()}.new")
                self._file = open(self._beside, "xb")  # noqa: SIM115
        except (OSError, ValueError) as error:
            raise cannot_write(self._shown, error) from None

    def write(self, octets: bytes) -> None:
        """All that it shall hold. Raises MachineCannot where the disk takes no more, BrokenPipeError of a pipe, InvalidInput where
        the command has read the file meanwhile."""
        if self._target is not None:
            refuse_input(self._target)
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
            raise MachineCannot(f"{self._shown} cannot be written to its end: {error.strerror}") from None

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


def _shortened(name: str) -> str:
    """So that the name beside it is not too long where the name itself is just short enough (255 octets)."""
    return os.fsencode(name)[:200].decode("utf-8", "ignore")
