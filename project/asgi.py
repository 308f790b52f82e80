"""The ASGI door, for servers that want it; WSGI is the measured faster one."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_asgi_application()

from project.keeping.migrations import refuse_newer_database  # noqa: E402

refuse_newer_database()
