"""What the search for a safe order works on: a fleet of one phone a class, who judges it, and whom each phone stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cisco_data import ServiceKind
from lab.base.language import Catalogue
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effects import apply_all
from lab.operations.sentences import Members
from lab.whatif.impact_report import Lost, Use
from lab.whatif.judge import Judge, Refusals


@dataclass(frozen=True, slots=True)
class Work:
    fleet: Fleet
    """Before anything is done."""
    judge: Judge
    say: Catalogue
    members: Members
    """Device names of each class, by the one that stands for it."""
    _before: list[Refusals] = field(default_factory=list)

    @property
    def before(self) -> Refusals:
        """How things stand before anything is done."""
        if not self._before:
            self._before.append(self.judge.refusals(self.fleet, offline=True))
        return self._before[0]

    def after(self, steps: Sequence[st.Step]) -> Fleet:
        return apply_all(self.fleet, steps, self.judge.factory)

    def lost(self, fleet: Fleet, *, at_end: bool = True) -> dict[Use, str]:
        """Phones and services that are refused in this fleet and were not before; names of the servers. Phones that are off
        lose nothing before the end."""
        found = self.judge.refusals(fleet, offline=at_end).refused
        return {use: server for use, server in found.items() if not self.was_refused(use)}

    def unknown(self, fleet: Fleet, *, at_end: bool = True) -> dict[Use, str]:
        """What cannot be told in this fleet."""
        return self.judge.refusals(fleet, offline=at_end).unknown

    def untold(self, fleet: Fleet, *, at_end: bool = True) -> dict[Use, str]:
        """What cannot be told in this fleet, and could before anything was done: it may be lost."""
        before = self.before.unknown
        return {use: server for use, server in self.unknown(fleet, at_end=at_end).items() if use not in before}

    def was_refused(self, use: Use) -> bool:
        """Before anything is done, whichever end refused the other."""
        return use in self.before.refused

    def weigh(self, uses: Iterable[Use]) -> int:
        """How many phones and services these are, everyone counted for whom they stand."""
        return sum(len(self.stands_for(use.device)) for use in uses)

    def stands_for(self, name: str) -> Sequence[str]:
        return self.members.get(name, (name,))

    def listed(self, uses: Mapping[Use, str]) -> tuple[Lost, ...]:
        """By service, each with everyone for whom they stand, in order."""
        found: dict[tuple[ServiceKind, str], list[str]] = {}
        for use, server in uses.items():
            found.setdefault((use.service, server), []).extend(self.stands_for(use.device))
        made = [Lost(service, server, tuple(sorted(devices))) for (service, server), devices in found.items()]
        return tuple(sorted(made, key=lambda lost: (lost.service.name, lost.server)))
