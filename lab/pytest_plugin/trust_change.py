"""`trust_change`: asks what a change would break, for every phone of the lab, and answers in a form that can be asserted."""

from __future__ import annotations

from typing import Any

import pytest

from lab.base.language import ENGLISH
from lab.pytest_plugin.assertion_log import AssertionLog
from lab.pytest_plugin.change_args import ChangeArgs
from lab.pytest_plugin.network import PluginLab
from lab.pytest_plugin.plainly import plainly
from lab.pytest_plugin.report_text import captured
from lab.whatif.evaluate import evaluate
from lab.whatif.impact_report import ImpactReport, PlannedStep, Verdict
from lab.whatif.render import text
from lab.whatif.render.words import headline, names
from wire.plain_text import plain

MAX_NAMED = 3
"""Devices that a one-line answer names."""


class TrustChange:
    """Callable. The lab stays as it is: `lab.change` takes the same words and does it."""

    def __init__(self, lab: PluginLab) -> None:
        self._lab = lab

    def __repr__(self) -> str:
        return "trust_change"

    @plainly
    def __call__(self, *, propose: bool = True, accept_unknown: bool = False, **words: Any) -> ChangeReport:
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
        request, factory = lab.request(ChangeArgs(**words))
        answer = evaluate(request, lab.keys, factory=factory, propose=propose)
        if not answer.complete:  # a user who pressed Ctrl-C wants pytest to end, and not half a report
            raise KeyboardInterrupt
        return ChangeReport(answer, lab.log, accept_unknown=accept_unknown)


class ChangeReport:
    """What a change does. True where it is safe."""

    def __init__(self, answer: ImpactReport, log: AssertionLog, *, accept_unknown: bool = False) -> None:
        self.report = answer
        """As what-if gives it: every phone at every service, the plan, the proposal, what is wrong with the inputs."""
        self.judged = accept_unknown or answer.all_judged
        """Whether nothing was left out and every phone could be judged at every service, or that is accepted."""
        self._log = log

    @property
    def broken(self) -> tuple[str, ...]:
        """Device names of the phones that lose a service, in order."""
        groups = [group for group in self.report.groups if group.verdict is Verdict.BREAKS]
        return tuple(sorted(device for group in groups for device in group.devices))

    @property
    def breaks(self) -> AssertableBool:
        """Whether a phone loses a service that it has. No is said only where everything was judged: else the test fails."""
        return AssertableBool(self, self.report.breaks, self._log, known=self.report.breaks or self.judged)

    @property
    def safe(self) -> AssertableBool:
        """Whether no phone loses a service, not even between two steps of a plan, and everything was judged."""
        return AssertableBool(self, self.judged and not self.report.harms, self._log)

    @property
    def order(self) -> tuple[PlannedStep, ...]:
        """The safe order of work, or the best that was found; empty where nothing breaks. As text: `step.text`."""
        proposal = self.report.proposal
        return proposal.steps[1:] if proposal is not None else ()

    def of(self, phone: object) -> dict[str, Verdict]:
        """The verdicts on one phone by service; empty for one that was not asked about."""
        rows = self.report.rows()
        return {line.server_after: line.verdict for device, _, line in rows if device == str(phone)}

    def __bool__(self) -> bool:
        return self._log.look(self, self.safe.value)

    @property
    def title(self) -> str:
        return "cucm-cert-lab: what this change does"

    @property
    def sentence(self) -> str:
        """In one line."""
        said = headline(self.report, ENGLISH)
        if self.broken:
            said += f" {names(self.broken, MAX_NAMED, ENGLISH)}"
        return plain(said)

    def report_text(self) -> str:
        """As the command prints it."""
        return captured(lambda: text.write(self.report, ENGLISH))

    def __repr__(self) -> str:
        return f"<{self.sentence}>"

    def __str__(self) -> str:
        return self.report_text()


class AssertableBool:
    """Yes or no, with the answer that it is a part of."""

    def __init__(self, answer: ChangeReport, value: bool, log: AssertionLog, *, known: bool = True) -> None:
        self.value = value
        self._answer, self._log, self._known = answer, log, known

    def __bool__(self) -> bool:
        """Fails the test where it is not known."""
        __tracebackhide__ = True
        if not self._known:
            pytest.fail(f"{self._answer.sentence} accept_unknown=True takes that for judged")
        return self._log.look(self._answer, self.value)

    def __repr__(self) -> str:
        return f"<{self.value}: {self._answer.sentence}>"
