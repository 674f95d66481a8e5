"""`trust_change`: asks what a change would break, for every phone of the lab, and answers in a form that can be asserted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cisco_data import JUDGES
from lab.base.failures import InvalidInput, shown, suggestion
from lab.base.language import ENGLISH
from lab.fleet.model import Fleet
from lab.pytest_plugin.assertable_bool import AssertableBool
from lab.pytest_plugin.assertion_log import AssertionLog
from lab.pytest_plugin.change_args import ChangeArgs
from lab.pytest_plugin.network import PluginLab
from lab.pytest_plugin.plainly import plainly
from lab.pytest_plugin.report_text import captured
from lab.whatif.evaluate import evaluate
from lab.whatif.impact_report import ImpactReport, Line, PlannedStep, Verdict
from lab.whatif.offline import absence_of, answer_with
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
    def __call__(
        self, *, propose: bool = True, accept_unknown: bool = False, offline: object = (), **words: Any
    ) -> ChangeReport:
        """What the change would break.

        Args:
            propose: whether to look for the safe order of work where something breaks.
            accept_unknown: whether what could not be judged is as good as judged; else the change is not safe, and a test that
                says that nothing breaks fails.
            offline: phones that are off while the change is made, as `--offline` names them: a phone, a name, a pattern, a file,
                a number for any so many, or a list of these.
            words: the options of `cucm-lab whatif`: remove and from_, add and to, regenerate, min_tls, at, move; or plan, a file.
                Relative paths begin at the folder of the test.
        """
        __tracebackhide__ = True
        lab = self._lab
        request, factory = lab.request(ChangeArgs(**words))
        given = offline if isinstance(offline, list | tuple | set | frozenset) else [offline]
        absence = absence_of(request.fleet, [str(each) for each in given], folder=lab.folder)

        def answer_of(fleet: Fleet) -> ImpactReport:
            return evaluate(replace(request, fleet=fleet), lab.keys, factory=factory, propose=propose)

        answer = answer_with(absence, request.fleet, answer_of, ENGLISH)
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
        known = self.report.breaks or self.judged
        not_known = "" if known else f"{self.sentence} accept_unknown=True takes that for judged"
        return AssertableBool(self, self.report.breaks, self._log, not_known=not_known)

    @property
    def safe(self) -> AssertableBool:
        """Whether no phone loses a service, not even between two steps of a plan, and everything was judged."""
        return AssertableBool(self, self.judged and not self.report.harms, self._log)

    @plainly
    def server_accepts_phone(self, phone: object, server: object = "") -> AssertableBool:
        """Whether the phone's server accepts it after the change, whatever the phone says of the server.

        Args:
            server: `CallManager of hq` or another name of `of`; where left out, all that judge the phone's certificate.

        A look at it fails the test where that cannot be told, and where the phone refused the server first.
        """
        __tracebackhide__ = True
        lines = [line for line in self._lines(phone, server) if line.service in JUDGES]
        return self._direction(phone, [(line.server_after, line.after.server_accepts_phone) for line in lines], server)

    @plainly
    def phone_accepts_server(self, phone: object, server: object = "") -> AssertableBool:
        """Whether the phone accepts the server after the change, or the files of its Cisco Tftp; as `server_accepts_phone`.

        Where no server is named, all of which a trust list of the phone decides.
        """
        __tracebackhide__ = True
        lines = [line for line in self._lines(phone, server) if server or line.after.server is not None]
        return self._direction(phone, [(line.server_after, line.after.phone_accepts_server) for line in lines], server)

    def _lines(self, phone: object, server: object) -> list[Line]:
        """Raises InvalidInput for a phone or a server that was not asked about."""
        found = [line for device, _, line in self.report.rows() if device == str(phone)]
        known = [line.server_after for line in found]
        if not found:
            raise InvalidInput(f"{shown(str(phone))} was not asked about")
        if server and str(server) not in known:
            raise InvalidInput(f"{phone} does not use {shown(str(server))}{suggestion(str(server), known)}")
        return [line for line in found if not server or line.server_after == str(server)]

    def _direction(self, phone: object, told: list[tuple[str, bool | None]], server: object) -> AssertableBool:
        """A refusal is known whatever else is not."""
        refused = any(accepted is False for _, accepted in told)
        unknown = [name for name, accepted in told if accepted is None] if told else [str(server) or "any server"]
        not_known = "" if refused or not unknown else f"of {phone} that cannot be told at {', '.join(unknown)}"
        return AssertableBool(self, not refused, self._log, not_known=plain(not_known))

    @property
    def delete_by_hand(self) -> tuple[str, ...]:
        """Device names of the phones whose trust lists have to be deleted by hand after the change."""
        return self.report.delete_by_hand

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
