"""What a test names in its lab: found by its name, or a failure that says what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import pytest

from cisco_data import ServiceKind
from lab.base.failures import InvalidInput, shown, suggestion
from lab.exports.devices import device_named
from lab.fleet.model import Fleet, FleetPhone, FleetServer

T = TypeVar("T")


class Named(Mapping[str, T]):
    """Whatever has a name. One that nothing has is a failed test, in a sentence that says what there is."""

    def __init__(self, what: str, there: Mapping[str, T], also: Mapping[str, str] | None = None) -> None:
        self._what, self._there, self._also = what, there, also or {}

    def __getitem__(self, name: str) -> T:
        __tracebackhide__ = True
        found = self._find(str(name))
        if found is None:
            pytest.fail(f"there is no {self._what} {shown(str(name))} in this lab{suggestion(str(name), self.names)}")
        return self._there[found]

    @property
    def names(self) -> list[str]:
        """All that it goes by."""
        return [*self._also, *self._there]

    def get(self, name: str, default: Any = None) -> Any:
        """What it is, else `default`: no failure here."""
        found = self._find(str(name))
        return default if found is None else self._there[found]

    def __contains__(self, name: object) -> bool:
        return self._find(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._there)

    def __len__(self) -> int:
        return len(self._there)

    def __repr__(self) -> str:
        return f"<{self._what}: {', '.join(self._there) or 'none'}>"

    def _find(self, name: str) -> str | None:
        tried = name, self._also.get(name), device_named(name)
        return next((each for each in tried if each is not None and each in self._there), None)


def only(what: str, there: Named[T]) -> T:
    """The only one. Raises InvalidInput where there is none, or several."""
    if len(there) == 1:
        return next(iter(there.values()))
    if not there:
        raise InvalidInput(f"this lab has no {what}")
    raise InvalidInput(f'which {what}? This lab has {len(there)}: name one, as in lab.{what}s["{there.names[0]}"]')


def edge_server(fleet: Fleet, phone: FleetPhone, kind: ServiceKind, name: str) -> FleetServer:
    """An authentication server or a gateway: the one that is named, else the phone's own first one, else the only one.

    Raises InvalidInput.
    """
    there = {server.name: server for server in fleet.servers.values() if server.kind is kind}
    if name:
        if name not in there:
            raise InvalidInput(f"there is no {kind} server {shown(name)} in this lab{suggestion(name, there)}")
        return there[name]
    own = [there[each] for each in phone.uses if each in there]
    if not own and len(there) != 1:
        raise InvalidInput(f"which {kind} server? {phone.device_name} uses none of its own{suggestion('', there)}")
    return own[0] if own else next(iter(there.values()))
