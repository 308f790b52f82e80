"""A table as CSV, JSON or LaTeX, and the paragraph for a paper."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from string import ascii_lowercase
from typing import Any

from .chance import SAMPLES
from .layout import Cell, Laid, Names, plain_rows
from .models import Level

NAMED = 8  # annotators; more are only counted
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "–": "--",
        "−": r"\ensuremath{-}",
        "α": r"\ensuremath{\alpha}",
        "γ": r"\ensuremath{\gamma}",
        "κ": r"\ensuremath{\kappa}",
    }
)


def as_csv(laid: Laid) -> str:
    """UTF-8 text; a leading apostrophe keeps words from being read as a formula."""
    rows = list(plain_rows(laid))
    fields = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, fields or [one.key for one in laid.columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _safe(value) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_json(laid: Laid) -> str:
    told = {"name": laid.name, "title": laid.title, "rows": list(plain_rows(laid))}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_latex(laid: Laid) -> str:
    """A booktabs table; the document needs \\usepackage{booktabs}. Intervals stand in brackets
    behind their figures; why there is no figure is told in notes below."""
    columns = "".join("r" if one.is_number else "l" for one in laid.columns)
    head = " & ".join(_tex(one.title) for one in laid.columns)
    beside = any(one.key == "interval" for one in laid.columns)  # has a column of their own
    marks = _marks(laid)
    body = [
        " & ".join(
            _tex(cell.text if not at or beside else _with_interval(cell)) + _mark(at, cell, marks)
            for at, cell in enumerate(row)
        )
        for row in laid.rows
    ]
    notes = [rf"\textsuperscript{{{mark}}} {_tex(reason)}." for reason, mark in marks.items()]
    if laid.note:
        notes.append(_tex(laid.note))
    below = [r"\par\smallskip\footnotesize", *(rf"{note}\par" for note in notes)] if notes else []
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{_tex(laid.title)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            rf"{head} \\",
            r"\midrule",
            *(rf"{line} \\" for line in body),
            r"\bottomrule",
            r"\end{tabular}",
            *below,
            r"\end{table}",
            "",
        ]
    )


def _marks(laid: Laid) -> dict[str, str]:
    """Reason -> its letter, in the order in which the table needs them."""
    cells = [cell for row in laid.rows for cell in row[1:]]
    reasons = dict.fromkeys(cell.reason for cell in cells if cell.value is None and cell.reason)
    return {reason: _letters(number) for number, reason in enumerate(reasons)}


def _letters(number: int) -> str:
    return ascii_lowercase[number] if number < len(ascii_lowercase) else str(number + 1)


def _mark(at: int, cell: Cell, marks: Mapping[str, str]) -> str:
    known = marks.get(cell.reason) if at and cell.value is None else None
    return rf"\textsuperscript{{{known}}}" if known else ""


def _with_interval(cell: Cell) -> str:
    if cell.low is None or cell.high is None:
        return cell.text
    return f"{cell.text} [{cell.low:.3f}, {cell.high:.3f}]".replace("-", "−")


def _tex(text: str) -> str:
    return text.translate(LATEX)


WRITERS: dict[str, tuple[str, Callable[[Laid], str]]] = {
    "csv": ("text/csv", as_csv),
    "json": ("application/json", as_json),
    "tex": ("application/x-tex", as_latex),
}


def methods_text(
    tables: Mapping[str, Any],
    names: Names,
    *,
    level: str,
    seed: int,
    engine: str,
    choice: str = "",
) -> str:
    """A paragraph ready for a paper: what was computed, over what, how.

    choice  what was selected, in words (`queries.read_choice`); "" for everything.
    """
    counts = tables["counts"]
    unit = {Level.WORD: "words", Level.SENTENCE: "sentences"}.get(Level(level), "characters")
    labels = [names.label(row["label"]) for row in tables["labels"] if row["label"]]
    selected = f"Selected were: {choice}. " if choice else ""
    people = [names.annotator(row["annotator"]) for row in tables.get("annotators", [])]
    who = f" ({', '.join(sorted(people))})" if 0 < len(people) <= NAMED else ""
    versions = tables["versions"]
    many = len(versions) > 1
    plural = "" if counts["articles"] == 1 else "s"
    book = "codebook version" + ("s " if many else " ") + ", ".join(map(str, versions))
    few = tables["headline"]["exact_f1"].get("interval_reason") or ""
    intervals = (
        f"No intervals are given ({few})."
        if few
        else "Intervals are 95 % percentile bootstrap intervals over articles (1,000 replicates)."
    )
    gamma = (
        "Gamma (Mathet, Widlöcher & Métivier 2015) is the exact optimum; chance was modelled by "
        "rotating each annotator's spans around the article "
        f"({SAMPLES} samples, seed {seed}; alpha = beta = delta = 1, so that two labels are either "
        "the same or wholly different, as far as nothing at all). "
        if "chance" in tables
        else ""
    )
    n_accepted = tables.get("accepted", 0)
    accepted = (
        f"The words of {n_accepted:,} model suggestion{'' if n_accepted == 1 else 's'} accepted "
        "unchanged were left out for everybody. "
        if n_accepted
        else ""
    )
    return (
        f"Agreement was computed on {counts['articles']:,} article{plural} that at least two of "
        f"{counts['annotators']:,} annotators{who} had submitted ({counts['spans']:,} spans, "
        f"{counts['characters']:,} {unit}; labels: {', '.join(labels)}; {book}). "
        f"{selected}{accepted}"
        "The distance between labels is nominal throughout. "
        "Spans may nest and overlap: unitized alpha (Krippendorff, Mathet, Bouvry & Widlöcher "
        "2016) was computed for each label against gaps and pooled as 1 minus the sum of observed "
        "over the sum of expected disagreement. Exact F1 (Hripcsak & Rothschild 2005) counts "
        "spans with the same label and boundaries, character-overlap F1 the characters that two "
        f"annotators gave the same label; both are summed over pairs of annotators. {gamma}"
        f"{intervals} Computed with Sourcemark's agreement engine, version {engine}."
    )
