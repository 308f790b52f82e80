"""What may go out, to whom, and what has gone out before."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from django.core.files import File
from django.core.files.storage import storages
from django.db.models import QuerySet
from django.http import Http404

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.study.models import Study
from annotations.study.policy import BLINDED, Act, Standing
from annotations.study.queries import fetch_standing

from ..formats import formats
from ..frame import Form
from ..models import Export, ExportState
from ..packing import NotSo, Wanted
from ..packing.choosing import EXTENT
from ..packing.paths import stem

SUBMITTED = ("submitted",)
OWN_ONLY = "Annotators take out their own marks only."
SUBMITTED_ONLY = "Curators take out submitted work only."
REASON_NEEDED = (
    "Work that others have not submitted would go out. Say why: it stands in the study's history. "
    "Or choose submitted work alone."
)
MOST_NAMED = 20  # names that a sentence lists


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a study a person may take out.

    A manager all of it; a curator what was submitted and gold, under pseudonyms where curation is
    blind and without articles on which they still work themselves; an annotator their own marks.
    """

    standing: Standing

    @property
    def study(self) -> Study:
        return self.standing.study

    @property
    def is_all(self) -> bool:
        return self.standing.is_manager

    @property
    def is_own(self) -> bool:
        return not self.standing.may(Act.EXPORT_ALL)

    @property
    def needs_pseudonyms(self) -> bool:
        return not self.is_all and not self.is_own and self.study.blind_curation

    def forms(self) -> list[Form]:
        """The formats that the person may write."""
        return [
            form
            for form in formats().values()
            if form.can_write and (self.is_all or not form.is_whole)
        ]

    def narrowed(self, wanted: Wanted) -> Wanted:
        """What is wanted, cut to what is allowed."""
        if self.is_all:
            return wanted
        if self.is_own:
            own = (self.standing.user.username,)
            return replace(
                wanted, annotators=own, gold=False, threads=False, soft_labels=False,
                pseudonyms=False, unmarked=False,
            )  # fmt: skip
        pseudonyms = wanted.pseudonyms or self.needs_pseudonyms
        annotators = () if self.needs_pseudonyms else wanted.annotators
        return replace(wanted, states=SUBMITTED, pseudonyms=pseudonyms, annotators=annotators)

    def hidden(self) -> list[uuid.UUID]:
        """Articles on which a curator's own work is still open: others' marks are not theirs to
        read yet."""
        if self.is_all or self.is_own:
            return []
        mine = Assignment.objects.filter(study=self.study, annotator=self.standing.user)
        open_work = mine.filter(state__in=OPEN_STATES)
        return list(open_work.order_by().values_list("article", flat=True))


def refuse_beyond(reach: Reach, wanted: Wanted) -> None:
    """Raises NotSo for a choice that `narrowed` would change unasked: of people or of states of
    work that are not the person's to choose. Whether such a name is known is not told."""
    if reach.is_all:
        return
    if reach.is_own:
        if set(wanted.annotators) - {reach.standing.user.username}:
            raise NotSo("annotators", OWN_ONLY)
    elif wanted.annotators and reach.needs_pseudonyms:
        raise NotSo("annotators", BLINDED)
    elif set(wanted.states) - set(SUBMITTED):
        raise NotSo("states", SUBMITTED_ONLY)


def refuse_unreasoned(reach: Reach, form: Form, wanted: Wanted, reason: str) -> None:
    """Raises NotSo where work that others have not submitted would go out without a reason."""
    if reason or not reach.is_all:
        return
    work = Assignment.objects.filter(study=reach.study, article__deleted_at=None)
    early = work.exclude(state=AssignmentState.SUBMITTED).exclude(annotator=reach.standing.user)
    for field, names in (
        ("annotator__username", wanted.annotators),
        ("round__name", wanted.rounds),
        ("state", wanted.states),
    ):
        if names and not form.is_whole:
            early = early.filter(**{f"{field}__in": names})
    if early.exists():
        raise NotSo("reason", REASON_NEEDED)


def refuse_unknown(reach: Reach, wanted: Wanted) -> None:
    """Raises NotSo for a name that the study does not have: choosing it would choose nothing."""
    study = reach.study
    asked: list[tuple[str, str, Callable[[], Iterable[str]]]] = [
        ("annotators", "annotator", lambda: _annotators(study)),
        ("labels", "label", lambda: [*study.labels.values_list("slug", flat=True), EXTENT]),
        ("rounds", "round", lambda: study.rounds.values_list("name", flat=True)),
        ("states", "state of work", lambda: AssignmentState.values),
    ]
    for field, kind, list_known in asked:
        names = [] if field == "annotators" and reach.is_own else getattr(wanted, field)
        if names:
            known = list(list_known())
            for name in names:
                if name not in known:
                    raise NotSo(field, _not_known(name, kind, known))


def _annotators(study: Study) -> Iterable[str]:
    """Whoever has work in the study, now or once a member."""
    people = User.objects.filter(assignments__study=study)
    return people.distinct().order_by("username").values_list("username", flat=True)


def _not_known(name: str, kind: str, known: Sequence[str]) -> str:
    said = ", ".join(f"“{each}”" for each in known[:MOST_NAMED])
    said += f" and {len(known) - MOST_NAMED:,} more" if len(known) > MOST_NAMED else ""
    return f"“{name}” is no {kind} of this study. Known: {said or 'none'}."


def fetch_reach(user: User, study_id: uuid.UUID) -> Reach:
    """Raises Http404 for strangers and PermissionDenied for members who may take nothing out."""
    standing = fetch_standing(user, study_id, Act.SEE_STUDY)
    if not standing.may(Act.EXPORT_ALL):
        standing = fetch_standing(user, study_id, Act.EXPORT_OWN)
    return Reach(standing)


def list_exports(reach: Reach) -> "QuerySet[Export]":
    """The person's own, newest first; a manager sees everybody's."""
    found = Export.objects.filter(study=reach.study).select_related("created_by", "study")
    return found if reach.is_all else found.filter(created_by=reach.standing.user)


def fetch_export(reach: Reach, export_id: uuid.UUID) -> Export:
    found = list_exports(reach).filter(pk=export_id).first()
    if found is None:
        raise Http404("There is no such export.")
    return found


def n_articles(reach: Reach) -> int:
    found = Article.objects.kept().filter(study=reach.study).exclude(pk__in=reach.hidden())
    if reach.is_own:
        found = found.filter(assignments__annotator=reach.standing.user)
    return found.count()


def open_file(reach: Reach, made: Export) -> "File[bytes]":
    """The export's zip file. Raises Http404 where it is gone, or is not theirs to take any more:
    a file keeps what its maker might take then; who may take less now gets only own marks."""
    if not (reach.is_all or made.is_own or not reach.is_own):
        raise Http404("This file is not yours to take.")
    store = storages["exports"]
    if made.state != ExportState.DONE or not store.exists(made.path):
        raise Http404("This file is not there any more. Make it again.")
    return store.open(made.path)


def file_name(made: Export) -> str:
    return f"{stem(made.study.name)}-{made.file_format}-{made.created_at:%Y-%m-%d}.zip"
