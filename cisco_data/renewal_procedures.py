"""What is done after a new certificate of a cluster, by certificate, release and cluster security mode.

Sources: Cisco documents 214231 (version 15) and 225746, the Security Guide 14 about certificates, Field Notice 70613 (ITLRecovery
in mixed mode), Release Notes 14 (restarts that the release does by itself, which are not listed here). `docs/renewal.md` tells the
same for a reader, and `examples/renewal` as plans.
"""

from __future__ import annotations

from enum import StrEnum

from cisco_data.new_certificates import restarts_itself
from cisco_data.release_table import ITL_SIGNER, Release
from cisco_data.services import CertificateUnit


class FollowUp(StrEnum):
    """One thing to do after a new certificate, on each node that has the service."""

    UPDATE_CTL = "utils ctl update CTLFile"
    RESET_CTL = "utils ctl reset localkey"
    RESET_ITL = "utils itl reset localkey"
    RESTART_CAPF = "restart Cisco Certificate Authority Proxy Function"
    RESTART_CALLMANAGER = "restart Cisco CallManager"
    RESTART_TVS = "restart Cisco Trust Verification Service"
    RESTART_TFTP = "restart Cisco Tftp"
    RESTART_TOMCAT = "restart Cisco Tomcat"
    RESET_PHONES = "reset all phones and wait for them"
    INSTALL_LSC = "Install/Upgrade of the LSC on every phone that has one"


Procedure = tuple[FollowUp, ...]
"""In order."""
_CTL, _TVS, _TFTP, _PHONES = (
    *(FollowUp.UPDATE_CTL, FollowUp.RESTART_TVS),
    *(FollowUp.RESTART_TFTP, FollowUp.RESET_PHONES),
)
_CALLMANAGER, _CAPF = FollowUp.RESTART_CALLMANAGER, FollowUp.RESTART_CAPF
ORDER = (
    CertificateUnit.TOMCAT,
    CertificateUnit.CAPF,
    CertificateUnit.CALLMANAGER,
    CertificateUnit.CALLMANAGER_ECDSA,
    CertificateUnit.ITL_RECOVERY,
    CertificateUnit.TVS,
)
"""One kind at a time, all phones back in between. Cisco's pages disagree about the place of TVS: last of all (214231; here), or
before the signer of the lists (Security Guide 14)."""


def procedures(unit: CertificateUnit, release: Release, *, mixed: bool) -> tuple[Procedure, ...]:
    """What follows a new certificate of this unit, the way that Cisco tells first; others do the same in another order, or with
    TVS in place of another key.

    Assumed where Cisco's order lets phones meet a server that neither their lists nor TVS know for a while: TVS first, then the
    service that shows the new certificate, then the lists.
    """
    by_itself = restarts_itself(unit, release)
    ctl = (_CTL,) if mixed else ()
    if unit in (CertificateUnit.CALLMANAGER, CertificateUnit.CALLMANAGER_ECDSA):
        if by_itself:
            return _distinct((*ctl, _PHONES), (_TVS, *ctl, _TFTP, _PHONES))
        return _distinct(
            (*ctl, _CALLMANAGER, _TVS, _TFTP, _PHONES),
            (_TVS, _CALLMANAGER, *ctl, _TFTP, _PHONES),
        )
    if unit is CertificateUnit.TVS:
        return ((_PHONES,),) if by_itself else ((_TVS, _TFTP, _PHONES),)
    if unit is CertificateUnit.TOMCAT:
        return ((_TVS, FollowUp.RESTART_TOMCAT, _TFTP),)
    if unit is CertificateUnit.CAPF:
        capf = () if by_itself else (_CAPF,)
        callmanager = (_CALLMANAGER,) if mixed else ()
        end = (_TFTP, _PHONES, FollowUp.INSTALL_LSC)
        return _distinct(
            (*ctl, *capf, *callmanager, _TVS, *end),
            (*ctl, _TVS, *capf, *callmanager, *end),
            (_TVS, *capf, *callmanager, *ctl, *end),
        )
    return _of_itl_recovery(release, mixed=mixed)


def _of_itl_recovery(release: Release, *, mixed: bool) -> tuple[Procedure, ...]:
    if ITL_SIGNER.of(release.name) != CertificateUnit.ITL_RECOVERY:
        return ((_CTL, _TFTP, _PHONES),) if mixed else ((_TFTP, _PHONES),)
    if mixed:
        by_callmanager = (FollowUp.RESET_CTL, _PHONES, _CTL, _PHONES, _TFTP, _PHONES)
        return by_callmanager, (_TVS, _CTL, _TFTP, _PHONES)
    return (FollowUp.RESET_ITL, _PHONES, _TFTP, _PHONES), (_TVS, _TFTP, _PHONES)


def after_other_name(*, mixed: bool) -> tuple[Procedure, ...]:
    """What follows another host name or DNS domain of a node, which makes its certificates anew: one node at a time."""
    ctl = (_CTL,) if mixed else ()
    return _distinct((*ctl, _TVS, _TFTP, _PHONES), (_TVS, _TFTP, *ctl, _PHONES))


def _distinct(*found: Procedure) -> tuple[Procedure, ...]:
    return tuple(dict.fromkeys(found))
