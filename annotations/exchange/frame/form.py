"""What a format says of itself, and what passes between it and the rest."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ..records import ArticleRecord, Corpus, StudyRecord
from .findings import Findings
from .losses import Loss
from .refused import FileRefused
from .sources import SourceFiles

# A path and bytes; pairs with the same path that follow each other are one file.
Chunk: TypeAlias = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that a format offers when it is written; `choices` are (value, title)."""

    name: str
    title: str
    choices: tuple[tuple[str, str], ...]
    default: str
    help: str = ""  # a sentence for whoever chooses

    @property
    def values(self) -> list[str]:
        return [value for value, _ in self.choices]


@dataclass(frozen=True, slots=True)
class Hints:
    """What a person says about files that do not say it themselves.

    `annotator` is whose marks they are, `find_text(sha256, title)` the text of an article that
    the study has already, or "".
    """

    annotator: str = ""
    language: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    find_text: Callable[[str, str], str] = lambda sha256, title: ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What files hold. `articles` can be walked once; `findings` grows meanwhile.

    `study` says what is known before the articles: often nothing.
    """

    articles: Iterable[ArticleRecord]
    findings: Findings
    study: StudyRecord = field(default_factory=StudyRecord)


@dataclass(frozen=True, slots=True)
class Form:
    """A format: its names, what of a study it cannot keep, and how it is read and written.

    `endings` are those of the files that hold marks, with their dot. `recognises` looks at the
    beginning of a file or two and never raises. `losses` hold for writing; each strips from a
    record exactly what is not read back (tests/exchange/test_formats.py proves it).
    """

    name: str
    title: str
    endings: tuple[str, ...]
    about: str = ""  # a sentence for whoever chooses between formats
    losses: tuple[Loss, ...] = ()
    write: Callable[[Corpus, Mapping[str, str]], Iterator[Chunk]] | None = None
    read: Callable[[SourceFiles, Hints], Reading] | None = None
    recognises: Callable[[SourceFiles], bool] | None = None
    options: tuple[Option, ...] = ()
    needs_text: bool = True  # cannot be written without the texts
    keeps_soft_labels: bool = False
    is_whole: bool = False  # writes a study's rows, all of them, not records that were chosen
    needs: str = ""  # a package that writing imports and that may be missing

    def settled(self, given: Mapping[str, str]) -> dict[str, str]:
        """Every option with its value. Raises FileRefused for what the format does not offer."""
        offered = {option.name: option for option in self.options}
        for name, value in given.items():
            if name not in offered:
                known = ", ".join(offered) or "none"
                raise FileRefused("", f"{self.title} has no option “{name}”. Its options: {known}.")
            if value not in offered[name].values:
                known = ", ".join(offered[name].values)
                raise FileRefused("", f"“{value}” is no {name} of {self.title}. Known: {known}.")
        return {name: given.get(name, option.default) for name, option in offered.items()}

    @property
    def can_read(self) -> bool:
        return self.read is not None

    @property
    def can_write(self) -> bool:
        return self.write is not None
