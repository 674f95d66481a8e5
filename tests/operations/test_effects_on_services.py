"""What operations do to the services of a fleet: starts, stops, modes, new certificates, the default list; and their acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cisco_data import STORE_OF, StoreName
from lab.base.acts import ActKind
from lab.base.failures import InvalidInput
from lab.fleet.model import Fleet, UnjudgedReason
from lab.testing import AUTHORITY_SUBJECT
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.judge import Judge
from pki import common_name, company_authority
from tests.operations.test_effects_on_phones import CALLMANAGER, CAPF, after, only, reasons
from tests.whatif.conftest import SINCE, Network, make_network

CM, TFTP = 'cluster = "hq"\nservice = "Cisco CallManager"', 'cluster = "hq"\nservice = "Cisco Tftp"'
PROXY = 'cluster = "hq"\nservice = "Cisco Certificate Authority Proxy Function"'


@pytest.fixture
def network() -> Network:
    return make_network()


@pytest.fixture
def fleet(network: Network) -> Fleet:
    return network.fleet(network.phone(lsc=network.lsc(), mic=network.mic()))


def control(change: str, service: str) -> str:
    return f'do = "{change}-service"\n{service}'


def kinds(fleet: Fleet) -> list[ActKind]:
    return [act.kind for act in fleet.acts]


def accepted(fleet: Fleet, network: Network, server: str = CALLMANAGER) -> bool | None:
    outcome = Judge(CredentialFactory(fleet, network.keys)).access(fleet, only(fleet), fleet.servers[server]).outcome
    return outcome.accepted if outcome is not None else None


def test_a_service_stops_and_starts_with_what_is_configured_by_then(network: Network, fleet: Fleet) -> None:
    stopped = after(fleet, network, control("stop", CM))
    assert stopped.servers[CALLMANAGER].in_use is None
    assert accepted(stopped, network) is False
    delete = 'do = "delete-certificate"\ncluster = "hq"\nstore = "CallManager-trust"\ncertificate = "CAPF of hq"'
    started = after(stopped, network, delete, control("start", CM))
    assert accepted(started, network) is False
    assert accepted(after(stopped, network, control("start", CM)), network) is True
    assert kinds(started) == [ActKind.SERVICE_STOPPED, ActKind.TRUST_DELETED, ActKind.SERVICE_STARTED]
    assert kinds(after(fleet, network, control("start", CM))) == []  # it runs already


@pytest.mark.parametrize("store", [store for store in StoreName if store not in STORE_OF.values()])
def test_a_change_of_a_store_that_judges_no_phone_is_noted(network: Network, fleet: Fleet, store: StoreName) -> None:
    step = f'do = "upload-certificate"\ncluster = "hq"\nstore = "{store}"\ncertificate = "CAPF of hq"'
    for change, kind in ((step, ActKind.TRUST_UPLOADED), (step.replace("upload", "delete"), ActKind.TRUST_DELETED)):
        assert [(act.kind, act.value) for act in after(fleet, network, change).acts] == [(kind, store)]
    kept = after(fleet, network, step.replace("upload", "delete").replace(store, StoreName.CAPF))
    assert kinds(kept) == [ActKind.TRUST_DELETED]
    assert not kept.unjudged


@pytest.mark.parametrize(
    "step",
    [
        'do = "reset-itl"\ncluster = "hq"',
        'do = "reset-ctl"\ncluster = "hq"',
        'do = "delete-ctl-file"\ncluster = "hq"',
        'do = "set-parameter"\ncluster = "hq"\nname = "Prepare Cluster for Rollback to pre-8.0"\nvalue = "True"',
    ],
)
def test_after_a_list_was_reset_deleted_or_emptied_nothing_is_said_of_phones(
    network: Network, fleet: Fleet, step: str
) -> None:
    assert reasons(after(fleet, network, step), CALLMANAGER) == [UnjudgedReason.LIST_RESET]


def test_without_tftp_nothing_is_said_of_phones_that_start(network: Network, fleet: Fleet) -> None:
    stopped = after(fleet, network, control("stop", TFTP))
    assert reasons(stopped, CALLMANAGER) == [UnjudgedReason.NO_TFTP]
    assert not after(stopped, network, control("start", TFTP)).unjudged


def test_a_new_mode_counts_when_both_services_have_read_it(network: Network, fleet: Fleet) -> None:
    mode = 'do = "set-cluster-mode"\ncluster = "hq"\nmode = "non-secure"'
    ordered = after(fleet, network, mode)
    assert ordered.servers[CALLMANAGER].mixed
    assert reasons(ordered, CALLMANAGER) == [UnjudgedReason.CLUSTER_MODE]
    assert after(ordered, network, control("restart", TFTP)).unjudged
    half = after(ordered, network, control("restart", CM))
    assert not half.servers[CALLMANAGER].mixed
    assert half.unjudged
    whole = after(ordered, network, control("restart", CM), control("restart", TFTP))
    assert not whole.unjudged
    assert whole.services_of(only(whole)) == [whole.servers[CAPF]]
    back = after(whole, network, mode.replace("non-secure", "mixed"), control("restart", TFTP), control("restart", CM))
    assert not back.unjudged
    assert accepted(back, network) is True


def test_the_mode_that_a_cluster_has_is_no_change(network: Network, fleet: Fleet) -> None:
    same = after(fleet, network, 'do = "set-cluster-mode"\ncluster = "hq"\nmode = "mixed"')
    assert (same.acts, same.unjudged) == ((), ())


def test_a_capf_of_the_same_name_takes_the_place_of_the_former_one_in_both_stores(
    network: Network, fleet: Fleet
) -> None:
    same = 'do = "regenerate-certificate"\ncertificate = "CAPF"\ncluster = "hq"\nsame-name = true'
    regenerated = after(fleet, network, same, control("restart", CM), control("restart", PROXY))
    made = regenerated.capf["hq"]
    assert common_name(made.subject) == common_name(network.capf.certificate.subject)
    for server in (CALLMANAGER, CAPF):
        trust = regenerated.servers[server].configured.trust
        assert made in trust
        assert network.capf.certificate not in trust
    assert accepted(regenerated, network) is False
    other = after(fleet, network, same.replace("true", "false"), control("restart", CM))
    assert accepted(other, network) is True
    assert regenerated.former_capf["hq"] == (network.capf.certificate,)
    assert regenerated.acts[0].certificate == made
    assert regenerated.acts[0].former == network.capf.certificate


def test_a_cluster_that_is_not_mixed_has_no_ctl_file_to_update(network: Network, fleet: Fleet) -> None:
    plain = replace(fleet, servers={**fleet.servers, CALLMANAGER: replace(fleet.servers[CALLMANAGER], mixed=False)})
    with pytest.raises(InvalidInput, match="is not in mixed mode and has no CTL file; restart Cisco Tftp"):
        after(plain, network, 'do = "update-ctl"')


def test_a_signed_capf_ends_in_its_issuer_which_capf_trust_must_hold(network: Network, fleet: Fleet) -> None:
    company = company_authority(keys=network.keys, subject=AUTHORITY_SUBJECT, not_before=SINCE)
    known = (*fleet.certificates, company.certificate)
    fleet = replace(fleet, certificates=known, identities=(*fleet.identities, company.identity))
    upload = 'do = "upload-certificate"\ncluster = "hq"\nstore = "CAPF-trust"\ncertificate = "company root"'
    sign = 'do = "sign-certificate"\ncertificate = "CAPF of hq"'

    with pytest.raises(InvalidInput, match="CAPF-trust of hq does not hold"):
        after(fleet, network, sign)
    signed = after(fleet, network, upload, sign)
    assert signed.capf["hq"].issuer == company.certificate.subject
    assert kinds(signed) == [ActKind.TRUST_UPLOADED, ActKind.CERTIFICATE_SIGNED]
    install = (control("restart", PROXY), 'do = "install-lsc"')
    without_root = after(signed, network, control("restart", CM), *install)
    assert accepted(without_root, network) is False
    root = upload.replace("CAPF-trust", "CallManager-trust")
    assert accepted(after(signed, network, root, control("restart", CM), *install), network) is True


def test_the_default_list_leaves_and_comes_back_an_act_a_certificate(network: Network, fleet: Fleet) -> None:
    disable = 'do = "default-ca-list"\nchange = "disable"'
    gone = after(fleet, network, disable)
    assert set(kinds(gone)) == {ActKind.DEFAULT_CA_DISABLED}
    assert len(gone.acts) == len(network.roots)
    assert {common_name(each.subject) for each in gone.servers[CAPF].configured.trust} == {
        common_name(network.capf.certificate.subject)
    }
    assert gone.servers[CALLMANAGER].in_use == fleet.servers[CALLMANAGER].in_use
    one = after(gone, network, 'do = "default-ca-list"\nchange = "enable"\ncertificate = "Cisco Manufacturing CA"')
    assert kinds(one)[-1] is ActKind.DEFAULT_CA_ENABLED
    assert len(one.servers[CAPF].configured.trust) == 2
    back = after(one, network, 'do = "default-ca-list"\nchange = "enable"')
    assert set(back.servers[CAPF].configured.trust) == set(fleet.servers[CAPF].configured.trust)
    assert back.disabled_default_cas == ()


def test_what_is_disabled_once_is_not_disabled_twice(network: Network, fleet: Fleet) -> None:

    disable = 'do = "default-ca-list"\nchange = "disable"'
    with pytest.raises(InvalidInput, match=r"steps\[2\]: certificate: no default authority is in a trust store"):
        after(fleet, network, disable, disable)


def test_acts_are_numbered_by_their_steps_and_say_when(network: Network, fleet: Fleet) -> None:
    changed = after(fleet, network, 'do = "wait"\ndays = 1', 'do = "power-off"', control("restart", CM))
    assert [(act.kind, act.number) for act in changed.acts] == [
        (ActKind.DATE_SET, 1),
        (ActKind.SERVICE_RESTARTED, 3),
    ]
    assert changed.acts[-1].at == changed.at


def test_seconds_and_days_move_the_clock(network: Network, fleet: Fleet) -> None:
    assert after(fleet, network, 'do = "wait"\nseconds = 30').at == fleet.at + timedelta(seconds=30)
    assert (after(fleet, network, 'do = "wait"\ndays = 2').at - fleet.at).days == 2
