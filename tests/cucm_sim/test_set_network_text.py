"""What the CLI prints of a change of names."""

from __future__ import annotations

import pytest

from cucm_sim.host_name_events import AddressChanged, DomainChanged, HostNameChanged, NodeRestarted
from cucm_sim.texts.set_network import SECURITY_WARNING, set_network_lines
from journal import Event

NAME = HostNameChanged(former_name="a", host_name="b", certificates=("TVS",), takes_effect="at once")
DOMAIN = DomainChanged(host_name="a", former_domain="", domain="b.c", certificates=("TVS",), takes_effect="at once")


def address(by: str) -> AddressChanged:
    return AddressChanged(
        host_name="a", former_address="127.0.0.1", address="127.0.0.2", by=by, certificates=(), takes_effect="at once"
    )


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (NAME, ("admin:set network hostname b", SECURITY_WARNING)),
        (DOMAIN, ("admin:set network domain b.c", SECURITY_WARNING)),
        (address("cli"), ("admin:set network ip eth0 127.0.0.2",)),
        (address("administration"), ()),
        (NodeRestarted(host_name="a", services=(), phones_reset=()), ()),
    ],
)
def test_a_command_is_printed_with_its_warning(event: Event, lines: tuple[str, ...]) -> None:
    assert set_network_lines(event) == lines


def test_the_warning_is_ciscos() -> None:
    assert SECURITY_WARNING == (
        "Security Warning : This operation will regenerate all CUCM Certificates including any third party"
        " signed Certificates that have been uploaded."
    )
