"""The ASGI door, for servers that want it; WSGI is the measured faster one."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_asgi_application()

from project.starting import refuse_to_start_unfit, wait_briefly_for_locks  # noqa: E402

wait_briefly_for_locks()
refuse_to_start_unfit()
