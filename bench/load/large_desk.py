"""What lies on the desk of a large study: gold, talk, names, files that were made or brought in.

Gold is begun on every tenth article. Where both works on it are submitted, all spans of one of
them are decided on, and every tenth of these is closed, twice. One article in 20 is talked about,
in three comments, half of the talks are over; every annotator has a name for every 50 articles.
"""

GOLD = """
INSERT INTO annotations_adjudication (id, study_id, article_id, state, rev, n_versions, alias_seed,
    created_at, closed_at, closed_by_id)
SELECT gen_random_uuid(), study_id, id, CASE WHEN done.closed THEN 'closed' ELSE 'open' END,
    CASE WHEN done.submitted THEN 10 ELSE 0 END, CASE WHEN done.closed THEN 2 ELSE 0 END, 1, now(),
    CASE WHEN done.closed THEN now() END, CASE WHEN done.closed THEN %(curator)s::uuid END
FROM annotations_article AS article
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM annotations_assignment AS work
    WHERE work.article_id = article.id AND work.state = 'submitted') AS submitted) AS marked
CROSS JOIN LATERAL (SELECT marked.submitted AS submitted,
    marked.submitted AND substr(title, length(title) - 1, 1) IN ('0', '5') AS closed) AS done
WHERE study_id = %(study)s AND right(title, 1) = '0'
"""
ALIASES = """
INSERT INTO annotations_alias (study_id, adjudication_id, annotator_id, number)
SELECT gold.study_id, gold.id, work.annotator_id,
    row_number() OVER (PARTITION BY gold.id ORDER BY work.id)
FROM annotations_adjudication AS gold
JOIN annotations_assignment AS work ON work.article_id = gold.article_id
WHERE gold.study_id = %(study)s AND gold.rev > 0
"""
CASES = """
INSERT INTO annotations_case (id, study_id, adjudication_id, kind, start, "end", span_ids, state,
    choice, variant, votes, votes_hash, curator_id, merged_by_rule, reason, note,
    codebook_version_id, decided_at, op_id, ver, changed_rev)
SELECT gen_random_uuid(), gold.study_id, gold.id, 'missing', span.start, span."end",
    jsonb_build_array(span.id), 'decided', 'variant', 1,
    jsonb_build_array(jsonb_build_object('annotator', work.annotator_id, 'assignment', work.id,
        'rev', work.rev, 'span', span.id, 'label', label.slug,
        'fragments', jsonb_build_array(jsonb_build_array(span.start, span."end")),
        'attributes', '{}'::jsonb, 'note', '', 'flag', '', 'codebook', 1, 'at', now())), '',
    %(curator)s, '', '', '', %(version)s, now(), gen_random_uuid(), 1, span.changed_rev
FROM annotations_adjudication AS gold
CROSS JOIN LATERAL (
    SELECT id, rev, annotator_id FROM annotations_assignment AS one
    WHERE one.article_id = gold.article_id ORDER BY one.id LIMIT 1) AS work
JOIN annotations_span AS span ON span.assignment_id = work.id
JOIN annotations_label AS label ON label.id = span.label_id
WHERE gold.study_id = %(study)s AND gold.rev > 0
"""
GOLD_SPANS = """
INSERT INTO annotations_goldspan (id, study_id, adjudication_id, case_id, kind, label_id,
    codebook_version_id, start, "end", stretch, text_length, answers, created_at, changed_at)
SELECT gen_random_uuid(), made.study_id, made.adjudication_id, made.id, 'label', label.id,
    %(version)s, made.start, made."end", made.start || '-' || made."end", %(length)s, '{}'::jsonb,
    now(), now()
FROM annotations_case AS made
JOIN annotations_label AS label
  ON label.study_id = made.study_id AND label.slug = made.votes->0->>'label'
WHERE made.study_id = %(study)s
"""
RULINGS = """
INSERT INTO annotations_ruling (study_id, adjudication_id, user_id, op_id, at, kind, case_id,
    status, rev, after, result)
SELECT study_id, adjudication_id, curator_id, op_id, now(), 'decide', id, 'applied', changed_rev,
    '{}'::jsonb, '{}'::jsonb
FROM annotations_case WHERE study_id = %(study)s
"""
GOLD_VERSIONS = """
INSERT INTO annotations_goldversion (id, study_id, adjudication_id, number, rev, made_at,
    made_by_id, n_undecided, note, content, content_sha256)
SELECT gen_random_uuid(), study_id, id, n, rev, now(), closed_by_id, 0, '',
    '{"version": 1, "cases": [], "left_open": []}'::jsonb, ''
FROM annotations_adjudication CROSS JOIN generate_series(1, 2) AS n
WHERE study_id = %(study)s AND state = 'closed'
"""
THREADS = """
INSERT INTO annotations_thread (id, study_id, article_id, start, "end", quote, flag, opened_at,
    opened_by_id, resolved_at, resolved_by_id)
SELECT gen_random_uuid(), study_id, article.id, 0, 20, substr(%(text)s, 1, 20), 'boundary',
    now() - made.n * interval '1 second', %(curator)s,
    CASE WHEN made.n %% 40 = 0 THEN now() END, CASE WHEN made.n %% 40 = 0 THEN %(curator)s::uuid END
FROM annotations_article AS article
CROSS JOIN LATERAL (SELECT right(article.title, 7)::int AS n) AS made
WHERE study_id = %(study)s AND made.n %% 20 = 0
"""
COMMENTS = """
INSERT INTO annotations_comment (id, study_id, thread_id, author_id, text, written_at)
SELECT gen_random_uuid(), thread.study_id, thread.id,
    CASE n WHEN 1 THEN %(manager)s::uuid ELSE %(curator)s::uuid END,
    'Word ' || n || ' on the matter of ' || thread.id, thread.opened_at + n * interval '1 minute'
FROM annotations_thread AS thread CROSS JOIN generate_series(0, 2) AS n
WHERE thread.study_id = %(study)s
"""
MENTIONS = """
INSERT INTO annotations_mention (study_id, comment_id, user_id, seen_at)
SELECT study_id, id, person.pk::uuid, CASE WHEN hashtext(id::text) %% 10 <> 0 THEN now() END
FROM annotations_comment
CROSS JOIN (VALUES (%(annotator)s), (%(manager)s)) AS person (pk)
WHERE study_id = %(study)s AND text LIKE 'Word 2%%'
"""
NAMES = """
INSERT INTO annotations_entity (id, study_id, owner_id, name, folded_name, ver, created_at)
SELECT gen_random_uuid(), %(study)s, user_id, 'Person ' || lpad(n::text, 4, '0'),
    'person ' || lpad(n::text, 4, '0'), 1, now()
FROM annotations_membership CROSS JOIN generate_series(1, %(n_articles)s / 50) AS n
WHERE study_id = %(study)s AND role = 'annotator'
"""
REGIONS = """
INSERT INTO annotations_region (id, study_id, article_id, kind, start, "end", created_at,
    created_by_id)
SELECT gen_random_uuid(), study_id, id, 'caption', n_code_points - 7, n_code_points, now(),
    %(manager)s
FROM annotations_article WHERE study_id = %(study)s AND right(title, 1) = '3'
"""
MEETINGS = """
INSERT INTO annotations_meeting (id, study_id, article_id, title, notes, planned_for, created_at,
    created_by_id, ended_at)
SELECT gen_random_uuid(), study_id, article_id, 'On ' || quote, '', opened_at, opened_at,
    %(curator)s, CASE WHEN resolved_at IS NOT NULL THEN now() END
FROM annotations_thread WHERE study_id = %(study)s AND hashtext(article_id::text) %% 10 = 0
"""
SEATS = """
INSERT INTO annotations_meetingseat (study_id, meeting_id, user_id, position)
SELECT meeting.study_id, meeting.id, work.annotator_id,
    row_number() OVER (PARTITION BY meeting.id ORDER BY work.id)
FROM annotations_meeting AS meeting
JOIN annotations_assignment AS work ON work.article_id = meeting.article_id
WHERE meeting.study_id = %(study)s
"""
EXPORTS = """
INSERT INTO annotations_export (id, study_id, created_at, created_by_id, file_format, is_own,
    wanted, options, state, n_done, n_all, path, n_bytes, sha256, counts, message, finished_at)
SELECT gen_random_uuid(), %(study)s, now() - n * interval '1 hour', %(manager)s, 'csv', false,
    '{}'::jsonb, '{}'::jsonb, 'failed', 0, 0, '', 0, '', '{}'::jsonb, '', now()
FROM generate_series(1, 300) AS n
"""
REPORTS = """
INSERT INTO annotations_report (id, study_id, name, state, created_at, created_by_id, inputs,
    parameters, seed, engine_version, result, n_done, n_all, message, finished_at)
SELECT gen_random_uuid(), %(study)s, 'Report ' || n, 'done', now() - n * interval '1 hour',
    %(manager)s, '{}'::jsonb, '{}'::jsonb, 1, '1', '{}'::jsonb, 0, 0, '', now()
FROM generate_series(1, 300) AS n
"""
IMPORTS = """
INSERT INTO annotations_import (id, study_id, state, created_at, created_by_id, n_records, n_done,
    findings, message, finished_at)
SELECT gen_random_uuid(), %(study)s, 'done', now() - n * interval '1 hour', %(manager)s, 300, 300,
    '[]'::jsonb, '', now()
FROM generate_series(1, 300) AS n
"""
INVITATIONS = """
INSERT INTO annotations_invitation (id, study_id, roles, email, for_whom, token_sha256, created_at,
    created_by_id, expires_at)
SELECT gen_random_uuid(), %(study)s, '["annotator"]'::jsonb, '', 'Guest ' || n,
    md5(n::text) || md5(%(study)s::text), now(), %(manager)s, now() + interval '7 days'
FROM generate_series(1, 100) AS n
"""
ON_THE_DESK = (
    GOLD, ALIASES, CASES, GOLD_SPANS, RULINGS, GOLD_VERSIONS, THREADS, COMMENTS, MENTIONS, NAMES,
    REGIONS, MEETINGS, SEATS, EXPORTS, REPORTS, IMPORTS, INVITATIONS,
)  # fmt: skip
