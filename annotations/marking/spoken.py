"""Views that a page's module asks, and that say in JSON why not."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse

from annotations.study.policy import Act
from annotations.study.queries import fetch_standing
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
                try:
                    return view(request, study_id, article_id)
                except (TooLarge, Malformed) as refusal:
                    # Strangers are told nothing, whatever they send. Asked only now: a save that
                    # can be read comes to the door by itself.
                    fetch_standing(request.user, study_id, Act.SEE_STUDY)
                    status = 413 if isinstance(refusal, TooLarge) else 400
                    return JsonResponse({"message": str(refusal), "final": True}, status=status)
            except PermissionDenied as refusal:
                return JsonResponse({"message": str(refusal)}, status=403)
            except gone:
                return JsonResponse({"message": nothing}, status=404)

        return answered

    return wrapped
