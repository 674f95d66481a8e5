"""What a phone keeps when its power goes: MIC, LSC, and the servers it trusts."""

from __future__ import annotations

from phone_sim.vpn.settings import VpnSettings
from pki import Certificate, Identity, TrustStore
from wire.tls import Credential


class Flash:
    """One phone's flash. Certificates are kept as Credentials, so that OpenSSL converts each key once."""

    def __init__(
        self,
        device_name: str,
        *,
        mic: Identity | None,
        lsc: Identity | None = None,
        trusted_servers: TrustStore | None = None,
        serial_number: str = "",
    ) -> None:
        """`trusted_servers` stands for what an accepted CTL or ITL lists; None means the phone has no trust list.

        A phone without a list accepts any server, as one does that has yet to take its first list on faith.
        `serial_number` is the chassis's, from the factory.
        """
        self.device_name = device_name
        self._mic = Credential(mic) if mic is not None else None
        self._lsc = Credential(lsc) if lsc is not None else None
        self.serial_number = serial_number
        self.web_access = True
        """Whether the last file let the phone's pages be seen. Assumed: True before the first one."""
        self.vpn = VpnSettings()
        self.trust_list_is_new = False
        """Whether `trusted_servers` was replaced since the phone last looked."""
        self._trusted_servers = trusted_servers

    @property
    def mic(self) -> Credential | None:
        """From the factory; nothing here can change it."""
        return self._mic

    @property
    def lsc(self) -> Credential | None:
        return self._lsc

    @property
    def trusted_servers(self) -> TrustStore | None:
        return self._trusted_servers

    @trusted_servers.setter
    def trusted_servers(self, servers: TrustStore | None) -> None:
        self.trust_list_is_new |= servers != self._trusted_servers
        self._trusted_servers = servers

    def install_lsc(self, identity: Identity) -> None:
        """Store an LSC over whatever was there."""
        self._lsc = Credential(identity)

    def delete_lsc(self) -> Certificate | None:
        """Forget the LSC and its key; gives the certificate that was there."""
        old, self._lsc = self._lsc, None
        return old.identity.certificate if old is not None else None

    def delete_trust_lists(self) -> bool:
        """Forget CTL and ITL; False where there was neither."""
        found, self._trusted_servers = self._trusted_servers is not None, None
        self.trust_list_is_new = False
        return found

    def restore_settings(self) -> None:
        """Forget what files and users have set, as a factory reset does."""
        self.web_access = True
        self.vpn = VpnSettings(strict=self.vpn.strict)
