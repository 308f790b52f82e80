"""`manage.py openapi`: the OpenAPI file of the programming interface."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from annotations.api.describing import as_file
from annotations.api.views.file import FILE


class Command(BaseCommand):
    help = (
        "Print the OpenAPI file as the routes say it now. With --write it replaces "
        "annotations/api/openapi.json, which the site serves at /api/v1/openapi.json."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="replace the file")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            FILE.write_text(as_file(), encoding="utf-8")
        else:
            self.stdout.write(as_file(), ending="")
