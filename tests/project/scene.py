"""The study that every write is tried on, and what some of them need to be there first."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import Label, Round, Study
from tests.conftest import SignIn
from tests.curation.scene import both_work
from tests.marking.sending import new_id
from tests.people import assign, make_article, make_user

Act = Callable[[], Any]
TALK = {"text": "Why?", "comment_id": new_id()}


@dataclass
class Scene:
    """Bob and Carol have submitted an article; another waits for Bob, a third for nobody."""

    study: Study
    article: Article
    fresh: Article
    spare: Article
    bob: User
    carol: User
    erin: User
    submitted: Assignment
    waiting: Assignment
    sign_in: SignIn

    def client(self, user: User) -> Client:
        client = self.sign_in(user)
        client.raise_request_exception = False
        return client

    def __post_init__(self) -> None:
        manager = self.study.created_by
        self.dave = User.objects.get(username="dave")
        self.manager, self.curator = self.client(manager), self.client(self.dave)
        self.annotator, self.guest = self.client(self.bob), self.client(self.erin)

    def at(self, route: str, *ids: Any) -> str:
        return reverse(route, args=[self.study.pk, *ids])

    def post(self, route: str, *ids: Any, **data: Any) -> Any:
        return self.manager.post(self.at(route, *ids), data)

    def decide(self, route: str, *ids: Any, **data: Any) -> Any:
        return self.curator.post(self.at(route, *ids), data)

    @property
    def label(self) -> Label:
        return self.study.labels.get(slug="reporting")

    @property
    def question(self) -> Any:
        return self.study.labels.get(slug="attribution").attributes.get(name="source_kind")

    @property
    def round(self) -> Round:
        return self.study.rounds.get(name="Main")

    def latest(self, name: str) -> Any:
        """The id of the newest row of a model of ours."""
        from django.apps import apps

        return apps.get_model("annotations", name).objects.latest("created_at").pk


def make_scene(study: Study, people: dict[str, User], sign_in: SignIn) -> Scene:
    article = make_article(study)
    bob, carol, erin = people["bob"], people["carol"], make_user("erin")
    submitted = assign(article, bob)
    assign(article, carol)
    both_work(article, sign_in(bob), sign_in(carol))
    fresh = make_article(study, "Another text. It has two sentences.\n", "Another")
    spare = make_article(study, "A third text. Nobody has it.\n", "Third")
    return Scene(
        study, article, fresh, spare, bob, carol, erin, submitted, assign(fresh, bob), sign_in
    )


# --- what has to be there first ------------------------------------------------------------------


def answered(response: Any) -> Any:
    assert response.status_code in (200, 201, 202, 204, 302), response.content.decode()[:2000]
    return response


def made_rule(scene: Scene) -> Any:
    answered(scene.post("study:codebook_rule_new", name="X1", text="Mark it.", reason="Wanted"))
    return scene.study.rules.get(name="X1").pk


def made_round(scene: Scene) -> Any:
    answered(scene.post("study:settings_round_new", name="Spare", purpose="pilot"))
    return scene.study.rounds.get(name="Spare").pk


def invited(scene: Scene) -> tuple[Any, str]:
    response = answered(scene.post("study:people_invite", roles=["annotator"]))
    return scene.study.invitations.latest("created_at").pk, str(response.context["link"])


def thread(scene: Scene) -> Any:
    told = {"words": "two people", "text": "@alice, why?", "comment_id": new_id()}
    there = scene.decide("curation:article_discussion", scene.article.pk, **told)
    return answered(there).url.rstrip("/").rpartition("/")[2]


def cited(scene: Scene) -> Any:
    found, about = made_rule(scene), thread(scene)
    answered(scene.decide("curation:thread_rule", about, rule=found))
    return about


def own_comment(scene: Scene) -> Any:
    from annotations.curation.models import Comment

    thread(scene)
    return Comment.objects.get().pk


def meeting(scene: Scene) -> Any:
    seats = [scene.bob.pk, scene.carol.pk]
    answered(scene.decide("curation:meeting_new", scene.article.pk, seats=seats))
    return scene.latest("meeting")


def calibration(scene: Scene, *steps: str) -> Any:
    answered(scene.post("curation:calibrations", round=scene.round.pk))
    found = scene.latest("calibration")
    for step in steps:
        answered(scene.post(f"curation:calibration_{step}", found))
    return found


def merge(scene: Scene) -> Any:
    from annotations.curation.actions.merges import run_merge

    answered(scene.decide("curation:merge", unanimous="on", least_votes="2"))
    found = scene.latest("merge")
    run_merge.func(str(found))
    return found


def preview(scene: Scene) -> Any:
    file = SimpleUploadedFile("new.txt", b"A new text. It is short.\n")
    answered(scene.post("corpus:import", uploads=file, language="en"))
    return scene.latest("import")


def corpus(scene: Scene) -> Any:
    from annotations.exchange.actions.bringing import read_import

    answered(scene.post("exchange:import", uploads=corpus_file(), file_format=""))
    found = scene.latest("corpusimport")
    read_import.func(str(found))
    return found


def corpus_file() -> SimpleUploadedFile:
    line = {"id": 7, "text": "The mayor spoke. Nobody came.", "label": [[4, 9, "PER"]]}
    return SimpleUploadedFile("all.jsonl", (json.dumps(line) + "\n").encode())


def report(scene: Scene) -> Any:
    answered(scene.post("reports:make", name="First", seed="1", address=""))
    found = scene.latest("report")
    from annotations.reports.actions.reports import compute_report

    compute_report.func(str(found))
    return found


def export(scene: Scene) -> Any:
    answered(scene.post("exchange:export", file_format="csv", states=["submitted"]))
    return scene.latest("export")
