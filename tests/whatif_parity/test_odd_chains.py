"""Odd chains get the same verdict at a real service over sockets and in memory: as they are, re-keyed, and partly re-keyed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from cisco_data import ServiceKind
from tests.whatif_parity.conftest import NOW, facts, foretold, ring_apart
from tests.whatif_parity.odd_chains import KINDS, Chain, Link, case_of, chains
from tests.whatif_parity.real_services import really

EXAMPLES = 100
LEAF = Link(ca=None)
KNOWN_TROUBLE = {
    "signed by ECDSA with SHA-1": Chain((Link(key=KINDS[1]), replace(LEAF, digest="sha1"))),
    "an Ed25519 certificate sent along": Chain((Link(), LEAF), sent="Ed25519 too"),
    "the phone shares its CAPF's key": Chain((Link(own_key=False), replace(LEAF, own_key=False)), sent="nothing"),
    "the phone shares the key of a CAPF above it": Chain(
        (Link(), Link(own_key=False), Link(), replace(LEAF, own_key=False))
    ),
    "the phone shares the key of a CAPF that nobody knows": Chain(
        (Link(), Link(own_key=False), replace(LEAF, own_key=False)), all_known=False
    ),
    "its own certificate is a trustpoint": Chain(
        (Link(), LEAF), trusted=frozenset({1}), sent="nothing", kind=ServiceKind.VPN
    ),
    "an authority above is at its own level again": Chain(
        (Link(own_key=False, named="empty"), Link(), Link(own_key=False, named="empty"), LEAF),
        keys_known=frozenset({0, 1}),
    ),
}


def compare(chain: Chain, seen: Counter[str], untold: Counter[str]) -> None:
    case, some = case_of(chain)
    happened = facts(really(case.kind, case.phone, case.settings, NOW))
    seen["accepted" if happened.accepted else f"{happened.verify[0]}@{happened.verify[1]}"] += 1
    own = foretold(case, ring_apart(), by_rekeyed=False)
    assert own.outcome is not None, own.why_not
    assert facts(own.outcome) == happened
    for identities in ((), some):
        said = foretold(case, ring_apart(), by_rekeyed=True, identities=identities)
        if said.outcome is None:
            untold[said.why_not] += 1
        else:
            assert facts(said.outcome) == happened


@cache
def compared() -> tuple[Counter[str], Counter[str]]:
    """How the examples ended, and what what-if could not tell; the same examples every time."""
    seen: Counter[str] = Counter()
    untold: Counter[str] = Counter()

    @given(chains())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def one_after_the_other(chain: Chain) -> None:
        compare(chain, seen, untold)

    one_after_the_other()
    return seen, untold


def test_odd_chains_get_the_same_verdict_everywhere() -> None:
    seen, untold = compared()
    assert seen.total() >= EXAMPLES
    assert untold.total() <= seen.total() // 50


def test_the_examples_end_in_many_ways() -> None:
    seen, _ = compared()
    assert seen["accepted"] >= 10
    assert len(seen) >= 10
    assert any(how.endswith(("@2", "@3", "@4")) for how in seen)


@pytest.mark.parametrize("chain", KNOWN_TROUBLE.values(), ids=list(KNOWN_TROUBLE))
def test_chains_that_were_once_foretold_wrongly(chain: Chain) -> None:
    untold: Counter[str] = Counter()
    compare(chain, Counter(), untold)
    assert not untold
