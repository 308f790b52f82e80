"""The data card: a draft in Markdown of what whoever publishes the data has to say about it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..frame import Form
from ..records import CodebookRecord, StudyRecord
from .aliases import UNKNOWN
from .choosing import Wanted
from .counting import Counts
from .manifest import About
from .wording import chosen, number_of

UNDEFINED = "–"
NOT_COUNTED = (
    "–: has no value here. Gamma takes long and is counted by a report, not with an export; other "
    "measures have none where there is too little to compare."
)
_TO_FILL_IN = "*(Fill in before publishing.)*"


def data_card(
    *,
    about: About,
    form: Form,
    study: StudyRecord,
    wanted: Wanted | None,
    options: Mapping[str, str],
    counts: Counts,
) -> bytes:
    return "\n".join(_lines(about, form, study, wanted, options, counts)).encode()


def _lines(
    about: About,
    form: Form,
    study: StudyRecord,
    wanted: Wanted | None,
    options: Mapping[str, str],
    counts: Counts,
) -> Iterator[str]:
    yield f"# Data card: {_plain(study.name or 'articles')}\n"
    if study.description:
        yield f"{_plain(study.description)}\n"
    yield f"Drafted with the export. The newest of the data were written on {about.as_of[:10]}.\n"
    yield "## Size\n"
    yield from _table(("What", "How many"), _sizes(counts))
    if counts.spans_by_label:
        rows = [
            (label, f"{n:,}", f"{counts.gold_by_label.get(label, 0):,}")
            for label, n in sorted(counts.spans_by_label.items())
        ]
        yield from _table(("Label", "Spans of annotators", "Gold spans"), rows)
    yield "## People\n"
    yield from _people(study, wanted, counts)
    if study.rounds:
        yield "## Rounds\n"
        rounds = [
            (each.name, each.purpose, each.starts_on or "–", each.ends_on or "–",
             f"{counts.assignments_by_round.get(each.name, 0):,}")
            for each in study.rounds
        ]  # fmt: skip
        yield from _table(("Round", "Purpose", "From", "To", "Assignments"), rounds)
    yield "## Agreement\n"
    if not about.agreement:
        yield "Not computed for this export. A report on the Agreement page has it.\n"
    for title, columns, cells, note in about.agreement:
        yield f"### {_plain(title)}\n"
        yield from _table(columns, cells)
        if any(cell == UNDEFINED for row in cells for cell in row):
            yield f"{NOT_COUNTED}\n"
        if note:
            yield f"{_plain(note)}\n"
    yield "## How it was made\n"
    yield from _made(form, wanted, options)
    yield "## Codebook\n"
    yield from _codebook(study.codebook)
    for heading in ("Where the articles come from", "Rights and licence", "Known limits"):
        yield f"## {heading}\n"
        yield f"{_TO_FILL_IN}\n"


def _sizes(counts: Counts) -> Iterator[tuple[str, str]]:
    yield "Articles", f"{counts.n_articles:,}"
    yield "Characters (code points)", f"{counts.n_code_points:,}"
    yield "Assignments (one annotator × one article)", f"{counts.n_assignments:,}"
    yield "Spans of annotators", f"{counts.n_spans:,}"
    yield "Links", f"{counts.n_links:,}"
    yield "Articles with gold", f"{counts.n_gold_articles:,}"
    yield "Gold spans", f"{counts.n_gold_spans:,}"
    for n_annotators, n_articles in sorted(counts.articles_by_annotators.items()):
        several = "annotator" if n_annotators == 1 else "annotators"
        yield f"Articles with {n_annotators} {several}", f"{n_articles:,}"


def _people(study: StudyRecord, wanted: Wanted | None, counts: Counts) -> Iterator[str]:
    roles = {
        each.name: ", ".join(sorted({role.role for role in each.memberships})) or "–"
        for each in study.people
    }
    rows = [
        (name, roles.get(name, "–"), f"{n:,}", f"{counts.spans_by_annotator[name]:,}")
        for name, n in sorted(counts.articles_by_annotator.items())
    ]
    yield from _table(("Annotator", "Roles", "Articles", "Spans"), rows)
    if wanted is not None and wanted.pseudonyms:
        yield (
            "Names are pseudonyms, the same in every export of this study. In notes, threads, "
            "answers in words and the codebook's definitions and rules names are replaced by "
            f"“{UNKNOWN}”. Nicknames and misspelt names are not found there, and names of labels, "
            "questions and choices stay: read them before publishing.\n"
        )


def _made(form: Form, wanted: Wanted | None, options: Mapping[str, str]) -> Iterator[str]:
    yield f"- Format: {form.title}. Offsets count Unicode code points, ends are exclusive."
    for what, words in chosen(form, options, wanted):
        yield f"- {what}: {words}."
    for loss in form.losses:
        yield f"- {loss.sentence}"
    yield ""


def _codebook(book: CodebookRecord) -> Iterator[str]:
    yield f"Version {book.number}, with {number_of(len(book.labels), 'label')}.\n"
    for label in book.labels:
        archived = " (archived)" if label.archived else ""
        yield f"### {_plain(label.name or label.slug)} (`{label.slug}`){archived}\n"
        if label.definition:
            yield f"{_plain(label.definition)}\n"
        for attribute in label.attributes:
            values = ", ".join(f"`{choice.value}`" for choice in attribute.choices)
            kind = values or attribute.kind.replace("_", " ")
            yield f"- `{attribute.name}`: {_plain(attribute.title)} ({kind})"
        if label.attributes:
            yield ""
        for rule in label.rules:
            yield f"- **{_plain(rule.name)}** {_plain(rule.text)}"
        if label.rules:
            yield ""
    for rule in book.rules:
        yield f"- **{_plain(rule.name)}** {_plain(rule.text)}"
    yield ""


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    listed = list(rows)
    if not listed:
        yield "None.\n"
        return
    yield "| " + " | ".join(map(_cell, columns)) + " |"
    yield "|" + " --- |" * len(columns)
    for row in listed:
        yield "| " + " | ".join(map(_cell, row)) + " |"
    yield ""


def _cell(words: str) -> str:
    return _plain(words).replace("|", "\\|")


def _plain(words: str) -> str:
    """On one line, and no HTML in whatever shows the Markdown."""
    return " ".join(words.split()).replace("<", "&lt;")
