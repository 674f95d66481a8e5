"""Steps carried out: a fleet and a step in, the fleet after it out. One small function a kind of step."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lab.fleet.model import Described, Fleet, Known, Phone, Server, ServiceKind
from lab.whatif import steps as st
from lab.whatif.twin_shop import TwinShop
from phone_sim.models import product_named
from phone_sim.preference import CertificateKind
from pki import TrustStore, read

LSC_DAYS = 1825
"""Duration of Certificate Validity, CAPF's default."""


def apply(fleet: Fleet, step: st.Step, shop: TwinShop) -> Fleet:
    """The fleet after it. Names were looked up before; what a step cannot do here leaves the fleet as it is."""
    changed = _DEEDS[type(step)](fleet, step, shop)
    shop.learn(changed)
    return changed


def apply_all(fleet: Fleet, steps: Collection[st.Step], shop: TwinShop) -> Fleet:
    for step in steps:
        fleet = apply(fleet, step, shop)
    return fleet


# Trust


def _remove(fleet: Fleet, step: st.RemoveCertificate, _: TwinShop) -> Fleet:
    server = fleet.servers[step.server]
    if step.certificate not in server.configured.trust:  # a plan may take it out twice
        return fleet
    return _with_trust(fleet, server, server.configured.trust.without(step.certificate))


def _add(fleet: Fleet, step: st.AddCertificate, _: TwinShop) -> Fleet:
    server = fleet.servers[step.server]
    known = dict.fromkeys((*fleet.certificates, step.certificate))
    fleet = replace(fleet, certificates=tuple(known))
    return _with_trust(fleet, server, server.configured.trust.with_certificate(step.certificate))


def _add_capf(fleet: Fleet, step: st.AddCapfCertificate, _: TwinShop) -> Fleet:
    server, certificate = fleet.servers[step.server], fleet.capf.get(step.cluster)
    if certificate is None:
        return fleet
    return _with_trust(fleet, server, server.configured.trust.with_certificate(certificate))


def _with_trust(fleet: Fleet, server: Server, trust: TrustStore) -> Fleet:
    return fleet.with_server(_configured(server, trust=trust))


def _configured(server: Server, **changes: Any) -> Server:
    """With other settings; a gateway goes by its trustpoints at once, every other service from its restart."""
    configured = replace(server.configured, **changes)
    in_use = server.in_use
    if server.kind is ServiceKind.VPN and in_use is not None:
        in_use = replace(in_use, trust=configured.trust)
    return replace(server, configured=configured, in_use=in_use)


# Services


def _restart(fleet: Fleet, step: st.Restart, _: TwinShop) -> Fleet:
    return fleet.with_server(fleet.servers[step.server].restarted())


def _set_minimum_tls(fleet: Fleet, step: st.SetMinimumTls, _: TwinShop) -> Fleet:
    server = fleet.servers[step.server]
    if server.configured.minimum_tls == step.version:
        return fleet
    return fleet.with_server(_configured(server, minimum_tls=step.version))


def _regenerate_capf(fleet: Fleet, step: st.RegenerateCapf, shop: TwinShop) -> Fleet:
    authority = shop.next_capf(step.cluster, fleet.capf.get(step.cluster), fleet.at)
    made = authority.certificate
    fleet = replace(
        fleet,
        certificates=(*fleet.certificates, made),
        identities=(*fleet.identities, authority.identity),
        capf={**fleet.capf, step.cluster: made},
    )
    for server in [server for server in fleet.servers.values() if server.cluster == step.cluster]:
        own = {"identity": authority.identity} if server.kind is ServiceKind.CAPF else {}
        fleet = fleet.with_server(_configured(server, trust=server.configured.trust.with_certificate(made), **own))
    return fleet


def _update_trust_lists(fleet: Fleet, step: st.UpdateTrustLists, _: TwinShop) -> Fleet:
    servers = _trust_list(fleet, step.cluster)
    return _phones(
        fleet,
        lambda phone: phone.cluster == step.cluster and phone.trusted_servers is not None,
        trusted_servers=servers,
    )


def _trust_list(fleet: Fleet, cluster: str) -> TrustStore | None:
    """What a phone learns to trust from the cluster's TFTP now; None where the cluster's own certificates are not known."""
    own = [server.configured.identity for server in fleet.servers.values() if server.cluster == cluster]
    certificates = [identity.certificate for identity in own if identity is not None]
    return TrustStore("trust list", certificates) if len(certificates) == len(own) else None


# Time, and phones


def _set_date(fleet: Fleet, step: st.SetDate, _: TwinShop) -> Fleet:
    return replace(fleet, at=step.at)


def _move(fleet: Fleet, step: st.Move, _: TwinShop) -> Fleet:
    servers = _trust_list(fleet, step.cluster)

    def moved(phone: Phone) -> Phone:
        if phone.cluster == step.cluster or (step.phones and phone.device_name not in step.phones):
            return phone
        known = servers if phone.trusted_servers is not None else None
        return replace(phone, cluster=step.cluster, trusted_servers=known)

    return replace(fleet, phones=tuple(map(moved, fleet.phones)))


def _install_lsc(fleet: Fleet, step: st.InstallLsc, _: TwinShop) -> Fleet:
    return replace(
        fleet,
        phones=tuple(
            replace(phone, lsc=_new_lsc(fleet, phone)) if phone.device_name in step.phones else phone
            for phone in fleet.phones
        ),
    )


def _new_lsc(fleet: Fleet, phone: Phone) -> Described | Known | None:
    """From the certificate that the running CAPF signs with.

    The phone keeps what it has where nobody knows that one, and where the phone does not trust it: then it hangs up on CAPF.
    """
    capf = next((each for each in fleet.servers.values() if _is_capf_of(each, phone.cluster)), None)
    settings = capf.in_use if capf is not None else None
    issuer = settings.identity.certificate if settings is not None and settings.identity is not None else None
    issuer = issuer or fleet.capf.get(phone.cluster)
    trusted = phone.trusted_servers
    if settings is None or issuer is None or (trusted is not None and issuer not in trusted):
        return phone.lsc
    return Described(
        CertificateKind.LSC,
        product_named(phone.model),
        read(issuer).subject.cn,
        issuer,
        1,
        fleet.at.replace(microsecond=0),
        fleet.at.replace(microsecond=0) + timedelta(days=LSC_DAYS, seconds=-1),
        f"CAPF of {phone.cluster}",
    )


def _is_capf_of(server: Server, cluster: str) -> bool:
    return server.kind is ServiceKind.CAPF and server.cluster == cluster


def _delete_lsc(fleet: Fleet, step: st.DeleteLsc, _: TwinShop) -> Fleet:
    return _phones(fleet, lambda phone: phone.device_name in step.phones, lsc=None, lsc_not_told="")


def _set_precedence(fleet: Fleet, step: st.SetPrecedence, _: TwinShop) -> Fleet:
    return _phones(fleet, lambda phone: phone.device_name in step.phones, capf_precedence=step.kind)


def _phones(fleet: Fleet, which: Callable[[Phone], bool], **changes: Any) -> Fleet:
    return replace(fleet, phones=tuple(replace(phone, **changes) if which(phone) else phone for phone in fleet.phones))


_DEEDS: dict[type[Any], Callable[[Fleet, Any, TwinShop], Fleet]] = {
    st.RemoveCertificate: _remove,
    st.AddCertificate: _add,
    st.AddCapfCertificate: _add_capf,
    st.RegenerateCapf: _regenerate_capf,
    st.SetMinimumTls: _set_minimum_tls,
    st.Restart: _restart,
    st.UpdateTrustLists: _update_trust_lists,
    st.SetDate: _set_date,
    st.Move: _move,
    st.InstallLsc: _install_lsc,
    st.DeleteLsc: _delete_lsc,
    st.SetPrecedence: _set_precedence,
}


def touched(step: st.Step, fleet: Fleet) -> tuple[str, ...]:
    """The services that must be restarted before the step counts."""
    if isinstance(step, st.RemoveCertificate | st.AddCertificate | st.AddCapfCertificate):
        return () if fleet.servers[step.server].kind is ServiceKind.VPN else (step.server,)
    if isinstance(step, st.SetMinimumTls):
        return (step.server,)
    if isinstance(step, st.RegenerateCapf):
        return tuple(server.name for server in fleet.servers.values() if server.cluster == step.cluster)
    return ()


__all__ = ["LSC_DAYS", "apply", "apply_all", "touched"]
