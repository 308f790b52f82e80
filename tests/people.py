"""The people and things that every test knows: Alice leads, Bob and Carol mark, Dave curates."""

import hashlib
from typing import Any

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import (
    Attribute,
    CodebookVersion,
    Label,
    Membership,
    Role,
    Round,
    Study,
)
from annotations.text.blocks import blocks
from annotations.text.sentences import sentences

TEXT = (
    "Officials in Arden said on Monday that the alleged strike had killed two people 🙂.\n\n"
    "“We saw nothing,” said Ilana Voss, “and we heard nothing.” The strongman denied it.\n"
)
LABELS = (
    # slug, name, key, tag, slot, extent
    ("reporting", "Reporting", "1", "R", 1, "sentence"),
    ("attribution", "Attribution", "2", "A", 2, "phrase"),
    ("allegation", "Allegation", "3", "G", 3, "phrase"),
    ("characterization", "Characterization", "4", "C", 4, "word"),
)


def make_user(name: str, **extra: Any) -> User:
    return User.objects.create_user(
        name, f"{name}@example.org", "correct horse", display_name=name.title(), **extra
    )


def join(study: Study, user: User, *roles: Role) -> None:
    for role in roles:
        Membership.objects.create(study=study, user=user, role=role)


def make_study(manager: User, name: str = "Arden", **extra: Any) -> Study:
    """A study with the four labels, one required attribute, version 1 and a main round."""
    study = Study.objects.create(name=name, created_by=manager, **extra)
    join(study, manager, Role.MANAGER)
    Round.objects.create(study=study, name="Main")
    for position, (slug, title, key, tag, slot, extent) in enumerate(LABELS):
        Label.objects.create(
            study=study,
            slug=slug,
            name=title,
            key=key,
            tag=tag,
            slot=slot,
            extent=extent,
            position=position,
        )
    Attribute.objects.create(
        study=study,
        label=study.labels.get(slug="attribution"),
        name="source_kind",
        title="Kind of source",
        kind="choice",
        required=True,
        choices=[
            {"value": "named_person", "title": "Named person"},
            {"value": "unspecified", "title": "Unspecified"},
        ],
    )
    Attribute.objects.create(
        study=study,
        label=study.labels.get(slug="attribution"),
        name="entity",
        title="Who",
        kind="entity",
    )
    CodebookVersion.objects.create(
        study=study, number=1, content={}, reason="First version", created_by=manager
    )
    return study


def make_article(study: Study, text: str = TEXT, title: str = "Strike in Arden") -> Article:
    """An article as the import would store it."""
    return Article.objects.create(
        study=study,
        title=title,
        text=text,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        n_code_points=len(text),
        n_words=len(text.split()),
        blocks=[list(block) for block in blocks(text)],
        sentences=[list(sentence) for sentence in sentences(text)],
        segmenter="sentencex",
        imported_by=study.created_by,
    )


def assign(article: Article, annotator: User, **extra: Any) -> Assignment:
    return Assignment.objects.create(
        study=article.study,
        round=article.study.rounds.get(name="Main"),
        article=article,
        annotator=annotator,
        created_by=article.study.created_by,
        **extra,
    )
