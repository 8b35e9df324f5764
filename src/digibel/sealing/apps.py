from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "digibel.sealing"

    def ready(self) -> None:
        # Imported for its effect: it registers the checks of what an operator may have set up wrongly.
        from digibel.sealing import checks  # noqa: F401
