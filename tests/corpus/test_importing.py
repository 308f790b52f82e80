import re
import threading
from datetime import date, timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from annotations.corpus.actions import (
    cancel_import,
    carry_out_import,
    import_files,
    prepare_import,
    store_import,
)
from annotations.corpus.actions.importing import NothingToImport
from annotations.corpus.files import TooMuch
from annotations.corpus.models import Article, Import, ImportState, Outlet, Region, SourceFile
from annotations.corpus.queries import Tally, tally
from annotations.corpus.records import Defaults
from annotations.study.models import AuditEntry
from annotations.text.sentences import SEGMENTER
from tests.corpus.samples import FIRE, jsonl, zipped
from tests.text import hard

TWO = [("a.txt", b"One."), ("b.txt", b"Two.")]


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Article, Region, Outlet, SourceFile))


def test_a_preview_names_every_record_and_stores_no_article(study, alice):
    made = prepare_import(
        study=study, actor=alice, files=[("w.jsonl", jsonl(FIRE, "[]")), ("z.txt", b"a\0")]
    )
    assert made.state == ImportState.PREVIEW
    assert [(f["name"], f["place"], bool(f["problem"])) for f in made.findings] == [
        ("w.jsonl", "line 1", False),
        ("w.jsonl", "line 2", True),
        ("z.txt", "", True),
    ]
    assert made.findings[0] == {
        "file": 0,
        "name": "w.jsonl",
        "place": "line 1",
        "problem": "",
        "same_as": None,
        "source": {key: value for key, value in FIRE.items() if key != "text"},
        "sha256": "a466fb52357788908e3ae4bafd5869d508a30fc15161451d2a4cda42f0541e8c",
        "n_words": 10,
        "n_code_points": 60,
        "prefix_end": 0,
        "begins": FIRE["text"],
    }
    assert rows() == (0, 0, 0, 2)


def test_what_the_preview_says_is_what_is_stored(study, alice):
    made = import_files(study=study, actor=alice, files=[("w.jsonl", jsonl("", FIRE))])
    article = Article.objects.get()
    assert (made.state, made.n_done, made.message) == (ImportState.DONE, 1, "")
    assert (article.title, article.text) == (FIRE["title"], FIRE["text"])
    assert (article.outlet.name, article.byline) == (FIRE["outlet"], FIRE["byline"])
    assert (article.url, article.event) == (FIRE["url"], FIRE["event"])
    assert (article.published_on, article.language) == (date(2025, 10, 14), "en-GB")
    assert (article.direction, article.segmenter) == ("ltr", SEGMENTER)
    assert (article.n_code_points, article.n_words) == (60, 10)
    assert (article.source_file.name, article.source_place) == ("w.jsonl", "line 2")
    assert (article.imported_by, article.study) == (alice, study)
    assert article.text_sha256 == made.findings[0]["sha256"]


def test_an_article_equals_its_file_and_its_prefix_is_a_region(study, alice):
    content = b" date 2023-11-10 Port officials are uneasy.\n\nThe ferry is due at 9.\n"
    import_files(study=study, actor=alice, files=[("port.txt", content)])
    article, region = Article.objects.get(), Region.objects.get()
    assert article.text.encode() == content
    assert article.published_on == date(2023, 11, 10)
    assert (region.article, region.kind, region.start, region.end) == (article, "metadata", 0, 17)
    assert [article.text[start:end] for start, end in article.sentences] == [
        "Port officials are uneasy.",
        "The ferry is due at 9.",
    ]


@pytest.mark.parametrize("text", hard.TEXTS)
def test_hard_texts_come_back_exactly(study, alice, text):
    import_files(study=study, actor=alice, files=[("w.jsonl", jsonl({"title": "T", "text": text}))])
    article = Article.objects.get()
    assert article.text == text
    assert "".join(text[start:end] for start, end in article.blocks) == text


def test_the_original_bytes_are_kept_whatever_was_converted(study, alice):
    content = "\ufeffZoë\r\nspoke\r".encode("utf-16-le")
    import_files(study=study, actor=alice, files=[("a.txt", content)])
    article = Article.objects.get()
    assert article.text == "Zoë\nspoke\n"
    assert bytes(article.source_file.content) == content


def test_records_say_what_defaults_do_not(study, alice):
    files = [("a.txt", "שלום".encode()), ("w.jsonl", jsonl(FIRE))]
    defaults = Defaults(outlet="Lantern", language="he", event="Flood")
    import_files(study=study, actor=alice, files=files, defaults=defaults)
    assert list(
        Article.objects.order_by("title").values_list(
            "outlet__name", "language", "event", "direction"
        )
    ) == [
        ("The Sarrow Courier", "en-GB", "Harbour fire", "ltr"),
        ("Lantern", "he", "Flood", "rtl"),
    ]


def test_articles_of_one_outlet_share_it(study, alice):
    again = {**FIRE, "text": "Another."}
    import_files(study=study, actor=alice, files=[("w.jsonl", jsonl(FIRE, again))])
    import_files(study=study, actor=alice, files=[("v.jsonl", jsonl({**FIRE, "text": "Third."}))])
    assert rows() == (3, 0, 1, 2)


def test_a_record_of_a_zip_says_where_it_stood(study, alice):
    import_files(
        study=study, actor=alice, files=[("all.zip", zipped({"f/w.jsonl": jsonl("", FIRE)}))]
    )
    article = Article.objects.get()
    assert (article.source_file.name, article.source_place) == ("all.zip", "f/w.jsonl, line 2")


def test_an_import_is_one_act_in_the_audit(study, alice):
    import_files(study=study, actor=alice, files=[*TWO, ("c.txt", b""), ("d.txt", b"One.")])
    entry = AuditEntry.objects.get(action="article.imported")
    assert (entry.actor, entry.after) == (alice, {"articles": 2, "left out": 1, "wrong": 1})


# --- the same text twice ------------------------------------------------------------------------


def test_the_same_text_is_stored_once_and_reported(study, alice):
    first = import_files(study=study, actor=alice, files=[("a.txt", b"One.")])
    made = prepare_import(
        study=study, actor=alice, files=[("b.txt", b"One."), ("c.txt", b"Two."), ("d.txt", b"Two.")]
    )
    article = Article.objects.get()
    assert first.n_done == 1
    assert [finding["same_as"] for finding in made.findings] == [
        {"id": str(article.pk), "title": "a"},
        None,
        {"name": "c.txt", "place": ""},
    ]
    assert tally(made.findings) == Tally(new=1, twice=2, wrong=0)
    assert store_import(import_id=made.pk, actor=alice).n_done == 1
    assert rows() == (2, 0, 0, 2)


def test_two_previews_of_the_same_file_store_it_once(study, alice):
    one, two = (prepare_import(study=study, actor=alice, files=TWO) for _ in range(2))
    assert store_import(import_id=one.pk, actor=alice).n_done == 2
    assert store_import(import_id=two.pk, actor=alice).n_done == 0
    assert rows() == (2, 0, 0, 2)


def test_the_same_text_may_stand_in_two_studies(study, alice, mallory):
    other = mallory.studies_created.get()
    import_files(study=other, actor=mallory, files=TWO)
    assert import_files(study=study, actor=alice, files=TWO).n_done == 2


def test_a_text_in_the_bin_may_come_in_again(study, alice, article):
    article.deleted_at, article.deleted_by = timezone.now(), alice
    article.save(update_fields=["deleted_at", "deleted_by"])
    made = import_files(study=study, actor=alice, files=[("a.txt", article.text.encode())])
    assert made.n_done == 1


# --- all, what is right, or none ---------------------------------------------------------------


def test_what_is_right_is_stored_beside_what_is_wrong(study, alice):
    made = import_files(study=study, actor=alice, files=[*TWO, ("c.txt", b"\xff")])
    assert (made.state, made.n_done) == (ImportState.DONE, 2)


def test_all_or_none_stores_none_when_one_is_wrong(study, alice):
    made = import_files(
        study=study, actor=alice, files=[*TWO, ("c.txt", b"\xff")], all_or_none=True
    )
    assert (made.state, made.message) == (
        ImportState.FAILED,
        "1 of 3 articles could not be stored, and you chose all or none. Nothing was stored.",
    )
    assert rows()[:3] == (0, 0, 0)


def test_after_all_or_none_failed_the_right_ones_can_still_be_stored(study, alice):
    made = import_files(
        study=study, actor=alice, files=[*TWO, ("c.txt", b"\xff")], all_or_none=True
    )
    assert store_import(import_id=made.pk, actor=alice).n_done == 2


def test_a_failure_at_any_statement_stores_all_or_nothing(study, alice):
    """Statement after statement fails once; each time the import can be tried again."""
    made = prepare_import(study=study, actor=alice, files=[("w.jsonl", jsonl(FIRE))])
    n_before = 0
    while True:
        left = n_before

        def fail_after(execute, sql, params, many, context):
            nonlocal left
            left -= 1
            if left == -1:
                raise OperationalError("disk full")
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(fail_after):
                store_import(import_id=made.pk, actor=alice)
        except OperationalError:
            n_acts = AuditEntry.objects.filter(action="article.imported").count()
            assert (n_acts, *rows()) in ((0, 0, 0, 0, 1), (1, 1, 0, 1, 1))
            n_before += 1
        else:
            break
    assert n_before > 8
    assert rows() == (1, 0, 1, 1)


def test_storing_twice_stores_once(study, alice):
    made = prepare_import(study=study, actor=alice, files=TWO)
    carry_out_import(made=made, actor=alice)
    carry_out_import(made=made, actor=alice)
    store_import(import_id=made.pk, actor=alice)
    made.refresh_from_db()
    assert (made.state, made.n_done) == (ImportState.DONE, 2)
    assert rows() == (2, 0, 0, 2)
    assert AuditEntry.objects.filter(action="article.imported").count() == 1


def test_progress_is_written_down_while_texts_are_prepared(
    study, alice, monkeypatch, count_queries
):
    made = prepare_import(study=study, actor=alice, files=TWO)
    monkeypatch.setattr("annotations.corpus.actions.storing.SECONDS_BETWEEN_WORDS", -1)
    with count_queries() as queries:
        carry_out_import(made=made, actor=alice)
    told = [q["sql"] for q in queries if "n_done" in q["sql"] and '"state"' not in q["sql"]]
    written = next(n for n, q in enumerate(queries) if "INSERT" in q["sql"])
    assert [re.search(r'"n_done" = (\d)', sql)[1] for sql in told] == ["1", "2"]
    assert written > max(n for n, q in enumerate(queries) if q["sql"] in told)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_store_a_text_once(study, alice):
    imports = [prepare_import(study=study, actor=alice, files=TWO) for _ in range(2)]
    gate = threading.Barrier(2)

    def run(made):
        try:
            gate.wait()
            store_import(import_id=made.pk, actor=alice)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[made]) for made in imports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = Import.objects.order_by("n_done").values_list("state", "n_done")
    assert list(states) == [(ImportState.DONE, 0), (ImportState.DONE, 2)]
    assert Article.objects.count() == 2


# --- giving up, and too much --------------------------------------------------------------------


def test_a_given_up_preview_leaves_no_files(study, alice):
    made = prepare_import(study=study, actor=alice, files=TWO)
    cancel_import(made=made)
    made.refresh_from_db()
    assert (made.state, made.findings, rows()) == (ImportState.CANCELLED, [], (0, 0, 0, 0))
    assert store_import(import_id=made.pk, actor=alice).state == ImportState.CANCELLED
    assert rows() == (0, 0, 0, 0)


def test_what_is_stored_cannot_be_given_up(study, alice):
    made = import_files(study=study, actor=alice, files=TWO)
    cancel_import(made=made)
    assert rows() == (2, 0, 0, 2)


def test_files_without_an_article_are_not_kept(study, alice):
    import_files(study=study, actor=alice, files=[*TWO, ("c.txt", b"\xff")])
    assert list(SourceFile.objects.values_list("name", flat=True)) == ["a.txt", "b.txt"]


def test_a_preview_that_nobody_came_back_to_is_forgotten(study, alice):
    old = prepare_import(study=study, actor=alice, files=TWO)
    Import.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    prepare_import(study=study, actor=alice, files=[("c.txt", b"Three.")])
    old.refresh_from_db()
    assert old.state == ImportState.CANCELLED
    assert list(SourceFile.objects.values_list("name", flat=True)) == ["c.txt"]


def test_an_import_without_files_is_refused(study, alice):
    with pytest.raises(NothingToImport, match=r"Choose at least one file\."):
        prepare_import(study=study, actor=alice, files=[])


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        (
            "SOURCEMARK_MAX_UPLOAD_BYTES",
            7,
            "These files are 8 bytes together; one import may hold 7 bytes. "
            "Bring them in by several imports.",
        ),
        (
            "SOURCEMARK_MAX_IMPORT_RECORDS",
            1,
            "There are more than 1 articles in these files. Bring them in by several imports.",
        ),
    ],
)
def test_files_beyond_a_limit_are_refused_and_nothing_is_kept(
    study, alice, settings, setting, value, sentence
):
    setattr(settings, setting, value)
    with pytest.raises(TooMuch) as refused:
        prepare_import(study=study, actor=alice, files=TWO)
    assert str(refused.value) == sentence
    assert (rows(), Import.objects.count()) == ((0, 0, 0, 0), 0)


def test_the_limit_of_a_text_is_a_setting(study, alice, settings):
    settings.SOURCEMARK_MAX_ARTICLE_BYTES = 3
    made = prepare_import(study=study, actor=alice, files=[("a.txt", b"One.")])
    assert made.findings[0]["problem"].startswith("The text is 4 bytes long, more than 3 bytes.")


def test_storing_takes_a_query_for_many_rows_not_for_each(study, alice, count_queries):
    def stored(n_articles: int, word: str) -> int:
        lines = [
            {**FIRE, "text": f" date 2023-11-10 {word} {n}.", "outlet": f"{word} {n}"}
            for n in range(n_articles)
        ]
        made = prepare_import(study=study, actor=alice, files=[("w.jsonl", jsonl(*lines))])
        with count_queries() as queries:
            store_import(import_id=made.pk, actor=alice)
        return len(queries)

    few = stored(2, "Few")
    assert few <= 20
    assert stored(150, "Many") <= few + 10
