from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import import_string


class OrganisationsConfig(AppConfig):
    name = "digibel.organisations"

    def ready(self) -> None:
        # By name: the numbers know the models, which are there only now.
        checks.register(import_string("digibel.organisations.checks.numbers_can_be_read"))
        checks.register(import_string("digibel.organisations.checks.rates_can_be_read"))
        checks.register(import_string("digibel.organisations.checks.logins_can_be_read"))
