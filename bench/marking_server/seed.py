"""Fills an empty database for the measurement and prints, as JSON, what the clients need.

    python -m bench.marking_server.seed

Studies: "Marking" with an annotator and an article of 1,000 words for each client; "Small" and
"Large" with 10 and 10,000 articles, each assigned to two of four annotators.
"""

import hashlib
import json
import os
import random
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from annotations.accounts.models import User  # noqa: E402
from annotations.accounts.sessions import SessionStore  # noqa: E402
from annotations.assignment.models import Assignment  # noqa: E402
from annotations.corpus.models import Article  # noqa: E402
from annotations.study.actions import create_study  # noqa: E402
from annotations.study.models import Membership, Role, Study  # noqa: E402
from annotations.text.blocks import blocks  # noqa: E402
from annotations.text.sentences import SEGMENTER, sentences  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
N_CLIENTS = 16
N_WORDS = 1_000
LISTS = {"Small": 10, "Large": 10_000}
SAID = "officials said that the alleged strike on Monday had killed two people in the old town"


def make_text(n_words: int, dice: random.Random) -> str:
    sentences_made, left = [], n_words
    while left > 0:
        n = min(left, dice.randint(8, 24))
        sentences_made.append(" ".join(dice.choices(SAID.split(), k=n)).capitalize() + ".")
        left -= n
    pairs = (" ".join(sentences_made[n : n + 4]) for n in range(0, len(sentences_made), 4))
    return "\n\n".join(pairs)


def make_user(name: str) -> User:
    user = User(username=name, email=f"{name}@example.org", display_name=name.title())
    user.set_unusable_password()
    user.save()
    return user


def article_row(study: Study, text: str, title: str) -> Article:
    return Article(
        study=study,
        title=title,
        text=text,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        n_code_points=len(text),
        n_words=len(text.split()),
        blocks=[list(block) for block in blocks(text)],
        sentences=[list(sentence) for sentence in sentences(text)],
        segmenter=SEGMENTER,
        imported_by=study.created_by,
    )


def join(study: Study, user: User) -> User:
    Membership.objects.create(study=study, user=user, role=Role.ANNOTATOR)
    return user


def make_study(name: str) -> Study:
    return create_study(actor=make_user(f"manager_{name.lower()}"), name=name)


def assign(articles: list[Article], annotators: list[list[User]]) -> None:
    round_ = articles[0].study.rounds.first() or articles[0].study.rounds.create(name="Main")
    Assignment.objects.bulk_create(
        (
            Assignment(
                study=article.study,
                round=round_,
                article=article,
                annotator=annotator,
                position=position,
                created_by=article.study.created_by,
            )
            for position, (article, pair) in enumerate(zip(articles, annotators, strict=True))
            for annotator in pair
        ),
        batch_size=1_000,
    )


def make_marking(dice: random.Random) -> Study:
    study = make_study("Marking")
    users = [join(study, make_user(f"annotator_{n}")) for n in range(N_CLIENTS)]
    articles = [
        article_row(study, make_text(N_WORDS, dice), f"Article {n}") for n in range(N_CLIENTS)
    ]
    Article.objects.bulk_create(articles)
    assign(articles, [[user] for user in users])
    return study


def make_list(name: str, n_articles: int, dice: random.Random) -> Study:
    study = make_study(name)
    users = [join(study, make_user(f"{name.lower()}_{n}")) for n in range(4)]
    rows = [
        article_row(study, f"Article {n}. {make_text(40, dice)}", f"Article {n:05}")
        for n in range(n_articles)
    ]
    Article.objects.bulk_create(rows, batch_size=1_000)
    assign(rows, [[users[n % 4], users[(n + 1) % 4]] for n in range(n_articles)])
    return study


def signed_in(user: User) -> str:
    """The session key of a browser in which the user has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def worker(assignment: Assignment) -> dict[str, Any]:
    where = {"study_id": assignment.study_id, "article_id": assignment.article_id}
    labels = assignment.study.labels.order_by("position")
    return {
        "session": signed_in(assignment.annotator),
        "page": reverse("marking:page", kwargs=where),
        "ops": reverse("marking:ops", kwargs=where),
        "labels": [str(label.pk) for label in labels],
        "text": assignment.article.text,
    }


def lists(study: Study) -> list[dict[str, Any]]:
    """The pages that list articles or assignments, as their manager and as an annotator."""
    annotator = User.objects.get(username=f"{study.name.lower()}_0")
    pages = [
        ("home, manager", study.created_by, reverse("assignment:home")),
        ("home, annotator", annotator, reverse("assignment:home")),
        ("overview, manager", study.created_by, reverse("assignment:study", args=[study.pk])),
        ("overview, annotator", annotator, reverse("assignment:study", args=[study.pk])),
        ("articles", study.created_by, reverse("corpus:articles", args=[study.pk])),
    ]
    return [
        {"name": name, "session": signed_in(user), "path": path, "queries": count(user, path)}
        for name, user, path in pages
    ]


def count(user: User, path: str) -> int:
    client = Client()
    client.cookies["sessionid"] = signed_in(user)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path, headers={"Host": "127.0.0.1"})
    if response.status_code != 200:
        raise SystemExit(f"{path} answers {response.status_code}.")
    return len(asked)


def main() -> None:
    dice = random.Random(20_261_122)
    with transaction.atomic():
        marking = make_marking(dice)
        listed = {name: make_list(name, n, dice) for name, n in LISTS.items()}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    mine = Assignment.objects.filter(study=marking).select_related("annotator", "article", "study")
    told = {
        "workers": [worker(assignment) for assignment in mine.order_by("position")],
        "lists": {name: lists(study) for name, study in listed.items()},
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
