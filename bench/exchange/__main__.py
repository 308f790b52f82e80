"""`python -m bench.exchange`: a large study out and in, with the memory that it takes.

A temporary SQLite database with 10,000 articles, three annotators and 40 spans each. Each step is
a process of its own, so that its peak memory is its own: the whole study written; the same file
stored in an empty database and written again, which must give the same bytes; CSV and JSON Lines
written; CSV turned into JSON Lines without a database.

    nice python -m bench.exchange [--articles 10000] [--json]

With --formats each named format ("all" for every one) is written and turned into JSON Lines
instead; with --store its files are also brought into an empty study by `import_corpus`.

    nice python -m bench.exchange --articles 1000 --formats csv,jsonl,webanno_tsv
    nice python -m bench.exchange --articles 1000 --formats brat --store
"""

import argparse
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

N_ANNOTATORS = 3
N_SPANS = 40
N_WORDS = 300
GOAL_MB = 300
STEPS = ("export", "restore", "export again", "csv", "jsonl", "convert")


def prepare(folder: Path, name: str) -> None:
    os.environ["SOURCEMARK_VAR"] = str(folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / name}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
    import django

    django.setup()


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def seed(folder: Path, n_articles: int) -> None:
    prepare(folder, "first.sqlite3")
    migrate()
    from django.db import transaction

    from annotations.accounts.models import User
    from annotations.study.actions import create_study
    from bench.marking_server.seed import article_row, join, make_text, make_user

    dice = random.Random(1)
    manager: User = make_user("manager")
    study = create_study(actor=manager, name="Large")
    people = [join(study, make_user(f"annotator{n}")) for n in range(N_ANNOTATORS)]
    for start in range(0, n_articles, 200):
        numbers = range(start, min(start + 200, n_articles))
        rows = [
            article_row(study, f"{make_text(N_WORDS, dice)} {n} 🔥", f"Article {n}")
            for n in numbers
        ]
        with transaction.atomic():
            type(rows[0]).objects.bulk_create(rows)
            make_marks(study, rows, people, dice)


def make_marks(study: Any, articles: list[Any], people: list[Any], dice: random.Random) -> None:
    from django.utils import timezone

    from annotations.assignment.models import Assignment
    from annotations.marking.models import Fragment, Span

    now = timezone.now()
    round_ = study.rounds.first() or study.rounds.create(name="Main")
    labels = list(study.labels.all())
    version = study.codebook_versions.first()
    assignments, spans, fragments = [], [], []
    for article in articles:
        for person in people:
            work = Assignment(
                study=study, round=round_, article=article, annotator=person, state="submitted",
                submitted_at=now, created_by=study.created_by, rev=N_SPANS,
            )  # fmt: skip
            assignments.append(work)
            for start, end in stretches(article.n_code_points, dice):
                span = Span(
                    id=uuid.uuid4(), study=study, assignment=work, label=dice.choice(labels),
                    codebook_version=version, start=start, end=end, stretch=f"{start}-{end}",
                    created_at=now, changed_at=now,
                )  # fmt: skip
                spans.append(span)
                fragments.append(
                    Fragment(
                        study=study, span=span, start=start, end=end,
                        quote=article.text[start:end], text_length=article.n_code_points,
                    )
                )  # fmt: skip
    Assignment.objects.bulk_create(assignments)
    Span.objects.bulk_create(spans)
    Fragment.objects.bulk_create(fragments)


def stretches(length: int, dice: random.Random) -> Iterator[tuple[int, int]]:
    starts = dice.sample(range(length - 60), N_SPANS)
    yield from ((start, start + dice.randint(3, 50)) for start in sorted(starts))


def export(folder: Path, database: str, form: str, target: str) -> None:
    prepare(folder, database)
    from django.core.management import call_command

    call_command("export_study", "Large", str(folder / target), format=form, by="manager")


def restore(folder: Path) -> None:
    prepare(folder, "second.sqlite3")
    migrate()
    from django.core.management import call_command

    call_command("import_study", str(folder / "first.zip"))
    from annotations.accounts.models import User

    User.objects.update(is_active=True)  # whoever was brought in could not export


def convert(folder: Path, form: str = "csv") -> None:
    prepare(folder, "none.sqlite3")
    from django.core.management import call_command

    source, target = folder / f"{form}.zip", folder / f"converted from {form}.zip"
    call_command("convert", str(source), str(target), reads=form, writes="jsonl")


def store(folder: Path, form: str) -> None:
    prepare(folder, f"from {form}.sqlite3")
    migrate()
    from django.core.management import call_command

    from annotations.study.actions import create_study
    from bench.marking_server.seed import make_user

    create_study(actor=make_user("manager"), name="Empty")
    call_command("import_corpus", "Empty", str(folder / f"{form}.zip"), format=form)


def step(name: str, folder: Path) -> None:
    """One step, with its peak memory at the end of the output."""
    begun = time.monotonic()
    if name == "export":
        export(folder, "first.sqlite3", "sourcemark", "first.zip")
    elif name == "restore":
        restore(folder)
    elif name == "export again":
        export(folder, "second.sqlite3", "sourcemark", "second.zip")
    elif name == "convert":
        convert(folder)
    elif name.startswith("store "):
        store(folder, name.removeprefix("store "))
    elif name.startswith("read "):
        convert(folder, name.removeprefix("read "))
    else:
        export(folder, "first.sqlite3", name, f"{name}.zip")
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu = time.process_time()
    print(json.dumps({"seconds": round(seconds, 1), "cpu": round(cpu, 1), "peak_mb": round(peak)}))


def run(name: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.exchange", "--step", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with zipfile.ZipFile(path) as archive, archive.open("study.json") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def measure_formats(n_articles: int, names: list[str], stores: bool) -> dict[str, Any]:
    """Each format out of a database, and from its files into JSON Lines without one."""
    from annotations.exchange.formats import find_format, formats

    if names == ["all"]:
        names = [form.name for form in formats().values() if form.can_write and not form.is_whole]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        command = [sys.executable, "-m", "bench.exchange", "--seed", str(n_articles)]
        subprocess.run([*command, "--folder", place], check=True)
        found: dict[str, Any] = {}
        for name in names:
            found[name] = run(name, folder)
            if find_format(name).can_read:
                found[f"read {name}"] = run(f"read {name}", folder)
                if stores:
                    found[f"store {name}"] = run(f"store {name}", folder)
            for path in folder.glob("*.zip"):
                path.unlink()
    return {"articles": n_articles, "steps": found}


def measure(n_articles: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        command = [sys.executable, "-m", "bench.exchange", "--seed", str(n_articles)]
        subprocess.run([*command, "--folder", place], check=True)
        found: dict[str, Any] = {name: run(name, folder) for name in STEPS}
        same = hash_of(folder / "first.zip") == hash_of(folder / "second.zip")
        sizes = {path.name: path.stat().st_size for path in sorted(folder.glob("*.zip"))}
    return {"articles": n_articles, "steps": found, "same bytes": same, "sizes": sizes}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--formats", metavar="NAMES", help="one or several, with commas; or all")
    parser.add_argument("--store", action="store_true", help="bring the files in, too")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.seed:
        seed(options.folder, options.seed)
        return 0
    if options.step:
        step(options.step, options.folder)
        return 0
    if options.formats:
        found = measure_formats(options.articles, options.formats.split(","), options.store)
    else:
        found = measure(options.articles)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        for name, told in found["steps"].items():
            times = f"{told['seconds']:8.1f} s {told['cpu']:8.1f} s of CPU"
            print(f"{name:18} {times} {told['peak_mb']:6} MB")
        if "same bytes" in found:
            print(f"same bytes after a round trip: {found['same bytes']}")
    peak = max(told["peak_mb"] for told in found["steps"].values())
    return 0 if found.get("same bytes", True) and peak <= GOAL_MB else 1


if __name__ == "__main__":
    sys.exit(main())
