"""Ten thousand articles of 600 words by `manage.py import_articles`: one import after the other,
as many as the limit of 12 MB asks for."""

import json
import os
import random
import sys
from pathlib import Path

from bench.load.site import environment, measured_run, run_inside
from bench.load.table import Row

N_WORDS, SECONDS, MEGABYTES = 600, 60.0, 300.0
AT_ONCE = 2_500  # articles in one file: 10 MB


def importing(name: str, n_articles: int) -> list[Row]:
    with environment(name) as settings:
        paths = run_inside("bench.load.importing", str(n_articles), environment=settings)
        command = ("manage.py", "import_articles", "Import")
        runs = [measured_run(*command, path, environment=settings) for path in paths]
    seconds, cpu = sum(run[0] for run in runs), sum(run[1] for run in runs)
    peak = max(run[2] for run in runs)
    told = f"import of {n_articles:,} articles of {N_WORDS} words"
    return [
        Row(name, told, seconds, "s", most=SECONDS, note=f"{cpu:.0f} s CPU, {len(runs)} imports"),
        Row(name, "  peak memory", peak, "MB", most=MEGABYTES),
    ]


def main(n_articles: int) -> None:
    """Makes the study and the files; prints their paths."""
    from bench.marking_server.seed import make_study, make_text

    dice = random.Random(1)
    make_study("Import")
    paths = []
    for first in range(0, n_articles, AT_ONCE):
        paths.append(Path(os.environ["SOURCEMARK_VAR"]) / f"articles{first}.jsonl")
        with paths[-1].open("w", encoding="utf-8") as file:
            for n in range(first, min(first + AT_ONCE, n_articles)):
                text = f"{make_text(N_WORDS, dice)}\n\n{n}"
                row = {"title": f"Article {n}", "text": text, "outlet": f"Outlet {n % 20}"}
                file.write(json.dumps(row) + "\n")
    print(json.dumps([str(path) for path in paths]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
