"""Fills a PostgreSQL with one large study by a few statements: rows are made where they stay.

Of every 100 articles 1 lies in the bin, 2 are marked just now and 50 submitted by both of their
two annotators; each submitted work holds ten spans, so there are ten times as many spans
as articles. Every span has its fragment and its operation, one in four an answer, one in 500 a
flag, every submission its snapshot and its entry in the history, every article an entry. The
comparison is opened for one article in five. What curators and managers add: large_desk.py.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from annotations.accounts.models import User
from annotations.curation.models import ArticleCases, RecountDue, StudyCases
from annotations.curation.queries.queue import ENGINE, Totals
from annotations.notices import set_counting
from annotations.study.models import Attribute, Membership, Role, Study
from annotations.text.blocks import blocks
from annotations.text.sentences import SEGMENTER, sentences
from bench.load.large_desk import ON_THE_DESK
from bench.marking_server.seed import join, make_study, make_user

N_PEOPLE, N_OUTLETS, PER_WORK = 20, 20, 10
SENTENCE = (
    "Officials said that the alleged strike on Monday had killed two people in the old town. "
)
NUMBER = "0000000"  # stands at the end of each text, for no two may be alike

ARTICLES = """
INSERT INTO annotations_article (id, study_id, title, text, text_sha256, n_code_points, n_words,
    blocks, sentences, segmenter, outlet_id, byline, url, published_on, language, direction, event,
    source_place, imported_at, imported_by_id, deleted_at, deleted_by_id)
SELECT gen_random_uuid(), %(study)s, 'Article ' || lpad(n::text, 7, '0'), made.text,
    encode(sha256(convert_to(made.text, 'UTF8')), 'hex'), length(made.text), %(n_words)s,
    %(blocks)s::jsonb, %(sentences)s::jsonb, %(segmenter)s, outlet.id, '', '',
    DATE '2026-01-01' + n %% 300, 'en', 'ltr', 'Event ' || lpad((n / 10)::text, 6, '0'),
    '', now(), %(manager)s,
    CASE WHEN n %% 100 = 99 THEN now() END, CASE WHEN n %% 100 = 99 THEN %(manager)s::uuid END
FROM generate_series(0, %(n_articles)s - 1) AS n
CROSS JOIN LATERAL (SELECT %(text)s || lpad(n::text, 7, '0') AS text) AS made
JOIN (SELECT id, row_number() OVER (ORDER BY name) - 1 AS at FROM annotations_outlet
      WHERE study_id = %(study)s) AS outlet ON outlet.at = n %% %(n_outlets)s
"""
WORKS = """
INSERT INTO annotations_assignment (id, study_id, round_id, article_id, annotator_id, state,
    position, rev, created_at, created_by_id, started_at, submitted_at, return_reason)
SELECT gen_random_uuid(), %(study)s,
    CASE WHEN article.n %% 5 = 0 THEN %(opened)s::uuid ELSE %(round)s::uuid END,
    article.id, person.user_id, dealt.state,
    article.n, CASE WHEN dealt.state = 'submitted' THEN %(per_work)s ELSE 0 END,
    now(), %(manager)s, CASE WHEN dealt.state <> 'waiting' THEN now() END,
    CASE WHEN dealt.state = 'submitted' THEN now() END, ''
FROM (SELECT id, right(title, 7)::int AS n FROM annotations_article
      WHERE study_id = %(study)s) AS article
CROSS JOIN LATERAL (SELECT CASE
    WHEN article.n * 7919 %% 100 < 50 THEN 'submitted'
    WHEN article.n * 7919 %% 100 < 52 THEN 'in_progress' ELSE 'waiting' END AS state) AS dealt
JOIN (SELECT user_id, row_number() OVER (ORDER BY user_id) - 1 AS at FROM annotations_membership
      WHERE study_id = %(study)s AND role = 'annotator') AS person
  ON person.at IN (
    article.n %% %(n_people)s, (article.n + 1 + article.n / 100 %% 19) %% %(n_people)s)
"""
SPANS = """
INSERT INTO annotations_span (id, study_id, assignment_id, kind, label_id, codebook_version_id,
    start, "end", stretch, note, flag, state, origin, ver, changed_rev, created_at, changed_at)
SELECT gen_random_uuid(), %(study)s, work.id, 'label', label.id, %(version)s,
    made.start, made.start + 20, made.start || '-' || made.start + 20, '',
    CASE WHEN abs(hashtext(n || work.id::text)) %% 500 = 0 THEN 'boundary' ELSE '' END,
    'marked', 'hand', 1, n + 1, now(), now()
FROM annotations_assignment AS work
CROSS JOIN generate_series(0, %(per_work)s - 1) AS n
CROSS JOIN LATERAL (SELECT n * 176 + abs(hashtext(work.id::text || n)) %% 4 * 22 AS start) AS made
JOIN (SELECT id, row_number() OVER (ORDER BY position) - 1 AS at FROM annotations_label
      WHERE study_id = %(study)s) AS label ON label.at = n %% 4
WHERE work.study_id = %(study)s AND work.state = 'submitted'
"""
FRAGMENTS = """
INSERT INTO annotations_fragment (study_id, span_id, start, "end", quote, text_length)
SELECT study_id, id, start, "end", substr(%(text)s, start + 1, 20), %(length)s
FROM annotations_span WHERE study_id = %(study)s
"""
ANSWERS = """
INSERT INTO annotations_attributevalue (study_id, span_id, attribute_id, text)
SELECT study_id, id, %(attribute)s, 'named_person'
FROM annotations_span WHERE study_id = %(study)s AND label_id = %(answered)s
"""
OPERATIONS = """
INSERT INTO annotations_operation (study_id, assignment_id, user_id, op_id, at, kind, target_type,
    target_id, status, rev, after, result)
SELECT span.study_id, work.id, work.annotator_id, gen_random_uuid(), now(), 'add', 'span', span.id,
    'applied', span.changed_rev,
    jsonb_build_object('id', span.id, 'start', span.start, 'end', span."end", 'note', ''),
    jsonb_build_object('id', span.id, 'status', 'applied', 'ver', 1)
FROM annotations_span AS span JOIN annotations_assignment AS work ON work.id = span.assignment_id
WHERE span.study_id = %(study)s
"""
SUBMISSIONS = """
INSERT INTO annotations_submission (id, study_id, assignment_id, number, rev, submitted_at,
    content, content_sha256)
SELECT gen_random_uuid(), study_id, id, 1, rev, now(), '{"spans": [], "links": []}', ''
FROM annotations_assignment WHERE study_id = %(study)s AND state = 'submitted'
"""
TIMES = """
INSERT INTO annotations_worktime (study_id, assignment_id, tab, active_seconds, first_at, last_at)
SELECT study_id, id, gen_random_uuid(), 300, now(), now()
FROM annotations_assignment WHERE study_id = %(study)s AND state = 'submitted'
"""
ENTRIES = """
INSERT INTO annotations_auditentry (study_id, actor_id, at, action, subject_type, subject_id,
    subject_name, before, after)
SELECT study_id, imported_by_id, imported_at, 'article.imported', 'article', id::text, title,
    '{}'::jsonb, '{}'::jsonb
FROM annotations_article WHERE study_id = %(study)s
UNION ALL
SELECT study_id, annotator_id, submitted_at, 'submission.made', 'assignment', id::text, '',
    '{}'::jsonb, '{}'::jsonb
FROM annotations_assignment WHERE study_id = %(study)s AND state = 'submitted'
"""
CASES = """
INSERT INTO annotations_articlecases (study_id, article_id, token, n_works, is_closed, n_all,
    n_decided, n_changed, contest, counts, counted_at)
SELECT study_id, article_id, gen_random_uuid(), 2, EXISTS (
        SELECT FROM annotations_adjudication AS done
        WHERE done.article_id = marked.article_id AND done.state = 'closed'), 10, 0, 0,
    abs(hashtext(article_id::text)) %% 100 / 10.0,
    jsonb_build_object('kinds', '{"label": [5, 1], "missing": [5, 2]}'::jsonb, 'labels',
        '{"allegation": [5, 2], "reporting": [5, 1]}'::jsonb, 'looks', (
            SELECT jsonb_agg(jsonb_build_array(
                CASE n %% 2 WHEN 0 THEN 'label' ELSE 'missing' END,
                jsonb_build_array(CASE n / 2 %% 2 WHEN 0 THEN 'allegation' ELSE 'reporting' END),
                marked.by, marked.lot + n = 0, (marked.lot + n) %% 3 > 0, false))
            FROM generate_series(0, 9) AS n),
        'flagged', jsonb_build_array((marked.lot = 0)::int, 0), 'undecided', 0, 'by', marked.by),
    now()
FROM (SELECT study_id, article_id, jsonb_agg(annotator_id) AS by,
        abs(hashtext(article_id::text)) %% 50 AS lot
    FROM annotations_assignment WHERE study_id = %(study)s AND state = 'submitted'
    GROUP BY study_id, article_id) AS marked
ON CONFLICT (article_id) DO NOTHING
"""
LOOSE_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(SELECT unnest(%s::text[])::regclass)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
STATEMENTS = (
    ARTICLES, WORKS, SPANS, FRAGMENTS, ANSWERS, OPERATIONS, SUBMISSIONS, TIMES, ENTRIES,
)  # fmt: skip


@dataclass(frozen=True)
class Large:
    study: Study
    manager: User
    annotator: User
    curator: User
    admin: User


def fill(
    n_articles: int, n_words: int = 600, name: str = "Huge", *, is_checked: bool = True
) -> Large:
    """The study and three of its people, and a site admin. Statistics are gathered: plans are those
    of a site. Not `is_checked`: without triggers and foreign keys, which takes a superuser of the
    database and half the time."""
    with transaction.atomic():
        study = make_study(name)
        for n in range(N_PEOPLE):
            join(study, make_user(f"{name.lower()}_{n:02}"))
        curator = make_user(f"{name.lower()}_desk")
        Membership.objects.create(study=study, user=curator, role=Role.CURATOR)
        admin = make_user(f"{name.lower()}_admin")
        User.objects.filter(pk=admin.pk).update(is_superuser=True, is_staff=True)
        for n in range(N_OUTLETS):
            study.outlets.create(name=f"Outlet {n:02}")
        given = told(study, n_articles, n_words)
    with transaction.atomic():
        with connection.cursor() as cursor, nullcontext() if is_checked else unchecked(cursor):
            run(cursor, STATEMENTS, given)
        set_counting(connection)  # what no trigger saw
        with connection.cursor() as cursor:
            run(cursor, ON_THE_DESK, given)
    settle()
    return found(name)


def run(cursor: CursorWrapper, statements: Iterable[str], given: dict[str, Any]) -> None:
    """Each with statistics of what the one before it made."""
    for statement in statements:
        cursor.execute(statement, given)
        cursor.execute(f"ANALYZE {statement.split()[2]}")


@contextmanager
def unchecked(cursor: CursorWrapper) -> Iterator[None]:
    """Without triggers and foreign keys; indexes that hold no constraint are made at the end."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(LOOSE_INDEXES, [[statement.split()[2] for statement in STATEMENTS]])
    indexes = cursor.fetchall()
    for index, _ in indexes:
        cursor.execute(f"DROP INDEX {index}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    cursor.execute("SET LOCAL session_replication_role = origin")


def found(name: str = "Huge") -> Large:
    """What was filled before."""
    study, low = Study.objects.get(name=name), name.lower()
    ends = ("00", "desk", "admin")
    return Large(study, study.created_by, *(User.objects.get(username=f"{low}_{n}") for n in ends))


def pretend_counted(study: Study, n_due: int = 0) -> None:
    """As after curators have asked for long: counts of all articles are kept, but for some."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CASES, {"study": study.pk})
        kept = list(RecountDue.objects.filter(study=study).values_list("pk", flat=True)[:n_due])
        RecountDue.objects.filter(study=study).exclude(pk__in=kept).delete()
        totals = Totals()
        for row in ArticleCases.objects.filter(study=study):
            totals.add(row)
        told = {"engine": ENGINE, "totals": totals.as_json()}
        StudyCases.objects.update_or_create(study=study, defaults=told)
    settle()


def settle(tries: int = 20) -> None:
    """Gather statistics, until rows are known to be visible to all: what a site's autovacuum does
    in its own time. While one of its workers is at a table, another's work on it counts less."""
    unsettled = (
        "SELECT count(*) FROM pg_class WHERE relname LIKE 'annotations_%' AND relkind = 'r'"
        " AND relnamespace = current_schema::regnamespace AND relpages > 20"
        " AND relallvisible < relpages * 0.9"
    )
    with connection.cursor() as cursor:
        for _ in range(tries):
            cursor.execute("VACUUM ANALYZE")
            cursor.execute(unsettled)
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.5)


def told(study: Study, n_articles: int, n_words: int) -> dict[str, Any]:
    """What the statements are given."""
    text = SENTENCE * max(n_words // len(SENTENCE.split()), PER_WORK * 2 + 1)
    whole = text + NUMBER
    attribution = study.labels.order_by("position")[1]
    attribute = Attribute.objects.filter(label__study=study).order_by("label__position").first()
    first, *_, last = study.rounds.all()
    study.rounds.filter(pk=first.pk).update(comparison_opened_at=timezone.now())
    version = study.codebook_versions.order_by("-number").first()
    assert attribute
    assert version
    return {
        "study": study.pk,
        "manager": study.created_by_id,
        "opened": first.pk,
        "round": last.pk,
        "curator": User.objects.get(username=f"{study.name.lower()}_desk").pk,
        "annotator": User.objects.get(username=f"{study.name.lower()}_00").pk,
        "version": version.pk,
        "attribute": attribute.pk,
        "answered": attribution.pk,
        "text": text,
        "length": len(whole),
        "n_words": len(whole.split()),
        "blocks": str([list(block) for block in blocks(whole)]),
        "sentences": str([list(each) for each in sentences(whole)]),
        "segmenter": SEGMENTER,
        "n_articles": n_articles,
        "n_people": N_PEOPLE,
        "n_outlets": N_OUTLETS,
        "per_work": PER_WORK,
    }
