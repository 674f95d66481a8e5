"""Plans with new certificates and moves: the order that is proposed, what it says to wait for, and whom it cannot help."""

from __future__ import annotations

from functools import cache

import pytest

from cisco_data import ServiceName
from lab.base.language import ENGLISH
from lab.operations import steps as st
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import ImpactReport, PlannedStep, Proposal
from lab.whatif.judge import Judge
from lab.whatif.renewals import renewal_plans
from lab.whatif.work import Work
from tests.whatif_trust.conftest import CM, RESET, TFTP, TVS, UPDATE_CTL, World, cluster, phone, regenerate, restart

DEVICE = "SEP001A2F000001"
TOGETHER = (regenerate("CallManager"), regenerate("TVS"), restart(TVS), restart(TFTP))
APART = (
    *(regenerate("CallManager"), restart(TVS), restart(TFTP), RESET),
    *(regenerate("TVS"), restart(TVS), restart(TFTP), RESET),
)
ITL = "until all phones have taken the new ITL file"


@cache
def non_secure(release: str = "11.5", off: bool = False) -> World:
    return World(cluster(release, mixed=False), phone(profile="Non Secure"), off=off)


def answer(world: World, *steps: str) -> ImpactReport:
    return evaluate(ChangeRequest(world.fleet, world.steps(*steps), "t"), world.keys)


def proposed(world: World, *steps: str) -> Proposal:
    found = answer(world, *steps).proposal
    assert found is not None
    return found


def waits(steps: tuple[PlannedStep, ...]) -> list[tuple[int, str]]:
    """Numbers of steps with what is to be waited for after them."""
    return [(number, step.wait_for) for number, step in enumerate(steps) if step.wait_for]


def no_return(steps: tuple[PlannedStep, ...]) -> list[int]:
    return [number for number, step in enumerate(steps) if step.point_of_no_return]


def not_together(steps: tuple[PlannedStep, ...]) -> list[int]:
    return [number for number, step in enumerate(steps) if step.together]


# What is said of the steps of a plan


def test_phones_must_have_the_list_of_the_new_signer_before_tvs_is_renewed() -> None:
    plan = answer(non_secure(), *APART).plan
    assert not any(step.down for step in plan)
    assert waits(plan) == [(4, ITL)]
    assert no_return(plan) == []  # ITLRecovery, which the first list holds, can sign: utils itl reset localkey
    assert not_together(plan) == [1, 5]


def test_with_the_spare_key_renewed_too_the_restart_of_tvs_is_the_point_of_no_return() -> None:
    plan = answer(non_secure(), regenerate("ITLRecovery"), *APART).plan
    assert no_return(plan) == [7]  # a phone with the first list knows no key that is left


@pytest.mark.parametrize("steps", [APART[:4], APART[4:], APART[4:] * 2], ids=["CallManager", "TVS", "TVS twice"])
def test_one_certificate_alone_asks_for_no_wait_and_has_a_way_back(steps: tuple[str, ...]) -> None:
    plan = answer(non_secure(), *steps).plan
    assert (waits(plan), no_return(plan), not_together(plan)) == ([], [], [])


def test_where_itlrecovery_signs_callmanager_and_tvs_may_be_renewed_together() -> None:
    plan = answer(non_secure("12.5SU3"), *TOGETHER).plan
    assert (waits(plan), no_return(plan), not_together(plan)) == ([], [], [])


@pytest.mark.parametrize("tvs", ["stop", "start"])
def test_phones_that_cannot_ask_tvs_must_have_the_new_lists_before_callmanager_shows_the_new_certificate(
    tvs: str,
) -> None:
    known = (restart(TVS), restart(TVS, word=tvs))
    renewed = (regenerate("CallManager"), *known, UPDATE_CTL, restart(TFTP), RESET, restart(CM))
    plan = answer(World(cluster(), phone()), *renewed).plan
    both = "until all phones have taken the new CTL file and the new ITL file"
    assert waits(plan) == ([(6, both)] if tvs == "stop" else [])


def test_new_lscs_must_be_there_before_the_former_capf_certificate_is_deleted() -> None:
    proxy = "Cisco Certificate Authority Proxy Function"
    world = World(cluster(), phone())
    install = 'do = "install-lsc"'
    delete = 'do = "delete-certificate"\ncluster = "hq"\nstore = "CallManager-trust"\ncertificate = "old CAPF of hq"'
    first = (install, regenerate("CAPF"), restart(TVS), restart(proxy), restart(CM), install)
    waited = answer(world, *first, delete, restart(CM)).plan
    assert waits(waited)[-1] == (6, "until all phones have the new LSC")
    assert 6 not in dict(waits(answer(world, *first).plan))


# The proposal


def test_callmanager_and_tvs_at_once_are_taken_apart_with_a_reset_between() -> None:
    given = answer(non_secure(), *TOGETHER)
    assert given.breaks
    assert not_together(given.plan) == [1, 2]
    found = given.proposal
    assert found is not None
    assert found.safe
    assert [text for _, text in waits(found.steps)] == [ITL]
    texts = [step.text for step in found.steps]
    (waited,) = dict(waits(found.steps))
    assert texts.index("Make a new TVS certificate of hq.") > waited
    assert len(texts) == 1 + 5 + 4  # what the plan restarts itself is not done once more


def test_each_node_has_its_services_restarted_and_tvs_comes_last() -> None:
    world = World(cluster("11.5", nodes=("pub", "sub")), phone())
    both = [regenerate(unit, node) for unit in ("TVS", "CallManager") for node in ("pub", "sub")]
    found = proposed(world, *both, restart(TVS), restart(TFTP), restart(CM))
    assert found.safe
    texts = [step.text for step in found.steps]
    new = [number for number, text in enumerate(texts) if "certificate of hq" in text or "Regenerate" in text]
    assert [("TVS" in texts[number]) for number in new] == [False, False, True, True]


def test_itlrecovery_with_tvs_in_mixed_mode_is_taken_apart() -> None:
    world = World(cluster(), phone())
    wrong = (regenerate("ITLRecovery"), regenerate("TVS"), restart(TVS), UPDATE_CTL, restart(TFTP), RESET)
    given = answer(world, *wrong)
    assert given.breaks
    assert given.proposal is not None
    assert given.proposal.safe
    assert waits(given.proposal.steps)


MOVE = 'do = "move"\nto = "branch"'


@cache
def two(model: str = "8861", mixed: bool = False) -> World:
    profile = "Encrypted" if mixed else "Non Secure"
    return World(cluster(mixed=mixed), cluster(mixed=mixed, name="branch"), phone(model=model, profile=profile))


def test_before_a_move_the_signers_of_the_new_cluster_are_made_known_to_tvs_of_the_old_one() -> None:
    given = answer(two(), MOVE)
    assert given.breaks
    assert given.proposal is not None
    assert given.proposal.safe
    texts = [step.text for step in given.proposal.steps]
    assert texts[-1].startswith("Move")
    assert texts[-2] == "Restart Cisco Trust Verification Service of hq."
    assert any(text.startswith("Import") for text in texts)


def test_a_phone_without_tvs_takes_a_ctl_with_the_new_signers_before_it_moves() -> None:
    found = proposed(two("7940", mixed=True), MOVE)
    assert found.safe
    assert [text for _, text in waits(found.steps)] == ["until all phones have taken the new CTL file"]
    assert no_return(found.steps) == [len(found.steps) - 1]


# Phones that are off


def test_phones_that_are_off_while_every_key_that_they_know_changes_are_left_to_be_cleared_by_hand() -> None:
    given = answer(non_secure(off=True), regenerate("ITLRecovery"), *TOGETHER)
    assert given.delete_by_hand == (DEVICE,)
    found = given.proposal
    assert found is not None
    assert not found.safe
    assert found.delete_by_hand == (DEVICE,)
    assert not any("Reset" in step.text for step in found.steps)  # no phone is there to be reset


def test_phones_that_are_off_and_know_the_spare_key_get_an_itl_file_that_it_signs() -> None:
    found = proposed(non_secure(off=True), *TOGETHER)
    assert found.safe
    assert found.delete_by_hand == ()
    assert found.steps[-1].text.startswith("Run utils itl reset localkey on hq")


def test_a_proposal_that_leaves_no_phone_behind_names_none() -> None:
    assert proposed(non_secure(), *TOGETHER).delete_by_hand == ()


# Parts


def test_a_better_order_of_renewals_leaves_out_no_other_step_of_the_plan() -> None:
    world = non_secure()
    profile = 'do = "set-profile"\nprofile = "Encrypted"'
    digest = 'do = "set-parameter"\nname = "TFTP File Signature Algorithm"\nvalue = "SHA-1"'
    steps = world.steps(profile, *TOGETHER, restart(CM), RESET, digest, restart(TFTP))
    work = Work(world.fleet, Judge(world.factory), ENGLISH, {})
    plans = list(renewal_plans(work, steps, lambda _: (0, 0, 0)))
    assert len(plans) == 4
    for plan in plans:
        kept = [type(step) for step in plan if isinstance(step, st.SetProfileStep | st.SetParameterStep)]
        assert kept == [st.SetProfileStep, st.SetParameterStep]
        assert {type(step) for step in plan} == {type(step) for step in steps}
        after_profile = plan[[type(step) for step in plan].index(st.SetProfileStep) :]
        assert any(isinstance(step, st.ReadFileStep) for step in after_profile)  # the profile counts with a reset
        after_digest = plan[[type(step) for step in plan].index(st.SetParameterStep) :]
        assert st.ControlServiceStep("hq", ServiceName.TFTP, "restart") in after_digest
