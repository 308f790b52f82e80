"""Files that each hold one annotator's work on one text: which belong to one article, and whose
they are. What sourcemark.jsonl says holds; without it, equal texts and the folders tell."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..frame import Findings, Hints, SourceFiles
from ..records import ArticleRecord, AssignmentRecord
from ._beside import NOBODY, Beside
from ._works import GOLD

UNNAMED = "annotator"
CURATED = "curation_user"  # what INCEpTION calls its gold
INITIAL = "initial_cas"  # and a text before anybody worked on it
SERIALISED = (
    "Work that lies only in Java's own files (.ser) is not read; export the project as XMI for it"
)
UNTOUCHED = "Files of what INCEpTION calls INITIAL_CAS, which is nobody's work, are left out"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an article; `about` is None where nobody's work is in it."""

    path: str
    is_gold: bool
    about: AssignmentRecord | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """An article without its text, and its files."""

    article: ArticleRecord
    members: tuple[Member, ...]


def gather(
    files: SourceFiles,
    paths: Sequence[str],
    digest: Callable[[str], str],
    beside: Beside,
    hints: Hints,
    findings: Findings,
) -> list[Gathered]:
    """Files by article. `digest` is asked only for files that nothing is known of."""
    _count_serialised(files, paths, findings)
    known: defaultdict[str, list[Member]] = defaultdict(list)
    others: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        place, stem = path.rpartition(".")[0], PurePosixPath(path).stem
        found = beside.work(place)
        nobody = PurePosixPath(path).parent.name == NOBODY
        if found is not None:
            known[stem].append(Member(path, *found))
        elif stem in beside.articles and nobody:
            known[stem].append(Member(path, False, None))
        else:
            others[digest(path)].append(path)
    made = [Gathered(beside.articles[stem], tuple(members)) for stem, members in known.items()]
    by_stem = _are_by_stem(others.values())
    for same in others.values():
        touched = [path for path in same if PurePosixPath(path).stem.lower() != INITIAL]
        if len(touched) < len(same):
            findings.count_lost("", UNTOUCHED, len(same) - len(touched))
        if touched:
            made.append(_named(touched, by_stem, hints))
        else:
            title = PurePosixPath(same[0]).parent.name or INITIAL
            article = ArticleRecord(title, title, "", "", 0, language=hints.language)
            made.append(Gathered(article, (Member(same[0], False, None),)))
    return made


def _count_serialised(files: SourceFiles, paths: Sequence[str], findings: Findings) -> None:
    """What INCEpTION exports beside the chosen format, where that format left somebody out."""

    def whose(path: str) -> tuple[str, str]:
        pure = PurePosixPath(path)
        return pure.parent.name, pure.stem

    found = {whose(path) for path in files.ending(".ser")} - {whose(path) for path in paths}
    n = sum(stem.lower() != INITIAL for _, stem in found)
    if n:
        findings.count_lost("", SERIALISED, n)


def _are_by_stem(groups: Collection[Sequence[str]]) -> bool:
    """Whether names of files are annotators, in a folder for each article: then one name stands in
    several folders over several texts, not over one."""
    texts: defaultdict[str, set[int]] = defaultdict(set)
    folders: defaultdict[str, set[str]] = defaultdict(set)
    for number, same in enumerate(groups):
        for path in map(PurePosixPath, same):
            texts[path.stem].add(number)
            folders[path.stem].add(str(path.parent))
    if any(stem.lower() in (CURATED, INITIAL) for stem in texts):
        return True
    several = [stem for stem, places in folders.items() if len(places) > 1]
    n_apart = sum(len(texts[stem]) > 1 for stem in several)
    return n_apart > len(several) - n_apart


def _named(paths: list[str], by_stem: bool, hints: Hints) -> Gathered:
    """`by_stem`: one folder an article, one file an annotator, as INCEpTION lays a project out."""
    pure = [PurePosixPath(path) for path in paths]
    folders = {path.parent for path in pure}
    title = pure[0].stem
    if by_stem:
        names = [path.stem for path in pure]
        title = pure[0].parent.name or title
    elif len(folders) == len(pure) > 1:
        names = [path.parent.name for path in pure]
        if len(set(names)) < len(names):
            names = [str(path.parent) for path in pure]
    elif len(pure) > 1:
        common = _n_common([path.stem for path in pure])
        names = [path.stem[common:].strip("_.-") or path.stem for path in pure]
        title = pure[0].stem[:common].strip("_.-") or pure[0].parent.name or title
    else:
        names = [GOLD if pure[0].parent.name == GOLD else hints.annotator or UNNAMED]
    members = [
        Member(path, name.lower() in (GOLD, CURATED), AssignmentRecord(name))
        for path, name in zip(paths, names, strict=True)
    ]
    article = ArticleRecord(title, title, "", "", 0, language=hints.language)
    return Gathered(article, tuple(members))


def _n_common(words: list[str]) -> int:
    """How many signs all begin with, up to the last that divides words."""
    common = next(
        (at for at, signs in enumerate(zip(*words, strict=False)) if len(set(signs)) > 1),
        min(map(len, words)),
    )
    begins = words[0][:common]
    return common if common in map(len, words) else max(begins.rfind(sign) for sign in "_.-") + 1
