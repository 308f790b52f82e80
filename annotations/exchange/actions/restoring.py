"""A whole study brought in on a page: the file is kept, then stored by a job, all or nothing."""

import uuid

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import task

from annotations.accounts.models import User
from annotations.corpus.queries import import_limits
from annotations.corpus.records import in_bytes
from annotations.study import queued
from annotations.study.actions.people import set_roles
from annotations.study.models import Membership, Role, Study
from annotations.study.queries.people import roles_of
from annotations.text.refusal import Refusal

from ..formats.sourcemark import recognises
from ..frame import FileRefused, SourceFiles
from ..models import StudyImport, StudyImportState
from ..telling import telling_while_storing
from .bringing import SOMETHING, source_limits
from .whole import Restored, Tell, restore_study

NO_STUDY = (
    "This is not a whole-study file. Marks in other formats come into a study on its page "
    "“Import marks”, articles without marks on “Import articles”."
)
File = tuple[str, bytes]


def begin_study_import(*, actor: User, file: File) -> StudyImport:
    """Keep the file and start storing its study. Raises FileRefused."""
    name, content = file
    most = import_limits().upload_bytes
    if len(content) > most:
        raise FileRefused("", f"This file is {in_bytes(len(content))}; it may be {in_bytes(most)}.")
    if not recognises(SourceFiles.uploaded([file], source_limits())):
        raise FileRefused("", NO_STUDY)
    with transaction.atomic():
        made = StudyImport.objects.create(created_by=actor, name=name[:255], content=content)
        queued.start(store_study, str(made.pk))
    return made


def accounts_known_to(user: User) -> QuerySet[User]:
    """Who people of a file may turn out to be: oneself and those in studies one manages.

    A file may say anything, so nobody may put marks into the mouth of a stranger with one.
    """
    if user.is_superuser:
        return User.objects.all()
    led = Membership.objects.current().filter(user=user, role=Role.MANAGER).values("study")
    people = Membership.objects.filter(study__in=led).values("user")
    return User.objects.filter(Q(pk=user.pk) | Q(pk__in=people))


@task()
def store_study(import_id: str) -> None:
    """Store the study and let whoever brought it manage it, or say why not."""
    made = StudyImport.objects.select_related("created_by").get(pk=uuid.UUID(import_id))
    rows = StudyImport.objects.filter(pk=made.pk, state=StudyImportState.RUNNING)
    try:
        with telling_while_storing(made.pk, lambda n: rows.update(told={"n_done": n})) as tell:
            _store(made, tell)
    except Refusal as refused:
        _end(rows, StudyImportState.FAILED, message=str(refused))
    except Exception as error:
        if not queued.comes_back(store_study, error):
            _end(rows, StudyImportState.FAILED, message=SOMETHING)
        raise


@transaction.atomic
def _store(made: StudyImport, tell: Tell) -> None:
    """All of it in one transaction, which first asks whether it is still to be done.

    Its row is not locked until the end, so that progress can be written to it meanwhile. Of two
    runs at once the second meets rows that are here already and is undone.
    """
    rows = StudyImport.objects.filter(pk=made.pk, state=StudyImportState.RUNNING)
    here = rows.first()
    if here is None:
        return
    restored = restore_study(
        files=SourceFiles.uploaded([(here.name, bytes(here.content))], source_limits()),
        actor=made.created_by,
        known=accounts_known_to(made.created_by),
        tell=tell,
    )
    _let_manage(restored.study, made.created_by)
    _end(rows, StudyImportState.DONE, told=_told(restored))


@queued.when_given_up(store_study)
def _given_up(import_id: str) -> None:
    rows = StudyImport.objects.filter(pk=uuid.UUID(import_id), state=StudyImportState.RUNNING)
    _end(rows, StudyImportState.FAILED, message=queued.GIVEN_UP)


def _let_manage(study: Study, user: User) -> None:
    roles = roles_of(study, user)
    if Role.MANAGER not in roles:
        set_roles(study=study, actor=user, user=user, roles=[*roles, Role.MANAGER])


def _told(restored: Restored) -> dict[str, object]:
    return {
        "study": str(restored.study.pk),
        "name": restored.study.name,
        "articles": restored.n_articles,
        "known": sorted(restored.known_people),
        "new": sorted(restored.new_people),
    }


def _end(rows: QuerySet[StudyImport], state: StudyImportState, **changes: object) -> None:
    rows.update(state=state, content=b"", finished_at=timezone.now(), **changes)
