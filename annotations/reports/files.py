"""A table as CSV, JSON or LaTeX, and the paragraph for a paper."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from .chance import SAMPLES
from .layout import Laid, plain_rows
from .models import Level

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
    """A booktabs table; the document needs \\usepackage{booktabs}."""
    columns = "".join("r" if one.is_number else "l" for one in laid.columns)
    head = " & ".join(_tex(one.title) for one in laid.columns)
    body = [" & ".join(_tex(cell.text) for cell in row) for row in laid.rows]
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
            r"\end{table}",
            "",
        ]
    )


def _tex(text: str) -> str:
    return text.translate(LATEX)


WRITERS: dict[str, tuple[str, Callable[[Laid], str]]] = {
    "csv": ("text/csv", as_csv),
    "json": ("application/json", as_json),
    "tex": ("application/x-tex", as_latex),
}


def methods_text(tables: Mapping[str, Any], *, level: str, seed: int, engine: str) -> str:
    """A paragraph ready for a paper: what was computed, over what, how."""
    counts = tables["counts"]
    unit = {Level.WORD: "words", Level.SENTENCE: "sentences"}.get(Level(level), "characters")
    labels = [row["label"] for row in tables["labels"] if row["label"]]
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
        f"({SAMPLES} samples, seed {seed}). "
        if "chance" in tables
        else ""
    )
    return (
        f"Agreement was computed on {counts['articles']:,} article{plural} that at least two of "
        f"{counts['annotators']:,} annotators had submitted ({counts['spans']:,} spans, "
        f"{counts['characters']:,} {unit}; labels: {', '.join(labels)}; {book}). "
        "Spans may nest and overlap: unitized alpha (Krippendorff, Mathet, Bouvry & Widlöcher "
        "2016) was computed for each label against gaps and pooled as 1 minus the sum of observed "
        "over the sum of expected disagreement. Exact F1 (Hripcsak & Rothschild 2005) counts "
        "spans with the same label and boundaries, character-overlap F1 the characters that two "
        f"annotators gave the same label; both are summed over pairs of annotators. {gamma}"
        f"{intervals} Computed with Sourcemark's agreement engine, version {engine}."
    )
