"""What is said of a phone at a service, from what became of it before and after: the whole table."""

from __future__ import annotations

import pytest

from lab.fleet.model import ServiceKind
from lab.whatif.answer import Outcome, Standing, Verdict
from lab.whatif.judge import STOPPED, verdict

LSC, MIC = Outcome(True, "LSC"), Outcome(True, "MIC")
NO_LSC, NO_MIC = Outcome(False, "LSC", "verify", 20, 0, 48, "read"), Outcome(False, "MIC", "verify", 20, 0, 48, "read")
UP, BY_MIC, DOWN = Standing(LSC, LSC), Standing(MIC, None, MIC), Standing(NO_LSC, NO_LSC)
MIC_WOULD_DO = Standing(NO_LSC, NO_LSC, MIC)
UNKNOWN = Standing(None, why_not="nobody can tell")


@pytest.mark.parametrize("kind", list(ServiceKind))
@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (UP, UP, Verdict.WORKS),
        (UP, DOWN, Verdict.BREAKS),
        (DOWN, DOWN, Verdict.WAS_BROKEN),
        (DOWN, UP, Verdict.MENDED),
        (UP, BY_MIC, Verdict.ONLY_BY_MIC),
        (BY_MIC, BY_MIC, Verdict.ONLY_BY_MIC),
        (BY_MIC, Standing(NO_MIC, None, NO_MIC), Verdict.BREAKS),
        (UP, Standing(STOPPED), Verdict.BREAKS),
        (Standing(STOPPED), Standing(STOPPED), Verdict.WAS_BROKEN),
        (UP, UNKNOWN, Verdict.UNKNOWN),
        (UNKNOWN, UP, Verdict.WORKS),
        (None, UP, Verdict.WORKS),
        (None, DOWN, Verdict.BREAKS),
    ],
)
def test_each_pair_has_its_verdict(kind: ServiceKind, before: Standing | None, after: Standing, found: Verdict) -> None:
    assert verdict(kind, before, after) is found


def test_a_good_mic_beside_a_refused_lsc_helps_at_capf_alone() -> None:
    """There the administrator can choose; elsewhere the LSC wins, and the phone is down."""
    found = {kind: verdict(kind, UP, MIC_WOULD_DO) for kind in ServiceKind}
    assert found.pop(ServiceKind.CAPF) is Verdict.ONLY_BY_MIC
    assert set(found.values()) == {Verdict.BREAKS}
