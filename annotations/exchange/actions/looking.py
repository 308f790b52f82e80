"""What files hold and what would become of it in a study: looked at before anything is stored."""

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from typing import Any

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.corpus.queries import import_limits, known_texts
from annotations.study.models import Study
from annotations.study.queries.codebook import codebook_content

from ..bringing import (
    LEFT_OUT,
    NEW,
    Book,
    Here,
    Mapping,
    Survey,
    default_mapping,
    foresee,
    plan_labels,
    survey,
)
from ..frame import FileRefused, Findings, Form, Hints, Reading, SourceFiles
from .storing import find_here

Tell = Callable[[int], object]


def read_files(study: Study, form: Form, files: SourceFiles, hints: MappingOf[str, Any]) -> Reading:
    """The files from their beginning. `hints`: annotator, language, options. Raises FileRefused."""
    if form.read is None:
        raise FileRefused("", f"{form.title} cannot be read.")
    said = Hints(
        annotator=hints.get("annotator") or "annotator",
        language=hints.get("language", ""),
        options=hints.get("options", {}),
        find_text=_TextsOf(study).find,
    )
    return form.read(files, said)


class _TextsOf:
    def __init__(self, study: Study) -> None:
        self._study = study

    def find(self, sha256: str, title: str) -> str:
        kept = Article.objects.kept().filter(study=self._study)
        named = kept.filter(text_sha256=sha256) if sha256 else kept.filter(title=title)
        texts = list(named.values_list("text", flat=True)[:2])
        return texts[0] if len(texts) == 1 else ""


def look(study: Study, reading: Reading, tell: Tell) -> Survey:
    """Counts, examples, and what the reader had to say. One walk."""
    return survey(reading, known_texts(study), tell, import_limits())


def guess(study: Study, found: Survey) -> Mapping:
    """The mapping to begin with: same names meet."""
    rounds = study.rounds.filter(closed_at=None).order_by("position", "name")
    people = User.objects.filter(memberships__study=study, memberships__ended_at=None)
    first = rounds.first()
    return default_mapping(
        found,
        labels={label.slug: label.name for label in study.labels.filter(archived_at=None)},
        people=list(people.distinct().order_by("username").values_list("username", flat=True)),
        round=str(first.pk) if first else "",
    )


def foreseen(
    study: Study, reading: Reading, found: Survey, mapping: Mapping, tell: Tell
) -> Findings:
    """What would be said if all came in as mapped. One walk more."""
    there = codebook_content(study)["labels"]
    names = [name for name, choice in mapping.labels.items() if choice == NEW]
    planned = plan_labels(names, found, reading.study, there)
    labels = {label["slug"]: label for label in there}
    labels |= {new.slug: new.as_content() for new in planned.values()}
    slugs = {name: slug for name, slug in mapping.labels.items() if slug not in (NEW, LEFT_OUT)}
    book = Book.with_new(labels, slugs, planned)

    def here(digest: str) -> Here | None:
        known = find_here(study, digest)
        return known[1] if known else None

    return foresee(reading, mapping, book, here, tell, import_limits())


def open_round(study: Study, name: str) -> str:
    """The id of an open round by its name. Raises FileRefused."""
    rounds = study.rounds.filter(closed_at=None).order_by("position", "name")
    found = {each.name: str(each.pk) for each in rounds}
    if name not in found:
        known = ", ".join(f"“{each}”" for each in found) or "none"
        raise FileRefused("", f"“{name}” is no open round of this study. Open: {known}.")
    return found[name]


def refuse_misfit(study: Study, mapping: Mapping) -> None:
    """Raises FileRefused for a mapping to what the study does not have."""
    slugs = set(study.labels.filter(archived_at=None).values_list("slug", flat=True))
    members = User.objects.filter(memberships__study=study, memberships__ended_at=None)
    names = set(members.values_list("username", flat=True))
    for kind, chosen, known in (
        ("label", mapping.labels.items(), slugs),
        ("member", [*mapping.people.items(), ("the gold", mapping.gold_as)], names),
    ):
        for name, choice in chosen:
            if choice not in (NEW, LEFT_OUT) and choice not in known:
                said = ", ".join(sorted(known)) or "none"
                reason = f"“{choice}”, for {name}, is no {kind} of this study. Known: {said}."
                raise FileRefused("", reason)
    for name in mapping.models:
        if mapping.people.get(name) == NEW:
            raise FileRefused("", f"Suggestions of {name} need a person who decides on them.")
    if not mapping.round:
        raise FileRefused("", "The study has no open round that the work could come into.")
