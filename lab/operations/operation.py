"""What an operation is: a table of TOML that looks its names up in a cast, changes a fleet by steps, and a lab by the Protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Protocol

from lab.base.toml_tables import Part
from lab.fleet.model import Fleet, FleetServer
from lab.operations import steps as st
from lab.operations.cast import Cast, CastPhone, NoSuch
from lab.operations.running import RunningLab
from pki import Certificate


class NamesInFleet(Protocol):
    """What the names of a step mean in a fleet. Each method raises InvalidInput for a name that means nothing or several things."""

    @property
    def fleet(self) -> Fleet:
        """As the steps before leave it."""

    @property
    def cast(self) -> Cast:
        """The same as names."""

    def certificate_in(self, server: FleetServer, text: str) -> Certificate:
        """A certificate that the server's store holds."""

    def upload(self, server: FleetServer, text: str) -> st.AddCertificateStep | st.AddCapfCertificateStep:
        """The step that puts a certificate into the server's store."""

    def certificate(self, text: str) -> Certificate:
        """Any certificate that is known, or a file."""


class Operation(Part, frozen=True, kw_only=True, tag_field="do"):
    """One `do`. A step of a scenario and a step of a plan are the same table."""

    TAKES_EFFECT: ClassVar[str] = ""
    """When, in a clause: `at once`, `restart of Cisco CallManager`."""
    DUE: ClassVar[str] = ""
    """Which restart or reset must follow; empty for none."""

    say: str = ""
    """A sentence for the audience of a story; a plan ignores it."""

    def check(self, cast: Cast) -> None:
        """Raises NoSuch for a key that names what is not there, or says what cannot be."""

    def after(self, cast: Cast) -> Cast:
        """The cast as the operation leaves it, as far as names go."""
        return cast

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        """What it does to a fleet, at least one step. Raises InvalidInput for a name that means nothing there."""
        raise NotImplementedError

    async def carry_out(self, lab: RunningLab) -> None:
        """Do it in a running lab. Raises OperationFailed where that is in no state for it."""
        raise NotImplementedError


class OnPhones(Operation, frozen=True, kw_only=True):
    """Done to phones: to all, or to those that fit everything that is given."""

    ONLY: ClassVar[str] = ""
    """`dot1x` or `vpn`: only phones that have that."""

    phone: str | None = None
    """One phone, as in `phones`."""
    phones: tuple[str, ...] = ()
    """Names of a story, or device names in any spelling; `*` and `?` for what differs."""
    models: tuple[str, ...] = ()
    cluster: str = ""
    """Where they are when the step is done."""

    def chosen(self, cast: Cast) -> tuple[CastPhone, ...]:
        """The phones that it means, at least one. Raises NoSuch."""
        if self.phone == "":
            raise NoSuch(
                "phone", f"there is no phone without a name (there is {', '.join(p.name for p in cast.phones)})"
            )
        return cast.chosen(self.phone or "", self.phones, self.models, self.cluster, only=self.ONLY)

    def devices(self, cast: Cast) -> frozenset[str]:
        """Their device names."""
        return frozenset(phone.device_name for phone in self.chosen(cast))

    def check(self, cast: Cast) -> None:
        self.chosen(cast)
