"""Each procedure harms no phone at any moment, and what-if says of each step left out and of steps joined what the table tells."""

from __future__ import annotations

import pytest

from cisco_data import ClusterSecurityMode
from tests.renewal.procedures import OFFLINE, PAIRS, PROCEDURES, ComeBack, Pair, Procedure
from tests.renewal.seen import FILE, lines, name_of, rows
from tests.renewal.steps import steps_of, without
from tests.renewal.told import Harm
from tests.renewal.trial import Network, Seen, trial

TABLE = FILE.read_text("utf-8")
ALL = (*PROCEDURES, *PAIRS, *OFFLINE)
MIXED = ClusterSecurityMode.MIXED


@pytest.mark.parametrize("nodes", [1, 2])
@pytest.mark.parametrize("procedure", PROCEDURES, ids=name_of)
def test_a_procedure_harms_no_phone_after_any_step_and_all_is_judged(procedure: Procedure, nodes: int) -> None:
    """As the command `whatif` answers, with exit code 0: the oldest release of each class on one node, the newest on two."""
    release = procedure.releases[0 if nodes == 1 else -1]
    report = trial(Network(release, procedure.mode, nodes, procedure.edge)).report(procedure.steps)
    assert not [step for step in report.plan if step.down or step.unknown]
    assert not report.harms
    assert report.all_judged
    assert not report.delete_by_hand


def has(seen: Seen, service: str, *why: str) -> bool:
    """Whether that service is lost at any time, for one of these reasons where some are named."""
    lost = [each for each in seen.on_the_way | seen.at_end if each.startswith(service)]
    return any(not why or any(one in each for one in why) for each in lost)


_BY_PHONE = ("NOT_LISTED", "TVS_UNKNOWN", "TVS_UNTRUSTED")


def agrees(harm: Harm, seen: Seen | None, whole: Seen | None) -> bool:
    """Whether what is seen is that harm."""
    if seen is None or harm is Harm.NOT_A_PLAN:
        return seen is None and harm is Harm.NOT_A_PLAN
    before = whole.by_tvs if whole is not None else False
    match harm:
        case Harm.NONE:
            return seen.safe and not seen.tvs_refused and (before or not seen.by_tvs)
        case Harm.NOT_TAKEN:
            return seen.safe and seen.former_lists and not seen.tvs_refused
        case Harm.NEEDS_TVS:
            refused = bool(seen.at_end) and has(seen, "TFTP", "TVS_UNKNOWN") and not seen.by_hand
            return refused or (seen.safe and seen.by_tvs)
        case Harm.TVS_REFUSED:
            return seen.tvs_refused and seen.not_judged and not seen.on_the_way and not seen.at_end
        case Harm.CALLMANAGER_REFUSED:
            return has(seen, "CallManager", *_BY_PHONE) and not seen.by_hand
        case Harm.CAPF_REFUSED:
            return has(seen, "CAPF", *_BY_PHONE) and not seen.by_hand
        case Harm.LSC_REFUSED:
            return has(seen, "CallManager", "verify LSC") or has(seen, "CAPF", "Invalid LSC")
        case Harm.EDGE_REFUSED:
            return has(seen, "802.1X") or has(seen, "VPN")
        case Harm.HTTPS_REFUSED:
            return seen.not_judged and not seen.on_the_way and not seen.at_end
        case Harm.SPARE_LOST:
            return seen.safe and seen.spare_unknown
        case Harm.LOCKED | Harm.NO_ANCHOR | Harm.LOCKED_LATER:
            return any(each.startswith("TFTP") and "TVS_UNTRUSTED" in each for each in seen.at_end)


@pytest.mark.parametrize("told", ALL, ids=name_of)
def test_what_if_says_of_each_row_what_the_table_tells(told: Procedure | Pair | ComeBack) -> None:
    found = list(rows(told))
    whole = found[0][2] if found[0][1] is None else None
    assert whole is None or whole.safe
    wrong = [
        f"{what}: told {row.expected.name}, seen {seen}"
        for what, row, seen in found
        if row is not None and not agrees(row.expected, seen, whole)
    ]
    assert not wrong
    # a change of what is seen is to be read: `python -m tests.renewal.seen` writes the table anew
    assert "\n".join(lines(told, found)) + "\n" in TABLE


def test_the_table_has_no_other_lines() -> None:
    assert [line[:-1] for line in TABLE.splitlines() if not line.startswith(" ")] == [name_of(told) for told in ALL]


@pytest.mark.parametrize("harm", Harm, ids=lambda harm: harm.name)
def test_no_harm_is_told_by_what_shows_another(harm: Harm) -> None:
    """A whole procedure shows none, and what locks phones shows neither none nor anything that heals by itself."""
    safe = Seen(frozenset(), frozenset(), *[False] * 6)
    locked = Seen(frozenset(), frozenset({"TFTP ITL TVS_UNTRUSTED"}), True, True, True, True, True, True)
    assert agrees(harm, safe, safe) is (harm is Harm.NONE)
    assert agrees(harm, locked, safe) is (harm in (Harm.LOCKED, Harm.NO_ANCHOR, Harm.LOCKED_LATER))


# Cisco's own order, and phones that know neither ITL nor TVS


@pytest.mark.parametrize("release", ["11.5", "12.5SU3"])
def test_capf_that_is_restarted_before_tvs_is_refused_for_a_moment(release: str) -> None:
    """The order of Document 214231: CAPF, TVS, Tftp. A phone that starts in between knows the former CAPF only."""
    steps = list(steps_of("capf-nonsecure-to-12.5"))
    assert steps[1]["service"] == "Cisco Trust Verification Service"
    steps[1:3] = reversed(steps[1:3])
    seen = trial(Network(release, ClusterSecurityMode.NON_SECURE)).seen(tuple(steps))
    assert (seen.on_the_way, seen.at_end) == ({"CAPF TVS_UNKNOWN"}, frozenset())


@pytest.mark.parametrize("without_it", [True, False])
def test_a_phone_without_itl_and_tvs_needs_the_ctl_file_for_a_new_capf(without_it: bool) -> None:
    steps = steps_of("capf-mixed-to-12.5")
    seen = trial(Network("12.5SU3", MIXED, ctl_only=True)).seen(without(steps, "update-ctl") if without_it else steps)
    assert ("CAPF NOT_LISTED" in seen.at_end) is without_it
    assert has(seen, "CallManager", "verify LSC") is without_it


@pytest.mark.parametrize(
    ("release", "at_end"),
    [("11.5", {"CallManager NOT_LISTED", "TFTP CTL NOT_LISTED"}), ("12.5SU3", set())],
)
def test_a_phone_without_itl_and_tvs_refuses_a_new_callmanager_that_signs_the_ctl_until_that_is_reset(
    release: str, at_end: set[str]
) -> None:
    seen = trial(Network(release, MIXED, ctl_only=True)).seen(steps_of("callmanager-mixed-to-12.5"))
    assert has(seen, "CallManager", "NOT_LISTED")
    assert (seen.by_hand, seen.at_end) == (False, at_end)
