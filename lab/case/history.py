"""What was done before an attempt: acts of an administrator or of a service, each with a reference that can be printed."""

from __future__ import annotations

from dataclasses import dataclass

from lab.base.acts import ActKind
from lab.case.names import Name


@dataclass(frozen=True, slots=True)
class Ref:
    """Where something is recorded."""

    number: int
    """Of the event in the journal, or of the step in the plan; 0 where there is neither, such as before the first step."""
    unit: str = "event"
    """`event` or `step`."""


@dataclass(frozen=True, slots=True)
class CaseAct:
    """One act."""

    kind: ActKind
    ref: Ref
    cluster: str = ""
    server: str = ""
    """Name of an authentication server or a VPN gateway; empty for a cluster's own."""
    store: str = ""
    """`CallManager-trust` or `CAPF-trust`; empty for a server's own trust."""
    subject: Name | None = None
    """Of the certificate that was uploaded, deleted, or made."""
    serial: str = ""
    """Of the same, lower-case hex; of a service that started, of the certificate that it presents; empty where it is not known."""
    former: Name | None = None
    """Subject of the certificate that it took the place of."""
    former_serial: str = ""
    issuer: Name | None = None
    """Who signed the new one, where that is another authority."""
    unit: str = ""
    """Of a certificate that was made: `CAPF` or `CallManager`. Of a service: its name in Control Center."""
    value: str = ""
    """A TLS version, a cluster mode, a profile, a VPN group."""
    device: str = ""
    names: tuple[str, ...] = ()
    """CNs, for the default CA list. Types of bulk certificate management: exported, or passed over by an import."""
    serials: tuple[str, ...] = ()
    """Of all certificates that were exported, consolidated or imported in bulk, lower-case hex."""
    by: Ref | None = None
    """The act that this one was part of: the command that deleted several certificates."""
    node: str = ""
    """Of the cluster; empty in one of a single node, and for what is the whole cluster's."""
