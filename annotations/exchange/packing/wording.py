"""What was chosen for an export, in words."""

from collections.abc import Iterator, Mapping

from ..frame import Form
from .choosing import QUOTING, Wanted


def number_of(n: int, one: str) -> str:
    """ "1 article", "2,000 articles"."""
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


def chosen(
    form: Form, options: Mapping[str, str], wanted: Wanted | None
) -> Iterator[tuple[str, str]]:
    """(what, how it was chosen). `wanted` is None for a whole study, which is not filtered.

    Whatever is chosen otherwise than by default has its line (tests/exchange/test_wording.py)."""
    for option in form.options:
        value = options.get(option.name, option.default)
        yield option.title, dict(option.choices).get(value, value)
    if wanted is None:
        return
    yield "States of work", ", ".join(wanted.states).replace("_", " ") or "all"
    yield "Rounds", ", ".join(wanted.rounds) or "all"
    yield "Labels", ", ".join(wanted.labels) or "all"
    if wanted.annotators:
        yield "Annotators", "only " + ", ".join(wanted.annotators)
    if not wanted.unmarked:
        yield "Articles", "only those with chosen work"
    if wanted.suggestions:
        yield "Undecided suggestions", "with the rest"
    if wanted.soft_labels:
        yield "Soft labels", "how many annotators gave each label to a stretch"
    if not wanted.threads:
        yield "Threads", "left out"
    if not wanted.gold:
        yield "Gold", "left out"
    if wanted.pseudonyms:
        yield "Names of people", "replaced by pseudonyms"
    if not wanted.texts:
        yield (
            "Texts",
            f"left out; the SHA-256 says which text the offsets belong to. {QUOTING[:-1]}",
        )
