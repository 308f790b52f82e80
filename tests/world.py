"""A study in which there is one of everything, told in words that a test chooses.

`World("Arden")` has a row of every model of the app, so that every page of it can be opened.
`say(field, most)` gives the words of a text field ("Label.name") of at most so many characters:
plain ones as a rule, canaries in tests/project/test_canaries.py.
"""

import hashlib
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.test import Client
from django.utils import timezone
from zeal import zeal_ignore

from annotations.accounts.models import AccessToken, User
from annotations.assignment.models import Assignment, Submission, WorkTime
from annotations.corpus.models import Article, Import, Outlet, Region, SourceFile
from annotations.curation.actions import count_merge, save_merge_rules
from annotations.curation.models import (
    Alias,
    ArticleCases,
    Calibration,
    Case,
    Comment,
    CommentVersion,
    GoldLink,
    GoldSpan,
    Meeting,
    MeetingSeat,
    Mention,
    Revision,
    Thread,
)
from annotations.exchange.models import CorpusFile, CorpusImport, Export
from annotations.marking.actions import submit_assignment
from annotations.marking.models import AttributeValue, Entity, Link, Span
from annotations.reports.actions import compute_report, make_report
from annotations.reports.models import ArticleGamma, ArticleSums, Report, StudyTables
from annotations.reports.selection import Selection
from annotations.study.actions import record
from annotations.study.models import (
    Attribute,
    CodebookVersion,
    Invitation,
    Label,
    Membership,
    Role,
    Round,
    Rule,
    Study,
)
from annotations.study.queries.codebook import codebook_content
from annotations.text.blocks import blocks
from annotations.text.sentences import sentences
from tests.conftest import SignIn
from tests.curation.scene import both_submit, cases, ruling, send, url
from tests.marking.sending import Tab, span
from tests.people import LABELS, TEXT, join, make_user

Say = Callable[[str, int], str]


def plainly(field: str, most: int) -> str:
    return f"The {field.lower().replace('.', ' ').replace('_', ' ')}"[:most]


class World:
    """Alice leads, Bob and Carol have submitted the article, Erin has it open, Dave curates.

    Everybody's user name begins with the world's, so that several stand beside each other.
    """

    def __init__(self, name: str, say: Say = plainly) -> None:
        self.name, self.say = name.lower(), say
        self.sign_in = SignIn()
        with zeal_ignore():
            self._tell()

    def _tell(self) -> None:
        self._gather()
        self._write_codebook()
        self.article = self._bring_in(TEXT)
        self.round = self.study.rounds.get(position=0)
        works = [self._give(self.article, who) for who in (self.bob, self.carol, self.erin)]
        self.work, self.hers, self.open = works
        self._mark()
        self._merge()
        self._decide()
        self._talk()
        self._calibrate()
        self._exchange()
        self._report()
        for act in ("article.imported", "label.changed"):
            record(
                study=self.study, actor=self.alice, action=act, subject=self.label,
                before={"name": self.say("AuditEntry.before", 80)},
                after={"name": self.say("AuditEntry.after", 80)},
            )  # fmt: skip

    # --- people and codebook ---

    def _person(self, who: str, *roles: Role, ended: bool = False) -> User:
        made = make_user(f"{self.name}_{who}")
        made.display_name = self.say("User.display_name", 120)[: 115 - len(who)] + who
        made.save()
        for role in roles:
            end = timezone.now() if ended else None
            Membership.objects.create(study=self.study, user=made, role=role, ended_at=end)
        return made

    def _gather(self) -> None:
        self.alice = make_user(f"{self.name}_alice")
        self.study = Study.objects.create(
            name=f"{self.say('Study.name', 190)} {self.name}",
            description=self.say("Study.description", 400),
            created_by=self.alice,
            suggestions_allowed=True,
        )
        join(self.study, self.alice, Role.MANAGER)
        self.bob, self.carol, self.erin = (
            self._person(who, Role.ANNOTATOR) for who in ("bob", "carol", "erin")
        )
        self.dave = self._person("dave", Role.CURATOR)
        self.former = self._person("frank", Role.ANNOTATOR, Role.MANAGER, ended=True)
        self.token = AccessToken.objects.create(
            user=self.alice, name=self.say("AccessToken.name", 80), prefix="sm_x", scopes=["read"],
            sha256=hashlib.sha256(f"token {self.name}".encode()).hexdigest(),
            expires_at=timezone.now() + timedelta(days=7),
        )  # fmt: skip
        Round.objects.create(study=self.study, name=self.say("Round.name", 120), position=0)
        Round.objects.create(study=self.study, name="Pilot", purpose="training", position=1)
        self.invitation = Invitation.objects.create(
            study=self.study, roles=["annotator"], email=self.say("Invitation.email", 254),
            for_whom=self.say("Invitation.for_whom", 120),
            token_sha256=hashlib.sha256(self.name.encode()).hexdigest(), created_by=self.alice,
            expires_at=timezone.now() + timedelta(days=7),
        )  # fmt: skip

    def _write_codebook(self) -> None:
        for position, (slug, _, key, tag, slot, extent) in enumerate(LABELS):
            self.label = Label.objects.create(
                study=self.study, slug=slug, key=key, tag=tag, slot=slot, extent=extent,
                position=position, name=self.say("Label.name", 57) + str(position),
                definition=self.say("Label.definition", 400),
            )  # fmt: skip
        self.label = self.study.labels.get(slug="attribution")
        answers = {
            "value": self.say("Attribute.choices value", 60),
            "title": self.say("Attribute.choices title", 80),
        }
        kinds = (("source_kind", "choice"), ("words", "text"), ("entity", "entity"))
        for name, kind in kinds:
            self.attribute = Attribute.objects.create(
                study=self.study, label=self.label, name=name, kind=kind,
                title=self.say("Attribute.title", 80),
                choices=[answers] if kind == "choice" else [],
            )  # fmt: skip
        for label, name in ((self.label, "A1"), (None, "G1")):
            self.rule = Rule.objects.create(
                study=self.study, label=label, name=name, title=self.say("Rule.title", 120),
                **{
                    each: self.say(f"Rule.{each}", 400)
                    for each in ("text", "examples_yes", "examples_no", "hard_cases")
                },
            )  # fmt: skip
        content = codebook_content(self.study)
        for number in (1, 2):
            self.version = CodebookVersion.objects.create(
                study=self.study, number=number, created_by=self.alice,
                content={} if number == 1 else content,
                reason=self.say("CodebookVersion.reason", 300),
            )  # fmt: skip

    # --- articles and marks ---

    def _bring_in(self, text: str) -> Article:
        done = Import.objects.create(study=self.study, created_by=self.alice, state="done")
        self.brought = Import.objects.create(
            study=self.study, created_by=self.alice, n_records=1, state="failed",
            findings=[
                {"file": 0, "name": self.say("Import.findings name", 200), "place": "line 1",
                 "problem": self.say("Import.findings problem", 200), "same_as": None}
            ],
            message=self.say("Import.message", 200),
        )  # fmt: skip
        text += self.say("Article.text", 400) + "\n"
        file = SourceFile.objects.create(
            study=self.study, imported_in=done, name=self.say("SourceFile.name", 255),
            content=text.encode(), n_bytes=len(text.encode()),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
        )  # fmt: skip
        told = {
            name: self.say(f"Article.{name}", most)
            for name, most in (("title", 500), ("byline", 300), ("url", 2000), ("event", 200),
                               ("source_place", 300), ("language", 20))
        }  # fmt: skip
        made = Article.objects.create(
            study=self.study, text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            n_code_points=len(text), n_words=len(text.split()),
            blocks=[list(each) for each in blocks(text)],
            sentences=[list(each) for each in sentences(text)],
            segmenter="sentencex", imported_by=self.alice, source_file=file,
            outlet=Outlet.objects.create(study=self.study, name=self.say("Outlet.name", 200)),
            **told | {"title": f"{told['title'][:490]} {self.name}"},
        )  # fmt: skip
        self.region = Region.objects.create(
            study=self.study, article=made, start=len(text) - 3, end=len(text) - 1,
            created_by=self.alice,
        )  # fmt: skip
        return made

    def _give(self, article: Article, who: User) -> Assignment:
        return Assignment.objects.create(
            study=self.study, round=self.round, article=article, annotator=who,
            created_by=self.alice, return_reason=self.say("Assignment.return_reason", 200),
        )  # fmt: skip

    def _mark(self) -> None:
        both_submit(self.work, self.hers)
        tab = Tab(self.sign_in(self.erin), self.article)
        tab.made(
            "span", span(self.article, "allegation", (43, 57), note=self.say("Span.note", 200))
        )
        named = Entity.objects.create(
            study=self.study, owner=self.bob, name=self.say("Entity.name", 200),
            folded_name=self.say("Entity.name", 200).casefold(),
        )  # fmt: skip
        for source in Span.objects.filter(study=self.study, label=self.label):
            for attribute in self.study.attributes.all():
                is_name = attribute.kind == "entity"
                AttributeValue.objects.create(
                    study=self.study, span=source, attribute=attribute,
                    text="" if is_name else (
                        attribute.choices[0]["value"] if attribute.choices
                        else self.say("AttributeValue.text", 200)
                    ),
                    entity=named if is_name else None,
                )  # fmt: skip
        Span.objects.filter(study=self.study).update(
            note=self.say("Span.note", 200), flag="boundary"
        )
        Link.objects.filter(study=self.study).update(cue_start=19, cue_end=23, cue_quote="said")
        WorkTime.objects.create(
            study=self.study, assignment=self.work, tab=uuid.uuid4(), active_seconds=60
        )
        Assignment.objects.filter(study=self.study).exclude(annotator=self.erin).update(
            state="in_progress", submitted_at=None
        )
        for work in (self.work, self.hers):
            submit_assignment(
                user=work.annotator, study_id=self.study.pk, article_id=self.article.pk,
                confirmed=True,
            )  # fmt: skip
            work.refresh_from_db()

    # --- gold and the talk about it ---

    def _merge(self) -> None:
        rules = save_merge_rules(
            study=self.study, actor=self.alice, unanimous=False, at_least=None, boundary="union",
            least_votes=2,
        )  # fmt: skip
        self.merge = count_merge(study=self.study, actor=self.alice, rules=rules)

    def _decide(self) -> None:
        curator = self.sign_in(self.dave)
        found = cases(curator, self.article)
        note = self.say("Case.note", 200)
        told = send(
            curator,
            self.article,
            ruling(found["boundary"]["id"], choice="variant", variant=2, reason="boundary",
                   rule="A1", note=note),
            ruling(found["unanimous"]["id"], choice="majority", note=note),
            ruling(found["unanimous2"]["id"], choice="majority", note=note),
            ruling(found["link"]["id"], choice="majority", note=note),
        )  # fmt: skip
        states = [each["status"] for each in told.json()["results"]]
        assert states == ["applied"] * 4, told.content
        answer = curator.post(
            url("close", self.article),
            {"leave_open": "1", "note": self.say("GoldVersion.note", 99)},
        )
        assert answer.status_code == 302
        curator.post(url("reopen", self.article))
        self.gold = GoldSpan.objects.get(study=self.study, label=self.label)
        self.case = self.gold.case
        assert Case.objects.filter(study=self.study).exclude(note="").count() > 3
        self.gold_link = GoldLink.objects.filter(study=self.study).earliest("created_at")
        held = self.gold.adjudication
        Alias.objects.create(study=self.study, adjudication=held, annotator=self.bob, number=1)
        if not ArticleCases.objects.filter(article=self.article).exists():
            ArticleCases.objects.create(
                study=self.study, article=self.article, token=uuid.uuid4(), n_works=1,
                is_closed=False, n_all=6, n_decided=4, counts={}, counted_at=timezone.now(),
            )  # fmt: skip

    def _talk(self) -> None:
        self.thread = Thread.objects.create(
            study=self.study, article=self.article, start=0, end=9,
            quote=self.article.text[:9], opened_by=self.dave, flag="boundary",
        )  # fmt: skip
        words = self.say("Comment.text", 300) + f" @{self.bob.username}"
        self.comment = Comment.objects.create(
            study=self.study, thread=self.thread, author=self.dave, text=words,
            changed_at=timezone.now(),
        )  # fmt: skip
        CommentVersion.objects.create(
            study=self.study, comment=self.comment, number=1, replaced_at=timezone.now(),
            text=self.say("CommentVersion.text", 300),
        )  # fmt: skip
        Mention.objects.create(study=self.study, comment=self.comment, user=self.bob)
        self.meeting = Meeting.objects.create(
            study=self.study, article=self.article, title=self.say("Meeting.title", 200),
            notes=self.say("Meeting.notes", 400), created_by=self.dave,
        )  # fmt: skip
        for position, who in enumerate((self.bob, self.carol)):
            MeetingSeat.objects.create(
                study=self.study, meeting=self.meeting, user=who, position=position
            )

    def _calibrate(self) -> None:
        self.calibration = Calibration.objects.create(
            study=self.study, round=self.round, note=self.say("Calibration.note", 300),
            created_by=self.alice, revealed_at=timezone.now(), revealed_by=self.alice,
        )  # fmt: skip
        for work in (self.work, self.hers):
            Revision.objects.create(
                study=self.study, calibration=self.calibration, assignment=work,
                before=Submission.objects.get(assignment=work),
            )  # fmt: skip

    # --- files and figures ---

    def _exchange(self) -> None:
        self.export = Export.objects.create(
            study=self.study, created_by=self.alice, file_format="jsonl", state="failed",
            message=self.say("Export.message", 200), wanted={}, options={},
        )  # fmt: skip
        self.own_export = Export.objects.create(
            study=self.study, created_by=self.bob, file_format="jsonl", state="failed",
            is_own=True, message="x",
        )  # fmt: skip
        self.foreign = CorpusImport.objects.create(
            study=self.study, created_by=self.alice, file_format="jsonl", state="failed",
            message=self.say("CorpusImport.message", 200),
        )  # fmt: skip
        CorpusFile.objects.create(
            study=self.study, brought_in=self.foreign, name=self.say("CorpusFile.name", 255),
            content=b"{}",
        )  # fmt: skip

    def _report(self) -> None:
        now = timezone.now()
        kept: dict[str, Any] = {"study": self.study, "input_hash": "x", "computed_at": now}
        ArticleSums.objects.create(article=self.article, sums={}, **kept)
        StudyTables.objects.create(tables={}, **kept)
        ArticleGamma.objects.create(
            study=self.study, article=self.article, input_hash="x", seed=1, n_samples=1, result={}
        )
        self.report = make_report(
            study=self.study, actor=self.alice, name=self.say("Report.name", 200),
            selection=Selection(),
        )  # fmt: skip
        compute_report.func(str(self.report.pk))
        self.report.refresh_from_db()
        assert (self.report.state, self.report.message) == ("done", "")
        Report.objects.create(
            study=self.study, name=self.say("Report.name", 200), created_by=self.alice,
            engine_version="1", inputs=self.report.inputs,
            parameters=self.report.parameters, state="failed",
            message=self.say("Report.message", 200),
        )  # fmt: skip

    # --- what stands in addresses ---

    def ids(self, route: str) -> dict[str, Any]:
        """A thing of this study for every name that the route's address may ask for."""
        brought = self.foreign if route.startswith("exchange:") else self.brought
        told: dict[str, Model | str | int] = {
            "study_id": self.study,
            "article_id": self.article,
            "assignment_id": self.hers,
            "attribute_id": self.attribute,
            "calibration_id": self.calibration,
            "case_id": self.case,
            "comment_id": self.comment,
            "export_id": self.export,
            "gold_id": self.gold,
            "link_id": self.gold_link,
            "import_id": brought,
            "invitation_id": self.invitation,
            "label_id": self.label,
            "meeting_id": self.meeting,
            "merge_id": self.merge,
            "region_id": self.region,
            "report_id": self.report,
            "round_id": self.study.rounds.get(position=1),
            "rule_id": self.rule,
            "thread_id": self.thread,
            "user_id": self.bob,
            "number": 2,
            "name": "pairs",
            "form": "csv",
        }
        return {key: each.pk if isinstance(each, Model) else each for key, each in told.items()}

    def client(self, who: User | None) -> Client:
        return self.sign_in(who) if who else Client()
