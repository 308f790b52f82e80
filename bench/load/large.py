"""A study of 100,000 articles and 1,000,000 spans: what each page that lists costs the server."""

from pathlib import Path

from bench.load.site import environment, kept_environment, run_inside
from bench.load.table import Row

MILLISECONDS = 150.0


def large(name: str, n_articles: int, folder: Path | None = None) -> list[Row]:
    """`folder`: where the database is kept, or was kept; else it is made and gone afterwards."""
    is_there = folder is not None and (folder / "filled").exists()
    with kept_environment(folder) if folder else environment(name) as settings:
        asked = "0" if is_there else str(n_articles)
        costs = run_inside("bench.load.large_pages", asked, environment=settings)
        if folder:
            (folder / "filled").touch()
    pages = costs["pages"]
    missed = [page for page, cost in pages.items() if cost["ms"] > MILLISECONDS]
    slowest = max(pages, key=lambda page: float(pages[page]["ms"]))
    told = f"{costs['n_articles']:,} articles, {costs['n_spans']:,} spans"
    rows = [
        Row(name, f"{told}: slowest page", pages[slowest]["ms"], "ms", most=MILLISECONDS,
            note=slowest),
        Row(name, f"  of {len(pages)} pages, those that took longer", len(missed), "", most=0,
            note=", ".join(missed)),
    ]  # fmt: skip
    if costs["counted_a_second"] is not None:
        told = "  articles whose cases are counted for the first time"
        rows.append(Row(name, told, costs["counted_a_second"], "/s"))
    for page, cost in sorted(pages.items(), key=lambda one: -float(one[1]["ms"])):
        note = f"CPU {cost['cpu_ms']:.0f} ms; {cost['queries']} queries, slowest "
        note += f"{cost['slowest_ms']:.0f} ms"
        rows.append(Row(name, f"  {page}", cost["ms"], "ms", most=MILLISECONDS, note=note))
    return rows
