"""The study's cases as a queue: which article next, how far everything is."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotations.accounts.narrowing import say_unknown
from annotations.accounts.paging import read_cursor
from annotations.marking.protocol import is_uuid
from annotations.marking.signed_in import SignedIn
from annotations.study.models import Label
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing

from ..actions import open_docket
from ..actions.counting import counted_in_time, listed
from ..ballots import EXTENT
from ..kinds import KINDS
from ..page import filter_of, ordered
from ..queries import read_cases
from ..queries.queue import Sought, own_open_articles, people_to_choose, totals_without
from ..queries.walking import turn_of, walk

NARROWING = ("title", "round", "kind", "label", "annotator", "flagged")
STATES = {
    "open": "With open cases",
    "decided": "All settled, not closed",
    "closed": "Closed",
    "changed": "Votes changed since",
    "new": "New since closed",
}


@require_safe
def queue(request: SignedIn, study_id: uuid.UUID) -> HttpResponse:
    """Most contested first; title, round, kind, label, annotator, flagged and state list some.
    Articles that the person is still to submit are neither listed nor counted."""
    standing = fetch_standing(request.user, study_id, Act.WRITE_GOLD)
    study, asked = standing.study, request.GET.dict()
    for name, is_known in (("state", STATES.__contains__), ("round", is_uuid)):
        if asked.get(name) and not is_known(asked[name]):
            say_unknown(request, name, asked.pop(name))
    sought = sought_of(asked)
    totals, n_uncounted = counted_in_time(study)
    own = own_open_articles(study, request.user.pk)
    totals = totals_without(totals, study, own)
    page = turn_of(study, sought, read_cursor(request.GET), own)
    labels = {label.slug: label.name for label in Label.objects.filter(study=study)}
    labels[EXTENT] = "Extent"
    context = {
        "standing": standing,
        "totals": totals,
        "n_uncounted": n_uncounted,
        "kinds": [(k, KINDS[k], totals.kinds[k]) for k in KINDS if k in totals.kinds],
        "labels": [(s, name, totals.labels[s]) for s, name in labels.items() if s in totals.labels],
        "rounds": study.rounds.all(),
        "states": STATES,
        "asked": asked,
        "page": page,
        "rows": listed(study, page.rows),
        "n_own": len(own),
        "people": people_to_choose(study, totals, own),
        "narrowed": urlencode({name: asked[name] for name in NARROWING if asked.get(name)}),
    }
    return render(request, "curation/queue.html", context)


def sought_of(asked: dict[str, str]) -> Sought:
    round_id = asked.get("round", "")
    return Sought(
        uuid.UUID(round_id) if is_uuid(round_id) else None,
        asked.get("kind", ""),
        asked.get("label", ""),
        asked.get("state", ""),
        asked.get("annotator", ""),
        asked.get("flagged") == "1",
        asked.get("title", "").strip()[:200],
    )


@require_safe
def next_case(request: SignedIn, study_id: uuid.UUID) -> HttpResponse:
    """The next open case of the study: the most contested one of the most contested article
    that the person may decide on, `?after=` another article."""
    standing = fetch_standing(request.user, study_id, Act.WRITE_GOLD)
    study, asked = standing.study, request.GET.dict()
    own = own_open_articles(study, request.user.pk)
    sought = sought_of({**asked, "state": "open"})
    after = asked.get("after", "")
    counted_in_time(study)
    hidden = {*own, uuid.UUID(after)} if is_uuid(after) else own
    narrowed = {name: asked[name] for name in NARROWING if asked.get(name)}
    for article_id in walk(study, sought, hidden):
        docket = open_docket(request.user, study_id, article_id)
        wanted = filter_of(narrowed, docket)
        cases = ordered(read_cases(docket), "contested")
        case = next((each for each in cases if each.is_open and wanted.takes(each)), None)
        if case is not None:
            where: dict[str, Any] = {"study_id": study_id, "article_id": article_id}
            there = reverse("curation:adjudicate", kwargs=where)
            return redirect(f"{there}?{urlencode({'case': case.id, **narrowed})}")
    messages.success(request, "No case is open in any other article.")
    return redirect("curation:queue", study_id)
