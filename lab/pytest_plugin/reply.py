"""What became of one phone at one service: true where it got through, and with all that explains it where it did not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import pytest

from lab.base.language import ENGLISH
from lab.explain import Explanation
from lab.fleet.model import FleetPhone, FleetServer
from lab.pytest_plugin.assertable_bool import AssertableBool
from lab.pytest_plugin.assertion_log import AssertionLog
from lab.pytest_plugin.plainly import plainly
from lab.pytest_plugin.report_text import attempt_text
from lab.whatif.impact_report import Outcome, ServiceAccess, Verdict
from lab.whatif.render.words import how
from lab.whatif.trace_attempt import AttemptTrace
from lab.whatif.why import why
from wire.plain_text import plain


class Reply:
    """An answer to `phone.registers(cluster)` and its like. AssertionLog for its truth, it is noted for the report of the test."""

    def __init__(
        self,
        phone: FleetPhone,
        server: FleetServer,
        access: ServiceAccess,
        does: str,
        log: AssertionLog,
        trace_attempt: Callable[[], AttemptTrace],
    ) -> None:
        """`does`: what the phone does where all is well: `registers with`. `trace_attempt` tries once more, with all noted."""
        self.device = phone.device_name
        self.service = server.name
        """`CallManager of hq`, `CAPF of hq`, or the name of the server."""
        self.access = access
        """With each of the phone's certificates."""
        self._phone, self._server, self._does, self._log, self._rehearse = phone, server, does, log, trace_attempt

    def __bool__(self) -> bool:
        """Whether it got through. Fails the test where that cannot be told."""
        __tracebackhide__ = True
        if self._not_told:
            pytest.fail(self.sentence)
        return self._log.look(self, self.access.accepted)

    @property
    def server_accepts_phone(self) -> AssertableBool:
        """Whether the server accepts the phone. A look at it fails the test where the phone refused the server first."""
        accepted = self.access.server_accepts_phone
        refuses = f"{self.device} refuses {self.service}, and what that says of the phone is not known"
        not_known = "" if accepted is not None else self._not_told or refuses
        return AssertableBool(self, bool(accepted), self._log, not_known=not_known)

    @property
    def phone_accepts_server(self) -> AssertableBool:
        """Whether the phone accepts the server, by its lists and TVS. A look at it fails the test where no list decides."""
        accepted, trust = self.access.phone_accepts_server, self.access.server
        if trust is None:
            not_known = f"no trust list is known by which {self.device} accepts or refuses {self.service}"
        else:
            not_known = f"it cannot be told whether {self.device} accepts {self.service}: {plain(trust.why_not)}"
        return AssertableBool(self, bool(accepted), self._log, not_known="" if accepted is not None else not_known)

    @property
    def outcome(self) -> Outcome | None:
        """Codes: verify code, depth, alert and its direction, TLS version, cipher. None where it cannot be told."""
        return self.access.outcome

    @property
    def certificate(self) -> str:
        """What it showed: `LSC`, `MIC`, or empty for none."""
        return self.outcome.kind if self.outcome is not None else ""

    @property
    def why(self) -> str:
        """In a sentence or two; empty where all is as it should be."""
        return plain(why(self._verdict, self._phone, self._server, self.access, ENGLISH))

    @property
    def console(self) -> tuple[str, ...]:
        """The lines that the phone prints at this attempt."""
        return self._noted.console

    @property
    def explanation(self) -> Explanation | None:
        """Of the rules behind `cucm-lab explain`, with cure and evidence. None where they have nothing to explain."""
        return self._noted.explanation

    @property
    def title(self) -> str:
        return f"cucm-cert-lab: {self.device} at {self.service}"

    @property
    def sentence(self) -> str:
        """What became of it, in one line."""
        if self._not_told:
            return self._not_told
        outcome, trust = self.outcome, self.access.server
        if self.access.accepted and outcome is not None:
            means = (
                f"by its {outcome.kind} ({outcome.tls_version}, {outcome.cipher})" if outcome.kind else "without TLS"
            )
            return f"{self.device} {self._does} {self.service} {means}"
        by_phone = self.access.phone_accepts_server is False and self.access.server_accepts_phone is not False
        verb = "refuses" if by_phone or (outcome and outcome.alert_direction == "write") else "is refused by"
        return f"{self.device} {verb} {self.service}: {plain(how(outcome, ENGLISH, trust))}: {self.why}"

    def report_text(self) -> str:
        return attempt_text(self.device, self.sentence, self.console, self.explanation)

    def __repr__(self) -> str:
        return f"<{self.sentence}>"

    def __str__(self) -> str:
        return self.report_text()

    @property
    def _not_told(self) -> str:
        """One sentence where one direction cannot be told and the other is no refusal; else empty."""
        directions = [self.access.outcome.accepted if self.access.outcome is not None else None]
        directions += [self.access.server.accepted] if self.access.server is not None else []
        if None not in directions or False in directions:
            return ""
        return f"it cannot be told whether {self.device} {self._does} {self.service}: {plain(self.access.not_told)}"

    @property
    def _verdict(self) -> Verdict:
        if self._not_told:
            return Verdict.UNKNOWN
        return Verdict.WORKS if self.access.accepted else Verdict.WAS_BROKEN

    @cached_property
    def _noted(self) -> AttemptTrace:
        return plainly(self._rehearse)()
