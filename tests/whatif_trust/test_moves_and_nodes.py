"""Phones that go to another cluster with the lists of the old one, and clusters of several nodes."""

from __future__ import annotations

import pytest

from cisco_data import ServiceKind
from lab.whatif.trust.lists import ListMaker
from phone_sim.trust.servers import ServerVerdict
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal
from tests.whatif_trust.conftest import (
    CM,
    RESET,
    SAST_AT_HQ,
    TFTP,
    TVS,
    World,
    cluster,
    phone,
    regenerate,
    restart,
    trust,
)

AT_CM, AT_TFTP = ServiceKind.CALLMANAGER, ServiceKind.TFTP
MOVE, DELETE = 'do = "move"\nto = "branch"', 'do = "delete-trust-list-on-phone"'
SIGNERS = (f'{SAST_AT_HQ}"CallManager of branch"', f'{SAST_AT_HQ}"ITLRecovery of branch"')


@pytest.fixture(scope="module")
def two() -> World:
    return World(cluster(mixed=False), cluster(mixed=False, name="branch"), phone(profile="Non Secure"))


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((MOVE,), (False, "ITL", TrustRefusal.TVS_UNKNOWN)),
        ((*SIGNERS, restart(TVS), MOVE), (True, "", Taking.BY_TVS)),
        ((*SIGNERS, MOVE), (False, "ITL", TrustRefusal.TVS_UNKNOWN)),
        ((SIGNERS[0], restart(TVS), MOVE), (False, "ITL", TrustRefusal.TVS_UNKNOWN)),
        ((*SIGNERS, restart(TVS), MOVE, restart(TVS, word="stop")), (False, "ITL", TrustRefusal.TVS_UNREACHABLE)),
        ((MOVE, DELETE), (True, "", Taking.BY_LIST)),
    ],
)
def test_a_phone_that_moves_asks_the_tvs_of_the_cluster_that_it_leaves(
    steps: tuple[str, ...], said: tuple[bool, str, str], two: World
) -> None:
    assert trust(two.met(two.after(*steps), AT_TFTP)) == said


def test_a_phone_that_took_the_new_clusters_files_goes_by_them(two: World) -> None:
    refused = two.phone(two.after(MOVE, RESET))
    assert refused.kept is not None
    assert (refused.cluster, refused.going.cluster) == ("branch", "hq")
    moved = two.phone(two.after(*SIGNERS, restart(TVS), MOVE, RESET))
    assert (moved.kept, moved.going.cluster) == (None, "branch")


@pytest.fixture(scope="module")
def nodes() -> World:
    return World(cluster("12.5SU3", nodes=("pub", "sub")), phone())


NEW = (regenerate("CallManager", "pub"), restart(CM, "pub"), restart(CM, "sub", word="stop"))


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((*NEW, restart(TVS, "sub")), (False, "", TrustRefusal.TVS_UNKNOWN)),
        ((*NEW, restart(TVS, "pub")), (True, "", ServerVerdict.BY_TVS)),
        ((*NEW, restart(TVS, "sub"), restart(TVS, "pub", word="stop")), (True, "", ServerVerdict.BY_TVS)),
        ((*NEW, restart(TVS, word="stop")), (False, "", TrustRefusal.TVS_UNREACHABLE)),
    ],
)
def test_a_phone_asks_the_next_tvs_of_its_group_only_where_the_first_does_not_answer(
    steps: tuple[str, ...], said: tuple[bool, str, str], nodes: World
) -> None:
    assert trust(nodes.met(nodes.after(*steps), AT_CM)) == said


def test_a_callmanager_that_the_phone_refuses_hands_it_to_the_next(nodes: World) -> None:
    access = nodes.met(nodes.after(*NEW[:2]), AT_CM)
    assert access.accepted
    assert trust(access) == (True, "", ServerVerdict.LISTED)


def test_the_second_tftp_server_is_asked_where_the_first_is_stopped(nodes: World) -> None:
    renewed = (regenerate("ITLRecovery"), restart(TFTP, "sub"))
    assert nodes.met(nodes.after(*renewed), AT_TFTP).accepted
    stopped = nodes.met(nodes.after(*renewed, restart(TFTP, "pub", word="stop")), AT_TFTP)
    assert trust(stopped) == (False, "ITL", TrustRefusal.TVS_UNKNOWN)


@pytest.mark.parametrize("release", ["9.1", "10.0", "11.5", "12.0", "14SU3", "15SU2"])
def test_a_fleet_makes_the_very_lists_that_the_running_cluster_made(release: str) -> None:
    fleet = World(cluster(release, nodes=("pub", "sub")), phone()).fleet
    there, maker = fleet.trust["hq"], ListMaker()
    assert maker.ctl(fleet, "hq") is there.ctl
    for node in there.nodes:
        assert node.tftp is not None
        assert maker.itl(fleet, "hq", node.name) is node.tftp.itl
