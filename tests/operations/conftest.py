"""A network that operations change: that of what-if's other tests."""

from __future__ import annotations

import pytest

from lab.fleet.model import Fleet
from lab.whatif.credential_factory import CredentialFactory
from tests.whatif.conftest import Network, make_network


@pytest.fixture(scope="session")
def network() -> Network:
    return make_network()


@pytest.fixture
def fleet(network: Network) -> Fleet:
    return network.fleet(network.phone())


@pytest.fixture
def factory(network: Network, fleet: Fleet) -> CredentialFactory:
    return CredentialFactory(fleet, network.keys)
