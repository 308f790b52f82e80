"""The demo study: made once, through the same acts as any other, as of the days it tells of."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from annotations.accounts.actions import end_sessions, open_account
from annotations.accounts.models import User
from annotations.assignment.actions import assign_article
from annotations.assignment.models import Assignment
from annotations.corpus.actions import import_files, mark_words
from annotations.corpus.models import Article, RegionKind
from annotations.marking.actions import apply_operations, record_time, submit_assignment
from annotations.marking.models import Origin
from annotations.marking.protocol import Batch, Op
from annotations.study.actions import create_study, record
from annotations.study.actions.people import set_roles
from annotations.study.actions.studies import add_round, change_round, set_comparison, throw_away
from annotations.study.models import AuditEntry, Role, Round, RoundPurpose, Study
from annotations.study.queries.codebook import codebook_content

from .. import native
from ..demo.clock import as_of
from ..demo.files import DemoArticle, DemoFiles, DemoPerson, DemoWork, demo_files
from ..demo.sign_ins import new_password, read_sign_ins, write_sign_ins
from ..demo.story import active_seconds, ended, moment, portions
from ..operations import Operations
from .demo_gold import Curating

MADE = "demo.made"
MAIL = "demo.example"
BEGINNING = -21  # the day, counted from today, on which the study was set up
ARTICLES_FILE = "articles.jsonl"


@dataclass(frozen=True)
class Demo:
    """What `manage.py demo` tells; `made` is False when everything was there already."""

    study: Study
    passwords: dict[str, str]
    made: bool


def ensure_demo(*, folder: Path, reset: bool = False, files: DemoFiles | None = None) -> Demo:
    """The demo study and its people, made if there are none yet; a second call changes nothing.

    `reset` throws the study away (it stays in the bin for thirty days), makes a new one, and puts
    the demo's accounts back. Passwords are kept in `folder`; a lost file means new passwords.
    `files` tells another story than the one shipped.
    """
    files = files or demo_files()
    passwords, people = read_sign_ins(folder), files.people
    study = find_demo()
    is_known = all(person.username in passwords for person in people)
    if study and is_known and not reset:
        return Demo(study, passwords, made=False)
    passwords = {each.username: passwords.get(each.username) or new_password() for each in people}
    write_sign_ins(folder, passwords)
    with transaction.atomic():
        accounts = {each.username: _account(each, passwords[each.username]) for each in people}
        if study and not reset:
            return Demo(study, passwords, made=False)
        leader = accounts[people[0].username]
        if study and study.deleted_at is None:
            throw_away(study=study, actor=leader)
        return Demo(_tell(files, accounts, leader), passwords, made=True)


def find_demo() -> Study | None:
    """The demo study made last, also when it was put in the bin since."""
    entry = AuditEntry.objects.filter(action=MADE).select_related("study").order_by("-pk").first()
    return entry.study if entry else None


def _account(person: DemoPerson, password: str) -> User:
    """The account as the demo says it is; made anew when there is none."""
    address = f"{person.username.removesuffix('.demo')}@{MAIL}"
    user = User.objects.filter(username=person.username, email=address).first()
    if user is None:
        with as_of(moment(timezone.now().date(), BEGINNING)):
            return open_account(
                username=person.username,
                email=address,
                display_name=person.display_name,
                password=password,
            )
    if not user.is_active or not user.check_password(password):
        end_sessions(user=user)
        user.set_password(password)
    user.is_active, user.display_name = True, person.display_name
    user.save(update_fields=["password", "is_active", "display_name"])
    return user


def _tell(files: DemoFiles, accounts: dict[str, User], leader: User) -> Study:
    """Everything that happened in the demo study, one thing after the other."""
    today = timezone.now().date()
    with as_of(moment(today, BEGINNING, "10:00")):
        study = create_study(actor=leader, name=files.study, description=files.description)
        for person in files.people[1:]:
            roles = [Role(role) for role in person.roles]
            set_roles(study=study, actor=leader, user=accounts[person.username], roles=roles)
        rounds = _rounds(study, leader, files, today)
    with as_of(moment(today, BEGINNING, "10:25")):
        articles = _articles(study, leader, files)
    with as_of(moment(today, BEGINNING, "10:40")):
        round_of = {each.slug: rounds[each.round] for each in files.articles}
        for work in files.work:
            assign_article(
                study=study,
                actor=leader,
                article=articles[work.article],
                annotator=accounts[work.annotator],
                round=round_of[work.article],
            )
    events: list[_Doing | _Opening | Curating] = [
        _Doing(study, articles[work.article], accounts[work.annotator], work, today)
        for work in files.work
        if work.state != "waiting"
    ]
    events += [
        _Opening(rounds[each.name], leader, moment(today, each.compared_on_day))
        for each in files.rounds
        if each.compared_on_day is not None
    ]
    events += _curating(study, files, articles, accounts, today)
    for event in sorted(events, key=lambda event: event.at):
        event.tell()
    record(study=study, actor=leader, action=MADE, subject=study)
    return study


def _curating(
    study: Study,
    files: DemoFiles,
    articles: dict[str, Article],
    accounts: dict[str, User],
    today: date,
) -> list[Curating]:
    """Of the first round whose comparison was opened: one article to the end, one half way."""
    curator = next((p.username for p in files.people if "curator" in p.roles), None)
    opened = next((each for each in files.rounds if each.compared_on_day is not None), None)
    if curator is None or opened is None or opened.compared_on_day is None:
        return []
    submitted = {work.article for work in files.work if work.state == "submitted"}
    of_round = [each.slug for each in files.articles if each.round == opened.name]
    slugs = [slug for slug in of_round if slug in submitted]
    return [
        Curating(
            study,
            accounts[curator],
            articles[slug],
            moment(today, opened.compared_on_day + 1 + n, "13:00"),
            until,
        )
        for n, (slug, until) in enumerate(zip(slugs, (1.0, 0.5), strict=False))
    ]


def _rounds(study: Study, leader: User, files: DemoFiles, today: date) -> dict[str, Round]:
    there = {each.name: each for each in study.rounds.all()}
    for each in files.rounds:
        values = {
            "name": each.name,
            "purpose": RoundPurpose(each.purpose),
            "starts_on": today + timedelta(days=each.first_day),
            "ends_on": today + timedelta(days=each.last_day),
        }
        if each.name in there:
            change_round(round=there[each.name], actor=leader, **values)
        else:
            there[each.name] = add_round(study=study, actor=leader, **values)
    return there


def _articles(study: Study, leader: User, files: DemoFiles) -> dict[str, Article]:
    """By slug; brought in as one file of JSON lines, then the captions are marked."""
    lines = "".join(json.dumps(_line(each), ensure_ascii=False) + "\n" for each in files.articles)
    import_files(
        study=study, actor=leader, files=[(ARTICLES_FILE, lines.encode())], all_or_none=True
    )
    by_title = {article.title: article for article in Article.objects.filter(study=study)}
    for each in files.articles:
        for kind, start, end in each.regions:
            if kind != RegionKind.METADATA:  # the import has seen the crawler's prefix itself
                mark_words(
                    article=by_title[each.title],
                    actor=leader,
                    kind=RegionKind(kind),
                    words=each.text[start:end],
                )
    return {each.slug: by_title[each.title] for each in files.articles}


def _line(article: DemoArticle) -> dict[str, str]:
    names = ("title", "text", "outlet", "byline", "url", "language", "event")
    words = {name: getattr(article, name) for name in names}
    return {**words, "published_on": article.published_on.isoformat()}


@dataclass(frozen=True)
class _Doing:
    """One annotator at work on one article."""

    study: Study
    article: Article
    annotator: User
    work: DemoWork
    today: date

    @property
    def at(self) -> datetime:
        return moment(self.today, self.work.day, self.work.at)

    def tell(self) -> None:
        tab = uuid.uuid5(self.study.pk, f"{self.work.article} {self.work.annotator}")
        rev = 0
        for at, ops in portions(self.work, list(self._operations()), self.today):
            with as_of(at):
                rev = self._save(Batch(rev, tab, tuple(ops)))
        with as_of(ended(self.work, self.today)):
            mine = Assignment.objects.get(article=self.article, annotator=self.annotator)
            record_time(assignment=mine, tab=tab, active_seconds=active_seconds(self.work))
            if self.work.state == "submitted":
                submit_assignment(
                    user=self.annotator,
                    study_id=self.study.pk,
                    article_id=self.article.pk,
                    confirmed=True,
                )

    def _operations(self) -> Iterator[Op]:
        marks = native.read(self.work.marks).marks
        labels = {label["slug"]: label for label in codebook_content(self.study)["labels"]}
        return iter(Operations(marks, labels, Origin.HAND))

    def _save(self, batch: Batch) -> int:
        """As the browser would; the revision that this comes to."""
        reply = apply_operations(
            user=self.annotator,
            study_id=self.study.pk,
            article_id=self.article.pk,
            batch=batch,
        )
        refused = [each for each in reply["results"] if each["status"] not in ("applied", "same")]
        if refused:
            raise ValueError(f"the demo's marks on {self.work.article} do not fit: {refused}")
        return int(reply["rev"])


@dataclass(frozen=True)
class _Opening:
    """The day on which a round's comparison was opened."""

    round: Round
    leader: User
    at: datetime

    def tell(self) -> None:
        with as_of(self.at):
            set_comparison(round=self.round, actor=self.leader, opened=True)
