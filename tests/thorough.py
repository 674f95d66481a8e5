"""How often a test repeats what it does: less where a person waits for `make test`, and as often as is wanted in `.ci/run`."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

THOROUGH = os.environ.get("CUCM_LAB_THOROUGH") == "1"


def thorough(everything: T, usually: T) -> T:
    """`everything` where CUCM_LAB_THOROUGH is 1."""
    return everything if THOROUGH else usually
