"""What holds for a whole study: its people, its codebook in all versions, its rounds."""

from dataclasses import dataclass

from .codebook import CodebookRecord
from .marks import EntityRecord


@dataclass(frozen=True, slots=True)
class MembershipRecord:
    """One role (annotator, curator, manager) held from a time on, perhaps to an end."""

    role: str
    started_at: str = ""
    ended_at: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Somebody by the name under which marks and acts are theirs. A model is no person, but
    appears here too, so that its suggestions have a name."""

    name: str
    shown: str = ""
    is_model: bool = False
    memberships: tuple[MembershipRecord, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A batch of the study. `purpose` is pilot, training, reliability or main."""

    name: str
    purpose: str = "main"
    position: int = 0
    starts_on: str = ""
    ends_on: str = ""
    comparison_opened_at: str = ""
    closed_at: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """The head of a corpus. `codebooks` are its versions, oldest first; the last one holds now.

    `entities` is the study's own list of names, apart from each annotator's.
    """

    name: str = ""
    description: str = ""
    hide_source: bool = False
    codebooks: tuple[CodebookRecord, ...] = ()
    people: tuple[PersonRecord, ...] = ()
    rounds: tuple[RoundRecord, ...] = ()
    entities: tuple[EntityRecord, ...] = ()
    id: str = ""

    @property
    def codebook(self) -> CodebookRecord:
        """The version that holds now; an empty one where nothing is known of labels."""
        return self.codebooks[-1] if self.codebooks else CodebookRecord()
