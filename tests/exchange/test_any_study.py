"""Any study, brought in from any corpus, goes out, comes back and goes out as the same bytes."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings

from annotations.accounts.models import User
from annotations.exchange.actions.bringing import begin_import, carry_out, read_import
from annotations.exchange.actions.whole import restore_study
from annotations.exchange.bringing import LEFT_OUT, NEW, Mapping
from annotations.exchange.formats import find_format
from annotations.exchange.frame.naming import canonical
from annotations.exchange.queries.corpus import read_corpus
from annotations.exchange.records import ArticleRecord, Corpus
from annotations.study.actions import create_study
from annotations.study.models import Study
from tests.people import make_user

from .corpora import corpora
from .test_formats import written
from .test_whole_study import Undone, exported, files_of

pytestmark = pytest.mark.django_db


def stored(corpus: Corpus) -> Study:
    """A study with the corpus in it, as somebody would bring it in."""
    manager: User = make_user("alice")
    study = create_study(actor=manager, name="Any")
    files = written(find_format("jsonl"), corpus)
    made = begin_import(study=study, actor=manager, files=files)
    read_import.func(str(made.pk))
    made.refresh_from_db()
    assert made.state == "preview", made.message
    mapping = Mapping.from_json(made.mapping)
    labels = dict.fromkeys(mapping.labels, NEW)
    people = dict.fromkeys(mapping.people, NEW)
    everything = Mapping(labels, people, (), mapping.round, LEFT_OUT, submit=True)
    for _ in range(2):  # what these choices lose more is shown first
        if made.state == "preview":
            carry_out(made=made, mapping=everything)
            made.refresh_from_db()
    assert made.state == "done", made.message
    return study


def told(article: ArticleRecord) -> list[object]:
    """What an article says, whatever its people and labels came to be called."""
    return sorted(
        [
            [
                (span.stretch, span.note, span.flag, len(span.attributes))
                for span in sorted(work.spans, key=lambda span: (span.stretch, span.note))
            ]
            for work in canonical(article).assignments
        ]
    )


@given(corpus=corpora())
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_study_comes_back_to_the_same_bytes(db: None, corpus: Corpus) -> None:
    content, first = b"", []
    try:
        with transaction.atomic():
            study = stored(corpus)
            content, first = exported(study), list(read_corpus(study).articles)
            raise Undone
    except Undone:
        assert not Study.objects.exists()
    by_text = {article.sha256: article for article in corpus.articles}
    assert {each.sha256: told(each) for each in first} == {
        sha256: told(article) for sha256, article in by_text.items()
    }
    try:
        with transaction.atomic():
            restored = restore_study(files=files_of(content))
            connection.check_constraints()
            assert exported(restored.study) == content
            assert list(read_corpus(restored.study).articles) == first
            raise Undone
    except Undone:
        assert not Study.objects.exists()
