"""The phone's own menu, where its user reads and changes things: entries, values and what a key does.

On an 88xx the way is Settings, Admin Settings, Security Setup, LSC, and an LSC is `Installed` or `Not Installed`; on a 79xx it is
Settings, Security Configuration, LSC. That the 79xx uses the same two words, and what the keys that erase and reset are called
and where they stand, no source tells. Assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from phone_sim.pages.security import SecurityConfiguration, security_configuration
from phone_sim.pages.view import PhoneView


class Key(StrEnum):
    """What a user can do in the menu."""

    UPDATE = "Update"
    """Type the authentication string that the administrator gave out."""
    ERASE = "Erase"
    """Delete the LSC."""
    RESET = "Reset"
    """Start the phone anew."""


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    value: str = ""
    entries: tuple[Entry, ...] = ()
    keys: tuple[Key, ...] = ()


class PhoneInHand(PhoneView, Protocol):
    """A phone whose keys can be pressed. Each gives False, and an event, where the phone does not take it."""

    def type_authentication_string(self, text: str) -> bool: ...

    def delete_lsc(self) -> bool: ...

    def reset_from_keypad(self) -> bool: ...


_WAY = {
    "79xx": ("Settings", "Security Configuration"),
    "88xx": ("Settings", "Admin Settings", "Security Setup"),
}
"""By the model's generation."""


def menu(phone: PhoneView) -> Entry:
    """The menu as it is at this moment, from `Settings` down."""
    first, *more = _WAY[phone.model.log]
    entry = Entry(more.pop(), entries=tuple(_security_entries(security_configuration(phone))))
    while more:
        entry = Entry(more.pop(), entries=(entry,))
    return Entry(first, entries=(entry,), keys=(Key.RESET,))


def find(entry: Entry, label: str) -> Entry | None:
    """The first entry of that label, this one included."""
    if entry.label == label:
        return entry
    return next((found for below in entry.entries if (found := find(below, label)) is not None), None)


def press(phone: PhoneInHand, key: Key, text: str = "") -> bool:
    """Press a key of the menu; `text` is what was typed before it. False, and an event, where the phone does not take it."""
    if key is Key.UPDATE:
        return phone.type_authentication_string(text)
    return phone.delete_lsc() if key is Key.ERASE else phone.reset_from_keypad()


def _security_entries(security: SecurityConfiguration) -> Iterator[Entry]:
    yield Entry("Security Mode", security.security_mode)
    yield Entry(
        "LSC",
        security.lsc_state,
        keys=((Key.UPDATE,) if security.string_wanted else ()) + ((Key.ERASE,) if security.lsc is not None else ()),
    )
    yield Entry("MIC", security.mic_state)
    yield Entry("CAPF Server", ", ".join(f"{server.address}:{server.port}" for server in security.capf_servers))
    yield Entry(
        "Trust List",
        security.trust_list_state,
        entries=tuple(Entry(server_name) for server_name in security.trust_list or ()),
    )
