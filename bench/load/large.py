"""A study of 100,000 articles and 1,000,000 spans: what each page that lists costs the server."""

from bench.load.site import environment, run_inside
from bench.load.table import Row

MILLISECONDS = 150.0


def large(name: str, n_articles: int) -> list[Row]:
    with environment(name) as settings:
        costs = run_inside("bench.load.large_pages", str(n_articles), environment=settings)
    pages = costs["pages"]
    slowest = max(pages, key=lambda page: float(pages[page]["ms"]))
    rows = [
        Row(name, f"{costs['n_articles']:,} articles, {costs['n_spans']:,} spans: slowest page",
            pages[slowest]["ms"], "ms", most=MILLISECONDS, note=slowest)
    ]  # fmt: skip
    told = "  articles whose cases are counted for the first time"
    rows.append(Row(name, told, costs["counted_a_second"], "/s"))
    for page, cost in pages.items():
        note = f"{cost['queries']} queries; slowest {cost['slowest_ms']:.0f} ms"
        rows.append(Row(name, f"  {page}", cost["ms"], "ms", most=MILLISECONDS, note=note))
    return rows
