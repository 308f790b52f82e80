"""How long a request waited for a thread; gunicorn's own process loads it, so nothing of Django."""

import threading

mine = threading.local()


def waited() -> float:
    """Seconds that the request in hand waited for this thread; 0 under another server."""
    return getattr(mine, "waited", 0.0)
