"""Which lists and which signed files a phone takes: one row for each case of what it holds and who signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cisco_data.models import MODELS
from cisco_data.trust_roles import TrustRole
from phone_sim.trust.held_lists import HeldList, HeldLists, ListKind
from phone_sim.trust.signed import Taking, decide_file, decide_list, digests_of
from phone_sim.trust.tvs_answer import TrustRefusal, TvsVouch, tvs_obstacle
from tests.phone_trust.made_lists import (
    CAPF_ONLY,
    CTL,
    ITL,
    ROLLBACK,
    SignedBy,
    encoded,
    header,
    identity,
    made_list,
    record,
)
from wire.certificate_id import certificate_id
from wire.signed_files import SignatureDigest

R, T = TrustRole, TrustRefusal
NOTHING, ITL_ONLY, CTL_ONLY, BOTH = HeldLists(), HeldLists(itl=ITL), HeldLists(ctl=CTL), HeldLists(CTL, ITL)


def by(signer: str) -> HeldList:
    """A new list of that signer, unlike any that is held."""
    return made_list(signer, (signer, R.SAST), ("tvs", R.TVS), ("other", R.CCM_TFTP))


def vouch(name: str, *roles: int) -> TvsVouch:
    return TvsVouch(identity(name).certificate, frozenset(roles))


@pytest.mark.parametrize("kind", ListKind)
@pytest.mark.parametrize(
    ("held", "signer", "taking"),
    [
        (NOTHING, "other", Taking.UNCHECKED),
        (HeldLists(itl=ROLLBACK), "other", Taking.UNCHECKED),
        (HeldLists(ctl=CAPF_ONLY), "other", Taking.UNCHECKED),
        (HeldLists(CAPF_ONLY, ROLLBACK), "other", Taking.UNCHECKED),
        (HeldLists(CTL, ROLLBACK), "other", Taking.ASK_TVS),
        (ITL_ONLY, "itlrecovery", Taking.BY_LIST),
        (ITL_ONLY, "callmanager", Taking.BY_LIST),
        (ITL_ONLY, "other", Taking.ASK_TVS),
        (ITL_ONLY, "capf", Taking.ASK_TVS),  # listed, and not as a signer of lists
        (CTL_ONLY, "callmanager", Taking.BY_LIST),
        (CTL_ONLY, "itlrecovery", Taking.ASK_TVS),
        (BOTH, "callmanager", Taking.BY_LIST),
        (BOTH, "itlrecovery", Taking.ASK_TVS),  # a signer of the ITL only, but the CTL decides
        (HeldLists(CAPF_ONLY, ITL), "itlrecovery", Taking.BY_LIST),
    ],
)
def test_a_list_is_checked_with_the_ctl_then_the_itl_then_tvs(held, signer, taking, kind) -> None:  # type: ignore[no-untyped-def]
    decision = decide_list(held, kind, by(signer), SignedBy(signer))
    assert (decision.taking, decision.refusal) == (taking, None)


@pytest.mark.parametrize(
    ("answer", "taking", "refusal"),
    [
        (vouch("other", 0, 2), Taking.BY_TVS, None),
        (vouch("other", 2), Taking.REFUSED, T.TVS_OTHER_ROLE),
        (vouch("other", 99), Taking.REFUSED, T.TVS_OTHER_ROLE),
        (vouch("tomcat", 0), Taking.REFUSED, T.SIGNATURE_WRONG),
        *((refusal, Taking.REFUSED, refusal) for refusal in (T.TVS_UNKNOWN, T.TVS_UNREACHABLE, T.TVS_NOT_LISTED)),
    ],
)
def test_an_unknown_signer_is_what_tvs_says_it_is(answer, taking, refusal) -> None:  # type: ignore[no-untyped-def]
    decision = decide_list(ITL_ONLY, ListKind.ITL, by("other"), SignedBy("other"), answer)
    assert (decision.taking, decision.refusal) == (taking, refusal)


def test_a_file_of_the_same_octets_changes_nothing_and_one_of_the_other_kind_may() -> None:
    assert decide_list(ITL_ONLY, ListKind.ITL, ITL, SignedBy("nothing")).taking is Taking.UNCHANGED
    assert decide_list(ITL_ONLY, ListKind.CTL, ITL, SignedBy("itlrecovery")).taking is Taking.BY_LIST


def test_a_wrong_signature_of_a_known_signer_is_refused_without_asking_tvs() -> None:
    decision = decide_list(ITL_ONLY, ListKind.ITL, by("itlrecovery"), SignedBy("other"))
    assert (decision.taking, decision.refusal) == (Taking.REFUSED, T.SIGNATURE_WRONG)
    assert not decision.taken


def test_of_two_records_of_the_signer_one_with_the_right_key_is_enough() -> None:
    certificate = identity("callmanager").certificate
    other_key = encoded(identity("other").key.public_key())
    wrong = HeldList(b"wrong", replace(ITL.content, records=(record(certificate, R.TFTP, public_key=other_key),)))
    given = header(certificate_id(certificate))
    for held, taking in ((HeldLists(CTL, wrong), Taking.BY_LIST), (HeldLists(itl=wrong), Taking.REFUSED)):
        assert decide_file(held, given, b"file", SignedBy("callmanager")).taking is taking


def test_old_phones_take_no_sha512_signature_and_new_ones_do() -> None:
    new = made_list("itlrecovery", ("itlrecovery", R.SAST), digest=SignatureDigest.SHA512)
    for model, refusal in (("7965", T.DIGEST_UNKNOWN), ("8865", None)):
        digests = digests_of(MODELS[model])
        decision = decide_list(ITL_ONLY, ListKind.ITL, new, SignedBy("itlrecovery"), digests=digests)
        assert decision.refusal == refusal
        assert decision.taken is (refusal is None)


@pytest.mark.parametrize(
    ("held", "signer", "taking", "refusal"),
    [
        (BOTH, "callmanager", Taking.BY_LIST, None),
        (ITL_ONLY, "callmanager", Taking.BY_LIST, None),
        (ITL_ONLY, "itlrecovery", Taking.ASK_TVS, None),  # SAST signs lists, not files
        (ITL_ONLY, "renewed", Taking.ASK_TVS, None),
        (ITL_ONLY, None, Taking.REFUSED, T.NOT_SIGNED),
        (NOTHING, None, Taking.UNCHECKED, None),
        (NOTHING, "other", Taking.UNCHECKED, None),
        (HeldLists(itl=ROLLBACK), None, Taking.UNCHECKED, None),
    ],
)
def test_a_file_is_checked_with_the_tftp_records(held, signer, taking, refusal) -> None:  # type: ignore[no-untyped-def]
    given = header(certificate_id(identity(signer).certificate)) if signer else None
    decision = decide_file(held, given, b"file", SignedBy(signer or ""))
    assert (decision.taking, decision.refusal) == (taking, refusal)


@pytest.mark.parametrize(("role", "taken"), [(R.CCM_TFTP, True), (R.TFTP, True), (R.SAST, False), (R.CCM, False)])
def test_a_file_whose_signer_tvs_knows_needs_a_tftp_role(role, taken) -> None:  # type: ignore[no-untyped-def]
    given = header(certificate_id(identity("other").certificate))
    assert decide_file(ITL_ONLY, given, b"file", SignedBy("other"), vouch("other", role)).taken is taken


@pytest.mark.parametrize(
    ("held", "has_tvs", "servers", "obstacle"),
    [
        (ITL_ONLY, True, True, None),
        (ITL_ONLY, True, False, T.TVS_NOT_CONFIGURED),
        (CTL_ONLY, True, True, T.TVS_NOT_LISTED),
        (ITL_ONLY, False, True, T.NOT_LISTED),
    ],
)
def test_tvs_is_asked_where_model_list_and_configuration_have_it(held, has_tvs, servers, obstacle) -> None:  # type: ignore[no-untyped-def]
    assert tvs_obstacle(held, has_tvs=has_tvs, servers=servers) == obstacle


def test_the_oldest_models_know_no_tvs() -> None:
    assert {name for name, model in MODELS.items() if not model.security_by_default} == {"7940", "7960"}
