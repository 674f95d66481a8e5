"""Bulk certificate management and other TFTP servers in a fleet: which stores and phones change, and what is then not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from cisco_data import CertificateUnit, ServiceKind, StoreName
from lab.base.acts import ActKind
from lab.fleet.model import UnjudgedReason
from lab.operations.effect import services_of
from lab.scenario.file import parse
from lab.whatif.plan_file import parse_plan
from tests.operations.examples import CAST
from tests.operations.test_every_operation import foretold


@pytest.mark.parametrize(
    ("word", "kind", "reason", "cluster"),
    [
        ("bulk-export", ActKind.BULK_EXPORTED, None, "hq"),
        ("bulk-consolidate", ActKind.BULK_CONSOLIDATED, None, "branch"),
        ("bulk-import", ActKind.BULK_IMPORTED, None, "branch"),
        ("set-tftp-server", ActKind.TFTP_SERVER_SET, UnjudgedReason.TFTP_SERVER, "branch"),
    ],
)
def test_only_a_phone_that_asks_another_cluster_cannot_be_judged(
    word: str, kind: ActKind, reason: UnjudgedReason | None, cluster: str
) -> None:
    _, fleets = foretold(word)
    before, after = fleets[0], fleets[-1]
    first = next(act for act in after.acts[len(fleets[-2].acts) :])
    assert (first.kind, first.cluster) == (kind, cluster)
    new = [one for one in after.unjudged if one not in before.unjudged]
    assert [one.reason for one in new] == ([reason] if reason is not None else [])
    lobby = next(phone for phone in after.phones if phone.model == "7965")
    others = [phone for phone in after.phones if phone is not lobby]
    server = next(one for one in after.servers.values() if one.cluster == "branch")
    moved = word == "set-tftp-server"
    assert (lobby.cluster == "branch") is moved
    assert any(one.concerns(lobby, server) for one in new) is moved
    assert not any(one.concerns(phone, server) for one in new for phone in others)


def test_an_import_brings_the_other_clusters_certificates_into_the_stores_of_its_cluster() -> None:
    _, fleets = foretold("bulk-import")
    before, after = fleets[-2], fleets[-1]
    stores = [(fleet.trust["branch"].stores[StoreName.PHONE_SAST].certificates) for fleet in (before, after)]
    brought = set(stores[1]) - set(stores[0])
    (hq,) = after.trust["hq"].nodes
    signers = {hq.own[CertificateUnit.CALLMANAGER], hq.own[CertificateUnit.ITL_RECOVERY]}
    assert brought == signers
    old, new = (services_of(fleet, "branch", ServiceKind.CALLMANAGER)[0] for fleet in (before, after))
    assert set(new.configured.trust) - set(old.configured.trust) == {*signers, after.capf["hq"]}
    assert new.in_use == old.in_use
    assert after.servers["CAPF of branch"] == before.servers["CAPF of branch"]
    assert after.trust["hq"] == before.trust["hq"]


MOVED = '[[steps]]\ndo = "set-tftp-server"\nphone = "lobby"\nto = "branch"\n'
THERE = '[[steps]]\ndo = "reset-on-phone"\ncluster = "branch"\n'


def test_acts_of_an_export_and_an_import_name_types_and_certificates_as_the_journal_does() -> None:
    _, fleets = foretold("bulk-export")
    exported = next(act for act in fleets[-1].acts if act.kind is ActKind.BULK_EXPORTED)
    assert exported.names == ("tftp",)
    (hq,) = fleets[-1].trust["hq"].nodes
    assert exported.certificates == (hq.own[CertificateUnit.CALLMANAGER],)
    _, fleets = foretold("bulk-import")
    imported = next(act for act in fleets[-1].acts if act.kind is ActKind.BULK_IMPORTED)
    assert set(imported.certificates) >= {hq.own[CertificateUnit.CALLMANAGER], hq.own[CertificateUnit.ITL_RECOVERY]}
    assert imported.names == ()


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
