"""Which answers a test looked at, so that the report of a failed assertion can show those that it looked at there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import CodeType, TracebackType
from typing import NamedTuple, Protocol

MAX_SHOWN = 5
"""Answers below one failure."""


class AssertedAnswer(Protocol):
    """An answer with a truth value."""

    @property
    def title(self) -> str:
        """One line."""

    def report_text(self) -> str:
        """All that explains it, several lines."""


class _Look(NamedTuple):
    code: CodeType
    line: int
    answer: AssertedAnswer
    truth: bool


class AssertionLog:
    """Notes every look at the truth of an answer, with the line of the test that looked."""

    def __init__(self) -> None:
        self._looks: list[_Look] = []

    def look(self, answer: AssertedAnswer, truth: bool) -> bool:
        """To be called by `__bool__` itself; gives `truth` back."""
        frame = sys._getframe(2)
        self._looks.append(_Look(frame.f_code, frame.f_lineno, answer, truth))
        return truth

    def about(self, traceback: TracebackType) -> list[tuple[str, str]]:
        """Titles and texts of what the failed statement looked at last.

        A statement in a loop has looked at others before, with the other result: those did not make it fail.
        """
        found: list[_Look] = []
        for code, first, last in _statements(traceback):
            found += [look for look in self._looks if look.code is code and first <= look.line <= last]
        if not found:
            return []
        failed = [look.answer for look in found if look.truth is found[-1].truth][-MAX_SHOWN:]
        return [(answer.title, answer.report_text()) for answer in dict.fromkeys(failed)]


def _statements(traceback: TracebackType | None) -> Iterator[tuple[CodeType, int, int]]:
    """Code and lines, the first and the last, of what was being executed in each frame."""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        position = list(code.co_positions())[traceback.tb_lasti // 2]
        first, last = position[0] or traceback.tb_lineno, position[1] or traceback.tb_lineno
        yield code, first, last
        traceback = traceback.tb_next
