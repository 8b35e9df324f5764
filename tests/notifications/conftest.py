import pytest

import cast
from notifications.gateways.stand_ins import Telephone


@pytest.fixture
def telephone(settings, frozen_clock):
    """Somebody's telephone, with the app, as the one gateway."""
    telephone = Telephone()
    settings.DIGIBEL_GATEWAY = "android"
    settings.DIGIBEL_ANDROID_URL = telephone.url
    settings.DIGIBEL_ANDROID_USER, settings.DIGIBEL_ANDROID_PASSWORD = telephone.LOGIN
    settings.DIGIBEL_ANDROID_SIGNING_KEYS = [telephone.KEY]
    settings.DIGIBEL_ANDROID_NUMBER = cast.SMS_NUMBER
    yield telephone
    telephone.stop()
