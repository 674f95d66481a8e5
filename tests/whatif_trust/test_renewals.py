"""New certificates of CallManager, TVS and ITLRecovery, as phones meet them: by their lists, by TVS, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cisco_data import ServiceKind
from lab.whatif.evaluate import ChangeRequest, evaluate
from phone_sim.trust.servers import ServerVerdict
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal
from tests.whatif_trust.conftest import (
    CM,
    RESET,
    TFTP,
    TVS,
    UPDATE_CTL,
    World,
    cluster,
    half_an_hour,
    phone,
    regenerate,
    restart,
    trust,
)

AT_CM, AT_CAPF, AT_TFTP = ServiceKind.CALLMANAGER, ServiceKind.CAPF, ServiceKind.TFTP
CALLMANAGER = (regenerate("CallManager"), restart(CM))
LISTED = (True, "", ServerVerdict.LISTED)


@pytest.fixture(scope="module")
def mixed() -> World:
    return World(cluster(), phone())


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), LISTED),
        (CALLMANAGER[:1], LISTED),
        (CALLMANAGER, (False, "", TrustRefusal.TVS_UNKNOWN)),
        ((*CALLMANAGER, half_an_hour(1799)), (False, "", TrustRefusal.TVS_UNKNOWN)),
        ((*CALLMANAGER, half_an_hour()), (True, "", ServerVerdict.BY_TVS)),
        ((*CALLMANAGER, restart(TVS)), (True, "", ServerVerdict.BY_TVS)),
        ((*CALLMANAGER, restart(TVS), restart(TVS, word="stop")), (False, "", TrustRefusal.TVS_UNREACHABLE)),
        ((*CALLMANAGER, restart(TVS), UPDATE_CTL, restart(TFTP)), LISTED),
        (
            (*CALLMANAGER, restart(TVS), UPDATE_CTL, restart(TFTP), restart(TVS, word="stop")),
            (False, "", TrustRefusal.TVS_UNREACHABLE),
        ),
        ((*CALLMANAGER, restart(TVS), UPDATE_CTL, restart(TFTP), RESET, restart(TVS, word="stop")), LISTED),
    ],
)
def test_a_new_callmanager_is_known_to_tvs_first_and_to_the_lists_after_a_reset(
    steps: tuple[str, ...], said: tuple[bool, str, str], mixed: World
) -> None:
    after = mixed.after(*steps)
    access = mixed.met(after, AT_CM)
    assert trust(access) == said
    assert access.accepted is said[0]


def test_what_the_phone_refuses_after_tls_has_no_alert_and_is_no_longer_asked_about_after(mixed: World) -> None:
    outcome = mixed.met(mixed.after(*CALLMANAGER), AT_CM).outcome
    assert outcome is not None
    assert (outcome.accepted, outcome.reason, outcome.alert) == (False, "server not trusted", -1)


def test_a_model_without_tvs_refuses_a_new_callmanager_inside_tls() -> None:
    world = World(cluster(), phone(model="7940"))
    access = world.met(world.after(*CALLMANAGER, restart(TVS)), AT_CM)
    assert trust(access) == (False, "", TrustRefusal.NOT_LISTED)
    assert access.outcome is not None
    assert access.outcome.alert_direction == "write"


TOGETHER = (regenerate("CallManager"), regenerate("TVS"), restart(TVS), restart(TFTP))
APART = (
    *(regenerate("CallManager"), restart(TVS), restart(TFTP), RESET),
    *(regenerate("TVS"), restart(TVS), restart(TFTP), RESET),
)


@pytest.mark.parametrize(
    ("release", "steps", "said"),
    [
        ("11.5", TOGETHER, (False, "ITL", TrustRefusal.TVS_UNTRUSTED)),
        ("11.5", APART, (True, "", Taking.BY_LIST)),
        ("11.5", TOGETHER[:1], (True, "", Taking.BY_LIST)),
        ("11.5", (TOGETHER[0], restart(TFTP)), (False, "ITL", TrustRefusal.TVS_UNKNOWN)),
        ("11.5", (TOGETHER[0], restart(TVS), restart(TFTP)), (True, "", Taking.BY_TVS)),
        ("12.5SU3", TOGETHER, (True, "", Taking.BY_LIST)),
        ("12.5SU3", (regenerate("ITLRecovery"), restart(TFTP)), (False, "ITL", TrustRefusal.TVS_UNKNOWN)),
        ("12.5SU3", (regenerate("ITLRecovery"), restart(TVS), restart(TFTP)), (True, "", Taking.BY_TVS)),
    ],
)
def test_callmanager_and_tvs_are_never_renewed_together_where_callmanager_signs_the_itl(
    release: str, steps: tuple[str, ...], said: tuple[bool, str, str]
) -> None:
    world = World(cluster(release, mixed=False), phone(profile="Non Secure"))
    access = world.met(world.after(*steps), AT_TFTP)
    assert trust(access) == said
    assert access.accepted is said[0]


def test_a_phone_that_refused_its_files_goes_on_with_what_it_has_and_follows_no_change() -> None:
    world = World(cluster("11.5", mixed=False), phone(profile="Non Secure"))
    locked = world.after(*TOGETHER, RESET)
    assert world.phone(locked).lists == world.phone(world.fleet).lists
    changed = world.after(*TOGETHER, RESET, 'do = "set-profile"\nprofile = "Encrypted"', RESET)
    kept = world.phone(changed).kept
    assert kept is not None
    assert (kept.cluster, str(kept.mode)) == ("hq", "Non Secure")
    cured = world.after(*TOGETHER, RESET, 'do = "delete-trust-list-on-phone"')
    assert trust(world.met(cured, AT_TFTP)) == (True, "", Taking.BY_LIST)


@pytest.mark.parametrize(("model", "takes"), [("8861", True), ("7965", False)])
def test_a_file_signed_with_sha512_is_refused_by_a_model_that_cannot_check_it(model: str, takes: bool) -> None:
    world = World(cluster(), phone(model=model))
    sha512 = 'do = "set-parameter"\nname = "TFTP File Signature Algorithm"\nvalue = "SHA-512"'
    assert world.met(world.after(sha512), AT_TFTP).accepted
    access = world.met(world.after(sha512, restart(TFTP)), AT_TFTP)
    assert access.accepted is takes
    if not takes:
        assert trust(access)[2] == TrustRefusal.DIGEST_UNKNOWN


def test_a_new_capf_is_refused_until_tvs_has_read_it_since_no_notification_brings_it(mixed: World) -> None:
    proxy = "Cisco Certificate Authority Proxy Function"
    renewed = (regenerate("CAPF"), restart(proxy))
    assert trust(mixed.met(mixed.after(*renewed, half_an_hour()), AT_CAPF)) == (False, "", TrustRefusal.TVS_UNKNOWN)
    assert trust(mixed.met(mixed.after(*renewed, restart(TVS)), AT_CAPF)) == (True, "", ServerVerdict.BY_TVS)


def test_an_lsc_is_installed_only_where_the_phone_accepts_capf(mixed: World) -> None:
    proxy = "Cisco Certificate Authority Proxy Function"
    renewed, install = (regenerate("CAPF"), restart(proxy)), 'do = "install-lsc"'
    assert mixed.phone(mixed.after(*renewed, install)).lsc is None
    assert mixed.phone(mixed.after(*renewed, restart(TVS), install)).lsc is not None


# Phones that are off


def test_a_phone_that_is_off_takes_no_part_and_is_judged_as_it_comes_back() -> None:
    renewed = (*APART, *(step.replace("TVS of", "CallManager of") for step in APART[:4]))
    there, away = (World(cluster("11.5", mixed=False), phone(profile="Non Secure"), off=off) for off in (False, True))
    assert there.met(there.after(*renewed), AT_TFTP).accepted
    after = away.after(*renewed)
    assert away.phone(after).lists == away.phone(away.fleet).lists
    assert trust(away.met(after, AT_TFTP)) == (False, "ITL", TrustRefusal.TVS_UNTRUSTED)


# Lists that are deleted by hand


@pytest.mark.parametrize(
    ("steps", "by_hand"),
    [(TOGETHER, True), ((TOGETHER[0], restart(TFTP)), False), (APART, False)],
    ids=["nothing helps", "a restart of TVS helps", "all took their files"],
)
def test_only_phones_that_nothing_on_the_cluster_helps_are_listed_for_deletion_by_hand(
    steps: tuple[str, ...], by_hand: bool
) -> None:
    world = World(cluster("9.1", mixed=False), phone(profile="Non Secure"))  # without ITLRecovery, which could sign
    found = evaluate(ChangeRequest(world.fleet, world.steps(*steps), "t"), world.keys, propose=False)
    assert found.delete_by_hand == ((world.fleet.phones[0].device_name,) if by_hand else ())
    assert found.breaks is (steps is not APART)


# What else keeps a list from being taken


@pytest.mark.parametrize(("model", "takes"), [("8861", True), ("7965", False)])
def test_a_tvs_that_speaks_no_tls_of_the_phones_vouches_for_nothing(model: str, takes: bool) -> None:
    world = World(cluster("11.5", mixed=False), phone(model=model, profile="Non Secure"))
    minimum = 'do = "set-minimum-tls"\nversion = "1.2"\ncluster = "hq"'
    renewed = (regenerate("CallManager"), restart(TFTP))
    assert world.met(world.after(*renewed, restart(TVS)), AT_TFTP).accepted
    access = world.met(world.after(*renewed, minimum, restart(TVS)), AT_TFTP)
    assert trust(access) == ((True, "", Taking.BY_TVS) if takes else (False, "ITL", TrustRefusal.TVS_UNTRUSTED))


@pytest.mark.parametrize("wrong", [False, True])
def test_a_list_that_another_key_would_have_signed_is_refused(wrong: bool) -> None:
    world = World(cluster(mixed=False), phone(profile="Non Secure"))
    fleet = world.after(regenerate("TVS"), restart(TFTP))
    there = fleet.trust["hq"]
    node = there.nodes[0]
    assert node.tftp is not None
    assert node.tftp.itl.signed_with
    if wrong:
        forged = replace(node.tftp, itl=replace(node.tftp.itl, signed_with=b"another key"))
        fleet = replace(fleet, trust={"hq": there.with_node(replace(node, tftp=forged))})
    said = (False, "ITL", TrustRefusal.SIGNATURE_WRONG) if wrong else (True, "", Taking.BY_LIST)
    assert trust(world.met(fleet, AT_TFTP)) == said
