"""What the CAPF client needs of a phone, and which certificate it shows CAPF."""

from __future__ import annotations

from typing import Protocol

from cisco_data import AuthenticationMode, CertificateKind
from phone_sim.preference import prefer
from pki import Identity, KeySpec, PrivateKey


class CapfCertificateStore(Protocol):
    """A phone's flash and its abilities, seen from the CAPF client."""

    @property
    def device_name(self) -> str:
        """`SEP` and twelve hex digits."""

    @property
    def capf_version(self) -> int:
        """The highest version of the protocol that this model speaks: 3, or 2 as Jabber."""

    @property
    def capf_auth_mode(self) -> AuthenticationMode | None: ...

    @property
    def authentication_string(self) -> str:
        """What the user typed; needed for AUTHENTICATION_STRING only."""

    @property
    def mic(self) -> Identity | None: ...

    @property
    def lsc(self) -> Identity | None: ...

    @property
    def reports_progress(self) -> bool:
        """Whether this model says REQUEST_IN_PROGRESS before it makes a key."""

    @property
    def sends_sudi(self) -> bool:
        """Whether this model adds a second proof with its MIC, where the MIC's key is RSA."""

    async def make_key(self, spec: KeySpec) -> PrivateKey | None:
        """A new key, not in use yet; None where this model cannot make such a one."""

    def store_lsc(self, identity: Identity) -> None:
        """Keep it in place of the LSC before it. Raises OSError where flash cannot be written."""

    def delete_lsc(self) -> bool:
        """False where there was none."""


def bearer(store: CapfCertificateStore) -> tuple[str, Identity] | None:
    """What is shown By Existing Certificate: the preferred kind, else the other; None where the phone has neither."""
    by_mic = store.capf_auth_mode is AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC
    chosen = prefer(store.lsc, store.mic, CertificateKind.MIC if by_mic else CertificateKind.LSC)
    return None if chosen is None else (chosen[0].value, chosen[1])
