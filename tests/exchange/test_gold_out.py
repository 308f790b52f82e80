"""Gold goes out with its provenance, threads with what was said; a whole study keeps all rows."""

import json
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.curation.models import Comment, GoldSpan, Ruling, Thread
from annotations.exchange.actions.whole import restore_study
from annotations.exchange.frame.record_json import load
from annotations.exchange.packing import Wanted, choose
from annotations.exchange.packing.aliases import UNKNOWN, Renaming
from annotations.exchange.packing.asked import Asked
from annotations.exchange.packing.soft import soft_labels
from annotations.exchange.packing.wordless import without_text
from annotations.exchange.queries.corpus import read_corpus
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    FragmentRecord,
    GoldRecord,
    SoftLabelRecord,
    SpanRecord,
)
from annotations.marking.models import Span
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.curation.scene import both_submit, cases, decide_all, ruling, send
from tests.people import assign

from .test_whole_study import exported, files_of


@pytest.fixture
def decided(article: Article, bob: User, carol: User, dave: User, sign_in: SignIn) -> Article:
    """Gold by Dave on the work of Bob and Carol, and a thread of two comments."""
    both_submit(assign(article, bob), assign(article, carol))
    curator: Client = sign_in(dave)
    decide_all(curator, article)
    thread = Thread.objects.create(
        study=article.study, article=article, start=0, end=9, quote=article.text[:9], opened_by=bob
    )
    for author, text in ((bob, "Why Arden?"), (dave, "Ask Bob, says CAROL.")):
        Comment.objects.create(study=article.study, thread=thread, author=author, text=text)
    return article


def test_gold_spans_say_who_agreed_who_did_not_and_who_decided(decided: Article) -> None:
    (article,) = read_corpus(decided.study).articles
    gold = article.gold
    assert gold is not None
    by_label = {span.label: span for span in gold.spans}
    assert by_label.keys() == {"reporting", "attribution", "allegation", None}
    source = by_label["attribution"]
    assert (source.start, source.end) == (0, 18)
    why = {each.span: each for each in gold.provenance}[source.id]
    assert (why.agreed_exactly, why.agreed_nearly, why.dissent) == (("carol",), ("bob",), ())
    assert (why.decided_by, why.choice, why.why, why.note) == ("dave", "variant", "boundary", "B2")
    assert [(vote.annotator, vote.label) for vote in why.votes] == [
        ("bob", "attribution"),
        ("carol", "attribution"),
    ]
    assert [(link.source, link.target) for link in gold.links] == [(source.id, by_label[None].id)]


def test_proposals_say_when_and_under_which_codebook_and_later_changes_are_told(
    decided: Article, dave: User, sign_in: SignIn
) -> None:
    curator = sign_in(dave)
    case = cases(curator, decided)["boundary"]
    send(curator, decided, ruling(case["id"], ver=1, choice="variant", variant=1))
    (article,) = read_corpus(decided.study).articles
    assert article.gold is not None
    source = next(span for span in article.gold.spans if span.label == "attribution")
    why = {each.span: each for each in article.gold.provenance}[source.id]
    marked = Span.objects.get(assignment__annotator__username="bob", label__slug="attribution")
    assert (why.votes[0].annotator, why.votes[0].codebook) == ("bob", 1)
    assert datetime.fromisoformat(why.votes[0].at) == marked.changed_at
    steps = [(step.by, step.act, step.choice, step.fragments[0].text) for step in why.rulings]
    assert steps == [
        ("dave", "decide", "variant", "Officials in Arden"),
        ("dave", "decide", "variant", "Officials"),
    ]


def test_gold_goes_with_the_work_that_was_chosen(decided: Article) -> None:
    def titles(**wanted: Any) -> list[tuple[str, bool]]:
        corpus = choose(read_corpus(decided.study), Wanted(**wanted))
        return [(each.title, each.gold is not None) for each in corpus.articles]

    assert titles(annotators=("bob",), unmarked=False) == [(decided.title, True)]
    assert titles(annotators=("dave",), unmarked=False) == []
    assert titles(annotators=("dave",)) == [(decided.title, True)]


def test_gold_links_have_their_provenance_too(decided: Article) -> None:
    corpus = read_corpus(decided.study)
    (article,) = corpus.articles
    assert article.gold is not None
    (link,) = article.gold.links
    (why,) = article.gold.link_provenance
    assert (why.source, why.target, why.linked) == (link.source, link.target, True)
    assert (why.agreed_exactly, why.dissent, why.decided_by) == (("bob", "carol"), (), "dave")
    assert [(vote.linked, vote.codebook, bool(vote.at)) for vote in why.votes] == [
        (True, 1, True)
    ] * 2
    assert [(step.act, step.linked) for step in why.rulings] == [("decide", True)]
    wordless = without_text(article, Asked(corpus.study)).gold
    assert wordless is not None
    assert "Officials" not in str(wordless.provenance)


def test_gold_of_an_older_file_is_read() -> None:
    """From before proposals had a time, and links a provenance."""
    vote = {"annotator": "bob", "label": "attribution", "fragments": []}
    told = {"provenance": [{"span": "A1", "votes": [vote]}]}
    gold = load(GoldRecord, told)
    assert (gold.provenance[0].votes[0].at, gold.link_provenance) == ("", ())


def test_a_place_where_nothing_was_decided_to_stand_is_told_too(decided: Article) -> None:
    (article,) = read_corpus(decided.study).articles
    assert article.gold is not None
    (empty,) = [each for each in article.gold.provenance if not each.span]
    assert (empty.choice, empty.dissent, empty.agreed_exactly) == ("no_span", ("bob",), ("carol",))


def test_a_case_left_undecided_names_nobody_and_other_answers_agree_nearly(
    decided: Article, dave: User, sign_in: SignIn
) -> None:
    curator = sign_in(dave)
    found = cases(curator, decided)
    source = found["boundary"]["gold"] | {"attributes": {"source_kind": "unspecified"}}
    send(
        curator,
        decided,
        ruling(found["missing"]["id"], 1, choice="left"),
        ruling(found["link"]["id"], 1, choice="left"),
        ruling(found["boundary"]["id"], 1, choice="edited", span=source),
    )
    (article,) = read_corpus(decided.study).articles
    assert article.gold is not None
    (empty,) = [each for each in article.gold.provenance if not each.span]
    for why in (empty, *article.gold.link_provenance):
        told = (why.choice, why.agreed_exactly, why.agreed_nearly, why.dissent)
        assert told == ("left", (), (), ())
    (named,) = [each for each in article.gold.provenance if each.choice == "edited"]
    assert (named.agreed_exactly, named.agreed_nearly) == ((), ("bob", "carol"))


def test_threads_go_out_with_what_was_said(decided: Article) -> None:
    (article,) = read_corpus(decided.study).articles
    (thread,) = article.threads
    assert thread.about == FragmentRecord(0, 9, "Officials")
    assert [(each.by, each.text) for each in thread.messages] == [
        ("bob", "Why Arden?"),
        ("dave", "Ask Bob, says CAROL."),
    ]


def test_pseudonyms_reach_every_name_and_stay_the_same(decided: Article) -> None:
    corpus = read_corpus(decided.study)
    renaming = Renaming(corpus.study, b"secret")
    aliases = renaming.aliases
    chosen = choose(corpus, Wanted(pseudonyms=True), renaming)
    told = f"{chosen.study} {list(chosen.articles)}"
    assert [name for name in aliases if name in told.lower()] == []
    assert f"Ask {UNKNOWN}, says {UNKNOWN}." in told
    assert all(aliases[name] in told for name in ("bob", "carol", "dave"))
    assert Renaming(read_corpus(decided.study).study, b"secret").aliases == aliases


def test_a_study_with_gold_comes_in_beside_itself_with_all_rows(
    decided: Article, study: Study
) -> None:
    """The same study under other ids: every row but the people is a new one."""
    data = json.loads(exported(study))
    (rows,) = data["articles"]
    assert {"goldspan", "goldlink", "case", "ruling", "adjudication", "comment"} <= set(rows)
    other = json.dumps(data)
    for key in ids_in(data):
        other = other.replace(key, str(uuid.uuid5(study.pk, key)))
    restored = restore_study(files=files_of(other.encode()))
    connection.check_constraints()
    assert in_any_order(json.loads(exported(restored.study))) == in_any_order(json.loads(other))
    assert GoldSpan.objects.filter(study=restored.study).count() == 4
    assert Ruling.objects.filter(study=restored.study).count() == 6


def ids_in(data: Any) -> set[str]:
    tables = [data["head"], *data["articles"]]
    listed = [(name, row) for each in tables for name, rows in each.items() for row in rows]
    keys = {
        row[key] for name, row in listed if name != "user" for key in ("id", "op_id") if key in row
    }
    return keys


def in_any_order(data: Any) -> Any:
    """Rows go out in the order of their ids, which are others now."""
    if isinstance(data, list):
        return sorted((in_any_order(each) for each in data), key=json.dumps)
    if isinstance(data, dict):
        return {name: in_any_order(each) for name, each in sorted(data.items())}
    return data


def test_soft_labels_count_annotators_not_spans() -> None:
    def work(name: str, *stretches: tuple[int, int]) -> AssignmentRecord:
        spans = tuple(
            SpanRecord(f"S{n}", "a", (FragmentRecord(start, end, "x"),))
            for n, (start, end) in enumerate(stretches)
        )
        return AssignmentRecord(name, spans)

    article = ArticleRecord(
        "1", "", "x" * 20, "", 20,
        assignments=(work("bob", (0, 10), (2, 5)), work("carol", (5, 12)), work("erin")),
    )  # fmt: skip
    assert soft_labels(article) == (
        SoftLabelRecord("a", 0, 5, 1, 3),
        SoftLabelRecord("a", 5, 10, 2, 3),
        SoftLabelRecord("a", 10, 12, 1, 3),
    )
