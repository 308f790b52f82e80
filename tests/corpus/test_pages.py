"""Pages of articles and imports, as each role meets them."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotations.corpus.actions import add_article, bin_article, import_files, mark_region
from annotations.corpus.models import Article, Import, ImportState, Region, RegionKind
from annotations.study.models import AuditEntry, Role
from tests.corpus.samples import FIRE, jsonl
from tests.people import join, make_article, make_user

pytestmark = pytest.mark.on_sqlite  # what pages show

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def at(study):
    """`at("import/")` is an address among the study's articles."""
    return lambda path="": f"/studies/{study.pk}/articles/{path}"


@pytest.fixture
def manager(alice, study, sign_in):
    return sign_in(alice)


def words_of(response) -> str:
    """What a reader sees of a page, on one line."""
    main = response.content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main.partition(">")[2])).split())


def upload(client, at, *files, **fields):
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(at("import/"), {"uploads": uploads, "language": "en", **fields})


# --- who may ------------------------------------------------------------------------------------


def addresses(study, article, made, region):
    """(method, path, the roles that may) of every page of the room."""
    base, own = f"/studies/{study.pk}/articles/", f"/studies/{study.pk}/articles/{article.pk}/"
    desk, head = {Role.CURATOR, Role.MANAGER}, {Role.MANAGER}
    return [
        ("get", base, desk),
        ("get", own, desk),
        ("get", f"{own}original/", desk),
        ("get", f"{base}bin/", head),
        ("get", f"{base}import/", head),
        ("post", f"{base}import/", head),
        ("get", f"{base}import/{made.pk}/", head),
        ("post", f"{base}import/{made.pk}/store/", head),
        ("post", f"{base}import/{made.pk}/cancel/", head),
        ("get", f"{base}import/{made.pk}/progress/", head),
        ("get", f"{own}edit/", head),
        ("post", f"{own}edit/", head),
        ("post", f"{own}bin/", head),
        ("post", f"{own}restore/", head),
        ("get", f"{own}regions/", head),
        ("post", f"{own}regions/", head),
        ("get", f"{own}regions/sentences/", head),
        ("post", f"{own}regions/sentences/", head),
        ("post", f"{own}regions/{region.pk}/unmark/", head),
    ]


@pytest.fixture
def everything(study, alice):
    made = import_files(study=study, actor=alice, files=[("a.txt", b" date 2023-11-10 One.")])
    return study, Article.objects.get(), made, Region.objects.get()


@pytest.mark.parametrize("role", Role)
def test_members_may_what_their_role_allows(everything, sign_in, role):
    user = make_user("erin")
    join(everything[0], user, role)
    client = sign_in(user)
    for method, path, roles in addresses(*everything):
        status = getattr(client, method)(path).status_code
        assert (path, status == 403) == (path, role not in roles)
        assert (path, status == 404) == (path, False)


def test_strangers_find_nothing(everything, mallory, sign_in):
    client = sign_in(mallory)
    statuses = {
        path: getattr(client, method)(path).status_code
        for method, path, _ in addresses(*everything)
    }
    assert set(statuses.values()) == {404}


def test_the_signed_out_are_asked_to_sign_in(everything, client):
    for method, path, _ in addresses(*everything):
        response = getattr(client, method)(path)
        assert (response.status_code, response.url.partition("?")[0]) == (302, "/accounts/login/")


def test_no_row_is_reached_through_another_study(everything, mallory, sign_in):
    theirs = mallory.studies_created.get()
    _, article, made, region = everything
    client = sign_in(mallory)
    for method, path, _ in addresses(theirs, article, made, region):
        if str(article.pk) in path or str(made.pk) in path:
            assert (path, getattr(client, method)(path).status_code) == (path, 404)


def test_a_region_is_not_reached_through_another_article(everything, manager, study):
    other = make_article(study)
    region = everything[3]
    url = f"/studies/{study.pk}/articles/{other.pk}/regions/{region.pk}/unmark/"
    assert manager.post(url).status_code == 404


def test_a_site_admins_look_into_a_foreign_study_is_on_record(everything, sign_in):
    admin = make_user("ada", is_superuser=True)
    study, article, *_ = everything
    client = sign_in(admin)
    client.get(f"/studies/{study.pk}/articles/{article.pk}/")
    client.get(f"/studies/{study.pk}/articles/{article.pk}/original/")
    looks = AuditEntry.objects.filter(action="article.looked_at", actor=admin)
    assert [look.subject_id for look in looks] == [str(article.pk)] * 2


# --- importing ----------------------------------------------------------------------------------


def test_files_are_looked_at_before_anything_is_stored(manager, at):
    answer = upload(
        manager, at, ("w.jsonl", jsonl(FIRE, "[1]")), ("seed.txt", b" date 2023-11-10 One.")
    )
    page = words_of(manager.get(answer.url))
    assert "2 can be stored 0 are here already and left out 1 cannot be stored" in page
    assert (
        "1 w.jsonl, line 1 Harbour fire leaves two dead The Sarrow Courier · Henk Dorrien" in page
    )
    assert "2 w.jsonl, line 2 – Not stored This is a list, not a JSON object." in page
    assert "3 seed.txt seed 2023-11-10 · en · 5 words One. The crawler’s date" in page
    assert Article.objects.count() == 0


def test_what_is_right_is_stored_on_a_word(manager, at):
    answer = upload(manager, at, ("w.jsonl", jsonl(FIRE, "[1]")))
    done = manager.post(f"{answer.url}store/")
    assert done.url == answer.url
    page = words_of(manager.get(done.url))
    assert "1 article stored" in page
    assert Article.objects.get().title == FIRE["title"]


def test_what_holds_for_all_files_is_asked_once(manager, at):
    answer = upload(manager, at, ("a.txt", b"One."), outlet="Courier", language="de", event="Fire")
    manager.post(f"{answer.url}store/")
    article = Article.objects.get()
    assert (article.outlet.name, article.language, article.event) == ("Courier", "de", "Fire")


def test_nothing_is_stored_on_a_word(manager, at):
    answer = upload(manager, at, ("a.txt", b"One."))
    assert manager.post(f"{answer.url}cancel/").url == at()
    assert manager.post(f"{answer.url}store/").url == answer.url
    assert "Given up" in words_of(manager.get(answer.url))
    assert Article.objects.count() == 0


def test_the_wrong_ones_can_be_looked_at_alone(manager, at):
    answer = upload(manager, at, ("w.jsonl", jsonl(FIRE, "[1]", FIRE)))
    wrong = words_of(manager.get(answer.url, {"only": "wrong"}))
    twice = words_of(manager.get(answer.url, {"only": "twice"}))
    assert ("line 2" in wrong, "line 1" in wrong, "line 3" in wrong) == (True, False, False)
    assert "The same text as w.jsonl, line 1 in this import." in twice
    assert "line 2" not in twice


def test_where_all_is_wrong_nothing_is_offered(manager, at):
    answer = upload(manager, at, ("a.txt", b"\xff"))
    page = manager.get(answer.url).content.decode()
    assert f"{answer.url}store/" not in page
    assert "Cancel the import" in page


@pytest.mark.parametrize("file", [("a.jsonl", b"\n"), ("a.csv", b"title,text\n")])
def test_files_without_any_article_are_answered_with_a_sentence(manager, at, file):
    page = manager.get(upload(manager, at, file).headers["Location"])
    assert "There is no article in this file" in words_of(page)
    assert b"Choose other files" in page.content


def test_a_long_preview_has_pages(manager, at):
    answer = upload(
        manager, at, ("w.jsonl", jsonl(*[{**FIRE, "text": f"{n}"} for n in range(101)]))
    )
    assert "Page 1 of 2" in words_of(manager.get(answer.url))
    assert "101 w.jsonl, line 101" in words_of(manager.get(answer.url, {"page": 2}))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose at least one file."),
        ({"language": "Klingon!"}, "“Klingon!” is no language code. Write en, en-GB, ar, …"),
    ],
)
def test_an_upload_that_is_wrong_is_answered_with_a_sentence(manager, at, fields, sentence):
    if fields:
        fields = {"uploads": [SimpleUploadedFile("a.txt", b"x")], **fields}
    response = manager.post(at("import/"), {"language": "en", **fields})
    assert (response.status_code, sentence in words_of(response)) == (422, True)


def test_files_beyond_the_limit_are_answered_with_a_sentence(manager, at, settings):
    settings.SOURCEMARK_MAX_UPLOAD_BYTES = 10
    response = upload(manager, at, ("a.txt", b"x" * 11))
    assert response.status_code == 422
    assert "These files are 11 bytes together; one import may hold 10 bytes." in words_of(response)


def test_an_upload_far_beyond_the_limit_is_not_even_taken_in(manager, at, settings):
    settings.SOURCEMARK_MAX_UPLOAD_BYTES = 10
    response = upload(manager, at, ("a.txt", b"x" * 300_000))
    assert response.status_code == 413
    assert "These files are more than 10 bytes together." in words_of(response)
    assert Import.objects.count() == 0


def test_more_files_than_the_limit_are_answered_with_a_sentence(manager, at, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = settings.SOURCEMARK_MAX_ZIP_ENTRIES = 2
    response = upload(manager, at, *[(f"{n}.txt", b"One.") for n in range(3)])
    assert response.status_code == 413
    assert "These files are more than 2. Bring them in by several imports." in words_of(response)


def test_an_upload_needs_the_token(alice, study, at):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert upload(client, at, ("a.txt", b"One.")).status_code == 403


def test_nothing_from_a_file_becomes_markup(manager, at):
    record = {"title": SCRIPT, "text": SCRIPT, "outlet": SCRIPT, "event": SCRIPT}
    answer = upload(manager, at, ("w.jsonl", jsonl(record, {SCRIPT: "x"})), (f"{SCRIPT}.txt", b""))
    manager.post(f"{answer.url}store/")
    article = Article.objects.get()
    for path in (answer.url, at(), at(f"{article.pk}/"), at(f"{article.pk}/regions/sentences/")):
        assert SCRIPT not in manager.get(path).content.decode()


def test_progress_is_asked_while_it_runs_and_then_leads_on(manager, at):
    answer = upload(manager, at, ("w.jsonl", jsonl(FIRE, {**FIRE, "text": "Two."})))
    Import.objects.update(state=ImportState.RUNNING, n_done=1)
    running = manager.get(f"{answer.url}progress/")
    assert "1 of 2 prepared" in running.content.decode()
    assert 'hx-trigger="every 1s"' in running.content.decode()
    assert "Storing articles" in words_of(manager.get(answer.url))
    manager.post(f"{answer.url}store/")  # "start again" after a stop
    done = manager.get(f"{answer.url}progress/")
    assert (done.status_code, done["HX-Redirect"]) == (286, answer.url)
    assert Article.objects.count() == 2


def test_a_script_is_led_on_when_all_is_stored(manager, at):
    answer = upload(manager, at, ("a.txt", b"One."))
    done = manager.post(f"{answer.url}store/", headers={"HX-Request": "true"})
    assert (done.status_code, done["HX-Redirect"]) == (200, answer.url)


def test_why_an_import_failed_is_said_and_it_can_be_tried_again(manager, at):
    answer = upload(manager, at, ("w.jsonl", jsonl(FIRE, "[1]")))
    manager.post(f"{answer.url}store/", {"all_or_none": "yes"})
    page = words_of(manager.get(answer.url))
    assert "1 of 2 articles could not be stored, and you chose all or none." in page
    assert "Store 1 article" in page


def test_the_limits_are_on_the_page(manager, at):
    page = words_of(manager.get(at("import/")))
    assert "Text of an article 2 MB All files together 12 MB" in page
    assert "A zip, unpacked 20 MB, 1,000 files A web page 5 MB" in page
    assert "Reading one of these 10 seconds, 60 for all of an import Articles 10,000" in page


# --- the list -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "?words=quay&event=Fire", "bin/"])
def test_a_list_costs_the_same_for_one_article_and_for_many(
    manager, study, alice, at, count_queries, path
):
    def add(n):
        article = add_article(
            study=study,
            actor=alice,
            title=f"T {n}",
            text=f"quay {n}",
            outlet=f"O {n}",
            event="Fire",
        )
        if path == "bin/":
            bin_article(article=article, actor=alice)

    add(0)
    with count_queries(at_most=12) as few:
        manager.get(at(path))
    for n in range(1, 60):
        add(n)
    with count_queries(at_most=12) as many:
        manager.get(at(path))
    assert len(few) == len(many)


def test_the_list_is_narrowed_by_what_the_address_says(manager, study, alice, at):
    for title in ("Alpha", "Beta"):
        add_article(study=study, actor=alice, title=title, text=f"{title} text.", event=title)
    page = words_of(manager.get(at(), {"words": "beta"}))
    assert "1 article found Title Outlet Published Event Language Words Beta" in page
    assert "No article fits" in words_of(manager.get(at(), {"words": "gamma"}))
    assert "2 articles" in words_of(manager.get(at(), {"outlet": "no such", "event": "?"}))


def test_an_empty_list_says_what_to_do(manager, at, dave, sign_in):
    assert "No articles yet" in words_of(manager.get(at()))
    assert "A manager of this study brings them in." in words_of(sign_in(dave).get(at()))


# --- an article ---------------------------------------------------------------------------------


def blocks_of(page: str) -> list[str]:
    text = page.partition('id="text"')[2].partition("</div>")[0]
    blocks = re.findall(r'<p class="b" id="b\d+" data-s="\d+">(.*?)</p>', text, re.DOTALL)
    return [unescape(re.sub(r"</?span[^>]*>", "", block)) for block in blocks]


def test_the_page_shows_the_text_exactly(manager, study, alice, at):
    text = "\n One <b>&amp;</b> \u2028two🙂.\n\n\n“שלום”  x\t\n"
    article = add_article(study=study, actor=alice, title="T", text=text)
    mark_region(article=article, actor=alice, kind=RegionKind.OTHER, start=6, end=9, quote="<b>")
    page = manager.get(at(f"{article.pk}/")).content.decode()
    assert "".join(blocks_of(page)) == text
    assert '<span class="nat">&lt;b&gt;</span>' in page


def test_a_curator_reads_and_changes_nothing(article, dave, sign_in, at):
    page = sign_in(dave).get(at(f"{article.pk}/")).content.decode()
    assert "<form" not in page.partition("<main")[2]
    assert "corpus/article.js" not in page


def test_an_article_in_the_bin_is_not_shown(manager, article, alice, at):
    bin_article(article=article, actor=alice)
    assert manager.get(at(f"{article.pk}/")).status_code == 404
    assert article.title in words_of(manager.get(at("bin/")))
    manager.post(at(f"{article.pk}/restore/"))
    assert manager.get(at(f"{article.pk}/")).status_code == 200


def test_a_text_that_is_there_again_keeps_its_twin_in_the_bin(manager, article, study, alice, at):
    bin_article(article=article, actor=alice)
    add_article(study=study, actor=alice, title="Twin", text=article.text)
    page = manager.post(at(f"{article.pk}/restore/"), follow=True)
    assert "The same text was brought in again as “Twin”." in words_of(page)


def test_the_file_comes_back_byte_for_byte(manager, study, alice, at):
    content = b"\xef\xbb\xbfZo\xc3\xab\r\n"
    import_files(study=study, actor=alice, files=[("Zoë.txt", content)])
    response = manager.get(at(f"{Article.objects.get().pk}/original/"))
    assert response.content == content
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Zo%C3%AB.txt"


def test_an_article_made_by_hand_has_no_file(manager, article, at):
    assert manager.get(at(f"{article.pk}/original/")).status_code == 404


def test_particulars_are_changed_on_a_page_and_the_text_is_not(manager, article, at):
    before = article.text
    fields = {
        "title": "New", "outlet": "Courier", "language": "en", "published_on": "2025-01-02",
        "byline": "", "url": "https://a.example/", "event": "", "text": "Another text.",
    }  # fmt: skip
    manager.post(at(f"{article.pk}/edit/"), fields)
    article.refresh_from_db()
    assert (article.title, article.outlet.name, article.text) == ("New", "Courier", before)


def test_particulars_that_are_wrong_are_answered_with_a_sentence(manager, article, at):
    fields = {"title": "New", "language": "en", "url": "javascript:alert(1)"}
    response = manager.post(at(f"{article.pk}/edit/"), fields)
    assert response.status_code == 422
    assert "The address must begin with http:// or https://" in words_of(response)
    article.refresh_from_db()
    assert article.title == "Strike in Arden"


# --- what is not article text -------------------------------------------------------------------


@pytest.mark.parametrize("start", ["84", ""])
def test_a_stretch_is_marked_by_its_words_with_or_without_a_script(manager, article, at, start):
    words = "“We saw nothing,” said Ilana Voss, “and we heard nothing.”"
    fields = {"kind": "caption", "words": words, "start": start}
    answer = manager.post(at(f"{article.pk}/regions/"), fields)
    region = Region.objects.get()
    assert answer.url == at(f"{article.pk}/") + "#b1"
    assert article.text[region.start : region.end] == words
    page = manager.get(at(f"{article.pk}/")).content.decode()
    assert f'<span class="nat">{words}</span>' in page


def test_line_ends_of_a_form_are_those_of_the_text(manager, article, at):
    words = article.text[60:110]
    fields = {"kind": "other", "words": words.replace("\n", "\r\n"), "start": "60"}
    manager.post(at(f"{article.pk}/regions/"), fields)
    region = Region.objects.get()
    assert (region.start, region.end) == (60, 110)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words": "nowhere"}, "These words are not in the article exactly like this."),
        ({"words": "we", "start": "3"}, "The words do not stand at that place. Choose them again."),
        ({"words": ""}, "Give the words that are not article text."),
        ({"words": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_a_stretch_that_is_wrong_is_answered_with_a_sentence(
    manager, article, at, fields, sentence
):
    response = manager.post(at(f"{article.pk}/regions/"), {"kind": "caption", **fields})
    assert (response.status_code, sentence in words_of(response)) == (422, True)
    assert Region.objects.count() == 0


def test_a_reload_after_a_refusal_shows_the_article(manager, article, at):
    assert manager.get(at(f"{article.pk}/regions/")).url == at(f"{article.pk}/")


def test_sentences_are_ticked_without_mouse_or_script(manager, article, at):
    url = at(f"{article.pk}/regions/sentences/")
    page = manager.get(url).content.decode()
    values = re.findall(r'name="chosen" value="([\d-]+)"', page)
    assert len(values) == len(article.sentences) == 3
    manager.post(url, {"kind": "newsletter", "chosen": values[1:]})
    region = Region.objects.get()
    assert (region.kind, region.start) == ("newsletter", article.sentences[1][0])
    assert region.end == article.sentences[2][1]
    assert 'name="chosen"' in manager.get(url).content.decode()


@pytest.mark.parametrize("chosen", [[], ["0-5"], ["x"], ["0-99999"]])
def test_only_sentences_of_the_article_can_be_ticked(manager, article, at, chosen):
    url = at(f"{article.pk}/regions/sentences/")
    assert manager.post(url, {"kind": "other", "chosen": chosen}).status_code == 422
    assert Region.objects.count() == 0


def test_a_region_is_unmarked_on_the_page(manager, everything, at):
    _, article, _, region = everything
    answer = manager.post(at(f"{article.pk}/regions/{region.pk}/unmark/"))
    assert answer.url == at(f"{article.pk}/")
    region.refresh_from_db()
    assert region.removed_at is not None
    assert "None marked." in words_of(manager.get(answer.url))


def test_an_article_page_costs_the_same_for_many_regions(manager, study, alice, at, count_queries):
    text = " ".join(f"w{n}" for n in range(200))
    article = add_article(study=study, actor=alice, title="T", text=text)

    def mark_from(first, last):
        for start, end in [(n * 4, n * 4 + 2) for n in range(first, last)]:
            mark_region(
                article=article, actor=alice, kind=RegionKind.OTHER, start=start, end=end,
                quote=text[start:end],
            )  # fmt: skip

    mark_from(0, 1)
    with count_queries(at_most=12) as few:
        manager.get(at(f"{article.pk}/"))
    mark_from(1, 40)
    with count_queries(at_most=12) as many:
        manager.get(at(f"{article.pk}/"))
    assert len(few) == len(many)
