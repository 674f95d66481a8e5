"""`trust_change`: asks what a change would break, for every phone of the lab, and answers in a form that can be asserted."""

from __future__ import annotations

from typing import Any

import pytest

from lab.base.language import ENGLISH
from lab.pytest_plugin.asked import Asked
from lab.pytest_plugin.network import Lab
from lab.pytest_plugin.plainly import plainly
from lab.pytest_plugin.told import captured
from lab.pytest_plugin.words import Words
from lab.whatif.answer import Answer, PlannedStep, Verdict
from lab.whatif.ask import ask
from lab.whatif.render import text
from lab.whatif.render.words import headline, names
from wire.plain_text import plain

MOST_NAMED = 3
"""Devices that a one-line answer names."""


class TrustChange:
    """Callable. The lab stays as it is: `lab.change` takes the same words and does it."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def __repr__(self) -> str:
        return "trust_change"

    @plainly
    def __call__(self, *, propose: bool = True, accept_unknown: bool = False, **words: Any) -> ChangeAnswer:
        """What the change would break.

        Args:
            propose: whether to look for the safe order of work where something breaks.
            accept_unknown: whether what could not be judged is as good as judged; else the change is not safe, and a test that
                says that nothing breaks fails.
            words: the options of `cucm-lab whatif`: remove and from_, add and to, regenerate, min_tls, at, move; or plan, a file.
                Relative paths begin at the folder of the test.
        """
        __tracebackhide__ = True
        lab = self._lab
        question, shop = lab.question(Words(**words))
        answer = ask(question, lab.keys, shop=shop, propose=propose)
        if not answer.complete:  # whoever pressed Ctrl-C wants pytest to end, and not half an answer
            raise KeyboardInterrupt
        return ChangeAnswer(answer, lab.asked, accept_unknown=accept_unknown)


class ChangeAnswer:
    """What a change does. True where it is safe."""

    def __init__(self, answer: Answer, asked: Asked, *, accept_unknown: bool = False) -> None:
        self.answer = answer
        """As what-if gives it: every phone at every service, the plan, the proposal, what is wrong with the inputs."""
        self.judged = accept_unknown or answer.all_judged
        """Whether nothing was left out and every phone could be judged at every service, or that is accepted."""
        self._asked = asked

    @property
    def broken(self) -> tuple[str, ...]:
        """Device names of the phones that lose a service, in order."""
        groups = [group for group in self.answer.groups if group.verdict is Verdict.BREAKS]
        return tuple(sorted(device for group in groups for device in group.devices))

    @property
    def breaks(self) -> Truth:
        """Whether a phone loses a service that it has. No is said only where everything was judged: else the test fails."""
        return Truth(self, self.answer.breaks, self._asked, known=self.answer.breaks or self.judged)

    @property
    def safe(self) -> Truth:
        """Whether no phone loses a service, not even between two steps of a plan, and everything was judged."""
        return Truth(self, self.judged and not self.answer.harms, self._asked)

    @property
    def order(self) -> tuple[PlannedStep, ...]:
        """The safe order of work, or the best that was found; empty where nothing breaks. As text: `step.text`."""
        proposal = self.answer.proposal
        return proposal.steps[1:] if proposal is not None else ()

    def of(self, phone: object) -> dict[str, Verdict]:
        """The verdicts on one phone by service; empty for one that was not asked about."""
        rows = self.answer.rows()
        return {line.server_after: line.verdict for device, _, line in rows if device == str(phone)}

    def __bool__(self) -> bool:
        return self._asked.look(self, self.safe.value)

    @property
    def title(self) -> str:
        return "cucm-cert-lab: what this change does"

    @property
    def sentence(self) -> str:
        """In one line."""
        said = headline(self.answer, ENGLISH)
        if self.broken:
            said += f" {names(self.broken, MOST_NAMED, ENGLISH)}"
        return plain(said)

    def told(self) -> str:
        """As the command prints it."""
        return captured(lambda: text.write(self.answer, ENGLISH))

    def __repr__(self) -> str:
        return f"<{self.sentence}>"

    def __str__(self) -> str:
        return self.told()


class Truth:
    """Yes or no, with the answer that it is a part of."""

    def __init__(self, answer: ChangeAnswer, value: bool, asked: Asked, *, known: bool = True) -> None:
        self.value = value
        self._answer, self._asked, self._known = answer, asked, known

    def __bool__(self) -> bool:
        """Fails the test where it is not known."""
        __tracebackhide__ = True
        if not self._known:
            pytest.fail(f"{self._answer.sentence} accept_unknown=True takes that for judged")
        return self._asked.look(self._answer, self.value)

    def __repr__(self) -> str:
        return f"<{self.value}: {self._answer.sentence}>"
