"""The index of a run: what concerns a phone is found whichever actor noted it first, and grows with the run."""

from __future__ import annotations

import pytest

from cucm_sim.events import DeviceRegistered
from journal import Actor, Event
from lab.bench.boots import boot_cpu, story
from lab.bench.handshakes import TLS_1_2, Handshakes
from lab.views.record import Record
from pki import KeyPool
from tests.lab.conftest import Play
from wire.tls import HandshakeCompleted

PHONE, OTHER, HERE = "SEP001A2F000001", "SEP001A2F000002", "127.77.0.100:40000>127.77.0.1:2443"


def done(seq: int, actor: str, connection: str = HERE) -> Event:
    return HandshakeCompleted(
        seq=seq, actor=Actor(actor), connection=connection, side="client", version="TLSv1.2", cipher="x"
    )


def test_what_a_server_noted_before_its_phone_did_concerns_the_phone() -> None:
    record = Record([done(1, "hq/callmanager"), done(2, PHONE), done(3, "hq/callmanager"), done(4, OTHER, "else")])
    assert [event.seq for event in record.of_device(PHONE)] == [1, 2, 3]
    assert [event.seq for event in record.of_device(PHONE, after=2)] == [3]
    assert [event.seq for event in record.of_actor("hq/callmanager")] == [1, 3]
    assert [event.seq for event in record.of_device(OTHER)] == [4]
    assert record.of_device("SEP001A2F000003") == []


def test_an_event_that_names_a_phone_concerns_it_once() -> None:
    record = Record([done(1, PHONE)])
    fields = {field: "" for field in DeviceRegistered.__struct_fields__ if field not in Event.__struct_fields__}
    named = DeviceRegistered(**{**fields, "device_name": PHONE}, seq=2, actor=Actor("hq/callmanager"), connection=HERE)  # type: ignore[arg-type]
    record.append(named)
    assert [event.seq for event in record.of_device(PHONE)] == [1, 2]


@pytest.mark.parametrize("name", ["new-cluster-old-lsc-cured-by-reinstall", "dot1x-then-register", "vpn-with-lsc"])
def test_an_index_that_grows_event_by_event_finds_what_a_scan_of_the_whole_journal_finds(
    name: str, of_gallery: Play
) -> None:
    result = of_gallery(name)
    record = Record(result.events)
    for device in result.devices.values():
        here = {event.connection for event in result.events if event.actor == device and event.connection}
        names = ("device", "device_name")
        concern = [
            event.seq
            for event in result.events
            if event.actor == device
            or event.connection in here
            or any(getattr(event, field, "") == device for field in names)
        ]
        assert [event.seq for event in record.of_device(device)] == concern


def test_the_phones_of_the_bench_register_and_their_cost_is_told() -> None:
    assert len(story(2).phones) == 2
    assert boot_cpu(2, KeyPool()) > 0


def test_the_epoll_loop_of_the_bench_makes_whole_handshakes() -> None:
    Handshakes(TLS_1_2, KeyPool()).run_epoll(2)
