"""Tables as a reader sees them: titled columns, cells with their text and what they lead to.

Pages, CSV, JSON and LaTeX are all written from these, so that they cannot differ.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from annotations.agreement import REGISTRY

from .tables import ALL_LABELS, HEADLINE, MORE, PAIRWISE

UNDEFINED = "–"
NOT_YET = {"value": None, "reason": "not computed yet: keep a report, and it is computed"}
SORTS = {
    "presence": "Found by one only",
    "boundary": "Different boundaries",
    "label": "Different label",
}
SORT_HELP = {
    "presence": "Spans that the other of two annotators did not mark at all.",
    "boundary": "Spans that both marked with this label, but from other words on or up to others.",
    "label": "Spans whose words the other gave another label.",
}
MORE_TITLES = {
    "word_alpha": (
        "Krippendorff's alpha over words",
        "Of the words, how far the annotators agree beyond chance on which have a label.",
    ),
    "sentence_alpha": (
        "Krippendorff's alpha over sentences",
        "How far they agree beyond chance on which sentences hold a label at all.",
    ),
}
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    help: str = ""
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is what files get; `text` what a page shows. `query` leads to its passages."""

    text: str
    value: float | int | str | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    query: Query | None = None
    heat: int = 0  # 0-5, for the matrix

    @property
    def interval(self) -> str:
        return f"{self.low:.3f} to {self.high:.3f}" if self.low is not None else ""


@dataclass(frozen=True, slots=True)
class Laid:
    """One table. The first cell of a row is its heading."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def shortened(self, n: int) -> "Laid":
        """The first n rows, with a note that says how many more there are."""
        if len(self.rows) <= n:
            return self
        more = f"The first {n} of {len(self.rows):,}; the files have all of them. {self.note}"
        return replace(self, rows=self.rows[:n], note=more.strip())


@dataclass(frozen=True, slots=True)
class Names:
    """What to call those whom the tables name by id."""

    annotators: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)  # in the codebook's order
    attributes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    slots: Mapping[str, int] = field(default_factory=dict)  # colour slots of labels
    choices: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)  # as they are compared -> as written

    def label(self, slug: str | None) -> str:
        if slug is None:
            return "nothing"
        if slug == ALL_LABELS:
            return "All labels together"
        return self.labels.get(slug, slug)

    def slot(self, slug: str) -> str:
        """As style sheets name it; extents have "x"."""
        return str(self.slots.get(slug, "x"))

    def answer(self, label: str, attribute: str, value: str) -> str:
        """An answer in words: a choice's title, a source's name, or what was written."""
        written = self.entities.get(value, value)
        return self.choices.get((label, attribute, value), written)

    def annotator(self, pk: str) -> str:
        return self.annotators.get(pk, "Somebody who left")

    def article(self, pk: str) -> str:
        return self.articles.get(pk, "An article in the bin")


def words(text: str) -> Cell:
    return Cell(text, text)


def number(n: int, query: Query | None = None) -> Cell:
    return Cell(f"{n:,}", n, query=query)


def figure(agreement: Mapping[str, Any] | None, query: Query | None = None) -> Cell:
    """A figure to three places, with its interval, or a dash with the reason. Why there are no
    intervals is said once, in the note of the headline."""
    if agreement is None:
        return Cell(UNDEFINED)
    value = agreement["value"]
    if value is None:
        return Cell(UNDEFINED, reason=agreement["reason"], query=query)
    low, high = agreement.get("interval") or (None, None)
    heat = max(0, min(5, round(value * 5)))
    return Cell(_places(value), value, low, high, query=query, heat=heat)


def _places(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def column(measure: str) -> Column:
    known = REGISTRY[measure]
    return Column(measure, known.title, known.says)


def lay_out(tables: Mapping[str, Any], names: Names) -> list[Laid]:
    """Every table that is known so far, in the order of the page."""
    return [build(tables, names) for build in BUILDERS]


def by_name(tables: Mapping[str, Any], names: Names) -> dict[str, Laid]:
    return {one.name: one for one in lay_out(tables, names)}


def _headline(tables: Mapping[str, Any], names: Names) -> Laid:
    found = {**tables["headline"], **_gammas(tables)}
    queries: dict[str, Query] = {"exact_f1": {"listing": "exact"}}
    rows = [
        [
            Cell(REGISTRY[name].title, name, reason=REGISTRY[name].says),
            figure(found.get(name, NOT_YET), queries.get(name, {"listing": "findings"})),
            Cell(figure(found.get(name)).interval, figure(found.get(name)).interval),
        ]
        for name in (HEADLINE[0], "gamma", "gamma_cat", *HEADLINE[1:])
    ]
    columns = [
        Column("measure", "Measure", is_number=False),
        Column("value", "Agreement", "1 is perfect; 0 is chance where a measure corrects for it."),
        Column("interval", "95 % interval", "From drawing the articles again, with repetition."),
    ]
    why = tables["headline"]["exact_f1"].get("interval_reason")
    return Laid("headline", "At a glance", columns, rows, f"No intervals: {why}." if why else "")


def _gammas(tables: Mapping[str, Any]) -> dict[str, Any]:
    chance = tables.get("chance")
    return {name: chance[name] for name in ("gamma", "gamma_cat")} if chance else {}


def _labels(tables: Mapping[str, Any], names: Names) -> Laid:
    """Worst first by unitized alpha; undefined ones last, all labels together at the end."""
    gammas = tables.get("chance", {}).get("labels", {})
    whole = tables.get("chance", {}).get("gamma")
    rows = sorted(tables["labels"], key=_worst_first)
    laid = [_label_row(row, names, gammas.get(row["label"], _whole(row, whole))) for row in rows]
    columns = [
        Column("label", "Label", is_number=False),
        Column("spans", "Spans", "Of all annotators, in articles that two or more submitted."),
        *(column(name) for name in ("exact_f1", "character_f1", "krippendorff_alpha_u", "gamma")),
        *(Column(f"split_{sort}", title, SORT_HELP[sort]) for sort, title in SORTS.items()),
    ]
    note = "The last three columns count spans, once for every two annotators who read them."
    return Laid("labels", "Label by label", columns, laid, note)


def _whole(row: Mapping[str, Any], gamma: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return gamma if row["label"] == ALL_LABELS else None


def _worst_first(row: Mapping[str, Any]) -> tuple[bool, bool, float]:
    value = row["krippendorff_alpha_u"]["value"]
    return row["label"] == ALL_LABELS, value is None, value or 0.0


def _label_row(row: Mapping[str, Any], names: Names, gamma: Mapping[str, Any] | None) -> list[Cell]:
    label, split = row["label"], row["split"]
    return [
        words(names.label(label)),
        number(row["spans"]),
        figure(row["exact_f1"], {"listing": "exact", "label": label}),
        figure(row["character_f1"], {"label": label}),
        figure(row["krippendorff_alpha_u"], {"label": label}),
        figure(gamma, {"label": label}),
        *(_sort(split, sort, {"label": label, "kind": sort}) for sort in SORTS),
    ]


def _sort(split: Mapping[str, Any], sort: str, query: Query) -> Cell:
    share = split["shares"][sort]
    shown = f"{split[sort]:,}" + (f" ({share:.0%})" if share is not None else "")
    return Cell(shown, split[sort], query=query)


def _pairs(tables: Mapping[str, Any], names: Names) -> Laid:
    rows = []
    for row in tables["pairs"]:
        people = {"a": row["a"], "b": row["b"]}
        found = [
            figure(row[name], {**people, "listing": "exact" if name == "exact_f1" else "findings"})
            for name in PAIRWISE
        ]
        who = " and ".join(sorted(names.annotator(row[side]) for side in "ab"))
        rows.append([words(who), number(row["articles"]), *found])
    columns = [
        Column("pair", "Two annotators", is_number=False),
        Column("articles", "Shared articles"),
        *(column(name) for name in PAIRWISE),
    ]
    return Laid("pairs", "Annotator by annotator", columns, rows)


def _annotators(tables: Mapping[str, Any], names: Names) -> Laid:
    rows = [
        [
            words(names.annotator(row["annotator"])),
            number(row["articles"]),
            number(row["spans"]),
            *(_without(row["without"][name], row["annotator"]) for name in PAIRWISE),
        ]
        for row in tables["annotators"]
    ]
    columns = [
        Column("annotator", "Without", is_number=False),
        Column("articles", "Submitted"),
        Column("spans", "Spans"),
        *(column(name) for name in PAIRWISE),
    ]
    note = (
        "The figures as they would be without this annotator, and in brackets how far they would "
        "rise: a high rise means that this annotator pulls them down."
    )
    return Laid("annotators", "Agreement without each annotator", columns, rows, note)


def _without(agreement: Mapping[str, Any], annotator: str) -> Cell:
    cell = figure(agreement, {"a": annotator, "kind": "disagreement"})
    if agreement.get("rise") is None:
        return cell
    rise = f"{agreement['rise']:+.3f}".replace("-", "−")
    return Cell(f"{cell.text} ({rise})", cell.value, query=cell.query)


def _articles(tables: Mapping[str, Any], names: Names) -> Laid:
    gammas = tables.get("chance", {}).get("articles", {})
    rows = []
    for row in tables["articles"]:
        article, split = row["article"], row["split"]
        query = {"article": article}
        rows.append(
            [
                Cell(names.article(article), names.article(article), query=query),
                number(row["annotators"]),
                number(row["spans"]),
                number(split["units"] - split["agreed"], {**query, "kind": "disagreement"}),
                figure(row["exact_f1"], {**query, "listing": "exact"}),
                figure(row["krippendorff_alpha_u"], query),
                figure(gammas.get(article), query),
            ]
        )
    columns = [
        Column("article", "Article", is_number=False),
        Column("annotators", "Annotators"),
        Column("spans", "Spans"),
        Column("disagreeing", "Disagreeing", "Spans, once for every two annotators."),
        *(column(name) for name in ("exact_f1", "krippendorff_alpha_u", "gamma")),
    ]
    return Laid("articles", "Articles, most disagreement first", columns, rows)


def _confusion(tables: Mapping[str, Any], names: Names) -> Laid:
    """A row a label, a column a label and one for nothing; the lower half stays empty."""
    labels = [row["label"] for row in tables["labels"] if row["label"] != ALL_LABELS]
    used = {cell["one"] for cell in tables["confusion"]} | {
        cell["other"] for cell in tables["confusion"]
    }
    shown = [label for label in labels if label in used]
    known = {frozenset((cell["one"], cell["other"])): cell["n"] for cell in tables["confusion"]}
    rows = []
    for at, one in enumerate(shown):
        others: list[str | None] = [*shown, None]
        cells = [
            _confused(known, one, other) if before >= at or other is None else Cell("", None)
            for before, other in enumerate(others)
        ]
        rows.append([words(names.label(one)), *cells])
    columns = [
        Column("label", "One marked", is_number=False),
        *(Column(label, f"the other {names.label(label)}") for label in shown),
        Column("nothing", "the other nothing"),
    ]
    note = "Spans of two annotators laid side by side, each at most once."
    return Laid("confusion", "What was taken for what", columns, rows, note)


def _confused(known: Mapping[frozenset[str | None], int], one: str, other: str | None) -> Cell:
    query = {"label": one, "other": other or "-"}
    return number(known.get(frozenset((one, other)), 0), query)


def _attributes(tables: Mapping[str, Any], names: Names) -> Laid:
    rows = []
    for row in tables["attributes"]:
        query = {"listing": "attributes", "label": row["label"], "attribute": row["attribute"]}
        parts = row["parts"]
        title = names.attributes.get((row["label"], row["attribute"]), row["attribute"])
        rows.append(
            [
                words(f"{names.label(row['label'])}: {title}"),
                number(int(parts["spans"] or 0), query),
                number(int(parts["blank"] or 0), {**query, "kind": "blank"}),
                _share(parts.get("agreeing"), {**query, "kind": "differs"}),
                figure(row, query),
            ]
        )
    columns = [
        Column("attribute", "Question", is_number=False),
        Column("spans", "Answered by both", "Spans that two annotators share and both answered."),
        Column("blank", "Left blank", "Shared spans that one or both did not answer."),
        Column("agreeing", "Same answer", "Share of the spans both answered."),
        Column("alpha", "Krippendorff's alpha", "Agreement beyond chance on the answers."),
    ]
    return Laid("attributes", "Answers about spans", columns, rows)


def _share(value: float | None, query: Query) -> Cell:
    if value is None:
        return Cell(UNDEFINED, reason="nobody answered the same span")
    return Cell(f"{value:.0%}", value, query=query)


def _links(tables: Mapping[str, Any], names: Names) -> Laid:
    titles = {"exact": "Both ends exactly alike", "tolerant": "Boundaries may differ"}
    rows = []
    for match, title in titles.items():
        row, query = tables["links"][match], {"listing": "links", "match": match}
        rows.append(
            [
                words(title),
                number(row["shared"], {**query, "kind": "agreed"}),
                number(row["lonely"], {**query, "kind": "presence"}),
                figure(row, query),
            ]
        )
    columns = [
        Column("match", "A link counts as shared when", is_number=False),
        Column("shared", "Drawn by both"),
        Column("lonely", "Drawn by one"),
        Column("f1", "F1", "Of the links either of two drew, the share that both drew."),
    ]
    return Laid("links", "Links from sources to what they say", columns, rows)


def _more(tables: Mapping[str, Any], names: Names) -> Laid:
    rows = []
    for name in (*MORE, *(set(tables["more"]) - set(MORE))):
        title, says = MORE_TITLES.get(name) or (REGISTRY[name].title, REGISTRY[name].says)
        agreement = tables["more"].get(name)
        cell = figure(agreement)
        rows.append([Cell(title, name, reason=says), cell, Cell(cell.interval, cell.interval)])
    columns = [
        Column("measure", "Measure", is_number=False),
        Column("value", "Agreement"),
        Column("interval", "95 % interval"),
    ]
    note = "All are over characters and per label, pooled, unless their name says otherwise."
    return Laid("more", "More measures", columns, sorted(rows, key=lambda row: row[0].text), note)


def _groups(tables: Mapping[str, Any], names: Names) -> Laid:
    titles = {"round": "Round", "month": "Submitted in", "version": "Codebook version"}
    rows = [
        [
            words(f"{titles[row['kind']]} {row['group']}"),
            number(row["articles"]),
            *(figure(row[name]) for name in HEADLINE),
        ]
        for row in tables.get("groups", [])
    ]
    columns = [
        Column("group", "Articles of", is_number=False),
        Column("articles", "Shared articles"),
        *(column(name) for name in HEADLINE),
    ]
    note = "An article counts in the month of its last submission, under its latest codebook."
    return Laid("groups", "Over time, by round and codebook version", columns, rows, note)


BUILDERS: tuple[Callable[[Mapping[str, Any], Names], Laid], ...] = (
    _headline,
    _labels,
    _pairs,
    _annotators,
    _articles,
    _confusion,
    _attributes,
    _links,
    _groups,
    _more,
)


def plain_rows(laid: Laid) -> Iterator[dict[str, Any]]:
    """Rows for files: a value a column, and the bounds of the interval where there is one."""
    for row in laid.rows:
        plain: dict[str, Any] = {}
        for at, (column_, cell) in enumerate(zip(laid.columns, row, strict=True)):
            plain[column_.key] = cell.text if at == 0 else cell.value
            if cell.low is not None:
                plain[f"{column_.key}_low"], plain[f"{column_.key}_high"] = cell.low, cell.high
            if at and cell.value is None and cell.reason:
                plain[f"{column_.key}_reason"] = cell.reason
        yield plain
