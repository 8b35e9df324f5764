"""The networks of `stack.py`, started once for all tests of this folder that a process runs."""

import pytest

from counterparts import left_out_if_missing
from notifications.gateways import stack


@pytest.fixture(scope="session")
def _network():
    with left_out_if_missing(stack.network()) as network:
        yield network


@pytest.fixture
def network(_network):
    """The SMSC, behaving as usual."""
    _network("behave", {})
    return _network


@pytest.fixture(scope="session")
def _door():
    door = stack.Door()
    yield door
    door.close()


@pytest.fixture(scope="session")
def _kannel(_network, _door, tmp_path_factory):
    home = tmp_path_factory.mktemp("kannel")
    with left_out_if_missing(stack.kannel(smsc=_network.port, door=_door.port, home=home)) as kannel:
        yield kannel


@pytest.fixture
def door(_door):
    with _door.opened():
        yield _door


@pytest.fixture
def kannel(_kannel, network, door, settings):
    """Kannel, bound to the SMSC, as the one gateway."""
    settings.DIGIBEL_GATEWAY = "kannel"
    settings.DIGIBEL_KANNEL_URL = _kannel.url
    settings.DIGIBEL_KANNEL_SENDER = "+32460000001"
    settings.DIGIBEL_KANNEL_SECRET = stack.SECRET
    settings.DIGIBEL_KANNEL_CALLBACK = f"http://127.0.0.1:{door.port}"
    network.await_links("kannel")
    return _kannel
