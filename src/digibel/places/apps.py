from django.apps import AppConfig
from django.core import checks

from digibel.places.checks import geocoder_can_be_made, router_can_be_asked


class PlacesConfig(AppConfig):
    name = "digibel.places"
    verbose_name = "Places"

    def ready(self) -> None:
        checks.register(geocoder_can_be_made)
        checks.register(router_can_be_asked)
