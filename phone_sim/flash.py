"""What a phone keeps when its power goes: MIC, LSC, CTL and ITL, its configuration, and what TVS told it."""

from __future__ import annotations

from phone_sim.trust.held_lists import HeldLists
from phone_sim.tvs_cache import TvsCache
from phone_sim.vpn.settings import VpnSettings
from pki import Certificate, Identity
from wire.phone_file import PhoneFile
from wire.tls import Credential


class Flash:
    """One phone's flash. Certificates are kept as Credentials, so that OpenSSL converts each key once."""

    def __init__(
        self,
        device_name: str,
        *,
        mic: Identity | None,
        lsc: Identity | None = None,
        lists: HeldLists | None = None,
        serial_number: str = "",
    ) -> None:
        """`lists`: the CTL and ITL that it took before, None for none: it then takes the first ones unchecked, and any server until
        it has them. `serial_number` is the chassis's, from the factory.
        """
        self.device_name = device_name
        self._mic = Credential(mic) if mic is not None else None
        self._lsc = Credential(lsc) if lsc is not None else None
        self.serial_number = serial_number
        self.lists = lists if lists is not None else HeldLists()
        self.configuration: PhoneFile | None = None
        """What the last configuration file that the phone took says."""
        self.tvs_cache = TvsCache()
        self.web_access = True
        """Whether the last file let the phone's pages be seen. Assumed: True before the first one."""
        self.vpn = VpnSettings()

    @property
    def mic(self) -> Credential | None:
        """From the factory; nothing here can change it."""
        return self._mic

    @property
    def lsc(self) -> Credential | None:
        return self._lsc

    def install_lsc(self, identity: Identity) -> None:
        """Store an LSC over whatever was there."""
        self._lsc = Credential(identity)

    def delete_lsc(self) -> Certificate | None:
        """Forget the LSC and its key; gives the certificate that was there."""
        old, self._lsc = self._lsc, None
        return old.identity.certificate if old is not None else None

    def delete_trust_lists(self) -> bool:
        """Forget CTL and ITL, and what TVS said beside them; False where there was neither."""
        found, self.lists = self.lists.any_held, HeldLists()
        self.tvs_cache.flush()
        return found

    def restore_settings(self) -> None:
        """Forget what files and users have set, as a factory reset does."""
        self.configuration = None
        self.web_access = True
        self.vpn = VpnSettings(strict=self.vpn.strict)
