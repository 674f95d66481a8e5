"""What resets of trust lists and the rollback parameter note; each says when it takes effect and what is due."""

from __future__ import annotations

from journal import Event
from pki import DistinguishedName


class ItlReset(Event, frozen=True, kw_only=True):
    """`utils itl reset`: nodes have a new ITL file, signed by another key than usual, until Cisco Tftp starts again there."""

    key: str
    """`localkey` or `remotekey`."""
    signer: DistinguishedName
    signer_serial_number: str
    """Lower-case hex, as below."""
    nodes: tuple[str, ...]
    """Host names of the nodes that got it, the publisher first; those where Cisco Tftp does not run got none."""
    takes_effect: str
    undone_by: str


class CtlReset(Event, frozen=True, kw_only=True):
    """`utils ctl reset localkey`: the CTL file lists the certificates of now and is signed by its second SAST record."""

    signer: DistinguishedName
    signer_serial_number: str
    takes_effect: str
    due: str


class CtlFileDeleted(Event, frozen=True, kw_only=True):
    """`file delete tftp CTLFile.tlv` on one node."""

    file: str
    node: str
    """Its host name."""
    left_on: tuple[str, ...]
    """Host names of the nodes that still have the file."""
    takes_effect: str


class RollbackTakenUp(Event, frozen=True, kw_only=True):
    """After a change of Prepare Cluster for Rollback to pre-8.0 Cisco Tftp made its ITL files, and phones were told to reset."""

    prepared: bool
    """Whether the ITL file has no TVS and no TFTP record now."""
    nodes: tuple[str, ...]
    """Host names of the nodes whose ITL file is a new one."""
    phones_reset: tuple[str, ...]
    """Device names."""
