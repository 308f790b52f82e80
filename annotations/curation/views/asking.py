"""What several pages of decisions say."""

from django.contrib import messages
from django.http import HttpRequest

from annotations.marking.wire import Wire

ENDED = "This meeting has ended. Open it again to record a decision of it."


def warn_of_links(request: HttpRequest, answer: Wire) -> None:
    """Of gold links that a decision has left without a footing."""
    for link in (answer.get("current") or {}).get("links", ()):
        if link["linked"] and link["problem"]:
            messages.warning(request, f"A link cannot stand any more: {link['problem']}")
