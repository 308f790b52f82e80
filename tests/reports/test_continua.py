"""Rows become continua: whose work counts, what is cut out of the line, what comes along."""

import pytest

from annotations.accounts.models import User
from annotations.agreement.continuum import Continuum
from annotations.assignment.models import AssignmentState
from annotations.corpus.models import Article, Region
from annotations.reports.models import Level
from annotations.reports.queries import read_continua, read_inputs
from annotations.reports.selection import Selection
from annotations.study.models import Study
from tests.marks import link, mark, submit
from tests.people import assign, make_article


def continua(study: Study, **chosen: object) -> list[Continuum]:
    selection = Selection(**chosen)
    inputs = read_inputs(study, selection)
    return list(read_continua(inputs, labels=selection.labels, level=selection.level))


def test_only_submitted_work_counts(
    study: Study, article: Article, alice: User, bob: User, carol: User
) -> None:
    mine, hers = submit(assign(article, bob)), assign(article, carol)
    mark(mine, "attribution", (0, 9))
    mark(hers, "attribution", (0, 9))
    hers.state = AssignmentState.IN_PROGRESS
    hers.save()

    assert [one.names for one in continua(study)] == [(str(bob.pk),)]


def test_submitted_and_empty_is_present(study: Study, article: Article, bob: User) -> None:
    submit(assign(article, bob))

    assert [one.annotators for one in continua(study)] == [{str(bob.pk): ()}]


def test_removed_and_suggested_spans_do_not_count(
    study: Study, article: Article, bob: User
) -> None:
    mine = assign(article, bob)
    kept = mark(mine, "attribution", (0, 9))
    mark(mine, "allegation", (0, 9), state="suggested")
    gone = mark(mine, "reporting", (0, 20))
    gone.deleted_at = gone.changed_at
    gone.save()
    submit(mine)

    (one,) = continua(study)

    assert [(unit.key, unit.label) for unit in one.annotators[str(bob.pk)]] == [
        (str(kept.pk), "attribution")
    ]


def test_fragments_and_links_come_along(study: Study, article: Article, bob: User) -> None:
    mine = assign(article, bob)
    source = mark(mine, "attribution", (0, 9))
    target = mark(mine, "extent", (20, 25), (30, 40))
    link(source, target)
    submit(mine)

    (one,) = continua(study)

    units = one.annotators[str(bob.pk)]
    assert [unit.fragments for unit in units] == [((0, 9),), ((20, 25), (30, 40))]
    assert one.links == {str(bob.pk): ((0, 1),)}


def test_regions_are_cut_out_of_the_line(
    study: Study, article: Article, alice: User, bob: User
) -> None:
    Region.objects.create(study=study, article=article, start=0, end=10, created_by=alice)
    mine = assign(article, bob)
    mark(mine, "attribution", (13, 18))
    mark(mine, "allegation", (2, 8))
    mark(mine, "reporting", (5, 20))
    submit(mine)

    (one,) = continua(study)

    assert one.length == article.n_code_points - 10
    found = [(unit.label, unit.fragments) for unit in one.annotators[str(bob.pk)]]
    assert sorted(found) == [("attribution", ((3, 8),)), ("reporting", ((0, 10),))]


def test_words_and_sentences_snap_outwards(study: Study, bob: User) -> None:
    article = make_article(study, "One two three. Four five six.\n")
    mine = assign(article, bob)
    mark(mine, "attribution", (5, 9))  # "wo t"
    submit(mine)

    (in_words,) = continua(study, level=Level.WORD)
    (in_sentences,) = continua(study, level=Level.SENTENCE)

    assert (in_words.length, in_sentences.length) == (6, 2)
    assert in_words.annotators[str(bob.pk)][0].fragments == ((1, 3),)
    assert in_sentences.annotators[str(bob.pk)][0].fragments == ((0, 1),)


def test_the_number_of_queries_does_not_grow(
    study: Study,
    bob: User,
    carol: User,
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    for number in range(8):
        article = make_article(study, f"Text number {number} of the study.\n", f"Article {number}")
        for who in (bob, carol):
            mine = assign(article, who)
            mark(mine, "attribution", (0, 4))
            submit(mine)

    with django_assert_max_num_queries(8):
        assert len(continua(study)) == 8


def test_the_input_hash_tells_what_changed(
    study: Study, article: Article, alice: User, bob: User
) -> None:
    mine = assign(article, bob)
    mark(mine, "attribution", (0, 9))
    submit(mine)

    def hashes() -> str:
        (one,) = read_inputs(study, Selection())
        return one.input_hash("1")

    first = hashes()
    assert hashes() == first
    Region.objects.create(study=study, article=article, start=0, end=3, created_by=alice)
    second = hashes()
    mark(mine, "allegation", (10, 12))
    assert len({first, second, hashes()}) == 3


def test_a_selection_survives_being_stored(study: Study, bob: User) -> None:
    chosen = Selection(annotators=(bob.pk,), labels=("attribution",), level=Level.WORD)

    assert Selection.from_json(chosen.as_json()) == chosen
