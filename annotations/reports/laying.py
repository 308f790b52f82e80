"""Tables as a reader sees them, in the order of the page."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from annotations.agreement import REGISTRY

from .layout import (
    INTERVAL,
    UNDEFINED,
    Cell,
    Column,
    Laid,
    Names,
    Query,
    column,
    figure,
    heading_of,
    interval_of,
    number,
    words,
)
from .tables import ALL_LABELS, HEADLINE, MORE, PAIRWISE

UNITS = {"character": "characters", "word": "words", "sentence": "sentences"}
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
GAMMA_K = "Where one of two aligned spans has this label, how far the labels agree beyond chance."
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


def lay_out(tables: Mapping[str, Any], names: Names) -> list[Laid]:
    """Every table that is known so far, in the order of the page."""
    unit = UNITS[tables.get("level", "character")]
    return [told_in(build(tables, names), unit) for build in BUILDERS]


def told_in(laid: Laid, unit: str) -> Laid:
    """The same in words, or in sentences: what is said of characters is said of these."""

    def told(text: str) -> str:
        return text.replace("characters", unit)

    return replace(
        laid,
        columns=[replace(one, help=told(one.help)) for one in laid.columns],
        rows=[
            [replace(one, says=told(one.says), reason=told(one.reason)) for one in row]
            for row in laid.rows
        ],
        note=told(laid.note),
    )


def by_name(tables: Mapping[str, Any], names: Names) -> dict[str, Laid]:
    return {one.name: one for one in lay_out(tables, names)}


def _headline(tables: Mapping[str, Any], names: Names) -> Laid:
    found = {**tables["headline"], **_gammas(tables)}
    queries: dict[str, Query] = {"exact_f1": {"listing": "exact"}}
    rows = []
    for name in (HEADLINE[0], "gamma", "gamma_cat", *HEADLINE[1:]):
        query = queries.get(name, {"listing": "findings"})
        cell = figure(found.get(name, NOT_YET), query, name)
        title = Cell(REGISTRY[name].title, name, reason=REGISTRY[name].says)
        rows.append([title, cell, interval_of(cell)])
    columns = [
        Column("measure", "Measure", is_number=False),
        Column("value", "Agreement", "1 is perfect; 0 is chance where a measure corrects for it."),
        Column(INTERVAL, "95 % interval", "From drawing the articles again, with repetition."),
    ]
    return Laid("headline", "At a glance", columns, rows)


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
        Column(
            "share_of_text",
            "Share of text",
            "How much of the text an annotator marked with the label: what is rare is harder to "
            "agree on.",
        ),
        *(column(name) for name in ("exact_f1", "character_f1", "krippendorff_alpha_u", "gamma")),
        *(Column(f"split_{sort}", title, SORT_HELP[sort]) for sort, title in SORTS.items()),
    ]
    note = (
        "The last three columns count spans, once for every two annotators who read them. What "
        "others reach, trained experts among them: .8 to .99 for words that name a source, .4 to "
        ".7 for hedges and how far a claim goes, .3 to .4 for loaded words. The .667 and .800 "
        "that are often asked for are a convention for units cut beforehand."
    )
    why = tables["headline"]["exact_f1"].get("interval_reason") or ""
    if why:
        note = f"No intervals: {why}. {note}"
    laid = [[_with_reason(cell, why) for cell in row] for row in laid]
    return Laid("labels", "Label by label", columns, laid, note)


def _with_reason(cell: Cell, said: str) -> Cell:
    """Why the figure has no interval stands beside it, where the note does not say so of all."""
    is_told = cell.no_interval in ("", said)
    return cell if is_told else replace(cell, aside=f"no interval: {cell.no_interval}")


def _share_of_text(share: float | None, query: Query) -> Cell:
    if share is None:
        return Cell(UNDEFINED)
    return Cell(f"{share:.1%}", round(share, 6), query=query)


def _whole(row: Mapping[str, Any], gamma: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return gamma if row["label"] == ALL_LABELS else None


def _worst_first(row: Mapping[str, Any]) -> tuple[bool, bool, float]:
    value = row["krippendorff_alpha_u"]["value"]
    return row["label"] == ALL_LABELS, value is None, value or 0.0


def _label_row(row: Mapping[str, Any], names: Names, gamma: Mapping[str, Any] | None) -> list[Cell]:
    label, split = row["label"], row["split"]
    name = "" if label == ALL_LABELS else names.label(label)

    def of(measure: str, agreement: Mapping[str, Any] | None, **query: str) -> Cell:
        return figure(agreement, {**query, "label": label}, measure, name)

    return [
        words(names.label(label)),
        number(row["spans"], {"listing": "spans", "label": label}),
        _share_of_text(row["share_of_text"], {"listing": "spans", "label": label}),
        of("exact_f1", row["exact_f1"], listing="exact"),
        of("character_f1", row["character_f1"]),
        of("krippendorff_alpha_u", row["krippendorff_alpha_u"]),
        of("gamma", gamma),
        *(_sort(split, sort, {"label": label, "kind": sort}) for sort in SORTS),
    ]


def _sort(split: Mapping[str, Any], sort: str, query: Query) -> Cell:
    share = split["shares"][sort]
    shown = f"{split[sort]:,}" + (f" ({share:.0%})" if share is not None else "")
    return Cell(shown, split[sort], query=query)


def _pairs(tables: Mapping[str, Any], names: Names) -> Laid:
    rows = []
    for row in tables["pairs"]:
        people = {side: names.key(row[side]) for side in "ab"}
        found = [
            figure(
                row[name],
                {**people, "listing": "exact" if name == "exact_f1" else "findings"},
                name,
            )
            for name in PAIRWISE
        ]
        who = " and ".join(sorted(names.annotator(row[side]) for side in "ab"))
        rows.append(
            [words(who), number(row["articles"], {**people, "counted": "articles"}), *found]
        )
    columns = [
        Column("pair", "Two annotators", is_number=False),
        Column("articles", "Shared articles"),
        *(column(name) for name in PAIRWISE),
    ]
    return Laid("pairs", "Annotator by annotator", columns, sorted(rows, key=heading_of))


def _annotators(tables: Mapping[str, Any], names: Names) -> Laid:
    def of(annotator: str) -> Query:
        return {"listing": "spans", "a": names.key(annotator), "alone": "1"}

    rows = [
        [
            words(names.annotator(row["annotator"])),
            number(row["articles"], {**of(row["annotator"]), "counted": "articles"}),
            number(row["spans"], of(row["annotator"])),
            *(_without(row["without"][name], names.key(row["annotator"])) for name in PAIRWISE),
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
    rows.sort(key=heading_of)
    return Laid("annotators", "Agreement without each annotator", columns, rows, note)


def _without(agreement: Mapping[str, Any], key: str) -> Cell:
    cell = figure(agreement, {"a": key, "kind": "disagreement"})
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
                number(row["annotators"], {**query, "listing": "spans", "counted": "annotators"}),
                number(row["spans"], {**query, "listing": "spans"}),
                number(split["units"] - split["agreed"], {**query, "kind": "disagreement"}),
                figure(row["exact_f1"], {**query, "listing": "exact"}, "exact_f1"),
                figure(row["krippendorff_alpha_u"], query, "krippendorff_alpha_u"),
                figure(gammas.get(article), query, "gamma"),
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
        rows.append([Cell(names.label(one), one), *cells])
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
        answered = {**query, "kind": "answered"}
        parts = row["parts"]
        title = names.attributes.get((row["label"], row["attribute"]), row["attribute"])
        rows.append(
            [
                words(f"{names.label(row['label'])}: {title}"),
                number(int(parts["spans"] or 0), answered),
                number(int(parts["blank"] or 0), {**query, "kind": "blank"}),
                _share(parts.get("agreeing"), answered),
                figure(row, answered),
            ]
        )
    columns = [
        Column("attribute", "Question", is_number=False),
        Column("spans", "Answered by both", "Spans that two annotators share and both answered."),
        Column("blank", "Left blank", "Shared spans that one or both did not answer."),
        Column("agreeing", "Same answer", "Share of the spans both answered."),
        Column("alpha", "Krippendorff's alpha", "Agreement beyond chance on the answers."),
    ]
    note = tables.get("attributes_note", "") if rows else ""
    return Laid("attributes", "Answers about spans", columns, rows, note)


def _share(value: float | None, query: Query) -> Cell:
    if value is None:
        return Cell(UNDEFINED, reason="nobody answered the same span", query=query)
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
        level = agreement.get("level") if agreement else None
        query = {"listing": "findings"} | ({"level": level} if level else {})
        rows.append(_more_row(Cell(title, name, reason=says), figure(agreement, query)))
    for label, agreement in tables.get("chance", {}).get("gamma_k", {}).items():
        title = f"Gamma for labels (γk): {names.label(label)}"
        cell = figure(agreement, {"listing": "findings", "label": label})
        rows.append(_more_row(Cell(title, f"gamma_k {label}", reason=GAMMA_K), cell))
    columns = [
        Column("measure", "Measure", is_number=False),
        Column("value", "Agreement"),
        Column(INTERVAL, "95 % interval"),
    ]
    note = "All are over characters and per label, pooled, unless their name says otherwise."
    return Laid("more", "More measures", columns, sorted(rows, key=lambda row: row[0].text), note)


def _more_row(title: Cell, cell: Cell) -> list[Cell]:
    return [title, cell, interval_of(cell)]


def _groups(tables: Mapping[str, Any], names: Names) -> Laid:
    titles = {"round": "Round", "month": "Submitted in", "version": "Codebook version"}
    rows = []
    for row in tables.get("groups", []):
        query = {"group": f"{row['kind']}:{row['group']}"}
        exact = {**query, "listing": "exact"}
        rows.append(
            [
                words(f"{titles[row['kind']]} {row['group']}"),
                number(row["articles"], {**query, "counted": "articles"}),
                *(
                    figure(row[name], exact if name == "exact_f1" else query, name)
                    for name in HEADLINE
                ),
            ]
        )
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
