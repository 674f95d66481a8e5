"""The phone's Status Messages: what it tells its user about its events, in the words that Cisco publishes.

The words are those of the published table of the 88xx, which keeps 30 of them. That table has no message about an LSC or about
CAPF, so neither has this one; and a failure that it has no words for leaves no message.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from journal import Event
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived, DownloadFailure
from phone_sim.events import ServerUnreachable, TrustListMissing, TrustListsDeletedOnPhone, TrustListUpdated
from phone_sim.https_services import ServiceNotOpened, status_message
from phone_sim.registration_events import ResetReceived
from phone_sim.supplicant.events import Dot1xFailed
from phone_sim.trust.events import TrustListNotServed, TrustListRefused

MAX_MESSAGES: Final = 30


@dataclass(frozen=True, slots=True)
class StatusMessage:
    at: datetime
    """Lab time, UTC."""
    text: str


def _missed(event: ConfigurationFileMissed) -> str:
    if event.failure is DownloadFailure.FILE_NOT_FOUND:
        return f"File not found {event.file}"
    return "TFTP timeout" if event.failure is DownloadFailure.TIMED_OUT else ""


def list_refused(kind: str) -> str:
    """What the phone says of a list that it does not take: `CTL` or another."""
    return "CTL update failed" if kind == "CTL" else "Trust List update failed"


def _updated(event: TrustListUpdated) -> str:
    if not event.first_time:
        return "Trust List updated"
    return {("CTL", "ITL"): "CTL and ITL installed", ("CTL",): "CTL Installed"}.get(event.lists, "ITL installed")


# Assumed: that a refused connection to the TFTP service counts as its timeout, that CallManager's reset has the words of its
# restart, and that apply config, which is neither, has none. That of 802.1X is from another page of Cisco's, for the same phones.
TEXTS: Final[dict[type[Event], Callable[[Any], str]]] = {
    ConfigurationFileReceived: lambda event: event.file,
    ConfigurationFileMissed: _missed,
    ServerUnreachable: lambda event: "TFTP timeout" if event.service == "TFTP" else "",
    ResetReceived: lambda event: (
        "Restart requested by Cisco Unified Communications Manager" if event.reset_type in ("RESET", "RESTART") else ""
    ),
    TrustListMissing: lambda event: "No Trust List installed",
    TrustListsDeletedOnPhone: lambda event: "Erasing CTL and ITL files" if event.found else "",
    TrustListUpdated: _updated,
    TrustListNotServed: lambda event: f"File Not Found <{event.file}>",
    TrustListRefused: lambda event: list_refused(event.list),
    ServiceNotOpened: status_message,
    Dot1xFailed: lambda event: "802.1x Authentication: Failed",
}
"""The text of each kind of event; empty where the published table has none."""


def text_of(event: Event) -> str:
    """What the phone tells its user about the event; empty for nothing."""
    rule = TEXTS.get(type(event))
    return "" if rule is None else rule(event)


class StatusMessages:
    """The last 30. They are in RAM: a reset leaves them, the plug does not. Assumed: the number."""

    def __init__(self) -> None:
        self._kept: deque[StatusMessage] = deque(maxlen=MAX_MESSAGES)

    def note(self, event: Event) -> None:
        """One of the phone's own events, in order."""
        text = text_of(event)
        if text:
            self._kept.append(StatusMessage(event.at, text))

    def clear(self) -> None:
        self._kept.clear()

    @property
    def messages(self) -> tuple[StatusMessage, ...]:
        """Oldest first."""
        return tuple(self._kept)
