"""Every format, one plain-Python file each. A file whose name begins with _ is no format.

A format's module ends with `FORM = Form(…)` (annotations/exchange/frame/form.py). Put a file
here and it is offered on the pages and at the command line, and held to the round trip of
tests/exchange/test_formats.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, wraps
from importlib import import_module
from pkgutil import iter_modules

from ..frame import FileRefused, Form, Hints, Reading, SourceFiles
from ..records import ArticleRecord

OURS = ("sourcemark", "jsonl", "marks")
NOTHING = "There is no article with a text in it. Export it again, with the texts."


@cache
def formats() -> dict[str, Form]:
    """By name, in the order of their titles."""
    names = [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]
    found: list[Form] = [import_module(f"{__name__}.{name}").FORM for name in names]
    found = [replace(form, read=form.read and never_silent(form.read)) for form in found]
    return {form.name: form for form in sorted(found, key=lambda form: form.title.lower())}


SERIALISED_ONLY = (
    "These are Java's own files (.ser), which only INCEpTION reads. Export the project from it "
    "again, with the format “UIMA CAS XMI” or “WebAnno TSV”."
)


def never_silent(read: Callable[[SourceFiles, Hints], Reading]) -> Callable[..., Reading]:
    """Files in which no article is found say so, whatever their format."""

    @wraps(read)
    def reading(files: SourceFiles, hints: Hints) -> Reading:
        found = read(files, hints)

        def articles() -> Iterator[ArticleRecord]:
            n = 0
            for n, article in enumerate(found.articles, 1):  # noqa: B007  # counted
                yield article
            if not n and not found.findings.counts["refused"]:
                file = files.paths[0] if len(files.paths) == 1 else ""
                found.findings.refused(file, "", NOTHING)

        return replace(found, articles=articles())

    return reading


def is_written_from_files(form: Form) -> bool:
    """A whole study is written from its rows alone."""
    return form.can_write and not form.is_whole


def find_format(name: str, usable: Callable[[Form], bool] = lambda form: True) -> Form:
    """Raises FileRefused when no format has this name, and lists those that are `usable`. That
    the one found is usable is for others to say."""
    try:
        return formats()[name]
    except KeyError:
        known = known_formats(usable)
        raise FileRefused("", f"There is no format “{name}”. Known are {known}.") from None


def known_formats(usable: Callable[[Form], bool]) -> str:
    return ", ".join(sorted(form.name for form in formats().values() if usable(form)))


def recognised(files: SourceFiles) -> list[Form]:
    """The formats that these files may be, the likeliest first: our own know themselves by name,
    others by their shape."""
    readable = [form for form in formats().values() if form.read and form.recognises]
    readable.sort(key=lambda form: form.name not in OURS)
    return [form for form in readable if form.recognises and form.recognises(files)]


def why_unknown(files: SourceFiles, otherwise: str) -> str:
    """What to say of files in which no format was recognised."""
    return SERIALISED_ONLY if files.ending(".ser") else otherwise
