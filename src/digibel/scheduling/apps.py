from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "digibel.scheduling"
