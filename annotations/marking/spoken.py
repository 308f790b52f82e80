"""Views that a page's module asks, and that say in JSON why not."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse

from annotations.text.refusal import Refusal

from .protocol import Malformed, TooLarge
from .signed_in import SignedIn

View = Callable[[SignedIn, uuid.UUID, uuid.UUID], HttpResponse]


def speaks_json(nothing: str, *absent: type[Refusal]) -> Callable[[View], View]:
    """Answers refusals in JSON, with a sentence: 400, 403, 404, 413.

    What can never be taken is `final`; so no answer of a proxy on the way is taken for it.
    `nothing` is the sentence for 404, which the refusals in `absent` mean as well.
    """

    gone: tuple[type[Exception], ...] = (Http404, *absent)

    def wrapped(view: View) -> View:
        @wraps(view)
        def answered(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
            try:
                return view(request, study_id, article_id)
            except TooLarge as refusal:
                return JsonResponse({"message": str(refusal), "final": True}, status=413)
            except Malformed as refusal:
                return JsonResponse({"message": str(refusal), "final": True}, status=400)
            except PermissionDenied as refusal:
                return JsonResponse({"message": str(refusal)}, status=403)
            except gone:
                return JsonResponse({"message": nothing}, status=404)

        return answered

    return wrapped
