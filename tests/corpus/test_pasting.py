"""A text that is pasted, and a second try after a file that cannot be read."""

from tests.corpus.test_pages import at, manager, upload, words_of

__all__ = ["at", "manager"]  # fixtures


def test_a_pasted_text_is_looked_at_and_stored_as_a_file_is(manager, study, at):
    told = {"title": "Harbour", "text": " First.\r\n\r\nSecond. \r\n", "language": "en"}
    told |= {"outlet": "The Arden Post", "byline": "I. Voss", "published_on": "2026-03-01"}
    answer = manager.post(at("import/paste/"), told)
    assert "Store 1 article" in words_of(manager.get(answer.url))
    assert not study.articles.exists()
    manager.post(f"{answer.url}store/")
    made = study.articles.get()
    assert made.text == " First.\n\nSecond. \n"
    assert (made.title, made.outlet.name, made.byline) == ("Harbour", "The Arden Post", "I. Voss")


def test_after_a_file_that_cannot_be_read_others_can_be_chosen(manager, at):
    page = words_of(manager.get(upload(manager, at, ("a.zip", b"no zip")).url))
    assert "Choose other files" in page
    assert "Error" not in page
