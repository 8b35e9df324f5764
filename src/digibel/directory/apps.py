from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "digibel.directory"
    verbose_name = "Directory"
