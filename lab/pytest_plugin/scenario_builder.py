"""The parts of a scenario as a test adds them, in the words of a scenario file and held to the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from lab.base.failures import InvalidInput
from lab.base.toml_tables import Mistake, table
from lab.pytest_plugin.devices import PluginCapf
from lab.scenario.meaning import check
from lab.scenario.model import ClusterPart, PhonePart, RadiusPart, Scenario, VpnPart, device_names

P = TypeVar("P", bound=msgspec.Struct)

MIC_AUTHORITIES = ("Cisco Manufacturing CA", "Cisco Manufacturing CA SHA2")
"""The authorities that signed the MICs of the phones here."""


class ScenarioBuilder:
    """Parts of a scenario. A mistake in one is an InvalidInput, and leaves the draft as it was."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def add_cluster(self, name: str, words: Mapping[str, Any]) -> None:
        part = _part("clusters", name, words, ClusterPart, self.scenario.clusters)
        self._take(clusters={**self.scenario.clusters, name: part})

    def add_phone(self, name: str, words: Mapping[str, Any]) -> str:
        """Gives its device name."""
        name = name or f"phone {len(self.scenario.phones) + 1}"
        part = _part("phones", name, words, PhonePart, self.scenario.phones)
        phones = {**self.scenario.phones, name: part}
        device = device_names(replace(self.scenario, phones=phones))[name]
        # Written down, so that it stays the same whichever phone is added later.
        self._take(phones={**phones, name: msgspec.structs.replace(part, device=device)})
        return device

    def add_radius(self, name: str, words: Mapping[str, Any]) -> None:
        part = _part("radius", name, self._trusting(words), RadiusPart, self.scenario.radius)
        self._take(radius={**self.scenario.radius, name: part})

    def add_gateway(self, name: str, words: Mapping[str, Any]) -> None:
        part = _part("vpn", name, self._trusting(words), VpnPart, self.scenario.vpn)
        self._take(vpn={**self.scenario.vpn, name: part})

    def _trusting(self, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every CAPF that there is by now and both manufacturing authorities, where the test does not say."""
        if words.get("trusts") is not None:
            return words
        return {**words, "trusts": [*MIC_AUTHORITIES, *(f"CAPF of {name}" for name in self.scenario.clusters)]}

    def _take(self, **changes: Any) -> None:
        changed = replace(self.scenario, **changes)
        try:
            check(changed)
        except Mistake as mistake:
            raise InvalidInput(f"{mistake.path}: {mistake.text}") from None
        self.scenario = changed


def _part(kind: str, name: str, words: Mapping[str, Any], part: type[P], there: Mapping[str, P]) -> P:
    if name in there:
        raise InvalidInput(f'{kind}: there is "{name}" already')
    raw = {key.replace("_", "-"): _raw(key, value) for key, value in words.items() if value is not None}
    try:
        return table(raw, part, f"{kind}.{name}")
    except Mistake as mistake:
        raise InvalidInput(f"{mistake.path}: {mistake.text}") from None


def _raw(key: str, value: Any) -> Any:
    """As a TOML file has it: whatever has a name here, by its name."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_raw(key, each) for each in value]
    if isinstance(value, PluginCapf) and key == "lsc":
        return value.cluster_name
    return value if isinstance(value, bool | int | float) or hasattr(value, "isoformat") else str(value)
