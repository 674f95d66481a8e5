"""Operations on phones: power, resets, profile, move, and their ways into the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cisco_data import DeviceSecurityMode, PortMode
from cisco_data.registration import ResetType
from lab.operations import steps as st
from lab.operations.cast import Cast
from lab.operations.operation import NamesInFleet, OnPhones
from lab.operations.running import RunningLab
from lab.operations.words import ListDeletion

NEXT_FILE = "when the phone next reads its file"
RESET = "reset of the phones"


class Boot(OnPhones, frozen=True, kw_only=True, tag="boot"):
    """Plug phones in; one that has power is unplugged first."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.ReadFileStep(self.devices(names.cast), "boot")

    async def carry_out(self, lab: RunningLab) -> None:
        lab.power_on(self.chosen(lab.cast))


class PowerOff(OnPhones, frozen=True, kw_only=True, tag="power-off"):
    """Pull the plug of phones."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.NoEffectStep("power-off", self.devices(names.cast))

    async def carry_out(self, lab: RunningLab) -> None:
        lab.power_off(self.chosen(lab.cast))


class Reset(OnPhones, frozen=True, kw_only=True, tag="reset"):
    """Reset, Restart or Apply Config from the cluster; only a registered phone receives it."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    kind: ResetType = ResetType.RESET

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        word = "restart-phones" if self.kind is ResetType.RESTART else self.kind
        yield st.ReadFileStep(self.devices(names.cast), word)

    async def carry_out(self, lab: RunningLab) -> None:
        await lab.reset(self.chosen(lab.cast), self.kind)


class ResetOnPhone(OnPhones, frozen=True, kw_only=True, tag="reset-on-phone"):
    """Reset phones from their own keypads; the cluster has no part in it."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.ReadFileStep(self.devices(names.cast), "reset-on-phone")

    async def carry_out(self, lab: RunningLab) -> None:
        lab.reset_on_phone(self.chosen(lab.cast))


class SetProfile(OnPhones, frozen=True, kw_only=True, tag="set-profile"):
    """Assign the model's own phone security profile with that Device Security Mode, and save."""

    TAKES_EFFECT: ClassVar[str] = NEXT_FILE
    DUE: ClassVar[str] = RESET

    profile: DeviceSecurityMode
    tftp_encrypted_config: bool | None = None
    """TFTP Encrypted Config of that profile; off where it is left out, in what-if as it was."""

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.SetProfileStep(self.devices(names.cast), self.profile, self.tftp_encrypted_config)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.set_profile(self.chosen(lab.cast), self.profile, bool(self.tftp_encrypted_config))


class DeleteTrustList(OnPhones, frozen=True, kw_only=True, tag="delete-trust-list-on-phone"):
    """Delete CTL and ITL on phones, which then start anew and take the lists of their TFTP server unchecked."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    by: ListDeletion = "menu"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.DeleteTrustListsStep(self.devices(names.cast), self.by)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.delete_trust_lists(self.chosen(lab.cast), self.by)


class FactoryReset(OnPhones, frozen=True, kw_only=True, tag="factory-reset"):
    """Reset phones to what the factory made: no LSC, CTL, ITL, configuration and VPN."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.FactoryResetStep(self.devices(names.cast))

    async def carry_out(self, lab: RunningLab) -> None:
        lab.factory_reset(self.chosen(lab.cast))


class OpenDirectory(OnPhones, frozen=True, kw_only=True, tag="open-directory"):
    """Open the directory of their cluster on phones, over HTTPS from Cisco Tomcat."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.NoEffectStep("open-directory", self.devices(names.cast))

    async def carry_out(self, lab: RunningLab) -> None:
        lab.open_directory(self.chosen(lab.cast))


class Move(OnPhones, frozen=True, kw_only=True, tag="move"):
    """Give phones another cluster's TFTP, and a row in that cluster's database; LSC, CTL and ITL stay."""

    TAKES_EFFECT: ClassVar[str] = NEXT_FILE
    DUE: ClassVar[str] = RESET

    to: str
    """Name of the cluster."""
    profile: DeviceSecurityMode | None = None
    """The one that they have where it is left out."""

    def check(self, cast: Cast) -> None:
        cast.cluster(self.to, "to")
        super().check(cast)

    def after(self, cast: Cast) -> Cast:
        return cast.moved(self.devices(cast), cast.cluster(self.to, "to"))

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        to, devices = names.cast.cluster(self.to, "to"), self.devices(names.cast)
        everyone = len(devices) == len(names.cast.phones)
        yield st.MoveStep(to, frozenset() if everyone else devices)
        if self.profile is not None:
            yield st.SetProfileStep(devices, self.profile)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.move(self.chosen(lab.cast), lab.cast.cluster(self.to, "to"), self.profile)


class SetSwitchPort(OnPhones, frozen=True, kw_only=True, tag="set-switch-port"):
    """`authentication port-control` on the phones' switch ports; `force-authorized` lets a phone past 802.1X."""

    TAKES_EFFECT: ClassVar[str] = "at once"
    ONLY: ClassVar[str] = "dot1x"

    mode: PortMode

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.SetSwitchPortStep(self.devices(names.cast), self.mode)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.set_switch_port(self.chosen(lab.cast), self.mode)


class DeviceAuthentication(OnPhones, frozen=True, kw_only=True, tag="device-authentication"):
    """802.1X on or off in the phones' own settings."""

    TAKES_EFFECT: ClassVar[str] = "at the phone's next start"
    DUE: ClassVar[str] = RESET
    ONLY: ClassVar[str] = "dot1x"

    enabled: bool

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.SetDeviceAuthenticationStep(self.devices(names.cast), self.enabled)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.device_authentication(self.chosen(lab.cast), self.enabled)


class SwitchVpn(OnPhones, frozen=True, kw_only=True, tag="switch-vpn"):
    """VPN on or off in the phones' own settings."""

    TAKES_EFFECT: ClassVar[str] = "at the phone's next start or file"
    DUE: ClassVar[str] = RESET
    ONLY: ClassVar[str] = "vpn"

    enabled: bool

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.SwitchVpnStep(self.devices(names.cast), self.enabled)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.switch_vpn(self.chosen(lab.cast), self.enabled)


OPERATIONS = (
    Boot,
    PowerOff,
    SetProfile,
    Reset,
    ResetOnPhone,
    DeleteTrustList,
    FactoryReset,
    OpenDirectory,
    Move,
    SetSwitchPort,
    DeviceAuthentication,
    SwitchVpn,
)
