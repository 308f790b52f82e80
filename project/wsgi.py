"""The WSGI door: `gunicorn project.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from project.draining import draining

application = draining(get_wsgi_application())

from project.starting import refuse_to_start_unfit, wait_briefly_for_locks  # noqa: E402

wait_briefly_for_locks()
refuse_to_start_unfit()
