"""What a phone of a fleet holds, as the functions of `phone_sim.trust` take it."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache

from cisco_data.models import MODELS
from lab.fleet.model import FleetPhone
from lab.fleet.trust import FleetList, HeldTrust
from phone_sim.trust.held_lists import HeldList, HeldLists, ListKind
from phone_sim.trust.signed import digests_of
from wire.signed_files import SignatureDigest


class NotTold(Exception):
    """It cannot be told what a phone makes of something: the inputs do not say what decides it."""

    def __init__(self, key: str, cluster: str = "", why: str = "") -> None:
        """
        Args:
            key: of `whatif-trust.toml`.
            why: a sentence of the inputs that is told instead.
        """
        super().__init__(key, cluster, why)
        self.key, self.cluster, self.why = key, cluster, why


def held_lists(phone: FleetPhone) -> HeldLists:
    """None of a phone whose lists are not known."""
    return _lists(phone.lists) if phone.lists is not None else HeldLists()


@lru_cache(maxsize=1024)
def _lists(held: HeldTrust) -> HeldLists:
    return HeldLists(held_list(held.ctl), held_list(held.itl))


def held_list(one: FleetList | None) -> HeldList | None:
    return HeldList(one.octets, one.content) if one is not None else None


def asks_tvs_at_all(model: str) -> bool:
    """Whether the model knows ITL and TVS. Assumed of a model that the lab does not know: as all since release 8.0 do."""
    return model not in MODELS or MODELS[model].security_by_default


def kinds(model: str) -> tuple[ListKind, ...]:
    """The lists that it asks for, in this order."""
    return tuple(ListKind) if asks_tvs_at_all(model) else (ListKind.CTL,)


def digests(model: str) -> Set[SignatureDigest]:
    """What it can check. Assumed of a model that the lab does not know: SHA-1 only."""
    return digests_of(MODELS[model]) if model in MODELS else frozenset({SignatureDigest.SHA1})
