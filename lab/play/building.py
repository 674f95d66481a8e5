"""A scenario's clusters, servers and phones, built in a lab, and the keys that they take."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as time_of_day

from cisco_data import CertificateOperation, CertificateUnit, ClusterSecurityMode, KeyOrder
from cisco_data.models import MODELS, TLS_1_3, PhoneModel
from cucm_sim.certificate_units import capf_key
from lab.base.releases import release_known
from lab.operations.certificate_names import COMPANY_ROOT
from lab.running.lab import Lab, keys_needed
from lab.running.other_signers import fill_phone_sast_trust
from lab.scenario import model as sc
from lab.scenario.model import device_names
from pki import RSA_2048, KeyPool, KeyRing, KeySpec, Manufacturing, profiles

ADDRESSES_A_PHONE = 4
"""Assumed, of a gateway's pool: a session whose phone just vanished keeps its address for some minutes."""
MAX_INSIDE = 60
"""Assumed: addresses of a pool; a lab has 150 for phones."""


def model_of(part: sc.PhonePart) -> PhoneModel:
    model = MODELS[part.model]
    if part.built is not None:
        model = replace(model, built=datetime.combine(part.built, time_of_day(), UTC))
    return model.with_tls(TLS_1_3) if part.tls == "1.3" else model


def _born_with(part: sc.PhonePart) -> tuple[bool, bool]:
    """Whether it has a MIC, and whether it brings an LSC along."""
    return part.mic and bool(part.mic_authority or model_of(part).mic_authority), bool(part.lsc)


def _servers(scenario: sc.Scenario) -> tuple[int, int]:
    """How many clusters and nodes."""
    return len(scenario.clusters), sum(len(part.cast_nodes(name)) for name, part in scenario.clusters.items())


def keys_of(scenario: sc.Scenario) -> Counter[KeySpec]:
    """How many keys of each kind the story takes."""
    clusters, nodes = _servers(scenario)
    wanted = Counter({RSA_2048: keys_needed(clusters, nodes, map(_born_with, scenario.phones.values()))})
    wanted[profiles.NODE_CERTIFICATES[CertificateUnit.CALLMANAGER_ECDSA].key_spec] += nodes
    for cluster in scenario.clusters.values():
        key = capf_key(release_known(cluster.release))
        if key != RSA_2048:
            wanted[RSA_2048] -= 1
            wanted[key] += 1
    wanted[RSA_2048] += len(scenario.radius) + len(scenario.vpn)
    if needs_company(scenario):
        wanted[RSA_2048] += 1
    for step, cast in scenario.casts():
        if isinstance(step, sc.RegenerateCertificate | sc.SignCertificate):
            unit, name = step.own(cast)
            made = profiles.NODE_CERTIFICATES.get(unit or "")
            if made is not None:
                wanted[made.key_spec] += 1
            else:
                server = unit is None
                wanted[RSA_2048 if server else capf_key(release_known(scenario.clusters[name].release))] += 1
        elif isinstance(step, sc.InstallLsc):
            wanted[RSA_2048] += len(step.chosen(cast))
        elif isinstance(step, sc.SetCertificateOperation) and step.operation is CertificateOperation.INSTALL_UPGRADE:
            phones = len(step.chosen(cast))
            if step.key_order != KeyOrder.EC_ONLY:
                wanted[KeySpec("RSA", step.rsa_key_size)] += phones
            if step.key_order != KeyOrder.RSA_ONLY:
                wanted[KeySpec("EC", step.ec_key_size)] += phones
    return wanted


def needs_company(scenario: sc.Scenario) -> bool:
    """Whether the company's own authority takes part."""
    named = (getattr(step, key, "") for step in scenario.steps for key in ("certificate", "issuer"))
    servers: list[sc.RadiusPart | sc.VpnPart] = [*scenario.radius.values(), *scenario.vpn.values()]
    trusted = (name for part in servers for name in part.trusts)
    online = (cluster.certificate_issuer != "CAPF" for cluster in scenario.clusters.values())
    return (
        any(online)
        or COMPANY_ROOT in (*named, *trusted)
        or any(isinstance(step, sc.SignCertificate) for step in scenario.steps)
    )


def make_keys(scenario: sc.Scenario, pool: KeyPool) -> KeyRing:
    """A ring with every key that the story will take, made now where the pool has none: virtual time waits for no key."""
    ring = pool.ring()
    ring.prepare(keys_of(scenario))
    Manufacturing(ring).prepare()
    return ring


def build(scenario: sc.Scenario, lab: Lab) -> None:
    """Add all that takes part in the story to an empty lab. Raises as `Lab.add_cluster` and its other `add_` methods do."""
    for name, part in scenario.clusters.items():
        made = lab.add_cluster(
            name,
            mixed=part.mode is ClusterSecurityMode.MIXED,
            release=part.release,
            upgraded=part.upgraded,
            minimum_tls=part.minimum_tls,
            lsc_authority_key_identifier=part.lsc_authority_key_identifier,
            lsc_days=part.lsc_days,
            certificate_issuer=part.certificate_issuer,
            nodes=part.cast_nodes(name),
            call_manager_group=part.call_manager_group,
            tftp_servers=part.tftp_servers,
        )
        if part.phone_sast_trust:
            fill_phone_sast_trust(made.cluster, part.phone_sast_trust, lab.keys)
    for name, server in scenario.radius.items():
        lab.add_radius(
            name,
            trusts=server.trusts,
            minimum_tls=server.minimum_tls,
            checks_names=server.checks_names,
        )
    for name, gateway in scenario.vpn.items():
        inside = sum(phone.vpn == name for phone in scenario.phones.values())
        lab.add_vpn_gateway(name, trusts=gateway.trusts, addresses=min(MAX_INSIDE, inside * ADDRESSES_A_PHONE))
    devices = device_names(scenario)
    for name, phone in scenario.phones.items():
        lab.add_phone(
            name,
            model=model_of(phone),
            cluster=phone.cluster,
            device=devices[name],
            profile=phone.profile,
            lsc=phone.lsc,
            lsc_name=phone.lsc_name,
            mic=phone.mic,
            mic_authority=phone.mic_authority,
            trusts=phone.trusts,
            dot1x=phone.dot1x,
            dot1x_trusts=phone.dot1x_trusts,
            vpn=phone.vpn,
        )
