"""Certificates of strangers are as odd as they are: whatever cryptography warns of in them is no news to whoever asks here."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unwarned() -> Iterator[None]:
    """Odd encodings (a C of three letters, a serial number of 0) are warned of at each reading; what is read stays the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield
