"""A study with a row of everything that housekeeping shows."""

import uuid
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from annotations.accounts.models import Scope, User
from annotations.accounts.tokens import make_token
from annotations.assignment.models import Submission
from annotations.corpus.models import Article, Import, Outlet
from annotations.curation.models import Adjudication, Ruling
from annotations.marking.models import Operation
from annotations.reports.models import Report
from annotations.study.actions import record
from annotations.study.actions.people import invite
from annotations.study.models import Role, Round, Rule, Study
from tests.conftest import SignIn
from tests.marks import mark, submit
from tests.people import assign, join, make_article, make_study, make_user


@pytest.fixture
def ada(db: None) -> User:
    """The site admin, a member of no study."""
    return make_user("ada", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(ada: User, sign_in: SignIn) -> Client:
    return sign_in(ada)


def furnish(name: str, ada: User) -> Study:
    """A study with at least one row of every model."""
    manager, marker = make_user(f"{name}-lead"), make_user(f"{name}-marks")
    study = make_study(manager, name=name)
    join(study, marker, Role.ANNOTATOR)
    Round.objects.create(study=study, name="Pilot", purpose="pilot")
    Rule.objects.create(study=study, name="A1", text="Mark the source.")
    article = make_article(study, title=f"Strike, {name}")
    Article.objects.filter(pk=article.pk).update(
        outlet=Outlet.objects.create(study=study, name=f"{name} Courier")
    )
    invite(study=study, actor=manager, roles=[Role.CURATOR], email=f"{name}@example.com")
    work = assign(article, marker)
    span = mark(work, "attribution", (0, 9))
    submit(work)
    now = timezone.now()
    make_token(user=marker, name=f"{name} nightly", scopes=[Scope.READ], keeps=timedelta(days=1))
    Submission.objects.create(
        study=study, assignment=work, number=1, rev=1, submitted_at=now, content={}
    )
    Operation.objects.create(
        study=study,
        assignment=work,
        user=marker,
        op_id=uuid.uuid4(),
        at=now,
        kind="add",
        target_type="span",
        target_id=span.pk,
        status="applied",
        rev=1,
        result={},
    )
    held = Adjudication.objects.create(study=study, article=article, alias_seed=1)
    Ruling.objects.create(
        study=study,
        adjudication=held,
        user=manager,
        op_id=uuid.uuid4(),
        at=now,
        kind="decide",
        case_id=uuid.uuid4(),
        status="applied",
        rev=1,
        result={},
    )
    Report.objects.create(study=study, name="First", created_by=manager, engine_version="1")
    Import.objects.create(study=study, created_by=manager)
    record(study=study, actor=manager, action="article.imported", subject=article)
    LogEntry.objects.create(
        user=ada,
        content_type=ContentType.objects.get_for_model(Study),
        object_id=str(study.pk),
        object_repr=name,
        action_flag=CHANGE,
        change_message="Looked after",
    )
    DBTaskResult.objects.create(
        task_path="annotations.reports.actions.reports.compute_report",
        args_kwargs={"args": [], "kwargs": {}},
        run_after=now,
        backend_name="default",
        exception_class_path="",
        traceback="",
    )
    return study


@pytest.fixture
def furnished(ada: User) -> Study:
    return furnish("Arden", ada)


def registered() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)
