"""One word per thing, the same in table, class, template, URL and module (the glossary)."""

import re
from pathlib import Path

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {  # the word we do not say: the word we do
    "annotation": "span",
    "campaign": "study",
    "coder": "annotator",
    "document": "article",
    "edge": "link",
    "highlight": "span",
    "job": "assignment",
    "phase": "round",
    "rater": "annotator",
    "relation": "link",
    "schema": "codebook",
    "slice": "fragment",
    "speaker": "entity",
    "tagset": "codebook",
    "task": "assignment",
    "worker": "annotator",
}
NO_FOLDERS = {"utils", "helpers", "common", "core", "services", "misc", "lib"}


def words(name: str) -> set[str]:
    """The words in a CamelCase, snake_case or dashed name, in the singular."""
    parts = re.findall(r"[A-Z]?[a-z]+", name)
    return {part.lower().removesuffix("s") for part in parts} | {part.lower() for part in parts}


def said(names: set[str]) -> dict[str, str]:
    return {
        name: f"say {NOT_OURS[word]}, not {word}"
        for name in sorted(names)
        for word in sorted(words(name) & NOT_OURS.keys())
    }


def test_models_and_fields_bear_the_glossarys_words() -> None:
    models = list(apps.get_app_config("annotations").get_models())
    names = {model.__name__ for model in models}
    names |= {f"{m.__name__}.{f.name}" for m in models for f in m._meta.get_fields()}
    assert models
    assert said(names) == {}


def test_modules_and_templates_bear_the_glossarys_words() -> None:
    files = [*(ROOT / "annotations").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    parts = {part for path in files for part in path.relative_to(ROOT).with_suffix("").parts}
    replaced = {"db_worker"}  # a command of another package, under its name
    assert said(parts - {"annotations"} - replaced) == {}


def our_addresses(resolver: URLResolver, ours: bool = False) -> set[str]:
    """Names and fixed words of every address that a room of ours answers."""
    found: set[str] = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            module = getattr(entry.urlconf_module, "__name__", "")
            found |= our_addresses(entry, ours or module.startswith("annotations"))
        elif isinstance(entry, URLPattern) and ours and "annotations" in entry.callback.__module__:
            found |= {entry.name or "", re.sub(r"<[^>]*>", "", str(entry.pattern))}
    return found


def test_addresses_bear_the_glossarys_words() -> None:
    assert said(our_addresses(get_resolver())) == {}


def test_no_folder_is_a_drawer_for_everything() -> None:
    folders = {path.name for top in ("annotations", "project", "templates", "tests")
               for path in (ROOT / top).rglob("*") if path.is_dir()}  # fmt: skip
    assert folders & NO_FOLDERS == set()


def test_pages_of_lists_are_turned_by_the_same_words() -> None:
    links = {
        name: re.findall(
            r'rel="(\w+)"[^>]*>([^<]+)</a>', (ROOT / "templates" / name).read_text("utf-8")
        )
        for name in ("_pages.html", "_turns.html")
    }
    words = [("prev", "Previous page"), ("next", "Next page")]
    assert links == {"_pages.html": words, "_turns.html": words}
