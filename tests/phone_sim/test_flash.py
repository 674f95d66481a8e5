"""What a phone keeps: its MIC for ever, one LSC at a time; and client Contexts, which are made once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cisco_data.models import TLS_1_0, TLS_1_2
from lab.testing import AUTHORITY_SUBJECT, SINCE, held_lsc
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from pki import RSA_2048, Identity, KeyRing, TrustStore, capf_authority


@pytest.fixture
def identities(ring_of_keys: Callable[[], KeyRing]) -> list[Identity]:
    ring = ring_of_keys()
    capf = capf_authority(keys=ring, subject=AUTHORITY_SUBJECT, not_before=SINCE)
    return [held_lsc(capf, ring.take(RSA_2048), "SEP1") for _ in range(3)]


def test_an_lsc_replaces_the_one_before_and_can_be_deleted_once(identities: list[Identity]) -> None:
    mic, old, new = identities
    flash = Flash("SEP1", mic=mic, lsc=old)
    flash.install_lsc(new)
    assert flash.lsc is not None
    assert flash.lsc.identity == new
    assert flash.delete_lsc() == new.certificate
    assert flash.lsc is None
    assert flash.delete_lsc() is None
    assert flash.mic is not None
    assert flash.mic.identity == mic


def test_nothing_here_changes_a_mic(identities: list[Identity]) -> None:
    flash = Flash("SEP1", mic=identities[0])
    with pytest.raises(AttributeError):
        flash.mic = None  # type: ignore[misc]


def test_a_context_is_made_once_for_an_offer_and_a_trust_list(identities: list[Identity]) -> None:
    contexts = ClientContexts()
    one, other = (TrustStore("trust list", [identity.certificate]) for identity in identities[:2])
    same = TrustStore("trust list", [identities[0].certificate])
    first = contexts.get(TLS_1_0, one)
    assert contexts.get(TLS_1_0, same) is first
    assert contexts.get(TLS_1_2, one) is not first
    assert contexts.get(TLS_1_0, None) is not first
    assert contexts.get(TLS_1_0, other) is not first
