from django.apps import AppConfig


class GuardrailsConfig(AppConfig):
    name = "digibel.guardrails"
    verbose_name = "Guardrails"
