"""A version of a codebook: its labels, what is asked about them, and their rules."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    value: str
    title: str


@dataclass(frozen=True, slots=True)
class AttributeRecord:
    """A question asked of every span of a label. `kind` is choice, yes_no, text or entity."""

    name: str
    title: str = ""
    kind: str = "text"
    required: bool = False
    choices: tuple[ChoiceRecord, ...] = ()
    former_choices: tuple[ChoiceRecord, ...] = ()
    archived: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A card with a stable name (A2, L1)."""

    name: str
    text: str = ""
    title: str = ""
    examples_yes: tuple[str, ...] = ()
    examples_no: tuple[str, ...] = ()
    hard_cases: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """One category. `slug` is its name in files: small letters, digits and _."""

    slug: str
    name: str = ""
    definition: str = ""
    key: str = ""
    tag: str = ""
    slot: int = 1
    extent: str = "phrase"
    fragments: bool = False  # whether its spans may have several
    archived: bool = False
    attributes: tuple[AttributeRecord, ...] = ()
    rules: tuple[RuleRecord, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class CodebookRecord:
    """A codebook as it stood in one version; `rules` hold for every label."""

    number: int = 1
    labels: tuple[LabelRecord, ...] = ()
    rules: tuple[RuleRecord, ...] = ()
    reason: str = ""
    created_at: str = ""
    created_by: str = ""
    id: str = ""
