"""What storing would leave out, found before anything is stored: a walk over the same articles."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

from annotations.corpus.records import Limits
from annotations.text.offsets import Stretch

from ..frame import Findings, Kind, Reading
from ..records import ArticleRecord, AssignmentRecord, StudyRecord
from .fitting import Book, fit_work
from .mapping import LEFT_OUT, Mapping
from .surveying import SHOWN, Survey
from .taking import taken

PARTICULARS = ("title", "outlet", "byline", "url", "published_on", "language", "event")
KEEPS_OWN = (
    "Articles that the study has already keep their own particulars (title, outlet, byline, "
    "address, day, language, event); other ones in these files are left out."
)
KEEPS_REGIONS = (
    "What is not article text stays as the study has it where the article is here already; further "
    "stretches in these files are left out."
)
NO_THREADS = "Threads of discussion are left out."
NO_GOLD = "Gold is left out, unless somebody is chosen who gets it as their work."
NO_PROVENANCE = (
    "How gold was decided (votes, choices, reasons) is left out: it becomes one person's work."
)
NO_VERSIONS = (
    "Under which version of its codebook a mark was made is left out: all count as made under the "
    "study's newest."
)
NO_ROUNDS = "The rounds of the work ({names}) are left out: all of it comes into one round."


@dataclass(frozen=True, slots=True)
class Here:
    """An article that the study has already. `worked`: who has marked or submitted it, by user
    name."""

    particulars: MappingOf[str, str]
    regions: Sequence[Stretch]
    worked: MappingOf[str, str] = field(default_factory=dict)


class Leaving:
    """Says what of articles has no place in a study, whatever becomes of their marks."""

    def __init__(self, study: StudyRecord, mapping: Mapping, findings: Findings) -> None:
        self._mapping = mapping
        self._findings = findings
        self._several_books = len(study.codebooks) > 1
        self._versions: set[int] = set()
        self._rounds: set[str] = set()

    def article(self, article: ArticleRecord, here: Here | None) -> None:
        lose = self._findings.lost_once
        if article.threads:
            lose(article.file, NO_THREADS)
        if (gold := article.gold) is not None:
            if self._mapping.gold_as == LEFT_OUT:
                lose(article.file, NO_GOLD)
            elif gold.provenance or gold.link_provenance:
                lose(article.file, NO_PROVENANCE)
        if here is not None:
            if any(_differs(article, here, name) for name in PARTICULARS):
                lose(article.file, KEEPS_OWN)
            if not {(each.start, each.end) for each in article.regions} <= {*here.regions}:
                lose(article.file, KEEPS_REGIONS)
        for work, _ in works_of(article, self._mapping):
            self._rounds |= {work.round} - {""}
            self._versions |= {number for number in _versions(work) if number is not None}

    def conclude(self) -> None:
        """After the last article."""
        if len(self._versions) > 1 or (self._several_books and self._versions):
            self._findings.lost_once("", NO_VERSIONS)
        if len(self._rounds) > 1:
            shown = sorted(self._rounds)
            names = ", ".join(f"“{name[:40]}”" for name in shown[:5])
            more = f" and {len(shown) - 5:,} more" if len(shown) > 5 else ""
            self._findings.lost_once("", NO_ROUNDS.format(names=f"{names}{more}"))


def _differs(article: ArticleRecord, here: Here, name: str) -> bool:
    """Whether the file says something, and something else."""
    told = " ".join(str(getattr(article, name)).split())
    return bool(told) and told != " ".join(here.particulars.get(name, "").split())


def _versions(work: AssignmentRecord) -> Iterator[int | None]:
    yield work.codebook
    for span in work.spans:
        yield span.codebook


def works_of(article: ArticleRecord, mapping: Mapping) -> list[tuple[AssignmentRecord, bool]]:
    """The work on an article that comes in, each with whether a model did it; gold's is nobody's
    ("" as annotator). People's own marks first: suggestions come to work that is still open."""
    works = [
        (work, work.annotator in mapping.models)
        for work in article.assignments
        if mapping.people.get(work.annotator, LEFT_OUT) != LEFT_OUT
    ]
    if (gold := article.gold) is not None and mapping.gold_as != LEFT_OUT:
        works.append((AssignmentRecord("", gold.spans, gold.links, gold.entities), False))
    return sorted(works, key=lambda each: each[1])


def foresee(
    reading: Reading,
    mapping: Mapping,
    book: Book,
    find_here: Callable[[str], Here | None],
    tell: Callable[[int], object] = lambda n: None,
    limits: Limits | None = None,
) -> Findings:
    """All that would be said while storing. `find_here` gets a text's SHA-256."""
    findings = reading.findings
    leaving = Leaving(reading.study, mapping, findings)
    for number, placed in enumerate(taken(reading, limits), 1):
        here = find_here(placed.sha256)
        leaving.article(placed, here)
        regions = here.regions if here else [(each.start, each.end) for each in placed.regions]
        for work, is_model in works_of(placed, mapping):
            fit_work(work, placed, book, regions, findings, is_model=is_model)
            who = mapping.people[work.annotator] if work.annotator else mapping.gold_as
            if here and who in here.worked:
                refuse_worked(placed, here.worked[who], here.particulars["title"], findings)
        tell(number)
    leaving.conclude()
    return findings


def refuse_worked(article: ArticleRecord, who: str, title: str, findings: Findings) -> None:
    """Work of files never mixes with what somebody did here."""
    sentence = f"{who} has worked on “{title[:60]}” already."
    findings.refused(article.file, article.place, sentence)


def show_foreseen(found: Survey, findings: Findings) -> None:
    """What is left out, and what cannot be taken, becomes part of the preview."""
    kinds: tuple[Kind, ...] = ("refused", "lost")
    for kind in kinds:
        found.findings[kind] = [str(each) for each in findings.of(kind)[:SHOWN]]
        found.n_findings[kind] = findings.counts[kind]


def is_unseen(found: Survey, findings: Findings, kind: Kind = "lost") -> bool:
    """Whether more is left out than the preview showed."""
    now = {str(each) for each in findings.of(kind)[:SHOWN]}
    more = findings.counts[kind] > found.n_findings.get(kind, 0)
    return more or not now <= {*found.findings.get(kind, ())}
