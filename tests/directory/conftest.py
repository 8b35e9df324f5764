import pytest

from digibel.directory.loading import load_known_places


@pytest.fixture
def known_places(db: None) -> None:
    load_known_places()
