"""Every format, one plain-Python file each. A file whose name begins with _ is no format.

A format's module ends with `FORM = Form(…)` (annotations/exchange/frame/form.py). Put a file
here and it is offered on the pages and at the command line, and held to the round trip of
tests/exchange/test_formats.py.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..frame import FileRefused, Form, SourceFiles

OURS = ("sourcemark", "jsonl")


@cache
def formats() -> dict[str, Form]:
    """By name, in the order of their titles."""
    names = [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]
    found: list[Form] = [import_module(f"{__name__}.{name}").FORM for name in names]
    return {form.name: form for form in sorted(found, key=lambda form: form.title.lower())}


def find_format(name: str) -> Form:
    """Raises FileRefused when no format has this name."""
    try:
        return formats()[name]
    except KeyError:
        known = ", ".join(sorted(formats()))
        raise FileRefused("", f"There is no format “{name}”. Known are {known}.") from None


def recognised(files: SourceFiles) -> list[Form]:
    """The formats that these files may be, the likeliest first: our own know themselves by name,
    others by their shape."""
    readable = [form for form in formats().values() if form.read and form.recognises]
    readable.sort(key=lambda form: form.name not in OURS)
    return [form for form in readable if form.recognises and form.recognises(files)]
