"""One annotator's marks, cut to what a codebook has a place for; what is cut is said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from annotations.text.offsets import Stretch

from ..frame import Findings
from ..records import Answer, ArticleRecord, AssignmentRecord, LinkRecord, SpanRecord
from .new_labels import NewLabel, question_of

ATTRIBUTION, REPORTING = "attribution", "reporting"
MOST_FRAGMENTS, LONGEST_NOTE, LONGEST_ANSWER = 50, 5_000, 500
BEGINS = (
    "its link is left out, because a link begins at a mark of {name}, whose words answer for "
    "others. Let the label of this mark become {name}, and its links come in"
)
FLAGS = ("", "boundary", "label", "source", "codebook_gap")


@dataclass(frozen=True, slots=True)
class Book:
    """A codebook version's content by slug, and what becomes of the files' labels."""

    labels: Mapping[str, Mapping[str, Any]]
    slugs: Mapping[str, str]  # the files' name -> slug; labels left out are missing
    questions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    # slug and the files' name of a question that was made for them -> its own name

    @classmethod
    def with_new(
        cls,
        labels: Mapping[str, Mapping[str, Any]],
        chosen: Mapping[str, str],
        new: Mapping[str, NewLabel],
    ) -> "Book":
        """`chosen` are the files' names that got a label of the study, `new` those that got one of
        their own."""
        made = {name: label.slug for name, label in new.items()}
        asked = [(label.slug, each) for label in new.values() for each in label.attributes]
        questions = {(slug, each.called): each.name for slug, each in asked}
        return cls(labels, {**chosen, **made}, questions)

    def question(self, label: Mapping[str, Any], called: str) -> Mapping[str, Any] | None:
        """What a label asks under the name that files have for it; None where it asks nothing so.
        Where questions were there before the files, titles and spellings of a name tell."""
        asked: dict[str, Mapping[str, Any]] = {
            each["name"]: each for each in label["attributes"] if not each["archived"]
        }
        name = self.questions.get((label["slug"], called), called)
        if name not in asked:
            titled = [each for each in asked.values() if each.get("title") == called]
            return titled[0] if len(titled) == 1 else asked.get(question_of(called))
        return asked[name]


def fit_work(
    work: AssignmentRecord,
    article: ArticleRecord,
    book: Book,
    regions: Sequence[Stretch],
    findings: Findings,
    *,
    is_model: bool = False,
) -> AssignmentRecord:
    """The work under the study's labels. Nothing is refused here: what has no place is left out,
    and every loss is a finding."""
    fitting = _Fitting(article, book, regions, findings)
    spans: dict[object, SpanRecord] = {}
    same_as: dict[str, str] = {}
    for span in work.spans:
        fitted = fitting.span(span, work, is_model)
        if fitted is None:
            continue
        first = spans.setdefault((fitted.label, fitted.stretch), fitted)
        same_as[span.id] = first.id
        if first is not fitted:
            fitting.lose(span, f"it is the same {fitted.label or 'extent'} as {first.id} now")
    kept = {span.id: span for span in spans.values()}
    return replace(
        work,
        spans=tuple(spans.values()),
        links=tuple(fitting.links(work.links, kept, same_as)),
    )


class _Fitting:
    def __init__(
        self, article: ArticleRecord, book: Book, regions: Sequence[Stretch], findings: Findings
    ) -> None:
        self._article = article
        self._book = book
        self._regions = regions
        self._findings = findings

    def lose(self, span: SpanRecord, why: str) -> None:
        where = span.place or self._article.place
        name = f"“{self._article.title[:60]}”, mark {span.id}"
        self._findings.lost(self._article.file, where, f"{name}: {why}.")

    def span(self, span: SpanRecord, work: AssignmentRecord, is_model: bool) -> SpanRecord | None:
        label = None
        if span.label is not None:
            slug = self._book.slugs.get(span.label)
            if slug is None:
                return None  # chosen so by a person
            label = self._book.labels[slug]
            if len(span.fragments) > 1 and not label["fragments"]:
                self.lose(span, f"{label['name']} takes one stretch, not {len(span.fragments)}")
                return None
        if len(span.fragments) > MOST_FRAGMENTS:
            self.lose(span, f"it has {len(span.fragments)} stretches, more than {MOST_FRAGMENTS}")
            return None
        if any(_meet(part, region) for part in span.stretch for region in self._regions):
            self.lose(span, "it reaches into what is not article text")
            return None
        if len(span.note) > LONGEST_NOTE:
            self.lose(span, f"its note is cut after {LONGEST_NOTE:,} characters")
        if span.flag not in FLAGS:
            self.lose(span, f"its flag “{span.flag[:40]}” is none of this program's")
        if label is None and span.attributes:
            self.lose(span, "the answers of what bears no label are left out")
        return replace(
            span,
            label=label["slug"] if label else None,
            attributes=dict(self._answers(span, label, work)) if label else {},
            note=span.note[:LONGEST_NOTE],
            flag=span.flag if span.flag in FLAGS else "",
            codebook=None,
            suggested=span.suggested or is_model,
        )

    def _answers(
        self, span: SpanRecord, label: Mapping[str, Any], work: AssignmentRecord
    ) -> Iterator[tuple[str, Answer]]:
        names = {entity.id for entity in work.entities}
        given: set[str] = set()
        for name, answer in span.attributes.items():
            attribute = self._book.question(label, name)
            if attribute is None:
                sentence = (
                    f"{label['name']} has no question “{name[:40]}”; its answers are left out."
                )
                self._findings.lost_once("", sentence)
            elif attribute["name"] in given:
                self.lose(span, f"a second answer to “{attribute['name']}” is left out")
            elif (why := _unfit(attribute, answer, names)) is not None:
                self.lose(span, f"the answer to “{name[:40]}” is left out: {why}")
            else:
                given.add(attribute["name"])
                yield attribute["name"], answer

    def links(
        self,
        links: Sequence[LinkRecord],
        spans: Mapping[str, SpanRecord],
        same_as: Mapping[str, str],
    ) -> Iterator[LinkRecord]:
        strict = ATTRIBUTION in self._book.labels
        seen: set[tuple[str, str]] = set()
        for link in links:
            if link.source not in same_as or link.target not in same_as:
                sentence = "Links to or from marks that are left out are left out too."
                self._findings.lost_once("", sentence)
                continue
            ends = same_as[link.source], same_as[link.target]
            source, target = spans[ends[0]], spans[ends[1]]
            if ends in seen or source is target:
                self.lose(source, "a link joins what is joined already, or one mark, now")
            elif source.label is None:
                self.lose(source, "its link is left out: no link begins at an extent")
            elif strict and source.label != ATTRIBUTION:
                self.lose(source, BEGINS.format(name=self._book.labels[ATTRIBUTION]["name"]))
            elif target.label in (source.label, REPORTING):
                self.lose(source, f"a link from {source.label} cannot lead to {target.label}")
            else:
                seen.add(ends)
                cue = link.cue
                if cue and any(_meet((cue.start, cue.end), region) for region in self._regions):
                    self.lose(source, "the cue of its link lies in what is not article text")
                    cue = None
                yield replace(link, source=ends[0], target=ends[1], cue=cue)


def _meet(one: Stretch, other: Stretch) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _unfit(attribute: Mapping[str, Any], answer: Answer, names: set[str]) -> str | None:
    kind = attribute["kind"]
    if kind == "yes_no":
        return None if isinstance(answer, bool) else "it is neither yes nor no"
    if isinstance(answer, bool):
        return "it is yes or no"
    if kind == "entity":
        return None if answer in names else "it names nobody"
    if kind == "choice":
        values = [choice["value"] for choice in attribute["choices"]]
        return None if answer in values else f"“{answer[:40]}” is none of its choices"
    if not answer.strip():
        return "it is empty"
    return (
        None if len(answer) <= LONGEST_ANSWER else f"it is longer than {LONGEST_ANSWER} characters"
    )
