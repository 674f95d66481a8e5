"""What the pages need of a phone, and where it serves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cisco_data.models import PhoneModel
from phone_sim.events import PhoneRegistered
from phone_sim.flash import Flash
from phone_sim.network import Tftp
from phone_sim.status_messages import StatusMessage
from wire.phone_file import PhoneFile
from wire.tcp import Tap


@dataclass(frozen=True, slots=True)
class Web:
    """A phone's own address, and what it cannot know itself."""

    address: str
    port: int = 80
    """80 on a real phone; another one where that is not allowed."""
    tap: Tap | None = None
    """Sees the octets, for a capture."""


class PhoneView(Protocol):
    """A phone that is looked at."""

    @property
    def device_name(self) -> str: ...

    @property
    def model(self) -> PhoneModel: ...

    @property
    def flash(self) -> Flash: ...

    @property
    def tftp(self) -> Tftp: ...

    @property
    def web(self) -> Web | None:
        """None for a phone that serves no pages."""

    @property
    def file(self) -> PhoneFile | None:
        """The configuration file that it goes by; None before it has one."""

    @property
    def registration(self) -> PhoneRegistered | None:
        """None while it is not registered."""

    @property
    def console_lines(self) -> Iterable[str]:
        """Oldest first."""

    @property
    def status_messages(self) -> Sequence[StatusMessage]: ...
