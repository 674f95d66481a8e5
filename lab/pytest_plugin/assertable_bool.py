"""Yes or no, for an assertion: with the answer that it is a part of, and a failure of the test where it is not known."""

from __future__ import annotations

from typing import Protocol

import pytest

from lab.pytest_plugin.assertion_log import AssertionLog


class Answer(Protocol):
    @property
    def sentence(self) -> str: ...

    @property
    def title(self) -> str: ...

    def report_text(self) -> str: ...


class AssertableBool:
    """As a truth value `value`, which is noted for the report of the test."""

    def __init__(self, answer: Answer, value: bool, log: AssertionLog, *, not_known: str = "") -> None:
        """`not_known`: why nothing can be said, one sentence; empty where `value` is known."""
        self.value = value
        self._answer, self._log, self._not_known = answer, log, not_known

    def __bool__(self) -> bool:
        """Fails the test where it is not known."""
        __tracebackhide__ = True
        if self._not_known:
            pytest.fail(self._not_known)
        return self._log.look(self._answer, self.value)

    def __repr__(self) -> str:
        return f"<{self._not_known or self.value}: {self._answer.sentence}>"
