"""What the search for a safe order works on: a fleet of one phone a class, who judges it, and whom each phone stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lab.fleet.model import Fleet, ServiceKind
from lab.language import Catalogue
from lab.operations import steps as st
from lab.operations.effects import apply_all
from lab.operations.sentences import Members
from lab.whatif.judge import Judge, works


@dataclass(frozen=True, slots=True)
class Work:
    fleet: Fleet
    judge: Judge
    say: Catalogue
    members: Members
    """Device names of each class, by the one that stands for it."""
    _had: dict[str, frozenset[ServiceKind]] = field(default_factory=dict)

    def weigh(self, names: Iterable[str]) -> int:
        return sum(len(self.members.get(name, (name,))) for name in names)

    def named(self, names: Iterable[str]) -> tuple[str, ...]:
        """Everyone for whom these stand, in order."""
        return tuple(sorted(device for name in names for device in self.members.get(name, (name,))))

    def after(self, steps: Sequence[st.Step]) -> Fleet:
        return apply_all(self.fleet, steps, self.judge.shop)

    def had(self, name: str) -> frozenset[ServiceKind]:
        """The services that let this phone in before anything is done."""
        if not self._had:
            for phone in self.fleet.phones:
                self._had[phone.device_name] = frozenset(
                    server.kind
                    for server in self.fleet.services_of(phone)
                    if works(self.judge.standing(self.fleet, phone, server))
                )
        return self._had[name]
