"""Bulk certificate management and other TFTP servers in a fleet: what changes a cluster or a phone cannot be judged yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.base.acts import ActKind
from lab.fleet.model import UnjudgedReason
from lab.scenario.file import parse
from lab.whatif.plan_file import parse_plan
from tests.operations.examples import CAST
from tests.operations.test_every_operation import foretold


@pytest.mark.parametrize(
    ("word", "kind", "reason", "cluster"),
    [
        ("bulk-export", ActKind.BULK_EXPORTED, None, "hq"),
        ("bulk-consolidate", ActKind.BULK_CONSOLIDATED, None, "branch"),
        ("bulk-import", ActKind.BULK_IMPORTED, UnjudgedReason.BULK_IMPORT, "branch"),
        ("set-tftp-server", ActKind.TFTP_SERVER_SET, UnjudgedReason.TFTP_SERVER, "branch"),
    ],
)
def test_only_what_changes_a_cluster_or_a_phone_cannot_be_judged(
    word: str, kind: ActKind, reason: UnjudgedReason | None, cluster: str
) -> None:
    _, fleets = foretold(word)
    before, after = fleets[0], fleets[-1]
    assert (after.acts[-1].kind, after.acts[-1].cluster) == (kind, cluster)
    new = [one for one in after.unjudged if one not in before.unjudged]
    assert [one.reason for one in new] == ([reason] if reason is not None else [])
    lobby = next(phone for phone in after.phones if phone.model == "7965")
    others = [phone for phone in after.phones if phone is not lobby]
    server = next(one for one in after.servers.values() if one.cluster == "branch")
    moved = word == "set-tftp-server"
    assert (lobby.cluster == "branch") is moved
    assert any(one.concerns(lobby, server) for one in new) is moved
    assert not any(one.concerns(phone, server) for one in new for phone in others)


def test_an_import_concerns_the_phones_of_its_cluster() -> None:
    _, fleets = foretold("bulk-import")
    (one,) = [one for one in fleets[-1].unjudged if one.reason is UnjudgedReason.BULK_IMPORT]
    assert (one.cluster, one.phones) == ("branch", frozenset())


MOVED = '[[steps]]\ndo = "set-tftp-server"\nphone = "lobby"\nto = "branch"\n'
THERE = '[[steps]]\ndo = "reset-on-phone"\ncluster = "branch"\n'


def test_a_later_step_finds_the_phone_at_the_cluster_whose_tftp_it_asks() -> None:
    assert len(parse(f"{CAST}{MOVED}{THERE}", "story.toml", "story").steps) == 2
    with pytest.raises(Exception, match="no phone fits"):
        parse(f"{CAST}{THERE}", "story.toml", "story")


def test_a_type_that_no_release_has_is_no_step_and_one_that_this_release_lacks_is_told() -> None:
    cast = CAST.replace("[clusters.hq]", '[clusters.hq]\nrelease = "11.5"')
    step = '[[steps]]\ndo = "bulk-export"\ncluster = "hq"\ntype = "itl-recovery"\n'
    with pytest.raises(Exception, match=r"release 11\.5 has no type"):
        parse(cast + step, "story.toml", "story")
    assert parse(cast + step.replace("hq", "branch"), "story.toml", "story")
    with pytest.raises(Exception, match="did you mean"):
        parse_plan(step.replace("itl-recovery", "itl-recovry"), Path("plan.toml"))
