"""Migrations that are done whole or not at all, however they are interrupted."""

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState


class WholeExecutor(MigrationExecutor):
    """Django's, but a migration and the record that it was done are one transaction.

    Django makes the record afterwards when a migration leaves statements for its end (indexes,
    keys): killed in between, it would be done and not known, and could never be run again.
    """

    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> ProjectState:
        if fake or fake_initial:
            return super().apply_migration(state, migration, fake, fake_initial)
        if self.progress_callback:
            self.progress_callback("apply_start", migration, fake)
        with self.connection.schema_editor(atomic=migration.atomic) as editor:
            state = migration.apply(state, editor)
            for statement in editor.deferred_sql:
                editor.execute(statement, None)
            editor.deferred_sql.clear()
            self.record_migration(migration)  # type: ignore[call-arg,arg-type]  # the stub is wrong
        if self.progress_callback:
            self.progress_callback("apply_success", migration, fake)
        return state


class Command(migrate.Command):
    """`manage.py migrate` with WholeExecutor."""

    def handle(self, *args: Any, **options: Any) -> None:
        names: dict[str, Any] = vars(migrate)
        djangos = names["MigrationExecutor"]
        names["MigrationExecutor"] = WholeExecutor
        try:
            super().handle(*args, **options)
        finally:
            names["MigrationExecutor"] = djangos
