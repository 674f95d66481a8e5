"""Bulk certificates, other TFTP servers and signed certificates: what phones hold in the end is what played phones hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cisco_data import CertificateUnit, ServiceKind
from lab.base.failures import InvalidInput
from lab.fleet.model import UnjudgedReason
from lab.scenario import gallery
from lab.scenario.file import parse
from tests.whatif_trust.conftest import RESET, TFTP, TVS, World, cluster, phone, regenerate, restart, trust
from tests.whatif_trust.played_beside import InTheEnd, foretold, played

AT_TFTP, AT_CAPF = ServiceKind.TFTP, ServiceKind.CAPF


def story(*tables: str, steps: tuple[str, ...]) -> dict[str, InTheEnd]:
    """As foretold, after it was seen that it is as played."""
    done = ('do = "boot"', *steps, 'do = "wait"\nseconds = 120')
    text = 'title = "t"\n' + "\n".join(tables) + "".join(f"\n[[steps]]\n{step}\n" for step in done)
    scenario = parse(text, "t.toml", "t")
    found = foretold(scenario)
    assert found == played(scenario)
    return found


def tftp(to: str, by: str, name: str = "") -> str:
    which = f'\nphone = "{name}"' if name else ""
    return f'do = "set-tftp-server"\nto = "{to}"\nby = "{by}"{which}'


# Bulk certificates


@pytest.mark.parametrize(
    "name",
    [
        "phones-moved-with-bulk-certificates",
        "bulk-certificates-one-subscriber-forgotten",
        "bulk-certificates-without-itlrecovery",
    ],
)
def test_phones_of_a_story_end_with_the_lists_and_the_cluster_that_they_are_foretold(name: str) -> None:
    scenario = gallery.story(name)
    found = foretold(scenario)
    assert found == played(scenario)
    assert {one.cluster for one in found.values()} == {"new"}


EXPORT = 'do = "bulk-export"\ncluster = "branch"'
CONSOLIDATE, IMPORT = 'do = "bulk-consolidate"\ncluster = "hq"', 'do = "bulk-import"\ncluster = "hq"'
MOVE = 'do = "move"\nto = "branch"'
CHAIN = (EXPORT, CONSOLIDATE, IMPORT)
OTHER_TYPE = f'{EXPORT}\ntype = "tftp"'


def two(release: str = "12.5SU3", other: str = "12.5SU3") -> World:
    return World(cluster(release, mixed=False), cluster(other, mixed=False, name="branch"), phone(profile="Non Secure"))


@pytest.fixture(scope="module")
def alike() -> World:
    return two()


@pytest.mark.parametrize(
    ("steps", "taken"),
    [
        ((*CHAIN, restart(TVS), MOVE), True),
        ((*CHAIN, MOVE), False),
        ((*CHAIN, 'do = "wait"\nseconds = 1800', MOVE), True),
        ((*CHAIN, restart(TVS), regenerate("ITLRecovery", cluster="branch"), MOVE), True),
        ((OTHER_TYPE, CONSOLIDATE, IMPORT, restart(TVS), MOVE), False),
        ((OTHER_TYPE, CONSOLIDATE, EXPORT, IMPORT, restart(TVS), MOVE), False),
    ],
)
def test_the_lists_of_another_cluster_are_taken_when_tvs_has_read_their_signer(
    steps: tuple[str, ...], taken: bool, alike: World
) -> None:
    assert trust(alike.met(alike.after(*steps), AT_TFTP))[0] is taken


def test_what_a_plan_imports_without_having_exported_it_is_not_known(alike: World) -> None:
    fleet = alike.after(IMPORT, restart(TVS), MOVE, RESET)
    assert [one.reason for one in fleet.unjudged] == [UnjudgedReason.BULK_IMPORT]
    assert alike.met(fleet, AT_TFTP).outcome is None
    assert alike.met(fleet, AT_CAPF).outcome is None


@pytest.mark.parametrize("name", ["pub", "sub"])
def test_an_import_of_certificates_that_the_inputs_do_not_have_is_not_known(name: str) -> None:
    branch = cluster(mixed=False, name="branch", nodes=("pub", "sub"))
    world = World(cluster(mixed=False), branch, phone(profile="Non Secure"))
    node = world.fleet.trust["branch"].node(name)
    assert node is not None
    left = {unit: own for unit, own in node.own.items() if unit is not CertificateUnit.CALLMANAGER}
    world.fleet.trust["branch"] = world.fleet.trust["branch"].with_node(replace(node, own=left))
    fleet = world.after(*CHAIN, restart(TVS), MOVE)
    assert [one.reason for one in fleet.unjudged] == [UnjudgedReason.BULK_IMPORT]
    assert world.met(fleet, AT_TFTP).outcome is None


def test_an_import_that_fails_by_a_bug_is_no_step_of_a_plan() -> None:
    world = two("11.5", "9.1")
    with pytest.raises(InvalidInput, match="CSCuy43181"):
        world.after(*CHAIN)


# Other TFTP servers


NODES = cluster(mixed=False, nodes=("pub", "sub")), phone("p", "7965", "Non Secure"), phone("q", "8861", "Non Secure")


@pytest.mark.parametrize("by", ["dhcp", "hand"])
def test_phones_that_ask_another_node_of_their_cluster_take_its_files(by: str) -> None:
    found = story(*NODES, steps=(tftp("hq/sub", by), RESET))
    assert {one.cluster for one in found.values()} == {"hq"}


@pytest.mark.parametrize(("by", "kept"), [("dhcp", 2), ("hand", 1)])
def test_a_server_typed_by_hand_that_no_list_names_deletes_the_lists_of_models_that_do_so(by: str, kept: int) -> None:
    back = 'do = "move"\nto = "hq"'
    tables = cluster(mixed=False), cluster(mixed=False, name="branch"), *NODES[1:]
    found = story(*tables, steps=(MOVE, back, tftp("branch", by), *((RESET,) if by == "dhcp" else ())))
    assert sum(one.cluster == "hq" for one in found.values()) == kept


def test_of_a_phone_that_asks_a_cluster_which_may_not_have_it_nothing_is_known(alike: World) -> None:
    for by in ("dhcp", "hand"):
        fleet = alike.after(tftp("branch", by), RESET)
        assert [one.reason for one in fleet.unjudged] == [UnjudgedReason.TFTP_SERVER]
        assert alike.met(fleet, AT_TFTP).outcome is None
    known = alike.after(MOVE, tftp("branch", "dhcp"))
    assert known.unjudged == ()


# Certificates that the company signs


@pytest.mark.parametrize("unit", ["CallManager", "TVS", "tomcat", "ITLRecovery", "CAPF", "CallManager-ECDSA"])
def test_a_signed_certificate_of_each_unit_is_taken_as_played(unit: str) -> None:
    store = {"CAPF": "CAPF-trust", "TVS": "TVS-trust", "tomcat": "tomcat-trust"}.get(unit, "CallManager-trust")
    upload = f'do = "upload-certificate"\ncluster = "hq"\nstore = "{store}"\ncertificate = "company root"'
    sign = f'do = "sign-certificate"\ncluster = "hq"\ncertificate = "{unit} of hq"'
    wait = 'do = "wait"\nseconds = 120'
    found = story(
        cluster("14SU2"), phone(), steps=(upload, sign, restart(TFTP), wait, 'do = "update-ctl"\ncluster = "hq"', RESET)
    )
    (held,) = found.values()
    signed = [one for one in (*held.ctl, *held.itl) if "Root" in one.partition(" of ")[2]]
    assert bool(signed) is (unit not in ("tomcat", "CallManager-ECDSA"))  # which these lists do not have
