"""What operations on phones do to a fleet.

A fleet says what a phone's next handshake gives, and before that the phone reads its file. So what a file tells (the profile, the
trust list, which cluster) counts at once; what the phone must do besides (a certificate operation, to learn of a gateway's new
hash) waits for a step with which it reads its file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cisco_data import AuthenticationMode, CertificateKind, CertificateOperation, PortMode, ServiceKind
from cisco_data.models import product_named
from lab.base.acts import ActKind
from lab.fleet.model import MODE_OF_PRECEDENCE, Described, Fleet, FleetPhone, Known, Pending, UnjudgedReason
from lab.fleet.trust import HeldTrust, KeptConfiguration
from lab.operations import steps as st
from lab.operations.effect import (
    Effect,
    Shop,
    can_judge,
    cannot_judge,
    changed_phones,
    did,
    held_before,
    service_of,
    with_phones,
)
from lab.operations.effects_trust import read_vpn_groups
from pki import read

LSC_DAYS = 1825
"""Duration of Certificate Validity, CAPF's default."""
OPEN_PORT = frozenset({PortMode.FORCE_AUTHORIZED, PortMode.NO_DOT1X})


def _noted(before: Fleet, after: Fleet, kind: ActKind, **facts: Any) -> Fleet:
    """With an act on the phones that changed; as before where none did."""
    phones = changed_phones(before, after)
    return did(after, kind, phones=phones, **facts) if phones else before


def _move(fleet: Fleet, step: st.MoveStep, _: Shop) -> Fleet:
    """Lists stay, and the configuration of the old cluster until the phone takes that of the new one."""
    after = pointed_at(fleet, step.phones or frozenset(phone.device_name for phone in fleet.phones), step.cluster)
    return _noted(fleet, after, ActKind.PHONE_MOVED, cluster=step.cluster)


def pointed_at(fleet: Fleet, names: frozenset[str], cluster: str, nodes: tuple[str, ...] = ()) -> Fleet:
    """These phones ask the TFTP of that cluster, or of these nodes; the same objects where they do so already."""
    group = fleet.call_manager_groups.get(cluster, ())

    def moved(phone: FleetPhone) -> FleetPhone:
        if phone.cluster == cluster:
            return phone if phone.tftp_servers == nodes else replace(phone, tftp_servers=nodes)
        return replace(phone, cluster=cluster, pending=None, call_managers=group, tftp_servers=nodes)

    leaving = [phone.device_name for phone in fleet.phones if phone.cluster != cluster and phone.device_name in names]
    return with_phones(held_before(fleet, leaving), names, moved)


# Trust lists


def _delete_trust_lists(fleet: Fleet, step: st.DeleteTrustListsStep, shop: Shop) -> Fleet:
    """The phones start anew, and take the lists of their cluster unchecked."""
    after = with_phones(fleet, step.phones, _without_lists)
    after = did(after, ActKind.TRUST_LISTS_DELETED, phones=step.phones, value=step.by)
    return read_file(after, st.ReadFileStep(step.phones, "reset-on-phone"), shop)


def _without_lists(phone: FleetPhone) -> FleetPhone:
    """One of which the inputs could not tell what it holds holds none from then on."""
    if phone.lists is None and not phone.lists_not_told:
        return phone
    return replace(phone, lists=HeldTrust(), lists_not_told="")


def _factory_reset(fleet: Fleet, step: st.FactoryResetStep, shop: Shop) -> Fleet:
    def emptied(phone: FleetPhone) -> FleetPhone:
        phone = _without_lists(phone)
        return phone if phone.lists is None else replace(phone, kept=KeptConfiguration(""))

    after = _delete_lsc(fleet, st.DeleteLscStep(step.phones), shop)
    after = with_phones(after, step.phones, emptied)
    after = read_file(after, st.ReadFileStep(step.phones, "reset-on-phone"), shop)
    after = _switch_vpn(after, st.SwitchVpnStep(step.phones, False), shop)
    return did(after, ActKind.FACTORY_RESET, phones=step.phones)


def _set_profile(fleet: Fleet, step: st.SetProfileStep, _: Shop) -> Fleet:
    other = [
        phone.device_name for phone in fleet.phones if phone.device_name in step.phones and phone.mode != step.mode
    ]
    after = with_phones(held_before(fleet, other), step.phones, lambda phone: replace(phone, mode=step.mode))
    after = _noted(fleet, after, ActKind.PROFILE_SET, value=str(step.mode))
    if step.encrypted_config is None:
        return after
    after = can_judge(after, UnjudgedReason.ENCRYPTED_CONFIG, phones=step.phones)
    return cannot_judge(after, UnjudgedReason.ENCRYPTED_CONFIG, phones=step.phones) if step.encrypted_config else after


# Certificate operations


def _install_lsc(fleet: Fleet, step: st.InstallLscStep, shop: Shop) -> Fleet:
    """The phones read their files for it."""
    wanted = [phone for phone in fleet.phones if phone.device_name in step.phones and not phone.offline]
    there = frozenset(phone.device_name for phone in wanted if shop.takes_file(fleet, phone))
    return _given_lsc(shop.booted(fleet, frozenset(phone.device_name for phone in wanted)), there, shop)


def _given_lsc(fleet: Fleet, names: frozenset[str], shop: Shop) -> Fleet:
    """CAPF has an LSC for these phones, which have read their files."""
    online = frozenset(
        phone.device_name for phone in fleet.phones if phone.device_name in names and phone.cluster in fleet.online_ca
    )
    after = with_phones(fleet, names - online, lambda phone: replace(phone, lsc=_new_lsc(fleet, phone, shop)))
    if given := changed_phones(fleet, after):
        after = _noted(fleet, after, ActKind.LSC_INSTALLED)
        for reason in (UnjudgedReason.OPERATION, UnjudgedReason.ONLINE_CA):  # the LSC is known now
            after = can_judge(after, reason, phones=given)
    return cannot_judge(after, UnjudgedReason.ONLINE_CA, phones=online) if online else after


def _new_lsc(fleet: Fleet, phone: FleetPhone, shop: Shop) -> Described | Known | None:
    """From the certificate that the running CAPF signs with.

    The phone keeps what it has where that one is not known, and where the phone does not accept CAPF: then it closes the
    connection.
    """
    capf = service_of(fleet, phone.going.cluster, ServiceKind.CAPF)
    settings = capf.in_use if capf is not None else None
    issuer = (settings.certificate if settings is not None else None) or fleet.capf.get(phone.going.cluster)
    if settings is None or issuer is None or not shop.accepts_capf(fleet, phone):
        return phone.lsc
    return Described(
        CertificateKind.LSC,
        product_named(phone.model),
        read(issuer).subject.cn,
        issuer,
        1,
        fleet.at.replace(microsecond=0),
        fleet.at.replace(microsecond=0) + timedelta(days=LSC_DAYS, seconds=-1),
        f"CAPF of {phone.going.cluster}",
    )


def _delete_lsc(fleet: Fleet, step: st.DeleteLscStep, _: Shop) -> Fleet:
    after = with_phones(fleet, step.phones, lambda phone: replace(phone, lsc=None, lsc_not_told=""))
    after = _noted(fleet, after, ActKind.LSC_DELETED)
    for reason in (UnjudgedReason.OPERATION, UnjudgedReason.ONLINE_CA):  # whatever it was, it is gone
        after = can_judge(after, reason, phones=step.phones)
    return after


def _set_precedence(fleet: Fleet, step: st.SetPrecedenceStep, _: Shop) -> Fleet:
    after = with_phones(fleet, step.phones, lambda phone: replace(phone, capf_mode=MODE_OF_PRECEDENCE[step.kind]))
    return _noted(fleet, after, ActKind.CAPF_SETTINGS_SET, value=f"Precedence to {step.kind}")


def _save_operation(fleet: Fleet, step: st.SaveOperationStep, _: Shop) -> Fleet:
    orders = step.operation is not CertificateOperation.NO_PENDING_OPERATION
    pending = Pending(step.operation, step.mode, step.string) if orders else None
    after = with_phones(fleet, step.phones, lambda phone: replace(phone, capf_mode=step.mode, pending=pending))
    return _noted(fleet, after, ActKind.CAPF_SETTINGS_SET, value=f"{step.operation}, {step.mode}")


def read_file(fleet: Fleet, step: st.ReadFileStep, shop: Shop) -> Fleet:
    """One that refuses its file goes on with the former one, and so misses what the new one asks for."""
    there = [phone for phone in fleet.phones if phone.device_name in step.phones and not phone.offline]
    takers = frozenset(phone.device_name for phone in there if shop.takes_file(fleet, phone))
    fleet = shop.booted(fleet, frozenset(phone.device_name for phone in there))
    fleet = read_vpn_groups(fleet, takers)
    return _perform(fleet, takers, lambda pending: pending.mode != AuthenticationMode.BY_AUTHENTICATION_STRING, shop)


def _type_string(fleet: Fleet, step: st.TypeStringStep, shop: Shop) -> Fleet:
    """A wrong string ends the operation with Invalid authentication string, and leaves it pending."""
    return _perform(
        fleet,
        step.phones,
        lambda pending: pending.mode == AuthenticationMode.BY_AUTHENTICATION_STRING and pending.string == step.string,
        shop,
    )


def _perform(fleet: Fleet, names: frozenset[str], which: Callable[[Pending], bool], shop: Shop) -> Fleet:
    """What CAPF has pending for these phones: known by null string or string, unknown where a certificate is shown."""
    ready = [
        phone
        for phone in fleet.phones
        if phone.device_name in names and phone.pending is not None and which(phone.pending) and _runs(fleet, phone)
    ]
    shown = frozenset(
        phone.device_name
        for phone in ready
        if phone.pending is not None
        and phone.pending.mode not in (AuthenticationMode.BY_NULL_STRING, AuthenticationMode.BY_AUTHENTICATION_STRING)
        and phone.pending.operation in (CertificateOperation.INSTALL_UPGRADE, CertificateOperation.DELETE)
    )
    if shown:
        fleet = cannot_judge(fleet, UnjudgedReason.OPERATION, phones=shown)
    known = [phone for phone in ready if phone.device_name not in shown]
    if installs := frozenset(phone.device_name for phone in known if _has(phone, CertificateOperation.INSTALL_UPGRADE)):
        fleet = _given_lsc(fleet, installs, shop)
    if deletes := frozenset(phone.device_name for phone in known if _has(phone, CertificateOperation.DELETE)):
        fleet = _delete_lsc(fleet, st.DeleteLscStep(deletes), shop)
    over = [phone.device_name for phone in ready]
    return with_phones(fleet, over, lambda phone: replace(phone, pending=None)) if over else fleet


def _has(phone: FleetPhone, operation: str) -> bool:
    return phone.pending is not None and phone.pending.operation == operation


def _runs(fleet: Fleet, phone: FleetPhone) -> bool:
    capf = service_of(fleet, phone.cluster, ServiceKind.CAPF)
    return capf is not None and capf.in_use is not None


# Ways into the network


def _set_switch_port(fleet: Fleet, step: st.SetSwitchPortStep, _: Shop) -> Fleet:
    radius = {server.name for server in fleet.servers.values() if server.kind is ServiceKind.DOT1X}

    def switched(phone: FleetPhone) -> FleetPhone:
        return _with_servers(phone, radius, used=step.mode not in OPEN_PORT)

    after = can_judge(with_phones(fleet, step.phones, switched), UnjudgedReason.PORT_CLOSED, phones=step.phones)
    if step.mode is PortMode.FORCE_UNAUTHORIZED:
        after = cannot_judge(after, UnjudgedReason.PORT_CLOSED, phones=step.phones)
    if changed_phones(fleet, after) or after.unjudged != fleet.unjudged:
        after = did(after, ActKind.PORT_MODE_SET, phones=step.phones, value=step.mode)
    return _supplicants(after, step.phones)


def _with_servers(phone: FleetPhone, names: Collection[str], *, used: bool) -> FleetPhone:
    """With those of its servers that are among these names in use, or set aside; their priorities stay."""
    mine = tuple(name for name in (*phone.uses, *phone.set_aside) if name in names)
    if all(name in (phone.uses if used else phone.set_aside) for name in mine):
        return phone
    uses, aside = (tuple(name for name in each if name not in names) for each in (phone.uses, phone.set_aside))
    return replace(phone, uses=(*uses, *mine) if used else uses, set_aside=aside if used else (*aside, *mine))


def _set_device_authentication(fleet: Fleet, step: st.SetDeviceAuthenticationStep, _: Shop) -> Fleet:
    after = with_phones(fleet, step.phones, lambda phone: replace(phone, dot1x_off=not step.enabled))
    value = "enabled" if step.enabled else "disabled"
    return _supplicants(_noted(fleet, after, ActKind.DEVICE_AUTHENTICATION_SET, value=value), step.phones)


def _supplicants(fleet: Fleet, names: frozenset[str]) -> Fleet:
    """A phone that answers no switch port has no network behind one that asks."""
    radius = {server.name for server in fleet.servers.values() if server.kind is ServiceKind.DOT1X}
    silent = frozenset(
        phone.device_name
        for phone in fleet.phones
        if phone.device_name in names and phone.dot1x_off and not radius.isdisjoint(phone.uses)
    )
    fleet = can_judge(fleet, UnjudgedReason.NO_SUPPLICANT, phones=names)
    return cannot_judge(fleet, UnjudgedReason.NO_SUPPLICANT, phones=silent) if silent else fleet


def _switch_vpn(fleet: Fleet, step: st.SwitchVpnStep, _: Shop) -> Fleet:
    gateways = {server.name for server in fleet.servers.values() if server.kind is ServiceKind.VPN}

    def switched(phone: FleetPhone) -> FleetPhone:
        return _with_servers(phone, gateways, used=step.enabled)

    value = "enabled" if step.enabled else "disabled"
    return _noted(fleet, with_phones(fleet, step.phones, switched), ActKind.VPN_SWITCHED, value=value)


EFFECTS: dict[type[Any], Effect] = {
    st.MoveStep: _move,
    st.SetProfileStep: _set_profile,
    st.DeleteTrustListsStep: _delete_trust_lists,
    st.FactoryResetStep: _factory_reset,
    st.InstallLscStep: _install_lsc,
    st.DeleteLscStep: _delete_lsc,
    st.SetPrecedenceStep: _set_precedence,
    st.SaveOperationStep: _save_operation,
    st.ReadFileStep: read_file,
    st.TypeStringStep: _type_string,
    st.SetSwitchPortStep: _set_switch_port,
    st.SetDeviceAuthenticationStep: _set_device_authentication,
    st.SwitchVpnStep: _switch_vpn,
}
