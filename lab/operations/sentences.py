"""Each step as a sentence in the imperative, in Cisco's words; and why nothing can be said after some of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cisco_data import STORE_OF, ServiceName
from cisco_data.bulk_certificates import BulkType
from lab.base.language import Catalogue
from lab.fleet.model import Fleet, FleetServer, Unjudged
from lab.operations import steps as st
from pki import Certificate, read
from wire.plain_text import plain

Members = Mapping[str, Sequence[str]]
NAMED = 3
"""So many phones are named before the rest is counted."""
Sentence = Callable[[Any, Fleet, Catalogue, Members], str]


def sentence(step: st.Step, fleet: Fleet, say: Catalogue, members: Members | None = None) -> str:
    """
    Args:
        fleet: where the servers are that the step names.
        members: device names of each class, by the one that stands for it; itself alone where it is not told.
    """
    said = SENTENCES[type(step)](step, fleet, say, members or {})
    return say("operations.by-itself", what=said) if getattr(step, "by_itself", False) else said


def why_not(unjudged: Unjudged, say: Catalogue) -> str:
    """Why nothing can be said of the phones and services that it means: a sentence without its end."""
    return say(f"operations.unjudged.{unjudged.reason}", cluster=unjudged.cluster, server=unjudged.server)


def named_certificate(certificate: Certificate) -> str:
    """CN and serial number."""
    return f"{plain(read(certificate).subject.cn)} (serial {read(certificate).serial_number:x})"


def _certificate(step: Any, say: Catalogue) -> str:
    if isinstance(step, st.AddCapfCertificateStep):
        # without its serial number, which the lab has chosen where CAPF is yet to be regenerated
        return say("operations.capf-certificate", cluster=step.cluster)
    return named_certificate(step.certificate)


def _store(server: FleetServer, say: Catalogue) -> str:
    if not server.cluster:
        return server.name
    return say("operations.of", what=STORE_OF[server.kind], cluster=server.cluster)


def _service(server: FleetServer, say: Catalogue) -> str:
    if not server.cluster:
        return server.name
    return say("operations.of", what=STORE_OF[server.kind].service, cluster=_place(server.cluster, server.node))


def _place(cluster: str, node: str) -> str:
    """`hq`, and `hq/hq-sub1` for one node of several."""
    return f"{cluster}/{node}" if node else cluster


def _phones(names: frozenset[str], say: Catalogue, members: Members) -> str:
    devices = sorted({device for name in names for device in members.get(name, (name,))})
    if not names:
        return say("operations.all-phones")
    shown = say.between_items.join(devices[:NAMED])
    if len(devices) > NAMED:
        shown = say("operations.and-more", names=shown)
    key = "operations.one-phone" if len(devices) == 1 else "operations.some-phones"
    return say(key, count=len(devices), names=shown)


def _change(key: str) -> Sentence:
    def told(step: Any, fleet: Fleet, say: Catalogue, members: Members) -> str:
        server = fleet.servers[step.server]
        return say(f"operations.{key}", certificate=_certificate(step, say), store=_store(server, say))

    return told


def _of_phones(key: str, *fields: str) -> Sentence:
    """`fields` of the step fill the parts of the same names."""

    def told(step: Any, fleet: Fleet, say: Catalogue, members: Members) -> str:
        parts = {field: getattr(step, field) for field in fields}
        return say(f"operations.{key}", phones=_phones(step.phones, say, members), **parts)

    return told


def _switched(key: str) -> Sentence:
    def told(step: Any, fleet: Fleet, say: Catalogue, members: Members) -> str:
        which = "on" if step.enabled else "off"
        return say(f"operations.{key}.{which}", phones=_phones(step.phones, say, members))

    return told


def _of_cluster(key: str) -> Sentence:
    return lambda step, fleet, say, members: say(
        f"operations.{key}", cluster=_place(step.cluster, getattr(step, "node", ""))
    )


def _of_service(key: str) -> Sentence:
    return lambda step, fleet, say, members: say(f"operations.{key}", service=_service(fleet.servers[step.server], say))


def _default_ca_list(step: st.ChangeDefaultCaListStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    change = "enable" if step.enable else "disable"
    return say(f"operations.default-ca-list.{change}", cluster=step.cluster, certificate=step.certificate)


def _regenerate_capf(step: st.RegenerateCapfStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    return say(
        "operations.regenerate.same-name" if step.same_name else "operations.regenerate.capf", cluster=step.cluster
    )


def _sign(step: st.SignCapfStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    return say("operations.sign", cluster=step.cluster, issuer=plain(read(step.issuer).subject.cn))


def _minimum_tls(step: st.SetMinimumTlsStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    server = fleet.servers[step.server]
    return say("operations.minimum-tls", server=_service(server, say), version=step.version)


def _cluster_mode(step: st.SetClusterModeStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    return say(f"operations.cluster-mode.{'mixed' if step.mixed else 'non-secure'}", cluster=step.cluster)


def _control_service(step: st.ControlServiceStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    place = _place(step.cluster, step.node)
    return say(f"operations.{step.change}", service=say("operations.of", what=step.service, cluster=place))


def _renew_other(step: st.RenewOtherStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    return say("operations.regenerate.other", unit=step.unit, cluster=_place(step.cluster, step.node))


def _change_other_store(step: st.ChangeOtherStoreStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    store = say("operations.of", what=step.store, cluster=_place(step.cluster, step.node))
    return say(f"operations.{'add' if step.uploaded else 'remove'}", certificate=_certificate(step, say), store=store)


def _set_parameter(step: st.SetParameterStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    return say("operations.parameter", cluster=step.cluster, name=step.name, value=step.value)


def _set_name(key: str, value: str) -> Sentence:
    """`value`: the field of the step that is the new name."""

    def told(step: Any, fleet: Fleet, say: Catalogue, members: Members) -> str:
        place = _place(step.cluster, step.node)
        return say(f"operations.{key}", node=place, value=getattr(step, value))

    return told


def _set_address(step: st.SetAddressStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    return say(f"operations.address.{step.by}", node=_place(step.cluster, step.node))


def _of_backup(key: str) -> Sentence:
    def told(step: Any, fleet: Fleet, say: Catalogue, members: Members) -> str:
        form = "named" if step.name else "unnamed"
        return say(f"operations.{key}.{form}", cluster=step.cluster, name=step.name)

    return told


def _set_profile(step: st.SetProfileStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    key = {None: "set-profile", True: "set-profile-encrypted", False: "set-profile-unencrypted"}[step.encrypted_config]
    return say(f"operations.{key}", phones=_phones(step.phones, say, members), mode=step.mode)


def _delete_trust_lists(step: st.DeleteTrustListsStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    key = "menu" if step.by == "menu" else "security-reset"
    return say(f"operations.delete-trust-lists.{key}", phones=_phones(step.phones, say, members))


def _save_operation(step: st.SaveOperationStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    """Without the string, which is a secret of the phone's user."""
    phones = _phones(step.phones, say, members)
    return say("operations.certificate-operation", phones=phones, operation=step.operation, mode=step.mode)


def _bulk_export(step: st.BulkExportStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    key = "bulk-export-all" if step.type is BulkType.ALL else "bulk-export"
    return say(f"operations.{key}", cluster=step.cluster, type=step.type)


def _set_tftp_server(step: st.SetTftpServerStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    server = say("operations.of", what=ServiceName.TFTP, cluster=_place(step.cluster, step.node))
    return say(f"operations.tftp-server.{step.by}", phones=_phones(step.phones, say, members), server=server)


def _no_effect(step: st.NoEffectStep, fleet: Fleet, say: Catalogue, members: Members) -> str:
    phones = _phones(step.phones, say, members)
    return say(f"operations.{step.word}", phones=phones, seconds=f"{step.seconds:g}")


SENTENCES: dict[type[Any], Sentence] = {
    st.RemoveCertificateStep: _change("remove"),
    st.AddCertificateStep: _change("add"),
    st.AddCapfCertificateStep: _change("add"),
    st.ChangeDefaultCaListStep: _default_ca_list,
    st.RegenerateCapfStep: _regenerate_capf,
    st.SignCapfStep: _sign,
    st.RegenerateCallManagerStep: _of_cluster("regenerate.callmanager"),
    st.RegenerateServerStep: lambda step, fleet, say, members: say("operations.regenerate.server", server=step.server),
    st.UpdateTrustListsStep: _of_cluster("trust-lists"),
    st.SetMinimumTlsStep: _minimum_tls,
    st.SetClusterModeStep: _cluster_mode,
    st.RestartStep: _of_service("restart"),
    st.StopStep: _of_service("stop"),
    st.StartStep: _of_service("start"),
    st.ControlServiceStep: _control_service,
    st.SetParameterStep: _set_parameter,
    st.ResetItlStep: lambda step, fleet, say, members: say(f"operations.reset-itl.{step.key}", cluster=step.cluster),
    st.ResetCtlStep: _of_cluster("reset-ctl"),
    st.DeleteCtlFileStep: _of_cluster("delete-ctl-file"),
    st.SetHostNameStep: _set_name("host-name", "name"),
    st.SetDomainStep: _set_name("domain", "domain"),
    st.SetAddressStep: _set_address,
    st.BackUpKeysStep: _of_backup("backup-keys"),
    st.RestoreKeysStep: _of_backup("restore-keys"),
    st.RenewOtherStep: _renew_other,
    st.ChangeOtherStoreStep: _change_other_store,
    st.UpdateVpnGroupStep: lambda step, fleet, say, members: say("operations.vpn-group", server=step.server),
    st.BulkExportStep: _bulk_export,
    st.BulkConsolidateStep: _of_cluster("bulk-consolidate"),
    st.BulkImportStep: _of_cluster("bulk-import"),
    st.SetTftpServerStep: _set_tftp_server,
    st.MoveStep: _of_phones("move", "cluster"),
    st.SetProfileStep: _set_profile,
    st.DeleteTrustListsStep: _delete_trust_lists,
    st.FactoryResetStep: _of_phones("factory-reset"),
    st.InstallLscStep: _of_phones("install-lsc"),
    st.DeleteLscStep: _of_phones("delete-lsc"),
    st.SetPrecedenceStep: _of_phones("precedence", "kind"),
    st.SaveOperationStep: _save_operation,
    st.ReadFileStep: lambda step, fleet, say, members: _of_phones(step.word)(step, fleet, say, members),
    st.TypeStringStep: _of_phones("type-string"),
    st.SetSwitchPortStep: _of_phones("switch-port", "mode"),
    st.SetDeviceAuthenticationStep: _switched("device-authentication"),
    st.SwitchVpnStep: _switched("switch-vpn"),
    st.SetDateStep: lambda step, fleet, say, members: say("operations.date", date=f"{step.at:%Y-%m-%d %H:%M}Z"),
    st.NoEffectStep: _no_effect,
}
