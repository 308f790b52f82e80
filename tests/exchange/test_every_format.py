"""A whole study, or files of anybody's, through every format that is read and written.

The demo study goes out as `manage.py export_study` writes it and comes back with equal records, but
for the losses that its form names. STUDY_FILE=path takes another file or folder instead: a whole
study, or anything else that is read here (a folder of brat files, of marks with their text).

    SOAK=1 STUDY_FILE=study.json .venv/bin/python -m pytest -m soak tests/exchange/test_every_format.py -rP
"""  # noqa: E501

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotations.exchange.actions import ensure_demo
from annotations.exchange.actions.whole import restore_study
from annotations.exchange.formats import formats, recognised
from annotations.exchange.frame import Form, Hints, SourceFiles
from annotations.exchange.frame.losses import strip_all, strip_study
from annotations.exchange.frame.naming import canonical
from annotations.exchange.frame.placing import place_article
from annotations.exchange.records import ArticleRecord, Corpus

from .test_formats import ROOM, by_text, read_back, written
from .test_whole_study import exported, files_of, written_and_undone

pytestmark = [pytest.mark.django_db, pytest.mark.soak]

OTHER = os.environ.get("STUDY_FILE", "")
FORMS = [form for form in formats().values() if form.can_read and form.can_write]


@pytest.fixture
def source(tmp_path: Path) -> SourceFiles:
    if OTHER:
        return SourceFiles.on_disk(Path(OTHER))
    return files_of(written_and_undone(lambda: ensure_demo(folder=tmp_path).study))


def read_source(files: SourceFiles) -> tuple[Form, Corpus, list[str]]:
    """What is in the files, and what was said while they were read."""
    form = recognised(files)[0]
    assert form.read is not None
    reading = form.read(files, Hints(annotator="annotator", language="en"))
    articles = [place_article(each, findings=reading.findings) for each in reading.articles]
    assert articles
    return form, Corpus(reading.study, articles), list(map(str, reading.findings))


def test_everything_comes_back_from_every_format(source: SourceFiles) -> None:
    came_as, corpus, said = read_source(source)
    assert not [each for each in said if "refused" in each]
    print(f"{came_as.title}: {sizes(corpus.articles)}; {len(said)} things said")
    whole = [canonical(article) for article in corpus.articles]
    for form in FORMS:
        if form.is_whole:
            continue
        for options in every_choice(form):
            files = written(form, corpus, **options)
            expected = [canonical(strip_all(form.losses, article)) for article in corpus.articles]
            assert by_text(read_back(form, files)) == by_text(expected), form.name
            print(row(form, options, files, whole))
        assert form.read is not None
        known = form.read(SourceFiles.uploaded(files, ROOM), Hints()).study
        if corpus.study.codebooks:
            assert known == strip_study(form.losses, corpus.study), form.name


def test_a_whole_study_comes_back_to_the_same_bytes(source: SourceFiles) -> None:
    came_as, _, _ = read_source(source)
    if came_as.is_whole:
        (path,) = source.paths
        content = source.read(path)
        assert exported(restore_study(files=source).study) == content
        print(f"{came_as.title}: {len(content):,} bytes, the same")


def every_choice(form: Form) -> Iterator[dict[str, str]]:
    yield {}
    for option in form.options:
        for value in option.values:
            if value != option.default:
                yield {option.name: value}


def row(
    form: Form, options: dict[str, str], files: list[tuple[str, bytes]], whole: list[ArticleRecord]
) -> str:
    """A line of the table; `losses` are those that took something from these records."""
    lost = []
    for loss in form.losses:
        kept = [canonical(loss.strip(article)) for article in whole]
        lost += [loss.name] if kept != whole else []
        whole = kept
    n_bytes = sum(len(content) for _, content in files)
    chosen = " ".join(f"{name}={value}" for name, value in options.items())
    return (
        f"| {form.name} {chosen} | {len(files)} files, {n_bytes:,} bytes | equal | "
        f"{', '.join(lost) or 'nothing'} |"
    )


def sizes(articles: object) -> str:
    n: Counter[str] = Counter()
    assert isinstance(articles, list)
    for article in articles:
        n["articles"] += 1
        n["threads"] += len(article.threads)
        works = list(article.assignments)
        n["pieces of work"] += len(works)
        n["gold spans"] += len(article.gold.spans) if article.gold else 0
        n["gold links"] += len(article.gold.links) if article.gold else 0
        n["spans"] += sum(len(work.spans) for work in works)
        n["links"] += sum(len(work.links) for work in works)
    return ", ".join(f"{count:,} {what}" for what, count in n.items())
