"""Every page that lists something of a study, the queue, and what leads to the next article.

Each is asked by whoever sees most on it; lists that can be turned also deep inside.
"""

import uuid
from urllib.parse import urlencode

from django.urls import reverse

from annotations.accounts.models import User
from annotations.api.paging import encode, written
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article, Outlet
from annotations.curation.models import Adjudication, ArticleCases, Thread
from annotations.curation.queries.queue import Sought
from annotations.study.models import AuditEntry
from bench.load.large_rows import Large

Address = tuple[str, User, str]
BY_TITLE = ("title__lower", "pk")
HOUSEKEEPING = ("study", "article", "assignment", "adjudication", "auditentry", "operation",
                "submission", "ruling", "membership", "report", "label", "user")  # fmt: skip


def addresses(big: Large) -> list[Address]:
    """(name, who asks, address)."""
    return [
        *of_annotators(big),
        *of_managers(big),
        *overviews(big),
        *of_curators(big),
        *of_talk(big),
        *of_programs(big),
        *of_site_admins(big),
    ]


def here(big: Large, name: str, *more: object, **query: object) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return reverse(name, args=[big.study.pk, *more]) + asked


def deep(big: Large) -> Article:
    """An article near the end of the titles."""
    n_articles = Article.objects.filter(study=big.study).count()
    found = Article.objects.kept().light().filter(study=big.study, title__gt="Article")
    wanted = f"Article {n_articles * 9 // 10:07}"
    return found.filter(title__gte=wanted).order_by("title__lower", "pk")[0]


def of_annotators(big: Large) -> list[Address]:
    who = big.annotator
    mine = Assignment.objects.filter(study=big.study, annotator=who, article__deleted_at=None)
    waiting = mine.filter(state="waiting").order_by("position", "pk")
    article = waiting.values_list("article", flat=True)[0]
    n_waiting, done = waiting.count(), mine.filter(state="submitted").order_by("-position", "pk")
    last = waiting.values_list("pk", flat=True)[n_waiting * 9 // 10]
    oldest = done.values_list("pk", flat=True)[done.count() * 9 // 10]
    return [
        ("home, annotator", who, reverse("assignment:home")),
        ("own queue", who, here(big, "assignment:study")),
        ("own queue, near its end", who, here(big, "assignment:study", after=last)),
        ("own queue, what is done", who, here(big, "assignment:study", list="done")),
        ("own queue, done long ago", who,
         here(big, "assignment:study", list="done", after=oldest)),
        ("next article", who, here(big, "marking:next", article)),
        ("marking page", who, here(big, "marking:page", article)),
        ("sentence page", who, here(big, "marking:sentences", article)),
        ("names to choose from", who, here(big, "marking:entities", article, q="person 00")),
        ("own marks beside gold", who, here(big, "curation:mine")),
        ("codebook", who, here(big, "study:codebook")),
    ]  # fmt: skip


def of_managers(big: Large) -> list[Address]:
    who, pk = big.manager, big.study.pk
    outlet = Outlet.objects.filter(study=pk).order_by("name").values_list("pk", flat=True)[0]
    old = AuditEntry.objects.filter(study=pk).order_by("pk").values_list("pk", flat=True)[500]
    some = Article.objects.kept().filter(study=pk).values_list("pk", flat=True)[0]
    return [
        ("home, manager", who, reverse("assignment:home")),
        ("articles", who, here(big, "corpus:articles")),
        ("articles of one outlet", who, here(big, "corpus:articles", outlet=outlet)),
        ("articles without outlet", who, here(big, "corpus:articles", outlet="none")),
        ("articles of one event", who, here(big, "corpus:articles", event="Event 000007")),
        ("articles with words in many", who, here(big, "corpus:articles", words="alleged")),
        ("articles with words in a few", who, here(big, "corpus:articles", words="0042")),
        ("articles with words in none", who, here(big, "corpus:articles", words="zebra crossing")),
        ("articles, near the end", who, here(big, "corpus:articles", after=deep(big).pk)),
        ("articles in the bin", who, here(big, "corpus:articles_bin")),
        ("import", who, here(big, "corpus:import")),
        ("import of marks", who, here(big, "exchange:import")),
        ("plan", who, here(big, "assignment:plan")),
        ("people of an article", who, here(big, "assignment:article", some)),
        ("handing over all", who, here(big, "assignment:person_hand_over", big.annotator.pk)),
        ("history", who, here(big, "study:history")),
        ("history, near its beginning", who, here(big, "study:history", after=old)),
        ("history of articles", who, here(big, "study:history", what="article")),
        ("history of somebody", who, here(big, "study:history", who=big.annotator.username)),
        ("history since long ago", who, here(big, "study:history", since="2020-01-01")),
        ("history until long ago", who, here(big, "study:history", until="2020-01-01")),
        ("people", who, here(big, "study:people")),
        ("settings", who, here(big, "study:settings")),
        ("codebook versions", who, here(big, "study:codebook_versions")),
        ("export", who, here(big, "exchange:export")),
        ("meetings", who, here(big, "curation:meetings")),
        ("meetings, articles with words", who, here(big, "curation:meetings", words="0042")),
        ("calibrations", who, here(big, "curation:calibrations")),
        ("merges", who, here(big, "curation:merge")),
    ]


def overviews(big: Large) -> list[Address]:
    who, pk = big.manager, big.study.pk
    first, *_, last = big.study.rounds.values_list("pk", flat=True)
    states = [(f"overview, {state.label.lower()}", state.value) for state in AssignmentState]
    theirs = Assignment.objects.filter(study=pk, annotator=big.annotator, state="waiting")
    late = theirs.order_by("-position").values_list("article__title", flat=True)[0]

    def of(**query: object) -> str:
        return here(big, "assignment:study", show="articles", **query)

    return [
        ("overview by article", who, of()),
        ("overview, Z to A", who, of(order="down")),
        ("overview, near the end", who, of(after=deep(big).pk)),
        *((name, who, of(state=state)) for name, state in states),
        ("overview, nobody's", who, of(state="nobody")),
        ("overview, of one person", who, of(person=big.annotator.pk)),
        ("overview, of one person, begun", who,
         of(person=big.annotator.pk, state="in_progress")),
        ("overview, of one round", who, of(round=first)),
        ("overview, one's, submitted, round", who,
         of(person=big.annotator.pk, state="submitted", round=last)),
        ("overview by person", who, here(big, "assignment:study", show="people")),
        ("overview by person, of a round", who,
         here(big, "assignment:study", show="people", round=last)),
        ("overview by person, with times", who,
         here(big, "assignment:study", show="people", times=1)),
        ("a person's work", who, here(big, "assignment:person", big.annotator.pk)),
        ("a person's work, done", who,
         here(big, "assignment:person", big.annotator.pk, list="done")),
        ("a person's work, handed over", who,
         here(big, "assignment:person", big.annotator.pk, list="handed_over")),
        ("a person's work, words", who,
         here(big, "assignment:person", big.annotator.pk, words=late)),
        ("overview, curator", big.curator, here(big, "assignment:study")),
        ("overview, curator, submitted", big.curator, of(state="submitted")),
        ("overview, curator, of a round", big.curator, of(round=last)),
    ]  # fmt: skip


def of_curators(big: Large) -> list[Address]:
    who, first = big.curator, big.study.rounds.values_list("pk", flat=True)[0]
    rows = Adjudication.objects.filter(study=big.study, article__deleted_at=None)
    article = rows.filter(rev__gt=0, state="open").values_list("article", flat=True)[0]
    closed = rows.filter(state="closed").values_list("article", flat=True)[0]
    asked = {
        "of open cases": {"state": "open"},
        "settled": {"state": "decided"},
        "closed": {"state": "closed"},
        "votes changed": {"state": "changed"},
        "new since closed": {"state": "new"},
        "of a label": {"label": "allegation"},
        "of a kind": {"kind": "label"},
        "of a label and a kind": {"label": "allegation", "kind": "label"},
        "open of a label": {"label": "allegation", "state": "open"},
        "of an annotator": {"annotator": "1"},
        "flagged": {"flagged": "1"},
        "of a round": {"round": first},
        "with words": {"title": "0042"},
        "deep": {"after": last_case(big)},
    }
    return [
        ("gold, queue", who, here(big, "curation:queue")),
        *((f"gold, queue, {name}", who, here(big, "curation:queue", **query))
          for name, query in asked.items()),
        ("gold, next article", who, here(big, "curation:next")),
        ("gold, next of a label", who, here(big, "curation:next", label="allegation")),
        ("gold of an article", who, here(big, "curation:adjudicate", article)),
        ("gold, versions", who, here(big, "curation:versions", closed)),
        ("gold, talk of an article", who, here(big, "curation:article_discussion", article)),
    ]  # fmt: skip


def of_talk(big: Large) -> list[Address]:
    people = {"annotator": big.annotator, "manager": big.manager, "curator": big.curator}
    thread = Thread.objects.filter(study=big.study).order_by("opened_at")
    about, last = thread.values_list("article", "pk")[0]
    asked: dict[str, dict[str, object]] = {
        "": {},
        ", flags": {"show": "flags"},
        ", resolved": {"show": "resolved"},
        ", mine": {"show": "mine"},
        ", of an article": {"article": about},
        ", of a reason": {"reason": "boundary"},
        ", with words": {"words": "0042"},
        ", last page": {"page": 100_000},
    }
    return [
        *((f"discussion, {name}", user, here(big, "curation:discussion"))
          for name, user in people.items()),
        *((f"discussion{name}", big.curator, here(big, "curation:discussion", **query))
          for name, query in asked.items() if query),
        ("a thread", big.curator, here(big, "curation:thread", last)),
    ]  # fmt: skip


def of_programs(big: Large) -> list[Address]:
    who, late = big.manager, deep(big)
    nine_tenths = str(uuid.UUID(int=2**128 // 10 * 9))

    def of(user: User, name: str, **query: object) -> Address:
        told = ", ".join(key if key == "cursor" else f"{key}={value}"[:24]
                         for key, value in query.items())  # fmt: skip
        shown = f"api, {name}{', annotator' if user == big.annotator else ''}"
        path = here(big, f"api:{name}", **query)
        return (f"{shown}{', ' if told else ''}{told}", user, path)

    by_title = encode([late.title.lower(), str(late.pk)])
    by_id = encode([nine_tenths])
    return [
        ("api, list_studies", who, reverse("api:list_studies")),
        of(who, "list_articles"),
        of(who, "list_articles", cursor=by_title),
        of(who, "list_articles", sha256=late.text_sha256),
        of(big.annotator, "list_articles"),
        of(big.annotator, "list_articles", cursor=by_title),
        of(who, "list_assignments"),
        of(who, "list_assignments", cursor=by_id),
        of(who, "list_assignments", state="submitted"),
        of(who, "list_assignments", state="in_progress"),
        of(who, "list_assignments", annotator=big.annotator.pk),
        of(big.annotator, "list_assignments"),
        of(big.annotator, "list_assignments", cursor=by_id),
        of(who, "list_cases"),
        of(who, "list_cases", cursor=encode(place_of_case(big))),
        of(who, "list_cases", state="closed"),
        of(who, "list_gold"),
        of(who, "list_gold", cursor=by_id),
        of(who, "list_codebook_versions"),
        of(who, "list_all_exports"),
        of(who, "list_reports"),
    ]


def last_case(big: Large) -> uuid.UUID:
    """An article deep in the queue of cases."""
    rows = Sought().rows(big.study).order_by("contest").values_list("article_id", flat=True)
    found: uuid.UUID = rows[rows.count() * 9 // 10]
    return found


def place_of_case(big: Large) -> list[str | int]:
    row = ArticleCases.objects.get(article=last_case(big))
    return [written(row.is_closed), written(row.contest), str(row.article_id)]


def of_site_admins(big: Large) -> list[Address]:
    def of(model: str, **query: object) -> str:
        asked = f"?{urlencode(query)}" if query else ""
        return reverse(f"admin:annotations_{model}_changelist") + asked

    who = big.admin
    return [
        *((f"housekeeping, {model}", who, of(model)) for model in HOUSEKEEPING),
        ("housekeeping, article, page 190", who, of("article", p=190)),
        ("housekeeping, article, words", who, of("article", q="0042")),
        ("housekeeping, assignment, submitted", who, of("assignment", state__exact="submitted")),
    ]
