"""The one Django app of Sourcemark."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate, pre_migrate


class AnnotationsConfig(AppConfig):
    name = "annotations"
    verbose_name = "Sourcemark"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from project.keeping.migrations import check_database

        from . import guards, indexes, notices
        from .accounts.second_factor import listen

        listen()
        register(check_database)
        pre_migrate.connect(notices.before_migrate, sender=self)
        post_migrate.connect(guards.after_migrate, sender=self)
        post_migrate.connect(notices.after_migrate, sender=self)
        post_migrate.connect(indexes.after_migrate, sender=self)
