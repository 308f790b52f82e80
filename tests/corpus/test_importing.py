import pytest

from annotations.corpus.actions import import_files
from annotations.corpus.models import Article, ImportState


def test_a_text_file_becomes_an_article(study, alice):
    made = import_files(study=study, actor=alice, files=[("fire.txt", b"One. Two.\r\n\r\nThree.")])
    assert made.state == ImportState.DONE
    article = Article.objects.get()
    assert (article.title, article.text) == ("fire", "One. Two.\n\nThree.")
    assert article.blocks == [[0, 11], [11, 17]]
    assert article.sentences == [[0, 4], [5, 9], [11, 17]]
    assert bytes(article.source_file.content) == b"One. Two.\r\n\r\nThree."
