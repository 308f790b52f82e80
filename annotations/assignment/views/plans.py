"""Planning: a plan is shown before it is carried out."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.accounts.asking import me, posted
from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Study
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing
from annotations.study.undo_offers import say_done

from ..actions import apply_plan
from ..actions.plans import PlanChanged
from ..forms import PlanForm
from ..planning import Load, count, remarks
from ..queries.plans import Asked, StudyPlan, draw_plan, fingerprint

MATRIX_UP_TO = 12  # people; beyond that the pairs with the fewest shared articles are listed
PAIRS_LISTED = 12
ARTICLES_LISTED = 20


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.ASSIGN)
    form = PlanForm(posted(request), study=standing.study)
    context: dict[str, Any] = {"standing": standing, "form": form}
    context["n_articles"] = Article.objects.kept().filter(study=standing.study).count()
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "assignment/plan.html", context, status=status)
    asked = form.asked()
    if request.POST.get("do") == "apply":
        try:
            done = apply_plan(
                study=standing.study,
                actor=me(request),
                asked=asked,
                seen=request.POST.get("seen", ""),
            )
        except PlanChanged as refusal:
            messages.error(request, str(refusal))
        else:
            say_done(request, said(done))
            return redirect("assignment:study", study_id)
    context["preview"] = preview(standing.study, asked)
    return render(request, "assignment/plan.html", context)


def said(plan: StudyPlan) -> str:
    if not plan.added:
        return "Everything in this plan was assigned already. Nothing has changed."
    n_people = len({person for _, person in plan.added})
    return f"{count(len(plan.added), 'assignment')} made, for {count(n_people, 'annotator')}."


@dataclass(frozen=True)
class Preview:
    """A plan as the page shows it."""

    plan: StudyPlan
    seen: str
    n_articles: int
    remarks: list[str]
    loads: list[tuple[User, Load, int | None]]
    matrix: list[tuple[User, list[int | None]]]
    fewest: list[tuple[User, User, int]]
    sample: list[tuple[Article, list[User]]]


def preview(study: Study, asked: Asked) -> Preview:
    plan = draw_plan(study, asked)
    people = {person.pk: person for person in asked.annotators}
    return Preview(
        plan=plan,
        seen=fingerprint(plan),
        n_articles=len({article for article, _ in plan.added}),
        remarks=remarks(plan),
        loads=[(people[pk], load, asked.caps.get(pk)) for pk, load in plan.loads.items()],
        matrix=matrix(plan, asked) if len(people) <= MATRIX_UP_TO else [],
        fewest=fewest(plan, people),
        sample=sample(plan, people),
    )


def matrix(plan: StudyPlan, asked: Asked) -> list[tuple[User, list[int | None]]]:
    """A row a person: what they share with each of the others, in the same order."""
    both = dict(plan.shared) | {(other, one): n for (one, other), n in plan.shared.items()}
    return [
        (person, [both.get((person.pk, other.pk)) for other in asked.annotators])
        for person in asked.annotators
    ]


def fewest(plan: StudyPlan, people: dict[uuid.UUID, User]) -> list[tuple[User, User, int]]:
    lowest = sorted(plan.shared.items(), key=lambda item: item[1])[:PAIRS_LISTED]
    return [(people[one], people[other], n) for (one, other), n in lowest]


def sample(plan: StudyPlan, people: dict[uuid.UUID, User]) -> list[tuple[Article, list[User]]]:
    """The first few articles of the plan with their new annotators."""
    chosen: dict[uuid.UUID, list[User]] = {}
    for article, person in plan.added:
        if article not in chosen and len(chosen) == ARTICLES_LISTED:
            break
        chosen.setdefault(article, []).append(people[person])
    found = Article.objects.light().in_bulk(list(chosen))
    return [(found[pk], annotators) for pk, annotators in chosen.items()]
