"""What operations on certificates and trust stores do to a fleet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import CertificateUnit, ServiceKind, default_ca_list
from lab.base.acts import ActKind
from lab.fleet.model import DisabledCa, Fleet, FleetPhone, FleetServer, UnjudgedReason
from lab.operations import steps as st
from lab.operations.cluster_trust import copied_to_services, with_ctl, with_own, with_store
from lab.operations.effect import (
    Effect,
    Shop,
    can_judge,
    cannot_judge,
    changed_phones,
    configured,
    did,
    learnt,
    of_cluster,
    service_of,
    services_of,
    with_phones,
    with_trust,
)
from pki import RSA_2048, Authority, Certificate, Identity, KeySpec, read
from wire.phone_file import certificate_hash

ALL = "all"


def _remove(fleet: Fleet, step: st.RemoveCertificateStep, _: Shop) -> Fleet:
    server = fleet.servers[step.server]
    if step.certificate not in server.configured.trust:  # a plan may delete it twice
        return fleet
    fleet = with_trust(fleet, server, server.configured.trust.without(step.certificate))
    return _trust_act(fleet, ActKind.TRUST_DELETED, server, step.certificate)


def _add(fleet: Fleet, step: st.AddCertificateStep, _: Shop) -> Fleet:
    return _uploaded(learnt(fleet, step.certificate), fleet.servers[step.server], step.certificate)


def _add_capf(fleet: Fleet, step: st.AddCapfCertificateStep, _: Shop) -> Fleet:
    certificate = fleet.capf.get(step.cluster)
    return fleet if certificate is None else _uploaded(fleet, fleet.servers[step.server], certificate)


def _uploaded(fleet: Fleet, server: FleetServer, certificate: Certificate) -> Fleet:
    trust = server.configured.trust
    changed = trust.with_certificate(certificate)
    if changed == trust:  # it is there, or a newer one of the same name is
        return fleet
    former = trust.by_subject(read(certificate).subject)
    fleet = with_trust(fleet, server, changed)
    return _trust_act(fleet, ActKind.TRUST_UPLOADED, server, certificate, former)


def _trust_act(
    fleet: Fleet, kind: ActKind, server: FleetServer, certificate: Certificate, former: Certificate | None = None
) -> Fleet:
    return did(fleet, kind, cluster=server.cluster, server=server.name, certificate=certificate, former=former)


def disabled_by(fleet: Fleet, cluster: str, name: str) -> dict[Certificate, list[str]]:
    """What `disable` takes away: each certificate of the list with the servers whose stores hold it."""
    found: dict[Certificate, list[str]] = {}
    release = fleet.releases.get(cluster)
    listed = default_ca_list() if release is None else default_ca_list(release.name)
    for server in of_cluster(fleet, cluster):
        for certificate in server.configured.trust:
            cn = read(certificate).subject.cn
            if cn in listed and name in (ALL, cn):
                found.setdefault(certificate, []).append(server.name)
    return found


def enabled_by(fleet: Fleet, cluster: str, name: str) -> list[DisabledCa]:
    """What `enable` brings back."""
    return [
        each
        for each in fleet.disabled_default_cas
        if each.cluster == cluster and name in (ALL, read(each.certificate).subject.cn)
    ]


def _default_ca_list(fleet: Fleet, step: st.ChangeDefaultCaListStep, _: Shop) -> Fleet:
    if step.enable:
        for back in enabled_by(fleet, step.cluster, step.certificate):
            for name in back.servers:
                server = fleet.servers[name]
                fleet = with_trust(fleet, server, server.configured.trust.with_certificate(back.certificate))
            fleet = did(fleet, ActKind.DEFAULT_CA_ENABLED, cluster=step.cluster, certificate=back.certificate)
            left = tuple(each for each in fleet.disabled_default_cas if each is not back)
            fleet = replace(fleet, disabled_default_cas=left)
        return fleet
    for certificate, servers in disabled_by(fleet, step.cluster, step.certificate).items():
        for name in servers:
            server = fleet.servers[name]
            fleet = with_trust(fleet, server, server.configured.trust.without(certificate))
        fleet = did(fleet, ActKind.DEFAULT_CA_DISABLED, cluster=step.cluster, certificate=certificate)
        taken = DisabledCa(step.cluster, certificate, tuple(servers))
        fleet = replace(fleet, disabled_default_cas=(*fleet.disabled_default_cas, taken))
    return fleet


# New certificates


def regenerate_capf(fleet: Fleet, step: st.RegenerateCapfStep, shop: Shop) -> Fleet:
    """Self-signed, under a new name."""
    former = fleet.capf.get(step.cluster)
    made = shop.renewed.capf(
        step.cluster, former, fleet.at, same_name=step.same_name, key_spec=_capf_key(fleet, step.cluster)
    )
    return _new_capf(fleet, step.cluster, made, ActKind.CERTIFICATE_REGENERATED)


def _sign_capf(fleet: Fleet, step: st.SignCapfStep, shop: Shop) -> Fleet:
    former = fleet.capf.get(step.cluster)
    key = _capf_key(fleet, step.cluster)
    made = shop.renewed.capf(step.cluster, former, fleet.at, key_spec=key, issuer=step.issuer, signer=shop.authority)
    return _new_capf(fleet, step.cluster, made, ActKind.CERTIFICATE_SIGNED)


def _capf_key(fleet: Fleet, cluster: str) -> KeySpec:
    from cisco_data.release_table import CAPF_KEY_SIZE

    release = fleet.releases.get(cluster)
    return RSA_2048 if release is None else KeySpec("RSA", release.cell(CAPF_KEY_SIZE).value)


def _new_capf(fleet: Fleet, cluster: str, authority: Authority, kind: ActKind) -> Fleet:
    made = authority.certificate
    return with_capf(learnt(fleet, made, authority.identity), cluster, made, kind, identity=authority.identity)


def with_capf(fleet: Fleet, cluster: str, made: Certificate, kind: ActKind, **presented: Any) -> Fleet:
    """Another CAPF.pem.

    Args:
        kind: of the act.
        presented: of CAPF's settings: `identity`, `presents`.
    """
    former, restored = fleet.capf.get(cluster), kind is ActKind.CERTIFICATE_RESTORED
    history = (*fleet.former_capf.get(cluster, ()), *([former] if former is not None else []))
    fleet = replace(fleet, capf={**fleet.capf, cluster: made}, former_capf={**fleet.former_capf, cluster: history})
    fleet = copied_to_services(fleet, cluster, CertificateUnit.CAPF, made, restored=restored)
    capf = service_of(fleet, cluster, ServiceKind.CAPF)
    if capf is not None:
        fleet = fleet.with_server(configured(capf, **presented))
    fleet = with_own(fleet, cluster, "", CertificateUnit.CAPF, made, restored=restored)
    name = capf.name if capf is not None else ""
    unit = CertificateUnit.CAPF
    return did(fleet, kind, cluster=cluster, server=name, certificate=made, former=former, unit=unit)


def _regenerate_callmanager(fleet: Fleet, step: st.RegenerateCallManagerStep, shop: Shop) -> Fleet:
    return renew_own(fleet, step.cluster, step.node, CertificateUnit.CALLMANAGER, shop)


def _renew_other(fleet: Fleet, step: st.RenewOtherStep, shop: Shop) -> Fleet:
    return renew_own(fleet, step.cluster, step.node, step.unit, shop, step.issuer)


def renew_own(
    fleet: Fleet,
    cluster: str,
    node: str,
    unit: CertificateUnit,
    shop: Shop,
    issuer: Certificate | None = None,
    host_name: str = "",
) -> Fleet:
    """A new certificate of a node, under the same name if no other host name is given. CAPF has steps of its own."""
    server = callmanager_of(fleet, cluster, node) if unit is CertificateUnit.CALLMANAGER else None
    at = fleet.trust[cluster].node(node) if cluster in fleet.trust else None
    former = at.own.get(unit) if at is not None else None
    if former is None and server is not None:
        former = server.configured.certificate
    if server is None and former is None:
        return did(fleet, ActKind.OTHER_CERTIFICATE_RENEWED, cluster=cluster, value=unit)
    place = at.name if at is not None else node or f"{cluster}-pub"
    made = shop.renewed.own(
        cluster,
        place,
        unit,
        former,
        fleet.at,
        issuer=shop.authority(issuer) if issuer is not None else None,
        host_name=host_name,
    )
    certificate = made.certificate
    fleet = replace(fleet, identities=(*fleet.identities, made))
    fleet = with_own(fleet, cluster, node, unit, certificate)
    fleet = copied_to_services(fleet, cluster, unit, certificate)
    if server is not None:
        fleet = fleet.with_server(configured(fleet.servers[server.name], identity=made))
    return did(
        fleet,
        ActKind.CERTIFICATE_REGENERATED if issuer is None else ActKind.CERTIFICATE_SIGNED,
        cluster=cluster,
        server=server.name if server is not None else "",
        certificate=certificate,
        former=former,
        unit=unit,
        node=node,
    )


def callmanager_of(fleet: Fleet, cluster: str, node: str) -> FleetServer | None:
    """Of one node, of the publisher where none is named; None where the fleet does not have it."""
    found = services_of(fleet, cluster, ServiceKind.CALLMANAGER)
    return next((server for server in found if not node or server.node in ("", node)), None)


def _regenerate_server(fleet: Fleet, step: st.RegenerateServerStep, shop: Shop) -> Fleet:
    server = fleet.servers[step.server]
    fleet = _new_identity(fleet, server, server.host or server.name, shop)
    unknown = frozenset(
        phone.device_name for phone in fleet.phones if server.name in phone.uses and phone.vpn_group is None
    )
    if server.kind is not ServiceKind.VPN or not unknown:
        return fleet
    return cannot_judge(fleet, UnjudgedReason.GATEWAY_HASH, server=server.name, phones=unknown)


def _change_other_store(fleet: Fleet, step: st.ChangeOtherStoreStep, _: Shop) -> Fleet:
    kind = ActKind.TRUST_UPLOADED if step.uploaded else ActKind.TRUST_DELETED
    fleet = did(fleet, kind, cluster=step.cluster, value=step.store, certificate=step.certificate)
    return with_store(fleet, step.cluster, step.store, step.certificate, uploaded=step.uploaded)


def _new_identity(fleet: Fleet, server: FleetServer, host: str, shop: Shop) -> Fleet:
    former = server.configured.certificate
    made = shop.renewed.identity(server.name, host, former, fleet.at)
    fleet = fleet.with_server(configured(server, identity=made))
    fleet = replace(fleet, identities=(*fleet.identities, made))
    return did(
        fleet,
        ActKind.CERTIFICATE_REGENERATED,
        cluster=server.cluster,
        server=server.name,
        certificate=made.certificate,
        former=former,
    )


# What phones are told to trust


def _update_trust_lists(fleet: Fleet, step: st.UpdateTrustListsStep, shop: Shop) -> Fleet:
    return did(with_ctl(fleet, step.cluster, shop), ActKind.TRUST_LISTS_UPDATED, cluster=step.cluster)


def _update_vpn_group(fleet: Fleet, step: st.UpdateVpnGroupStep, _: Shop) -> Fleet:
    server = fleet.servers[step.server]
    identity, saved = server.configured.identity, fleet.vpn_groups.get(step.server)
    fleet = did(fleet, ActKind.VPN_GROUP_UPDATED, server=server.name)
    if identity is None or saved is None:
        return fleet
    digest = certificate_hash(identity.certificate.public_bytes(Encoding.DER))
    group = replace(saved, cert_hashes=(digest,))
    return replace(fleet, vpn_groups={**fleet.vpn_groups, step.server: group})


def read_vpn_groups(fleet: Fleet, names: frozenset[str]) -> Fleet:
    """These phones read their files, and with them what the VPN group says now.

    Assumed: a phone at home reaches its file while the hash that it holds is that of the certificate that its gateway shows.
    """

    def read(phone: FleetPhone) -> FleetPhone:
        if phone.vpn_group is None:
            return phone
        for name in sorted(fleet.vpn_groups.keys() & {*phone.uses, *phone.set_aside}):
            saved, in_use = fleet.vpn_groups[name], fleet.servers[name].in_use
            at_office = name in phone.set_aside  # its VPN is off, and its file needs no tunnel
            if saved != phone.vpn_group and (
                at_office or (in_use is not None and _is_known(in_use.identity, phone.vpn_group.cert_hashes))
            ):
                return replace(phone, vpn_group=saved)
        return phone

    after = with_phones(fleet, names, read)
    done = frozenset(act.server for act in fleet.acts if act.kind is ActKind.VPN_GROUP_UPDATED)
    for each in fleet.unjudged:
        if each.reason is UnjudgedReason.GATEWAY_HASH and each.server in done:
            after = can_judge(after, UnjudgedReason.GATEWAY_HASH, phones=names)
    return after if changed_phones(fleet, after) or after.unjudged != fleet.unjudged else fleet


def _is_known(identity: Identity | None, hashes: tuple[bytes, ...]) -> bool:
    return identity is None or certificate_hash(identity.certificate.public_bytes(Encoding.DER)) in hashes


EFFECTS: dict[type[Any], Effect] = {
    st.RemoveCertificateStep: _remove,
    st.AddCertificateStep: _add,
    st.AddCapfCertificateStep: _add_capf,
    st.ChangeDefaultCaListStep: _default_ca_list,
    st.RegenerateCapfStep: regenerate_capf,
    st.SignCapfStep: _sign_capf,
    st.RegenerateCallManagerStep: _regenerate_callmanager,
    st.RenewOtherStep: _renew_other,
    st.ChangeOtherStoreStep: _change_other_store,
    st.RegenerateServerStep: _regenerate_server,
    st.UpdateTrustListsStep: _update_trust_lists,
    st.UpdateVpnGroupStep: _update_vpn_group,
}
