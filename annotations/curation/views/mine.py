"""An annotator's own work against the gold."""

import uuid

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.accounts.narrowing import say_unknown
from annotations.marking.signed_in import SignedIn
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing

from ..queries.mine import FATES, count_fates, names_of, read_against, released_articles

PAGE = 5  # articles


@require_safe
def mine(request: SignedIn, study_id: uuid.UUID) -> HttpResponse:
    """After release: what was kept, changed and dropped of one's marks, and why. `?fate=` lists
    passages of one kind."""
    standing = fetch_standing(request.user, study_id, Act.READ_OWN_MARKS)
    released = released_articles(standing.study, request.user)
    page = Paginator(released, PAGE).get_page(request.GET.get("page"))
    names = names_of(standing.study)
    found = read_against(standing.study, request.user, list(page.object_list), names)
    fate = request.GET.get("fate", "")
    if fate and fate not in FATES:
        say_unknown(request, "fate", fate)
        fate = ""
    shown = [(one, [p for p in one.passages if fate in ("", p.fate)]) for one in found]
    table = count_fates(standing.study, request.user, released, names)
    context = {
        "standing": standing,
        "page": page,
        "shown": shown,
        "fates": FATES,
        "fate": fate,
        "table": [(label, list(row.values())) for label, row in table.items()],
    }
    return render(request, "curation/mine.html", context)
