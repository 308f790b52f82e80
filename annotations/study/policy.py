"""Who may do what: the permission matrix as data.

Rows are acts, columns are roles. A cell is the set of phases of the person's own work on the
article in which the act is allowed; ALWAYS where the phase does not matter.
"""

import enum
from dataclasses import dataclass

from annotations.accounts.models import User

from .models import Role, Study


class Phase(enum.Enum):
    OPEN = "own work open"
    SUBMITTED = "own work submitted"
    COMPARED = "submitted, and comparison opened"


class Act(enum.Enum):
    SEE_STUDY = "see the study and its codebook"
    READ_ANY_ARTICLE = "read any article of the study"
    READ_ASSIGNED_ARTICLE = "read an article assigned to oneself"
    MARK = "add, change and remove own marks"
    READ_OWN_MARKS = "read own marks"
    READ_OTHERS_MARKS = "read marks of others"
    SEE_PROGRESS_OF_ALL = "see counts and progress of everybody"
    SUBMIT = "submit own work"
    RETURN_SUBMISSION = "return submitted work"
    WRITE_GOLD = "decide the gold standard"
    DISCUSS = "read and write in the discussion"
    OPEN_COMPARISON = "open or close the comparison"
    SEE_AGREEMENT = "see agreement"
    IMPORT_ARTICLES = "bring in articles and mark what is not article text"
    SUGGEST = "bring in suggestions of a model"
    EDIT_CODEBOOK = "change the codebook"
    EXPORT_OWN = "export own marks"
    EXPORT_ALL = "export everybody's marks"
    MANAGE_PEOPLE = "invite people, give and end roles"
    MANAGE_STUDY = "change the study's settings, archive and restore it"
    ASSIGN = "assign articles"
    SEE_AUDIT = "see who did what"


ALWAYS = frozenset(Phase)
OPEN = frozenset({Phase.OPEN})
COMPARED = frozenset({Phase.COMPARED})
ANNOTATOR, CURATOR, MANAGER = Role.ANNOTATOR, Role.CURATOR, Role.MANAGER
TEAM = dict.fromkeys((ANNOTATOR, CURATOR, MANAGER), ALWAYS)
DESK = dict.fromkeys((CURATOR, MANAGER), ALWAYS)
HEAD = {MANAGER: ALWAYS}

MATRIX: dict[Act, dict[Role, frozenset[Phase]]] = {
    Act.SEE_STUDY: TEAM,
    Act.READ_ANY_ARTICLE: DESK,
    Act.READ_ASSIGNED_ARTICLE: TEAM,
    Act.MARK: {ANNOTATOR: OPEN},
    Act.READ_OWN_MARKS: {ANNOTATOR: ALWAYS},
    Act.READ_OTHERS_MARKS: {ANNOTATOR: COMPARED, **DESK},
    Act.SEE_PROGRESS_OF_ALL: {ANNOTATOR: COMPARED, **DESK},
    Act.SUBMIT: {ANNOTATOR: OPEN},
    Act.RETURN_SUBMISSION: DESK,
    Act.WRITE_GOLD: DESK,
    Act.DISCUSS: {ANNOTATOR: COMPARED, **DESK},
    Act.OPEN_COMPARISON: HEAD,
    Act.SEE_AGREEMENT: {ANNOTATOR: COMPARED, **DESK},
    Act.IMPORT_ARTICLES: HEAD,
    Act.SUGGEST: HEAD,
    Act.EDIT_CODEBOOK: HEAD,
    Act.EXPORT_OWN: {ANNOTATOR: ALWAYS},
    Act.EXPORT_ALL: DESK,
    Act.MANAGE_PEOPLE: HEAD,
    Act.MANAGE_STUDY: HEAD,
    Act.ASSIGN: HEAD,
    Act.SEE_AUDIT: DESK,
}


@dataclass(frozen=True)
class Standing:
    """A person in a study: the roles they hold there. A site admin stands as a manager."""

    user: User
    study: Study
    roles: frozenset[Role]
    is_site_admin: bool = False

    def may(self, act: Act, phase: Phase | None = None) -> bool:
        """Whether some role allows the act; without a phase: whether it could at all."""
        if act in TELLS_WHO and self.is_blinded:
            return False
        cells = (MATRIX[act].get(role, frozenset()) for role in self.roles)
        return any(phase in cell if phase else bool(cell) for cell in cells)

    @property
    def is_annotator(self) -> bool:
        return Role.ANNOTATOR in self.roles

    @property
    def is_curator(self) -> bool:
        return Role.CURATOR in self.roles

    @property
    def is_manager(self) -> bool:
        return Role.MANAGER in self.roles

    @property
    def is_blinded(self) -> bool:
        """A curator of a blind study, from whom pages keep who marked what."""
        return self.study.blind_curation and self.is_curator and not self.is_manager

    def called(self, annotator: User) -> str:
        """The name of somebody who marks; no name for those who curate blindly."""
        return "the annotator" if self.is_blinded else str(annotator)


TELLS_WHO = frozenset({Act.SEE_AUDIT})  # what is kept from those who curate blindly
BLINDED = "Curation is blind in this study: who marked what is kept from curators for now."
