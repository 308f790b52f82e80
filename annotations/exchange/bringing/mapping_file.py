"""A mapping in words that a person types: at a command line, or in a file that they correct."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from json import dumps
from typing import Any

from ..frame import FileRefused
from ..frame.json_in import parse_json
from .mapping import LEFT_OUT, NEW, Mapping
from .surveying import Survey

NAME = "sourcemark-mapping/1"
NEW_WORD, LEAVE_WORD = "new", "leave"
MOST_NAMED = 20  # names that a sentence lists
KEYS = {"labels": dict, "people": dict, "models": list, "gold_as": str, "round": str,
        "submit": bool, "leave_out": bool}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of a mapping; None and missing names say nothing. `round` is a name."""

    labels: MappingOf[str, str] = field(default_factory=dict)
    people: MappingOf[str, str] = field(default_factory=dict)
    models: Sequence[str] | None = None
    gold_as: str | None = None
    round: str | None = None
    submit: bool | None = None
    leave_out: bool | None = None


def choice_of(word: str) -> str:
    return {NEW_WORD: NEW, LEAVE_WORD: LEFT_OUT}.get(word, word)


def word_for(choice: str) -> str:
    return {NEW: NEW_WORD, LEFT_OUT: LEAVE_WORD}.get(choice, choice)


def mapping_file(mapping: Mapping, round_name: str) -> bytes:
    """The file; `round_name` is what the mapping's round is called."""
    told = {
        "format": NAME,
        "labels": {name: word_for(choice) for name, choice in mapping.labels.items()},
        "people": {name: word_for(choice) for name, choice in mapping.people.items()},
        "models": list(mapping.models),
        "gold_as": word_for(mapping.gold_as),
        "round": round_name,
        "submit": mapping.submit,
        "leave_out": mapping.leave_out,
    }
    return (dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def read_mapping_file(content: str, *, file: str) -> Said:
    """Raises FileRefused with what is wrong."""
    told: Any = parse_json(content, file=file)
    if not isinstance(told, dict) or told.pop("format", None) != NAME:
        raise FileRefused(file, f"It does not say that its format is {NAME}.")
    for key, value in told.items():
        if key not in KEYS:
            raise FileRefused(file, f"“{key[:40]}” is not known. Known: {', '.join(KEYS)}.")
        words = value.values() if isinstance(value, dict) else value
        is_words = not isinstance(value, dict | list) or all(isinstance(w, str) for w in words)
        if not isinstance(value, KEYS[key]) or not is_words:
            raise FileRefused(file, f"What “{key}” says cannot be understood.")
    return Said(**told)


def amended(mapping: Mapping, said: Said, found: Survey, round_id: str) -> Mapping:
    """The mapping with what a person said. Raises FileRefused for names that the files do not
    have. `round_id`: of the round that was said."""
    _refuse_unknown("label", said.labels, found.labels)
    _refuse_unknown("person", [*said.people, *(said.models or ())], found.people)
    people = {name: choice_of(word) for name, word in said.people.items()}
    changed = replace(
        mapping,
        labels={**mapping.labels, **{n: choice_of(word) for n, word in said.labels.items()}},
        people={**mapping.people, **people},
        models=mapping.models if said.models is None else tuple(said.models),
        gold_as=mapping.gold_as if said.gold_as is None else choice_of(said.gold_as),
        round=mapping.round if said.round is None else round_id,
        submit=mapping.submit if said.submit is None else said.submit,
        leave_out=mapping.leave_out if said.leave_out is None else said.leave_out,
    )
    if changed.gold_as != LEFT_OUT and not found.n_gold_articles:
        raise FileRefused("", "There is no gold in these files.")
    return changed


def _refuse_unknown(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    theirs = list(known)
    for name in names:
        if name not in theirs:
            said = ", ".join(f"“{each}”" for each in theirs[:MOST_NAMED]) or "none"
            more = len(theirs) - MOST_NAMED
            said += f" and {more:,} more" if more > 0 else ""
            raise FileRefused("", f"“{name}” is no {kind} of these files. Theirs: {said}.")
