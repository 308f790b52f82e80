"""From a text as a file has it to the text as it is stored, with all places that count it."""

from collections.abc import Callable
from dataclasses import replace

from annotations.text.cleaning import sha256

from ..records import (
    ArticleRecord,
    AssignmentRecord,
    FragmentRecord,
    LinkRecord,
    RegionRecord,
    SpanRecord,
    ThreadRecord,
)
from .form import Hints
from .refused import FileRefused
from .stored_text import StoredText

NO_TEXT = (
    "It has no text, and the study has none for “{}”. Bring the text along (beside a table of "
    "spans: articles.csv, or a sheet, with the columns article and text), or add an article of "
    "this title first."
)
Move = Callable[[int], int]


def settle_text(article: ArticleRecord, *, file: str, hints: Hints) -> ArticleRecord:
    """The article with its stored text, hash and length, all places counting code points of that.

    The places given must count code points of `article.text` as it is here. An article without
    text gets the one that the study has under its hash or title. Places outside the text stay as
    they are: whether a mark fits is asked later, of every format alike (placing.py).
    Raises FileRefused for a text that cannot be stored or is not the one it says it is.
    """
    if not article.text:
        called = article.title or article.id
        text = hints.find_text(article.sha256, called)
        if not text:
            raise FileRefused(file, NO_TEXT.format(called[:60]), place=article.place)
        return replace(article, text=text, sha256=sha256(text), n_code_points=len(text), file=file)
    stored = StoredText(article.text, file=file, place=article.place)
    if article.sha256 and article.sha256 not in (stored.sha256, sha256(article.text)):
        reason = "Its text is not the one that its SHA-256 was made of."
        raise FileRefused(file, reason, place=article.place)
    if stored.text != article.text:
        article = move_all(article, lambda place: _moved(stored, place))
    return replace(
        article,
        text=stored.text,
        sha256=stored.sha256,
        n_code_points=stored.n_code_points,
        file=file,
    )


def _moved(stored: StoredText, place: int) -> int:
    return stored.from_code_points(place) if place <= len(stored.source) else place


def move_all(article: ArticleRecord, move: Move) -> ArticleRecord:
    """Every place in an article through `move`; quotes lose the carriage returns of a CRLF."""
    gold = article.gold
    if gold is not None:
        gold = replace(
            gold,
            spans=tuple(move_span(span, move) for span in gold.spans),
            links=tuple(_move_link(link, move) for link in gold.links),
        )
    return replace(
        article,
        gold=gold,
        regions=tuple(
            RegionRecord(move(each.start), move(each.end), each.kind) for each in article.regions
        ),
        assignments=tuple(move_work(work, move) for work in article.assignments),
        threads=tuple(_move_thread(thread, move) for thread in article.threads),
    )


def move_work(work: AssignmentRecord, move: Move) -> AssignmentRecord:
    return replace(
        work,
        spans=tuple(move_span(span, move) for span in work.spans),
        links=tuple(_move_link(link, move) for link in work.links),
    )


def move_span(span: SpanRecord, move: Move) -> SpanRecord:
    return replace(span, fragments=tuple(_move_fragment(each, move) for each in span.fragments))


def _move_link(link: LinkRecord, move: Move) -> LinkRecord:
    return replace(link, cue=_move_fragment(link.cue, move)) if link.cue else link


def _move_thread(thread: ThreadRecord, move: Move) -> ThreadRecord:
    return replace(thread, about=_move_fragment(thread.about, move)) if thread.about else thread


def _move_fragment(fragment: FragmentRecord, move: Move) -> FragmentRecord:
    words = fragment.text.replace("\r\n", "\n").replace("\r", "\n")
    return FragmentRecord(move(fragment.start), move(fragment.end), words)
