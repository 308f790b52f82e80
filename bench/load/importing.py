"""Ten thousand articles of 600 words, by `manage.py import_articles`, in one import."""

import json
import os
import random
import sys
from pathlib import Path

from bench.load.site import environment, measured_run, run_inside
from bench.load.table import Row

N_WORDS, SECONDS, MEGABYTES = 600, 60.0, 300.0
ROOM = str(200_000_000)


def importing(name: str, n_articles: int) -> list[Row]:
    with environment(name) as settings:
        given = settings | {
            "SOURCEMARK_MAX_UPLOAD_BYTES": ROOM,
            "SOURCEMARK_MAX_IMPORT_RECORDS": str(n_articles),
        }
        path = run_inside("bench.load.importing", str(n_articles), environment=given)
        command = ("manage.py", "import_articles", "Import", path)
        seconds, cpu, peak = measured_run(*command, environment=given)
    told = f"import of {n_articles:,} articles of {N_WORDS} words"
    return [
        Row(name, told, seconds, "s", most=SECONDS, note=f"{cpu:.0f} s CPU"),
        Row(name, "  peak memory", peak, "MB", most=MEGABYTES),
    ]


def main(n_articles: int) -> None:
    """Makes the study and the file; prints the file's path."""
    from bench.marking_server.seed import make_study, make_text

    dice = random.Random(1)
    make_study("Import")
    path = Path(os.environ["SOURCEMARK_VAR"]) / "articles.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for n in range(n_articles):
            text = f"{make_text(N_WORDS, dice)}\n\n{n}"
            row = {"title": f"Article {n}", "text": text, "outlet": f"Outlet {n % 20}"}
            file.write(json.dumps(row) + "\n")
    print(json.dumps(str(path)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
