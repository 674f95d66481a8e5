"""Start, stop and restart of each service: what phones do meanwhile, and one sentence where a service cannot."""

from __future__ import annotations

from typing import Any

import pytest

from capf_sim.events import CapfSessionStarted, CapfStarted, CapfStopped
from cisco_data import DeviceSecurityMode, StoreName
from cucm_sim import administration
from cucm_sim.administration import AdministrationError
from cucm_sim.events import CallManagerStarted, CallManagerStopped
from cucm_sim.tftp import TftpStarted, TftpStopped
from lab.running.service_control import services_of, start_service, stop_service
from phone_sim.boot import CAPF_TRIES, BootState
from phone_sim.capf_events import CapfServerGone
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import BackedOff, CapfTriesExhausted, RegistrationLost, ServerUnreachable

CALLMANAGER = "Cisco CallManager"
CAPF = "Cisco Certificate Authority Proxy Function"
TFTP = "Cisco Tftp"
MIC_CA = "Cisco Manufacturing CA"
EVENTS = {
    CALLMANAGER: (CallManagerStarted, CallManagerStopped),
    CAPF: (CapfStarted, CapfStopped),
    TFTP: (TftpStarted, TftpStopped),
}


def unreachable(lab: Any, phone: Any, service: str) -> list[Any]:
    return [event for event in lab.of(phone, ServerUnreachable) if event.service == service]


@pytest.mark.trio
async def test_without_callmanager_a_phone_is_unregistered_and_tries_until_it_is_back(
    autojump_clock: object, lab: Any
) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered_with(phone, MIC_CA)
    await stop_service(*services_of(lab.hq, CALLMANAGER)[0])
    assert not lab.hq.cluster.callmanager.registrations
    await lab.until(lambda: len(lab.of(phone, BackedOff)) == 3)
    assert len(lab.of(phone, RegistrationLost)) == 1
    assert unreachable(lab, phone, "SCCP")
    start_service(*services_of(lab.hq, CALLMANAGER)[0], lab.nursery)
    await lab.registered_with(phone, MIC_CA)


@pytest.mark.trio
async def test_without_capf_an_operation_stays_pending_and_the_phone_registers_all_the_same(
    autojump_clock: object, lab: Any
) -> None:
    lab.cluster()
    await stop_service(*services_of(lab.hq, CAPF)[0])
    phone = lab.phone()
    lab.order_lsc(phone)
    await lab.registered_with(phone, MIC_CA)
    assert len(unreachable(lab, phone, "CAPF")) == CAPF_TRIES
    assert lab.of(phone, CapfTriesExhausted)
    assert (lab.status(phone), phone.flash.lsc) == ("Operation Pending", None)
    start_service(*services_of(lab.hq, CAPF)[0], lab.nursery)
    await lab.reset(phone)
    await lab.registered_with(phone, lab.capf_name())
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_without_tftp_a_registered_phone_stays_so_and_a_starting_one_waits_for_its_file(
    autojump_clock: object, lab: Any
) -> None:
    lab.cluster()
    first = lab.phone()
    await lab.registered_with(first, MIC_CA)
    await stop_service(*services_of(lab.hq, TFTP)[0])
    second = lab.phone()
    await lab.until(lambda: len(lab.of(second, BackedOff)) == 2)
    assert len(unreachable(lab, second, "TFTP")) == 2
    assert not lab.of(second, ConfigurationFileReceived)
    assert first.state is BootState.REGISTERED
    start_service(*services_of(lab.hq, TFTP)[0], lab.nursery)
    await lab.registered_with(second, MIC_CA)
    assert not lab.of(first, RegistrationLost)


@pytest.mark.trio
@pytest.mark.parametrize("service", list(EVENTS))
async def test_a_service_starts_once_and_stops_once_and_notes_both(
    autojump_clock: object, lab: Any, service: str
) -> None:
    hq, nursery = lab.cluster(start=False), lab.nursery
    started, stopped = EVENTS[service]

    def noted() -> list[str]:
        return [type(event).__name__ for event in lab.events if isinstance(event, started | stopped)]

    with pytest.raises(AdministrationError, match=f"^{service} of hq is stopped already.$"):
        await stop_service(*services_of(hq, service)[0])
    start_service(*services_of(hq, service)[0], nursery)
    with pytest.raises(AdministrationError, match=f"^{service} of hq is started already.$"):
        start_service(*services_of(hq, service)[0], nursery)
    assert hq.services[service].started
    await stop_service(*services_of(hq, service)[0])
    assert not hq.services[service].started
    with pytest.raises(AdministrationError):
        await stop_service(*services_of(hq, service)[0])
    await hq.services[service].restart(nursery)  # of a stopped one: it starts
    await hq.services[service].restart(nursery)
    assert noted() == [kind.__name__ for kind in (started, stopped, started, stopped, started)]


@pytest.mark.trio
async def test_a_service_that_there_is_not_is_one_sentence(autojump_clock: object, lab: Any) -> None:
    hq = lab.cluster(start=False)
    for name in ("Cisco DRF Local", ""):
        with pytest.raises(AdministrationError, match=f"There is no service {name}; there are Cisco CallManager"):
            services_of(hq, name)


@pytest.mark.trio
async def test_a_store_is_in_use_as_its_service_read_it(autojump_clock: object, lab: Any) -> None:
    hq = lab.cluster(start=False)
    company = lab.company.certificate
    assert [len(hq.in_use(store)) for store in (StoreName.CALLMANAGER, StoreName.CAPF)] == [0, 0]
    lab.start("hq")
    for store, service in ((StoreName.CALLMANAGER, CALLMANAGER), (StoreName.CAPF, CAPF)):
        read = hq.cluster.trust[store]
        assert hq.in_use(store) == read
        administration.upload_trust(hq.cluster, store, company)
        assert hq.in_use(store) == read
        await lab.restart(service)
        assert company in hq.in_use(store)
        await stop_service(*services_of(hq, service)[0])
        assert (len(hq.in_use(store)), hq.in_use(store).name) == (0, store)
    administration.upload_trust(hq.cluster, StoreName.PHONE_SAST, company)
    assert company in hq.in_use(StoreName.PHONE_SAST)


@pytest.mark.trio
async def test_a_phone_at_capf_when_that_stops_keeps_its_operation(autojump_clock: object, lab: Any) -> None:
    """The session is cut off in the middle; the phone tries again, and enrols when CAPF is back."""
    lab.cluster()
    phone = lab.phone(mode=DeviceSecurityMode.NON_SECURE)
    lab.order_lsc(phone)
    await lab.until(lambda: lab.of("hq/capf", CapfSessionStarted))
    await stop_service(*services_of(lab.hq, CAPF)[0])
    await lab.until(lambda: unreachable(lab, phone, "CAPF"))
    assert lab.of(phone, CapfServerGone)
    assert (phone.flash.lsc, phone.state) == (None, BootState.AT_CAPF)
    start_service(*services_of(lab.hq, CAPF)[0], lab.nursery)
    await lab.registered_with(phone, "")
    await lab.until(lambda: phone.flash.lsc is not None)
