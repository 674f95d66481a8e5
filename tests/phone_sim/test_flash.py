"""What a phone keeps: its MIC for ever, one LSC at a time; and client Contexts, which are made once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from cisco_data.models import TLS_1_0, TLS_1_2
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from pki import Identity, KeyRing, KeySpec, TrustStore, capf_authority, lsc

PLACE = {"C": "AU", "O": "Lab", "OU": "Test", "ST": "NSW", "L": "Sydney"}
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def identities(ring_of_keys: Callable[[], KeyRing]) -> list[Identity]:
    ring = ring_of_keys()
    capf = capf_authority(keys=ring, subject=PLACE, not_before=SINCE)
    made = []
    for _ in range(3):
        key = ring.take(KeySpec("RSA", 2048))
        certificate = lsc(capf, device_name="SEP1", model="7965G", public_key=key.public_key(), not_before=SINCE)
        made.append(Identity(key, certificate))
    return made


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
