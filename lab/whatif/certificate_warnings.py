"""Warnings of cryptography about oddly encoded certificates are left out: what-if judges certificates as they are."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_certificate_warnings() -> Iterator[None]:
    """Odd encodings (a C of three letters, a serial number of 0) are warned of at each reading; what is read stays the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield
