"""The one Django app of Sourcemark."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate


class AnnotationsConfig(AppConfig):
    name = "annotations"
    verbose_name = "Sourcemark"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from project.keeping.migrations import check_database

        from .accounts.second_factor import listen
        from .guards import after_migrate

        listen()
        register(check_database)
        post_migrate.connect(after_migrate, sender=self)
