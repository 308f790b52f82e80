"""What an export holds, counted while it is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..records import ArticleRecord, Row, StudyRows, Tables

Tell = Callable[[int], object]
# How rows of a head are called that an article's rows name by their ids.
CALLED = {"user": "username", "round": "name", "label": "slug"}


@dataclass
class Counts:
    n_articles: int = 0
    n_code_points: int = 0
    n_assignments: int = 0
    n_spans: int = 0
    n_links: int = 0
    n_suggestions: int = 0
    n_gold_articles: int = 0
    n_gold_spans: int = 0
    n_threads: int = 0
    spans_by_label: Counter[str] = field(default_factory=Counter)
    gold_by_label: Counter[str] = field(default_factory=Counter)
    articles_by_annotator: Counter[str] = field(default_factory=Counter)
    spans_by_annotator: Counter[str] = field(default_factory=Counter)
    assignments_by_round: Counter[str] = field(default_factory=Counter)
    assignments_by_state: Counter[str] = field(default_factory=Counter)
    articles_by_annotators: Counter[int] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Counts by name, in the order of the names."""
        return {
            name: (
                {str(key): value[key] for key in sorted(value)}
                if isinstance(value, Counter)
                else value
            )
            for name, value in vars(self).items()
        }

    def add(self, article: ArticleRecord) -> None:
        self.n_articles += 1
        self.n_code_points += article.n_code_points
        self.n_threads += len(article.threads)
        self.articles_by_annotators[len(article.assignments)] += 1
        for work in article.assignments:
            marked = [span for span in work.spans if not span.suggested]
            self.n_assignments += 1
            self.n_spans += len(marked)
            self.n_suggestions += len(work.spans) - len(marked)
            self.n_links += len(work.links)
            self.articles_by_annotator[work.annotator] += 1
            self.spans_by_annotator[work.annotator] += len(marked)
            self.assignments_by_round[work.round] += 1
            self.assignments_by_state[work.state] += 1
            self.spans_by_label.update(span.label or "extent" for span in marked)
        if article.gold is not None:
            self.n_gold_articles += 1
            self.n_gold_spans += len(article.gold.spans)
            self.gold_by_label.update(span.label or "extent" for span in article.gold.spans)

    def add_rows(self, tables: Tables, names: Mapping[str, str]) -> None:
        """The same of an article's rows; `names` of people, rounds and labels by their ids."""
        works, live = tables.get("assignment", ()), _live(tables, "span")
        marked = [row for row in live if row["state"] != "suggested"]
        self.n_articles += 1
        self.n_code_points += tables["article"][0]["n_code_points"]
        self.n_threads += len(tables.get("thread", ()))
        self.articles_by_annotators[len(works)] += 1
        self.n_assignments += len(works)
        self.n_spans += len(marked)
        self.n_suggestions += len(live) - len(marked)
        ends = {row["id"] for row in live}
        links = _live(tables, "link")
        self.n_links += sum(row["source"] in ends and row["target"] in ends for row in links)
        by_work = Counter(row["assignment"] for row in marked)
        for work in works:
            annotator = names.get(work["annotator"], "")
            self.articles_by_annotator[annotator] += 1
            self.spans_by_annotator[annotator] += by_work[work["id"]]
            self.assignments_by_round[names.get(work["round"], "")] += 1
            self.assignments_by_state[work["state"]] += 1
        self.spans_by_label.update(names.get(row.get("label") or "", "extent") for row in marked)
        if tables.get("adjudication"):
            gold = _live(tables, "goldspan")
            self.n_gold_articles += 1
            self.n_gold_spans += len(gold)
            self.gold_by_label.update(names.get(row.get("label") or "", "extent") for row in gold)


def _live(tables: Tables, table: str) -> list[Row]:
    return [row for row in tables.get(table, ()) if "deleted_at" not in row]


def growing(tell: Tell) -> Tell:
    """Tells only more than ever before: a format that walks twice does not begin anew."""
    most = 0

    def told(n: int) -> None:
        nonlocal most
        if n > most:
            most = n
            tell(n)

    return told


class CountedArticles:
    """Articles that are counted as they are walked; `tell` hears how many there were so far."""

    def __init__(self, articles: Iterable[ArticleRecord], tell: Tell) -> None:
        self._articles = articles
        self._tell = growing(tell)
        self.counts = Counts()

    def __iter__(self) -> Iterator[ArticleRecord]:
        self.counts = Counts()  # a format that walks twice is counted once
        for article in self._articles:
            yield article
            self.counts.add(article)
            self._tell(self.counts.n_articles)


class NotedHead:
    """The head of a whole study; what people, rounds and labels are called is kept as it is
    walked."""

    def __init__(self, head: Iterable[tuple[str, Row]]) -> None:
        self._head = head
        self.names: dict[str, str] = {}  # by the row's id

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        for table, row in self._head:
            if table in CALLED:
                self.names[row["id"]] = row[CALLED[table]]
            yield table, row


class CountedRows:
    """The same for the tables of a whole study, whose head is walked first."""

    def __init__(self, rows: StudyRows, tell: Tell) -> None:
        self._rows = rows
        self._head = NotedHead(rows.head)
        self._tell = tell
        self.counts = Counts()

    def as_rows(self) -> StudyRows:
        return StudyRows(self._head, self)

    def __iter__(self) -> Iterator[Tables]:
        self.counts = Counts()
        for tables in self._rows.articles:
            yield tables
            self.counts.add_rows(tables, self._head.names)
            self._tell(self.counts.n_articles)
