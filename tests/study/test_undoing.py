"""Managers’ acts are undone from the line that says they were done, and from the history."""

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from zeal import zeal_ignore

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article, Region
from annotations.marking.models import AttributeValue, Link, Span
from annotations.study.actions.undoing import UNDOINGS, NotUndoable, undo
from annotations.study.models import AuditEntry, Membership, Study
from annotations.study.queries.codebook import codebook_content
from project.doctor import examine
from tests.conftest import SignIn
from tests.marking.sending import Tab, add, link, op, span
from tests.project.scene import Scene, make_scene, preview
from tests.project.writes import ACTS

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]

# Addresses whose answer offers to undo; each is sent, undone and sent again.
UNDOABLE = (
    "study:people_revoke",
    "study:people_member",
    "study:people_end",
    "study:codebook_edit",
    "study:codebook_label_new",
    "study:codebook_label",
    "study:codebook_label_archive",
    "study:codebook_attribute_new",
    "study:codebook_attribute",
    "study:codebook_attribute_archive",
    "study:codebook_rule_new",
    "study:codebook_rule",
    "study:codebook_rule_archive",
    "study:settings",
    "study:settings_archive",
    "study:settings_round_new",
    "study:settings_round",
    "study:settings_round_comparison",
    "study:settings_round_closing",
    "study:settings_round_remove",
    "corpus:article_edit",
    "corpus:article_bin",
    "corpus:article_restore",
    "corpus:regions",
    "corpus:region_sentences",
    "corpus:region_unmark",
    "assignment:plan",
    "assignment:article",
    "assignment:remove",
    "assignment:person_clear",
    "assignment:hand_over",
    "assignment:person_hand_over",
    "assignment:return",
    "marking:merge_label",
)
OFFER = re.compile(
    r'<form method="post" action="(?P<address>[^"]+)"><input[^>]*><input type="hidden" name="acts"'
    r' value="(?P<acts>[^"]*)"><input type="hidden" name="next" value="(?P<next>[^"]*)">'
)


@pytest.fixture
def scene(study: Study, bob: User, carol: User, dave: User, sign_in: SignIn) -> Scene:
    return make_scene(study, {"bob": bob, "carol": carol}, sign_in)


def as_people_see_it(scene: Scene) -> dict[str, Any]:
    """All that a manager’s act may change, without what is archived, removed or in the bin."""
    study = Study.objects.get(pk=scene.study.pk)
    book = codebook_content(study)
    book["labels"] = [
        {**label, "attributes": [each for each in label["attributes"] if not each["archived"]]}
        for label in book["labels"]
        if not label["archived"]
    ]
    settings = ("name", "description", "hide_source", "blind_curation", "deleted_at")
    rounds = ("pk", "name", "purpose", "starts_on", "ends_on", "closed_at", "comparison_opened_at")
    particulars = ("pk", "title", "outlet__name", "language", "sentences")
    work = ("article", "annotator", "round", "state", "submitted_at", "return_reason")
    live = Span.objects.filter(study=study).live().order_by("pk")
    return {
        "settings": [getattr(study, name) for name in settings],
        "rounds": list(study.rounds.order_by("pk").values_list(*rounds)),
        "codebook": book,
        "people": sorted(Membership.objects.current().values_list("user__username", "role")),
        "open invitations": study.invitations.filter(revoked_at=None).count(),
        "articles": list(Article.objects.kept().order_by("pk").values_list(*particulars)),
        "regions": sorted(Region.objects.filter(removed_at=None).values_list("start", "end")),
        "work": list(Assignment.objects.order_by("article", "annotator").values_list(*work)),
        "marks": list(live.values_list("pk", "label", "stretch")),
        "answers": sorted(AttributeValue.objects.values_list("span", "attribute", "text")),
        "links": sorted(Link.objects.live().values_list("source", "target")),
    }


def offered(page: str) -> dict[str, str]:
    """The last of them: acts of before, whose answer nobody read, are offered too."""
    found = [each.groupdict() for each in OFFER.finditer(page.partition("<h1")[0])]
    assert found, "Nothing is offered to be undone."
    return found[-1]


def take(client: Client, offer: dict[str, str]) -> str:
    """The page after."""
    sent = {name: offer[name] for name in ("acts", "next")}
    return client.post(offer["address"], sent, follow=True).content.decode()


def do_and_undo(scene: Scene, name: str) -> str:
    """What is otherwise than before; nothing when all is as it was."""
    act = ACTS[name](scene)
    before = as_people_see_it(scene)
    answered = act()
    if as_people_see_it(scene) == before:
        return "It changed nothing."
    if answered.status_code != 302:
        return answered.content.decode()[-1500:]
    page = take(scene.manager, offered(scene.manager.get(answered.url).content.decode()))
    after = as_people_see_it(scene)
    wrong = [f"{key}: {before[key]} {after[key]}" for key in before if before[key] != after[key]]
    said = re.sub("<[^>]+>", "", page[page.find('id="alerts"') :][:900])
    return f"{wrong} {said}" if wrong else ""


def test_each_act_is_undone_from_the_line_that_says_it_was_done(scene: Scene) -> None:
    wrong: dict[str, str] = {}
    for name in UNDOABLE:
        with transaction.atomic(), zeal_ignore():
            if told := do_and_undo(scene, name):
                wrong[name] = told
            if name.startswith(("assignment", "marking")) and (found := [*map(str, examine())]):
                wrong[f"{name}, doctor"] = str(found)
            transaction.set_rollback(True)
    assert wrong == {}


def test_undoing_is_on_record_and_happens_once(scene: Scene) -> None:
    page = scene.manager.get(ACTS["corpus:article_bin"](scene)().url).content.decode()
    offer = offered(page)
    take(scene.manager, offer)
    newest = AuditEntry.objects.all()[:2]
    assert [entry.action for entry in newest] == ["act.undone", "article.restored"]
    assert newest[0].actor == scene.study.created_by
    assert "This has been undone already." in take(scene.manager, offer)
    assert AuditEntry.objects.filter(action="act.undone").count() == 1


def test_the_history_offers_it_too_and_says_what_was_undone(scene: Scene) -> None:
    ACTS["corpus:article_bin"](scene)()
    there = scene.at("study:history")
    scene.manager.get(there)  # reads what was said
    page = scene.manager.get(there).content.decode()
    offer = OFFER.search(page)
    assert offer
    assert "Undone." in take(scene.manager, offer.groupdict())
    page = scene.manager.get(there).content.decode()
    undone = AuditEntry.objects.get(action="article.binned").subject_name
    told = f"Act undone</strong>: Article binned “{undone}”"
    assert (">undone<" in page, told in page, "article.binned" in page) == (True, True, False)


def test_nothing_is_undone_over_a_later_change(scene: Scene) -> None:
    first = offered(scene.manager.get(ACTS["study:settings"](scene)().url).content.decode())
    scene.post("study:settings", name="Third name", description="All")
    assert "changed again since" in take(scene.manager, first)
    scene.study.refresh_from_db()
    assert scene.study.name == "Third name"


def test_work_that_was_begun_is_not_taken_back(scene: Scene) -> None:
    page = scene.manager.get(ACTS["assignment:article"](scene)().url).content.decode()
    saved = Tab(scene.annotator, scene.spare).send(add("span", span(scene.spare, None, (0, 7))))
    assert saved[0]["status"] == "applied"
    assert "Nothing was undone." in take(scene.manager, offered(page))
    assert Assignment.objects.filter(article=scene.spare).count() == 1


def test_a_change_without_effect_offers_nothing(scene: Scene) -> None:
    study = scene.study
    there = scene.at("study:settings")
    sent = {"name": study.name, "description": study.description}
    assert not OFFER.search(scene.manager.post(there, sent, follow=True).content.decode())


def test_only_who_may_do_it_may_undo_it(scene: Scene, mallory: User, sign_in: SignIn) -> None:
    offer = offered(scene.manager.get(ACTS["study:settings"](scene)().url).content.decode())
    told = {
        who.username: sign_in(who).post(offer["address"], {"acts": offer["acts"]}).status_code
        for who in (mallory, scene.bob, User.objects.get(username="dave"))
    }
    assert told == {"mallory": 404, "bob": 403, "dave": 403}


def test_acts_of_another_study_and_nonsense_are_not_found(scene: Scene, mallory: User) -> None:
    other = mallory.memberships.get().study
    entry = AuditEntry.objects.create(
        study=other, actor=mallory, action="study.changed", subject_type="study",
        subject_id=str(other.pk),
    )  # fmt: skip
    there = scene.at("study:undo")
    for acts in (str(entry.pk), "", "1,x", "9" * 30, ",".join(["1"] * 600)):
        assert scene.manager.post(there, {"acts": acts}).status_code == 404, acts


@pytest.mark.parametrize("there", ["//evil.example/", "home", "a\0b"])
def test_the_way_back_is_a_page_of_this_site(there: str, scene: Scene) -> None:
    offer = offered(scene.manager.get(ACTS["study:settings"](scene)().url).content.decode())
    answered = scene.manager.post(offer["address"], {"acts": offer["acts"], "next": there})
    assert answered.url == scene.at("study:history")


def test_after_thirty_days_nothing_is_undone(scene: Scene, monkeypatch: Any) -> None:
    from annotations.study.actions import undoing

    ACTS["study:settings"](scene)()
    entry = AuditEntry.objects.latest("pk")
    later = entry.at + timedelta(days=31)
    monkeypatch.setattr(undoing.timezone, "now", lambda: later)
    with pytest.raises(NotUndoable):
        undo(study=scene.study, actor=scene.study.created_by, numbers=[entry.pk])


def test_an_import_is_undone_as_long_as_nothing_of_it_is_assigned(scene: Scene) -> None:
    scene.post("corpus:import_store", preview(scene))
    entry = AuditEntry.objects.get(action="article.imported")
    assert Article.objects.kept().count() == 4
    undo(study=scene.study, actor=scene.study.created_by, numbers=[entry.pk])
    assert Article.objects.kept().count() == 3


def test_undoing_a_merger_leaves_what_was_changed_since(scene: Scene) -> None:
    """Two marks on the same words, an answer, a link; and one mark that Bob moved afterwards."""
    labels, text = scene.study.labels, scene.fresh
    asked = {"source_kind": "unspecified"}
    source = span(text, "attribution", (0, 7), attributes=asked)
    target, twin = span(text, "allegation", (14, 16)), span(text, "characterization", (14, 16))
    other, tab = span(text, "allegation", (17, 20)), Tab(scene.annotator, text)
    tab.send(*(add("span", each) for each in (source, target, twin, other)))
    tab.send(add("link", link(source, target)))
    before = as_people_see_it(scene)
    old, new = labels.get(slug="allegation"), labels.get(slug="characterization")
    scene.post("marking:merge_label", old.pk, into=new.pk, reason="Too alike")
    entry = AuditEntry.objects.get(action="label.merged")
    state = {**span(text, "characterization", (17, 24)), "id": other["id"]}
    assert tab.send(op("set", "span", state, 2))[0]["status"] == "applied"
    with zeal_ignore():
        undo(study=scene.study, actor=scene.study.created_by, numbers=[entry.pk])
    after = as_people_see_it(scene)
    told = AuditEntry.objects.get(action="label.unmerged").after
    assert told == {"marks that were changed since and stay": 1}
    changed = [row for row in after["marks"] if row not in before["marks"]]
    assert [(str(pk), label, place) for pk, label, place in changed] == [
        (other["id"], new.pk, "17-24")
    ]
    for name in ("codebook", "links", "answers"):
        assert after[name] == before[name]
    assert [str(finding) for finding in examine()] == []


# Acts on record that have no undoing of their own: why.
EXCUSED = {
    "account.activated": "closed again in housekeeping",
    "account.deactivated": "opened again in housekeeping",
    "act.undone": "what was undone is done again by hand",
    "adjudication.closed": "reopened; the version of the gold stays",
    "adjudication.names_shown": "nobody can unsee a name",
    "adjudication.reopened": "closed again",
    "article.looked_at": "changes nothing",
    "assignment.handed_back": "is an undoing",
    "assignment.plan_undone": "is an undoing",
    "assignment.submitted": "returned by curators and managers; the submission stays",
    "calibration.begun": "ends; a round that is only begun compares nothing",
    "calibration.ended": "both versions stay, and the round’s comparison opens and closes freely",
    "calibration.revealed": "nobody can unsee marks; the comparison it opened can be closed",
    "codebook.changed": "each change in a version has an undoing of its own",
    "corpus.imported": "its articles go to the bin, where they stay for 30 days",
    "demo.made": "the example goes to the bin like any study",
    "gold.merged": "each case is decided anew; what a curator decided was never touched",
    "invitation.renewed": "is an undoing",
    "label.unmerged": "is an undoing",
    "marks.imported": "each piece of work is returned, and its marks removed, by its annotator",
    "marks.read": "nobody can unsee marks",
    "marks.read_early": "nobody can unsee marks",
    "meeting.ended": "reopened",
    "meeting.noted": "the history keeps the notes of before, to be put back by hand",
    "meeting.planned": "ended without notes it says nothing",
    "meeting.reopened": "ended again",
    "member.joined": "the membership is ended",
    "merge_rules.changed": "saved anew; merges that were made keep their own rules",
    "report.made": "says what was so at its time",
    "study.archived": "restored from the bin for 30 days, also by the button beside the message",
    "study.created": "goes to the bin",
    "study.exported": "changes nothing; the file can be removed",
    "study.imported": "goes to the bin",
    "study.looked_at": "changes nothing",
    "study.purged": "the one act that is for good, after 30 days in the bin",
    "study.restored": "goes to the bin again",
    "submission.put_back": "is an undoing",
    "suggestions.brought_in": "each is taken or refused by its annotator, whose acts are undone",
    "thread.became_rule": "the rule it changed has an undoing of its own",
    "thread.changed": "changed back on its page; the history keeps what it was",
    "thread.reopened": "resolved again",
    "thread.resolved": "reopened",
}
# Names of other things in modules that record acts.
NO_ACTS = {"articles.jsonl", "demo.example", "export.zip", "study.json"}


def acts_on_record() -> set[str]:
    """Every "noun.verb" in a module that records acts, and those put together of two words."""
    found = {
        f"{noun}.{verb}"
        for noun in ("label", "attribute", "rule")
        for verb in ("archived", "restored", "changed")
    }
    for path in (ROOT / "annotations").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if re.search(r"record(_each)?\(", source) or "READ_EARLY" in source or "PURGED =" in source:
            found |= {
                node.value
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value)
            }
    return found - NO_ACTS


def test_each_act_on_record_can_be_undone_or_says_why_not() -> None:
    assert UNDOINGS.keys() & EXCUSED.keys() == set()
    assert acts_on_record() == UNDOINGS.keys() | EXCUSED.keys()


def test_each_kind_of_act_that_can_be_undone_was_tried(scene: Scene) -> None:
    """What no test above undoes stands here with its reason."""
    tried_elsewhere = {
        "article.imported": "above",
        "article.added": "made by other rooms only; undone as a restored article is",
        "attribute.restored": "as label.archived",
        "comparison.closed": "as comparison.opened",
        "invitation.made": "its link is shown once, with its own button to withdraw it",
        "label.restored": "as label.archived",
        "round.reopened": "as round.closed",
        "rule.restored": "as label.archived",
    }
    tried = set()
    for name in UNDOABLE:
        with transaction.atomic(), zeal_ignore():
            act, before = ACTS[name](scene), AuditEntry.objects.count()
            act()
            n_new = AuditEntry.objects.count() - before
            tried |= {entry.action for entry in AuditEntry.objects.order_by("-pk")[:n_new]}
            transaction.set_rollback(True)
    assert UNDOINGS.keys() - tried == tried_elsewhere.keys()
