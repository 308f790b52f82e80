"""The WSGI door: `gunicorn project.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_wsgi_application()

from project.keeping.migrations import refuse_newer_database  # noqa: E402

refuse_newer_database()
