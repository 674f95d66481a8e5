"""What a test asked for and cannot have: a failure of one sentence at the test's own line, with no frame of the lab."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import pytest

from lab.base import bugs
from lab.base.failures import InvalidInput, MachineCannot
from lab.whatif.certificate_warnings import without_certificate_warnings
from wire.tls import TlsUnavailable

faults = [0]
"""How many faults of the lab there were in this process; the run's exit code is 70 then, whatever its tests came to."""
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
        told_before = bugs.told()
        try:
            with without_certificate_warnings():
                return function(*args, **kwargs)
        except (InvalidInput, MachineCannot, TlsUnavailable) as error:
            sentence = str(error)
        except Exception as error:
            if not _is_of_the_test(error):
                bugs.tell(bugs.clause(error))
            raise
        finally:
            faults[0] += max(bugs.told() - told_before, 0)
        # Outside the handler, lest pytest tell of the other exception too.
        pytest.fail(sentence, pytrace=at_line)

    return told


def _is_of_the_test(error: Exception) -> bool:
    """A call that our functions do not have: Python raises that where we pass the test's words on, and no deeper."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    where = traceback.tb_frame.f_globals.get("__name__", "") if traceback is not None else ""
    return isinstance(error, TypeError | AttributeError) and where.startswith("lab.pytest_plugin")
