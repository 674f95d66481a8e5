"""What is said of a phone at a service, from what became of it before and after: the whole table."""

from __future__ import annotations

import pytest

from cisco_data import JUDGES, ServiceKind
from lab.whatif.impact_report import Outcome, ServerTrust, ServiceAccess, Verdict
from lab.whatif.judge import STOPPED, verdict

LSC, MIC = Outcome(True, "LSC"), Outcome(True, "MIC")
NO_LSC, NO_MIC = Outcome(False, "LSC", "verify", 20, 0, 48, "read"), Outcome(False, "MIC", "verify", 20, 0, 48, "read")
UP, BY_MIC, DOWN = ServiceAccess(LSC, LSC), ServiceAccess(MIC, None, MIC), ServiceAccess(NO_LSC, NO_LSC)
MIC_WOULD_DO = ServiceAccess(NO_LSC, NO_LSC, MIC)
UNKNOWN = ServiceAccess(None, why_not="nobody can tell")


DISTRUSTS = ServiceAccess(Outcome(False, "", "certificate", 18, 0, 48, "write"))
FINDS_EXPIRED = ServiceAccess(Outcome(False, "", "certificate", 10, 0, 45, "write"))
UP_BOTH_WAYS = ServiceAccess(LSC, LSC, server=ServerTrust(True))
REFUSED_BY_PHONE = ServiceAccess(LSC, LSC, server=ServerTrust(False))
TOO_OLD = ServiceAccess(Outcome(False, "LSC", "version", -1, -1, 70, "write"))


@pytest.mark.parametrize("kind", [ServiceKind.CALLMANAGER, ServiceKind.CAPF])
@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (UP, UP, Verdict.WORKS),
        (UP, DOWN, Verdict.BREAKS),
        (DOWN, DOWN, Verdict.WAS_BROKEN),
        (DOWN, UP, Verdict.MENDED),
        (UP, BY_MIC, Verdict.ONLY_BY_MIC),
        (BY_MIC, BY_MIC, Verdict.ONLY_BY_MIC),
        (BY_MIC, ServiceAccess(NO_MIC, None, NO_MIC), Verdict.BREAKS),
        (UP, ServiceAccess(STOPPED), Verdict.BREAKS),
        (ServiceAccess(STOPPED), ServiceAccess(STOPPED), Verdict.WAS_BROKEN),
        (UP, UNKNOWN, Verdict.UNKNOWN),
        (UNKNOWN, UP, Verdict.WORKS),
        (None, UP, Verdict.WORKS),
        (None, DOWN, Verdict.BREAKS),
        (UP, MIC_WOULD_DO, Verdict.BREAKS),
        (UP, DISTRUSTS, Verdict.BREAKS),
        (None, DISTRUSTS, Verdict.BREAKS),
        (DISTRUSTS, DISTRUSTS, Verdict.WAS_BROKEN),
        (DOWN, DISTRUSTS, Verdict.WAS_BROKEN),
        (UP, REFUSED_BY_PHONE, Verdict.BREAKS),
        (REFUSED_BY_PHONE, UP, Verdict.MENDED),
        (REFUSED_BY_PHONE, DOWN, Verdict.WAS_BROKEN),
        (UP, UP_BOTH_WAYS, Verdict.WORKS),
        (UP, FINDS_EXPIRED, Verdict.BREAKS),
        (UP, TOO_OLD, Verdict.BREAKS),
    ],
)
def test_each_pair_has_its_verdict(
    kind: ServiceKind, before: ServiceAccess | None, after: ServiceAccess, found: Verdict
) -> None:
    assert verdict(kind, before, after) is found


@pytest.mark.parametrize("kind", JUDGES)
def test_a_good_mic_beside_a_refused_lsc_helps_nowhere(kind: ServiceKind) -> None:
    """Also at CAPF: install and delete by Precedence to LSC fail, whatever another mode would do."""
    assert verdict(kind, UP, MIC_WOULD_DO) is Verdict.BREAKS
