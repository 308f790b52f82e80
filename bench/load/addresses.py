"""Every page that lists something of a study, the queue, and what leads to the next article."""

from django.urls import reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Outlet
from bench.load.large_rows import Large

Address = tuple[str, User, str]


def addresses(big: Large) -> list[Address]:
    """(name, who asks, address)."""
    return [*of_annotators(big), *of_managers(big), *of_curators(big)]


def of_annotators(big: Large) -> list[Address]:
    who, pk = big.annotator, big.study.pk
    mine = Assignment.objects.filter(study=pk, annotator=who, article__deleted_at=None)
    waiting = mine.filter(state="waiting").order_by("position", "pk")
    article = waiting.values_list("article", flat=True)[0]
    overview = reverse("assignment:study", args=[pk])
    return [
        ("home, annotator", who, reverse("assignment:home")),
        ("own queue", who, overview),
        ("own queue, what is done", who, f"{overview}?list=done"),
        ("next article", who, reverse("marking:next", args=[pk, article])),
        ("marking page", who, reverse("marking:page", args=[pk, article])),
        ("codebook", who, reverse("study:codebook", args=[pk])),
        ("discussion, annotator", who, reverse("curation:discussion", args=[pk])),
    ]


def of_managers(big: Large) -> list[Address]:
    who, pk = big.manager, big.study.pk
    overview = reverse("assignment:study", args=[pk])
    articles = reverse("corpus:articles", args=[pk])
    history = reverse("study:history", args=[pk])
    person = reverse("assignment:person", args=[pk, big.annotator.pk])
    outlet = Outlet.objects.filter(study=pk).order_by("name").values_list("pk", flat=True)[0]
    return [
        ("home, manager", who, reverse("assignment:home")),
        ("overview by article", who, f"{overview}?show=articles"),
        ("overview, submitted", who, f"{overview}?show=articles&state=submitted"),
        ("overview, begun", who, f"{overview}?show=articles&state=in_progress"),
        ("overview, nobody's", who, f"{overview}?show=articles&state=nobody"),
        ("overview, of one person", who, f"{overview}?show=articles&annotator={big.annotator.pk}"),
        ("overview by person", who, f"{overview}?show=people"),
        ("a person's work", who, person),
        ("articles", who, articles),
        ("articles of one outlet", who, f"{articles}?outlet={outlet}"),
        ("articles of one event", who, f"{articles}?event=Event+000007"),
        ("articles with words", who, f"{articles}?q=0042"),
        ("articles, last page", who, f"{articles}?page=last"),
        ("articles in the bin", who, reverse("corpus:articles_bin", args=[pk])),
        ("import", who, reverse("corpus:import", args=[pk])),
        ("plan", who, reverse("assignment:plan", args=[pk])),
        ("history", who, history),
        ("history of articles", who, f"{history}?what=article"),
        ("people", who, reverse("study:people", args=[pk])),
        ("settings", who, reverse("study:settings", args=[pk])),
        ("codebook versions", who, reverse("study:codebook_versions", args=[pk])),
        ("export", who, reverse("exchange:export", args=[pk])),
        ("discussion", who, reverse("curation:discussion", args=[pk])),
        ("meetings", who, reverse("curation:meetings", args=[pk])),
        ("calibrations", who, reverse("curation:calibrations", args=[pk])),
        ("merges", who, reverse("curation:merge", args=[pk])),
        ("overview, curator", big.curator, reverse("assignment:study", args=[pk])),
    ]


def of_curators(big: Large) -> list[Address]:
    who, pk = big.curator, big.study.pk
    return [
        ("gold, queue", who, reverse("curation:queue", args=[pk])),
        ("gold, queue of open cases", who, f"{reverse('curation:queue', args=[pk])}?state=open"),
        ("gold, queue of a label", who, f"{reverse('curation:queue', args=[pk])}?label=allegation"),
        ("gold, queue, page 100", who, f"{reverse('curation:queue', args=[pk])}?page=100"),
        ("gold, next article", who, reverse("curation:next", args=[pk])),
    ]
