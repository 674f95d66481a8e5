"""What operations do to phones of a fleet, and of whom nothing can be said after them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lab.base.acts import ActKind
from lab.base.failures import InvalidInput
from lab.fleet.model import Described, Fleet, FleetPhone, UnjudgedReason
from lab.fleet.trust import HeldTrust, KeptConfiguration
from lab.operations.effects import apply_all
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.judge import Judge
from lab.whatif.plan_file import parse_plan
from lab.whatif.plan_steps import steps_of_plan
from tests.whatif.conftest import DEVICE, Network, make_network
from tests.whatif.made_trust import held
from wire.phone_file import VpnGroup, certificate_hash

CALLMANAGER, CAPF = "CallManager of hq", "CAPF of hq"
ORDER = 'do = "certificate-operation"\noperation = "{}"\nmode = "{}"'
BY_NULL, BY_LSC = "By Null String", "By Existing Certificate (Precedence to LSC)"
BY_STRING = 'By Authentication String"\nstring = "1234'
RESET, BOOT = 'do = "reset"', 'do = "boot"'


@pytest.fixture
def network() -> Network:
    return make_network()


@pytest.fixture
def fleet(network: Network) -> Fleet:
    return network.fleet(network.phone(lsc=network.lsc(), mic=network.mic(), uses=("ise", "asa")))


def after(fleet: Fleet, network: Network, *steps: str) -> Fleet:
    factory = CredentialFactory(fleet, network.keys)
    plan = parse_plan("".join(f"[[steps]]\n{step}\n" for step in steps), Path("plan.toml"))
    return apply_all(fleet, steps_of_plan(fleet, factory, plan)[0], factory)


def only(fleet: Fleet) -> FleetPhone:
    (phone,) = fleet.phones
    return phone


def reasons(fleet: Fleet, server: str) -> list[UnjudgedReason]:
    return [each.reason for each in fleet.unjudged if each.concerns(only(fleet), fleet.servers[server])]


# Certificate operations


@pytest.mark.parametrize("read", [RESET, BOOT, 'do = "reset-on-phone"', f'{RESET}\nkind = "apply-config"'])
def test_an_operation_by_null_string_is_carried_out_when_the_phone_reads_its_file(
    read: str, network: Network, fleet: Fleet
) -> None:
    ordered = after(fleet, network, ORDER.format("Install/Upgrade", BY_NULL))
    assert only(ordered).lsc == only(fleet).lsc
    assert only(ordered).pending is not None
    done = after(fleet, network, ORDER.format("Install/Upgrade", BY_NULL), read)
    assert isinstance(only(done).lsc, Described)
    assert only(done).pending is None
    assert done.acts[-1].kind is ActKind.LSC_INSTALLED
    assert done.acts[-1].phones == frozenset({DEVICE})
    gone = after(fleet, network, ORDER.format("Delete", BY_NULL), read)
    assert only(gone).lsc is None
    assert gone.acts[-1].kind is ActKind.LSC_DELETED


def test_an_operation_by_string_waits_for_the_string(network: Network, fleet: Fleet) -> None:
    order = ORDER.format("Delete", BY_STRING)
    assert only(after(fleet, network, order, RESET)).lsc is not None
    typed = 'do = "type-authentication-string"\nstring = "{}"'
    assert only(after(fleet, network, order, RESET, typed.format("4321"))).lsc is not None
    assert only(after(fleet, network, order, RESET, typed.format("1234"))).lsc is None
    refused = typed.format("1234") + "\ntaken = false"
    assert only(after(fleet, network, order, RESET, refused)).lsc is not None


def test_an_operation_waits_while_capf_is_stopped(network: Network, fleet: Fleet) -> None:
    order = ORDER.format("Delete", BY_NULL)
    service = 'cluster = "hq"\nservice = "Cisco Certificate Authority Proxy Function"'
    stopped = after(fleet, network, order, f'do = "stop-service"\n{service}', RESET)
    assert only(stopped).lsc is not None
    assert only(stopped).pending is not None
    started = after(stopped, network, f'do = "start-service"\n{service}', RESET)
    assert only(started).lsc is None


def test_after_an_operation_by_certificate_nothing_is_said_until_the_lsc_is_known(
    network: Network, fleet: Fleet
) -> None:
    shown = after(fleet, network, ORDER.format("Install/Upgrade", BY_LSC), RESET)
    assert reasons(shown, CALLMANAGER) == [UnjudgedReason.OPERATION]
    (unjudged,) = shown.unjudged
    assert unjudged.number == 2
    for known in ('do = "delete-lsc-on-phone"', 'do = "delete-lsc"'):
        assert not after(shown, network, known, RESET).unjudged
    assert not after(shown, network, 'do = "install-lsc"').unjudged
    assert not reasons(after(shown, network, ORDER.format("Install/Upgrade", BY_NULL), RESET), CALLMANAGER)


def test_the_mode_alone_is_a_precedence_and_no_operation(network: Network, fleet: Fleet) -> None:
    by_mic = 'do = "certificate-operation"\nmode = "By Existing Certificate (Precedence to MIC)"'
    changed = after(fleet, network, by_mic, RESET)
    assert str(only(changed).capf_precedence) == "MIC"
    assert only(changed).pending is None
    assert [act.kind for act in changed.acts] == [ActKind.CAPF_SETTINGS_SET]
    assert not changed.unjudged


def test_an_lsc_of_an_online_ca_is_not_made_up(network: Network, fleet: Fleet) -> None:
    online = replace(fleet, online_ca=frozenset({"hq"}))
    installed = after(online, network, 'do = "install-lsc"')
    assert only(installed).lsc == only(online).lsc
    assert reasons(installed, CALLMANAGER) == [UnjudgedReason.ONLINE_CA]
    assert not after(fleet, network, 'do = "install-lsc"').unjudged


# Ways into the network


def test_an_open_port_asks_no_authentication_server_and_a_closed_one_lets_nobody_in(
    network: Network, fleet: Fleet
) -> None:
    port = 'do = "set-switch-port"\nmode = "{}"'
    opened = after(fleet, network, port.format("force-authorized"))
    assert only(opened).uses == ("asa",)
    assert only(after(opened, network, port.format("auto"))).uses == ("asa", "ise")
    closed = after(fleet, network, port.format("force-unauthorized"))
    assert reasons(closed, CALLMANAGER) == [UnjudgedReason.PORT_CLOSED]
    assert not after(closed, network, port.format("auto")).unjudged
    assert [act.value for act in closed.acts] == ["force-unauthorized"]


def test_a_phone_that_answers_no_port_has_no_network_behind_one_that_asks(network: Network, fleet: Fleet) -> None:
    off = 'do = "device-authentication"\nenabled = false'
    silent = after(fleet, network, off)
    assert reasons(silent, CALLMANAGER) == [UnjudgedReason.NO_SUPPLICANT]
    open_port = 'do = "set-switch-port"\nmode = "no dot1x"'
    assert not after(silent, network, open_port).unjudged
    assert reasons(after(silent, network, open_port, open_port.replace("no dot1x", "auto")), CALLMANAGER)
    assert not after(silent, network, off.replace("false", "true")).unjudged


def test_a_phone_with_its_vpn_off_uses_no_gateway(network: Network, fleet: Fleet) -> None:
    off = after(fleet, network, 'do = "switch-vpn"\nenabled = false')
    assert only(off).uses == ("ise",)
    assert only(after(off, network, 'do = "switch-vpn"\nenabled = true')).uses == ("ise", "asa")


def hash_of(identity: object) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate_hash(identity.certificate.public_bytes(Encoding.DER))  # type: ignore[attr-defined]


REGENERATE, SAVE = 'do = "regenerate-certificate"\nserver = "asa"', 'do = "update-vpn-group"\nserver = "asa"'
RESTART = 'do = "restart-service"\nserver = "asa"'


@pytest.mark.parametrize(
    ("steps", "gets_in"),
    [
        ((REGENERATE,), True),
        ((REGENERATE, RESTART), False),
        ((REGENERATE, SAVE, RESTART), False),
        ((REGENERATE, SAVE, RESET, RESTART), True),
        ((REGENERATE, RESTART, SAVE, RESET), False),
    ],
)
def test_a_phone_at_home_learns_of_a_new_hash_only_while_it_still_gets_in(
    steps: tuple[str, ...], gets_in: bool, network: Network, fleet: Fleet
) -> None:
    group = VpnGroup(("https://asa.example.com/phones",), (hash_of(network.gateway),))
    known = replace(
        fleet, vpn_groups={"asa": group}, phones=tuple(replace(phone, vpn_group=group) for phone in fleet.phones)
    )
    changed = after(known, network, *steps)
    factory = CredentialFactory(changed, network.keys)
    access = Judge(factory).access(changed, only(changed), changed.servers["asa"])
    assert access.outcome is not None
    assert access.outcome.accepted is gets_in


def test_where_hashes_are_not_known_a_new_gateway_certificate_leaves_it_open(network: Network, fleet: Fleet) -> None:
    changed = after(fleet, network, REGENERATE, RESTART)
    assert reasons(changed, "asa") == [UnjudgedReason.GATEWAY_HASH]
    assert not reasons(changed, CALLMANAGER)
    assert reasons(after(changed, network, RESET), "asa")
    assert not after(fleet, network, REGENERATE, SAVE, RESET, RESTART).unjudged


def test_what_cannot_be_judged_is_no_outcome_and_says_why(network: Network, fleet: Fleet) -> None:
    closed = after(fleet, network, 'do = "set-switch-port"\nmode = "force-unauthorized"')
    judge = Judge(CredentialFactory(closed, network.keys))
    access = judge.access(closed, only(closed), closed.servers[CALLMANAGER])
    assert access.outcome is None
    assert "force-unauthorized" in access.why_not


# Moves and trust lists


RESTART_OF, CAPF_NAME = (
    'do = "restart-service"\ncluster = "hq"\nservice = ',
    "Cisco Certificate Authority Proxy Function",
)
MOVE = 'do = "move"\nto = "hq"\nprofile = "Non Secure"'
DELETE = 'do = "delete-trust-list-on-phone"'


def test_a_phone_that_moves_keeps_its_lists_and_its_configuration_until_it_starts(
    network: Network, fleet: Fleet
) -> None:
    own = held(network.callmanager.certificate)
    before = replace(fleet, phones=(replace(only(fleet), cluster="branch", lists=own),))
    moved = after(before, network, MOVE)
    assert only(moved).lists == own
    assert only(moved).kept == KeptConfiguration("branch", only(fleet).mode)
    assert (only(moved).cluster, str(only(moved).mode)) == ("hq", "Non Secure")
    assert [act.kind for act in moved.acts] == [ActKind.PHONE_MOVED, ActKind.PROFILE_SET]
    assert {act.number for act in moved.acts} == {1, 2}
    assert not moved.unjudged
    assert only(after(before, network, MOVE, DELETE)).lists == HeldTrust()
    assert only(after(replace(before, phones=(replace(only(before), lists=None),)), network, MOVE)).kept is None


def test_a_factory_reset_takes_lists_lsc_and_vpn(network: Network, fleet: Fleet) -> None:
    phone = only(after(fleet, network, 'do = "factory-reset"'))
    assert (phone.lsc, phone.uses, phone.set_aside) == (None, ("ise",), ("asa",))
    assert only(after(fleet, network, DELETE)).lsc is not None


@pytest.mark.parametrize(
    ("step", "reason", "undone"),
    [
        (
            'do = "set-profile"\nprofile = "Encrypted"\ntftp-encrypted-config = true',
            UnjudgedReason.ENCRYPTED_CONFIG,
            "",
        ),
    ],
)
def test_what_data_cannot_show_is_not_judged_until_it_is_undone(
    step: str, reason: UnjudgedReason, undone: str, network: Network, fleet: Fleet
) -> None:
    assert reasons(after(fleet, network, step), CALLMANAGER) == [reason]
    reverse = step.replace("stop-service", undone).replace("SHA-512", "SHA-1").replace("true", "false")
    assert not reasons(after(fleet, network, step, reverse), CALLMANAGER)


@pytest.mark.parametrize("unit", ["TVS", "ITLRecovery", "tomcat", "CallManager-ECDSA"])
def test_a_new_certificate_of_a_cluster_of_which_nothing_is_known_is_noted(
    unit: str, network: Network, fleet: Fleet
) -> None:
    renewed = after(fleet, network, f'do = "regenerate-certificate"\ncertificate = "{unit} of hq"')
    assert [(act.kind, act.value) for act in renewed.acts] == [(ActKind.OTHER_CERTIFICATE_RENEWED, unit)]


def test_steps_that_mean_nothing_here_are_refused_with_place_and_reason(network: Network, fleet: Fleet) -> None:
    for step, says in (
        ('do = "sign-certificate"\ncluster = "hq"', 'called "company root"'),
        ('do = "default-ca-list"\nchange = "enable"', "nothing to enable"),
        (
            'do = "regenerate-certificate"\ncertificate = "CallManager of hq"\nsame-name = true',
            "only CAPF has a choice",
        ),
        ('do = "upload-certificate"\ncertificate = "old CAPF of hq"\nserver = "ise"', "has not been regenerated"),
        ('do = "set-minimum-tls"\nserver = "asa"\nversion = "1.2"', "a VPN gateway"),
        ('do = "restart-service"\nserver = "ise"\ncluster = "hq"', "not both"),
        ('do = "restart-service"\ncluster = "hq"', 'the key "service" is missing'),
        ('do = "upload-certificate"\ncluster = "hq"\ncertificate = "CAPF of hq"', 'the key "store" is missing'),
    ):
        with pytest.raises(InvalidInput) as caught:
            after(fleet, network, step)
        assert str(caught.value).startswith("plan.toml: steps[1]: ")
        assert says in str(caught.value)
