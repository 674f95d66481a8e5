"""A phone as people handle it: its plug, its settings, and what stays in it when the power is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import trio

from cisco_data.models import PhoneModel
from journal import Emitter
from phone_sim.boot import BootState
from phone_sim.contexts import ClientContexts
from phone_sim.events import (
    AuthenticationStringNotTaken,
    LscNotDeletedOnPhone,
    NotResetOnPhone,
    PhoneRegistered,
    TftpServerNotTyped,
    TrustListsNotDeletedOnPhone,
    UserActionObstacle,
)
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware, KeyMaker
from phone_sim.https_services import MAX_URL, HttpsServiceFailure, ServiceNotOpened
from phone_sim.network import Network, Resolver, TftpAddress, addresses_only
from phone_sim.pages.console_log import ConsoleLog
from phone_sim.pages.server import PageServer
from phone_sim.pages.view import Web
from phone_sim.pages.web_events import WebAccessChanged
from phone_sim.power_cycle import PowerCycle
from phone_sim.status_messages import StatusMessage, StatusMessages
from phone_sim.supplicant.events import DeviceAuthenticationChanged
from phone_sim.supplicant.settings import Dot1x
from phone_sim.supplicant.supplicant import Supplicant
from phone_sim.vpn.events import VpnConnected, VpnSwitched
from wire.phone_file import PhoneFile
from wire.tftp import TftpClient


class Phone:
    """One phone. The methods are what a user does on the device; its boot runs in its `PowerCycle`."""

    def __init__(
        self,
        model: PhoneModel,
        flash: Flash,
        *,
        network: Network,
        tftp: TftpAddress,
        contexts: ClientContexts,
        make_key: KeyMaker,
        emitter: Emitter,
        web: Web | None = None,
        resolve: Resolver = addresses_only,
        dot1x: Dot1x | None = None,
        tftp_client: TftpClient | None = None,
    ) -> None:
        """`contexts` is shared by the phones of a lab; `make_key` gives a key that no other device has; `web` is where the
        phone serves its pages, None for nowhere; `resolve` is the DNS of its network, for the URLs of VPN gateways;
        `dot1x` is its cable to a switch port, None for a network without such ports; `tftp_client` reads files over UDP, None
        for a network without UDP."""
        self._hardware = Hardware(
            model,
            flash,
            network,
            tftp,
            contexts,
            make_key,
            emitter,
            dot1x=dot1x,
            resolve=resolve,
            tftp_client=tftp_client,
        )
        self._cycle: PowerCycle | None = None
        self._before: PowerCycle | None = None
        self._nursery: trio.Nursery | None = None
        self._status_messages, self._console = StatusMessages(), ConsoleLog()
        emitter.follow(self._status_messages.note)
        emitter.follow(self._console.note)
        self.web = web
        self._pages = PageServer(self, web, emitter) if web is not None else None

    @property
    def device_name(self) -> str:
        return self._hardware.flash.device_name

    @property
    def model(self) -> PhoneModel:
        return self._hardware.model

    @property
    def flash(self) -> Flash:
        return self._hardware.flash

    @property
    def state(self) -> BootState:
        return self._cycle.state if self._cycle is not None else BootState.OFF

    @property
    def file(self) -> PhoneFile | None:
        """The configuration file that it goes by; None before it has one."""
        return self._cycle.file if self._cycle is not None else None

    @property
    def registration(self) -> PhoneRegistered | None:
        """None while no CallManager has it."""
        return self._cycle.registration if self._cycle is not None else None

    @property
    def tunnel(self) -> VpnConnected | None:
        """None while it has no VPN tunnel."""
        return self._cycle.tunnel if self._cycle is not None else None

    @property
    def status_messages(self) -> tuple[StatusMessage, ...]:
        """The last 30, oldest first."""
        return self._status_messages.messages

    @property
    def console_lines(self) -> Iterator[str]:
        """Of its console, oldest first, as far back as the log goes."""
        return self._console.lines()

    @property
    def tftp(self) -> TftpAddress:
        """Where it asks for its file; a new one counts from the next download on."""
        return self._hardware.tftp

    @tftp.setter
    def tftp(self, tftp: TftpAddress) -> None:
        self._hardware.tftp = tftp

    def power_on(self, nursery: trio.Nursery) -> None:
        """Plug it in; a phone that has power is unplugged first."""
        self.power_off()
        self._status_messages.clear()
        self._nursery = nursery
        cycle = self._cycle = PowerCycle(self._hardware, self._apply_config)
        nursery.start_soon(cycle.run, self._before)
        self._before = cycle
        self._open_pages()

    def power_off(self) -> None:
        """Pull the plug. What is in flash stays; connections end as they do when a phone dies."""
        cycle, self._cycle = self._cycle, None
        if cycle is not None:
            cycle.cut()
        if self._pages is not None:
            self._pages.close()

    def reset_from_keypad(self) -> bool:
        """Start the phone anew by its own keys, which takes a registered one out of service first.

        False, and an event, where the phone has no power.
        """
        if self._cycle is None:
            self._hardware.emitter.emit(NotResetOnPhone(obstacle=UserActionObstacle.NO_POWER))
            return False
        self._cycle.reset()
        return True

    def delete_lsc(self) -> bool:
        """Delete the LSC in the phone's own settings; the phone then starts afresh with its MIC.

        False, and an event, where the phone has no power: no user can open its settings.
        """
        if self._cycle is None:
            self._hardware.emitter.emit(LscNotDeletedOnPhone(obstacle=UserActionObstacle.NO_POWER))
            return False
        self._cycle.delete_lsc()
        return True

    def delete_trust_lists(self, by: Literal["menu", "security reset"] = "menu") -> bool:
        """Erase CTL and ITL, in the Trust List menu or by a reset of the security settings; the phone then starts anew.

        False, and an event, where the phone has no power.
        """
        if self._cycle is None:
            self._hardware.emitter.emit(TrustListsNotDeletedOnPhone(obstacle=UserActionObstacle.NO_POWER))
            return False
        self._cycle.delete_trust_lists(by)
        return True

    def type_tftp_server(self, tftp: TftpAddress) -> bool:
        """Admin settings, Network setup: type the TFTP servers, with Alternate TFTP on. The phone then starts anew (assumed).

        False, and an event, where the phone has no power.
        """
        if self._cycle is None:
            self._hardware.emitter.emit(TftpServerNotTyped(obstacle=UserActionObstacle.NO_POWER))
            return False
        self._cycle.type_tftp_server(tftp)
        return True

    def factory_reset(self) -> bool:
        """Back to what the factory made: no LSC, no CTL, no ITL, no configuration, no VPN. Assumed: of a phone that runs, too.

        False, and an event, where the phone has no power.
        """
        if self._cycle is None:
            self._hardware.emitter.emit(NotResetOnPhone(obstacle=UserActionObstacle.NO_POWER))
            return False
        self._cycle.factory_reset()
        return True

    def open_service(self, url: str) -> bool:
        """Open a service, such as the directory, at its HTTPS URL; events say how it went. False where the phone has no power."""
        if self._cycle is None:
            failed = ServiceNotOpened(url=url[:MAX_URL], failure=HttpsServiceFailure.NO_POWER)
            self._hardware.emitter.emit(failed)
            return False
        self._cycle.open_service(url)
        return True

    def enable_vpn(self, enabled: bool = True) -> None:
        """`VPN Enabled` in the phone's settings, which are in flash: it counts from its next start or file on (assumed)."""
        self._hardware.flash.vpn.enabled = enabled
        self._hardware.emitter.emit(VpnSwitched(enabled=enabled))

    @property
    def dot1x(self) -> Dot1x | None:
        """Its settings for 802.1X, and its cable to a switch port."""
        return self._hardware.dot1x

    @property
    def supplicant(self) -> Supplicant | None:
        """None without power, and without a cable to a switch port."""
        return self._cycle.supplicant if self._cycle is not None else None

    def set_device_authentication(self, enabled: bool) -> None:
        """Settings, Security Configuration, 802.1X Authentication, Device Authentication; counts from the next start.

        Raises ValueError for a phone that no cable joins to a switch port.
        """
        settings = self._hardware.dot1x
        if settings is None:
            raise ValueError(f"{self.device_name} is not plugged into a switch port")
        if settings.enabled is not enabled:
            settings.enabled = enabled
            self._hardware.emitter.emit(DeviceAuthenticationChanged(enabled=enabled))

    def type_authentication_string(self, text: str) -> bool:
        """Settings, Security Configuration, LSC, Update, and the digits that the administrator gave out.

        Only a registered phone in Non Secure mode, whose file asks for a string, takes one. False, and an event, for others.
        """
        if self._cycle is None:
            self._hardware.emitter.emit(AuthenticationStringNotTaken(obstacle=UserActionObstacle.NO_POWER))
            return False
        return self._cycle.type_authentication_string(text)

    def _apply_config(self, file: PhoneFile) -> None:
        """What a new file changes at once: whether the phone's pages may be seen."""
        flash, enabled = self._hardware.flash, file.vendor_config.web_access
        if flash.web_access is not enabled:
            flash.web_access = enabled
            self._hardware.emitter.emit(WebAccessChanged(enabled=enabled))
            self._open_pages()

    def _open_pages(self) -> None:
        if self._pages is None or self._nursery is None:
            return
        if self._hardware.flash.web_access:
            self._pages.open(self._nursery)
        else:
            self._pages.close()
