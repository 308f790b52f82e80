"""The articles of files that a study can take, one after the other; what it cannot is refused."""

from collections.abc import Iterator

from annotations.corpus.records import Limits, RecordWrong, clean_text

from ..frame import FileRefused, Reading
from ..frame.placing import place_article
from ..frame.storable import unstorable_in
from ..records import ArticleRecord

SAME_TEXT = "Another article in these files has the same text: “{}”."


def taken(reading: Reading, limits: Limits | None = None) -> Iterator[ArticleRecord]:
    """Each article with its marks on their words.

    An article or a mark that cannot be taken is a finding, and the rest goes on: whether the rest
    is stored then is for a person to say. Raises FileRefused for a codebook, people or rounds with
    names that no database keeps.
    """
    limits = limits or Limits()
    seen: dict[str, str] = {}  # the title of each text
    findings = reading.findings
    if said := unstorable_in(reading.study):
        raise FileRefused("", f"What these files say of their study{said}.")
    for article in reading.articles:
        try:
            placed = place_article(article, findings=findings)
            clean_text(placed.text, limits)
            _refuse_unstorable(placed)
        except FileRefused as refused:
            findings.refused(refused.file, refused.place, refused.reason)
        except RecordWrong as wrong:
            findings.refused(article.file, article.place, f"“{article.title[:60]}”: {wrong}")
        else:
            if placed.sha256 in seen:
                same = SAME_TEXT.format(seen[placed.sha256])
                sentence = f"“{placed.title[:60]}”: {same}"
                findings.refused(placed.file, placed.place, sentence)
                continue
            seen[placed.sha256] = placed.title[:60]
            yield placed


def _refuse_unstorable(article: ArticleRecord) -> None:
    """Raises FileRefused for words anywhere in it that no database keeps."""
    if said := unstorable_in(article):
        sentence = f"“{article.title[:60]}”{said}."
        raise FileRefused(article.file, sentence, place=article.place)
