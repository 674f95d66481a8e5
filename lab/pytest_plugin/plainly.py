"""What a test asked for and cannot have: a failure of one sentence at the test's own line, with no frame of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import pytest

from lab.failures import InvalidInput, MachineCannot
from lab.whatif.strangers import unwarned
from wire.tls import TlsUnavailable

P = ParamSpec("P")
R = TypeVar("R")


def plainly(function: Callable[P, R], *, at_line: bool = True) -> Callable[P, R]:
    """Turns what the command would end with, a sentence and no traceback, into what pytest ends with.

    Warnings of odd certificates are not the test's, be they errors to it or not.

    Args:
        at_line: whether a line of the test called it and shall be shown; not so where a fixture does.
    """

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = at_line
        try:
            with unwarned():
                return function(*args, **kwargs)
        except (InvalidInput, MachineCannot, TlsUnavailable) as error:
            sentence = str(error)
        # Outside the handler, lest pytest tell of the other exception too.
        pytest.fail(sentence, pytrace=at_line)

    return told
