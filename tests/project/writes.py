"""One write for every address that takes one, each sent to the same scene."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.curation.scene import cases, ruling
from tests.curation.scene import send as rule
from tests.marking.sending import Tab, add, address, label_id, new_id, span

from .scene import (
    TALK,
    Act,
    Scene,
    answered,
    calibration,
    cited,
    corpus,
    corpus_file,
    export,
    invited,
    made_round,
    made_rule,
    meeting,
    merge,
    own_comment,
    preview,
    report,
    thread,
)
from .writes_of_programs import PROGRAMS

# --- one write for each address ------------------------------------------------------------------

LABEL = {
    "name": "Quote", "slug": "quote", "key": "5", "tag": "Q", "slot": "5", "extent": "phrase",
    "reason": "Wanted",
}  # fmt: skip
CHOICES = {
    "choices-TOTAL_FORMS": "2", "choices-INITIAL_FORMS": "0",
    "choices-0-title": "One", "choices-1-title": "Two",
}  # fmt: skip


def then(prepare: Callable[[Scene], Any], act: Callable[[Scene, Any], Any]) -> Callable[..., Act]:
    """A write that needs something to be there."""

    def prepared(scene: Scene) -> Act:
        found = prepare(scene)
        return lambda: act(scene, found)

    return prepared


def at_once(act: Callable[[Scene], Any]) -> Callable[..., Act]:
    return lambda scene: lambda: act(scene)


def token(scene: Scene) -> Any:
    told = {"name": "Laptop", "scopes": ["read"], "days": "30"}
    return scene.annotator.post(reverse("accounts:token_new"), told)


def password_again(scene: Scene) -> None:
    sent = {"password": "correct horse"}
    answered(scene.annotator.post(reverse("account_reauthenticate"), sent))


def made_token(scene: Scene) -> Any:
    password_again(scene)
    answered(token(scene))
    return scene.latest("accesstoken")


def deciding(scene: Scene) -> Act:
    found = cases(scene.curator, scene.article)
    ops = [ruling(found[kind]["id"], choice="variant", variant=1) for kind in ("label", "boundary")]
    return lambda: rule(scene.curator, scene.article, *ops)


def closing(scene: Scene) -> Act:
    deciding(scene)()
    there = scene.at("curation:close", scene.article.pk)
    return lambda: scene.curator.post(there, {"leave_open": "1"})


def reopening(scene: Scene) -> Act:
    answered(closing(scene)())
    there = scene.at("curation:reopen", scene.article.pk)
    return lambda: scene.curator.post(there)


def adding_link(scene: Scene) -> Act:
    words = {"label": "extent", "words": "the alleged strike"}
    answered(scene.decide("curation:add_span", scene.article.pk, **words))
    source = cases(scene.curator, scene.article)["boundary"]["id"]
    rule(scene.curator, scene.article, ruling(source, choice="variant", variant=1))
    there = scene.at("curation:add_link", scene.article.pk, source)
    target = scene.curator.get(there).context["form"].fields["target"].choices[-1][0]
    return lambda: scene.curator.post(there, {"target": target, "cue": "said"})


def deciding_by_form(scene: Scene) -> Act:
    found = cases(scene.curator, scene.article)["label"]
    there = scene.at("curation:case", scene.article.pk, found["id"])
    told = {"choice": "no_span", "ver": found["ver"], "votes": found["votes"]}
    return lambda: scene.curator.post(there, told)


def discussing(scene: Scene) -> Act:
    found = cases(scene.curator, scene.article)["label"]
    there = scene.at("curation:discuss", scene.article.pk, found["id"])
    return lambda: scene.curator.post(there, TALK)


def verdict(scene: Scene, found: Any) -> Any:
    form = scene.curator.get(scene.at("curation:meeting", found)).context["form"]
    sent = {name: str(form.initial[name]) for name in ("case", "ver", "votes")}
    return lambda: scene.decide("curation:meeting_verdict", found, **sent, choice="no_span")


def saving(scene: Scene) -> Act:
    tab = Tab(scene.annotator, scene.fresh)
    source = span(scene.fresh, "attribution", (0, 7))
    ops = [add("span", source), add("entity", {"id": new_id(), "name": "They"})]
    return lambda: tab.post(*ops)


def marking_by_sentence(scene: Scene) -> Act:
    form = {
        "act": "mark", "op_id": new_id(), "span_id": new_id(), "words": "Another",
        "label": label_id(scene.fresh, "reporting"),
    }  # fmt: skip
    there = f"{address('sentences', scene.fresh)}?s=1"
    return lambda: scene.annotator.post(there, form)


def putting_back(scene: Scene) -> Act:
    tab, state = Tab(scene.annotator, scene.fresh), span(scene.fresh, None, (0, 7))
    first = add("span", state)
    tab.send(first)
    tab.send({"op_id": new_id(), "kind": "del", "on": "span", "ver": 1, "span": state})
    there = address("restore", scene.fresh)
    return lambda: scene.annotator.post(there, {"op": first["op_id"]})


def timing(scene: Scene) -> Any:
    told = json.dumps({"tab": str(uuid.UUID(int=7)), "active_seconds": 9})
    there = address("time", scene.fresh)
    return scene.annotator.post(there, told, content_type="application/json")


def merging_labels(scene: Scene) -> Act:
    return lambda: (
        scene.post("marking:merge_label", scene.label.pk, into=other.pk, reason="Wanted")
        if (other := scene.study.labels.get(slug="allegation"))
        else None
    )


def planning(scene: Scene) -> Act:
    told = {
        "round": scene.round.pk, "annotators": [scene.bob.pk, scene.carol.pk], "per_article": "1",
        "overlap": "0", "seed": "1",
    }  # fmt: skip
    seen = scene.post("assignment:plan", **told).context["preview"].seen
    return lambda: scene.post("assignment:plan", **told, do="apply", seen=seen)


def storing_corpus(scene: Scene) -> Act:
    found = corpus(scene)
    from annotations.exchange.models import CorpusImport

    mapping = CorpusImport.objects.get(pk=found).mapping
    told = {f"label{at}": choice for at, choice in enumerate(mapping["labels"].values())}
    told |= {f"person{at}": choice for at, choice in enumerate(mapping["people"].values())}
    told |= {"round": mapping["round"], "submit": "on"}
    return lambda: scene.post("exchange:import_store", found, **told)


ACTS: dict[str, Callable[[Scene], Act]] = {
    **PROGRAMS,
    "accounts:token_new": then(password_again, lambda s, _: token(s)),
    "accounts:token_revoke": then(
        made_token,
        lambda s, found: s.annotator.post(reverse("accounts:token_revoke", args=[found])),
    ),
    "accounts:profile": at_once(
        lambda s: s.annotator.post(
            reverse("accounts:profile"),
            {"display_name": "Robert", "email": "bob@example.org", "theme": "dark"},
        )
    ),
    "study:accept": then(invited, lambda s, found: s.guest.post(found[1])),
    "study:close_account": then(
        lambda s: s.client(s.carol),
        lambda s, carol: carol.post(
            reverse("study:close_account"), {"password": "correct horse"}
        ),
    ),
    "study:new": at_once(lambda s: s.manager.post(reverse("study:new"), {"name": "New"})),
    "study:restore": then(
        lambda s: s.post("study:settings_archive", copied="on"),
        lambda s, _: s.post("study:restore"),
    ),
    "study:people_invite": at_once(lambda s: s.post("study:people_invite", roles=["annotator"])),
    "study:people_revoke": then(invited, lambda s, found: s.post("study:people_revoke", found[0])),
    "study:people_member": at_once(
        lambda s: s.post("study:people_member", s.bob.pk, roles=["annotator", "curator"])
    ),
    "study:leave": then(
        lambda s: s.client(s.carol),
        lambda s, carol: carol.post(reverse("study:leave", args=[s.study.pk])),
    ),
    "study:people_end": at_once(lambda s: s.post("study:people_end", s.bob.pk)),
    "study:codebook_edit": at_once(
        lambda s: s.post(
            "study:codebook_edit",
            **{f"place_{row.pk}": 9 - n for n, row in enumerate(s.study.labels.all())},
            reason="Wanted",
        )
    ),
    "study:codebook_label_new": at_once(lambda s: s.post("study:codebook_label_new", **LABEL)),
    "study:codebook_label": at_once(lambda s: s.post("study:codebook_label", s.label.pk, **LABEL)),
    "study:codebook_label_archive": at_once(
        lambda s: s.post("study:codebook_label_archive", s.label.pk, reason="Unused")
    ),
    "study:codebook_attribute_new": at_once(
        lambda s: s.post(
            "study:codebook_attribute_new", s.label.pk,
            title="Kind", kind="choice", reason="Wanted", **CHOICES,
        )
    ),
    "study:codebook_attribute": at_once(
        lambda s: s.post(
            "study:codebook_attribute", s.question.pk, title="Sort", reason="Wanted", **CHOICES
        )
    ),
    "study:codebook_attribute_archive": at_once(
        lambda s: s.post("study:codebook_attribute_archive", s.question.pk, reason="Unused")
    ),
    "study:codebook_rule_new": at_once(
        lambda s: s.post("study:codebook_rule_new", name="X1", text="Mark it.", reason="Wanted")
    ),
    "study:codebook_rule": then(
        made_rule,
        lambda s, found: s.post("study:codebook_rule", found, text="Do not.", reason="Better"),
    ),
    "study:codebook_rule_archive": then(
        made_rule, lambda s, found: s.post("study:codebook_rule_archive", found, reason="Unused")
    ),
    "study:undo": then(
        lambda s: s.post("study:settings", name="Coverage", description="All"),
        lambda s, _: s.post("study:undo", acts=s.study.audit_entries.latest("pk").pk),
    ),
    "study:settings": at_once(
        lambda s: s.post("study:settings", name="Coverage", description="All")
    ),
    "study:settings_archive": at_once(lambda s: s.post("study:settings_archive", copied="on")),
    "study:settings_round_new": at_once(
        lambda s: s.post("study:settings_round_new", name="Reliability", purpose="reliability")
    ),
    "study:settings_round": at_once(
        lambda s: s.post("study:settings_round", s.round.pk, name="Second", purpose="main")
    ),
    "study:settings_round_comparison": at_once(
        lambda s: s.post("study:settings_round_comparison", s.round.pk, comparison="open")
    ),
    "study:settings_round_closing": at_once(
        lambda s: s.post("study:settings_round_closing", s.round.pk, round="close")
    ),
    "study:settings_round_remove": then(
        made_round, lambda s, found: s.post("study:settings_round_remove", found)
    ),
    "corpus:import": at_once(
        lambda s: s.post(
            "corpus:import", uploads=SimpleUploadedFile("new.txt", b"A new text.\n"), language="en"
        )
    ),
    "corpus:import_paste": at_once(
        lambda s: s.post("corpus:import_paste", title="New", text="A new text.", language="en")
    ),
    "corpus:import_store": then(preview, lambda s, found: s.post("corpus:import_store", found)),
    "corpus:import_cancel": then(preview, lambda s, found: s.post("corpus:import_cancel", found)),
    "corpus:article_edit": at_once(
        lambda s: s.post(
            "corpus:article_edit", s.fresh.pk, title="Other", language="en", outlet="The Daily"
        )
    ),
    "corpus:article_bin": at_once(lambda s: s.post("corpus:article_bin", s.fresh.pk)),
    "corpus:article_restore": then(
        lambda s: s.post("corpus:article_bin", s.fresh.pk),
        lambda s, _: s.post("corpus:article_restore", s.fresh.pk),
    ),
    "corpus:regions": at_once(
        lambda s: s.post("corpus:regions", s.fresh.pk, kind="other", words="Another text")
    ),
    "corpus:region_sentences": at_once(
        lambda s: s.post(
            "corpus:region_sentences", s.fresh.pk, kind="other",
            chosen=["-".join(map(str, s.fresh.sentences[0]))],
        )
    ),
    "corpus:region_unmark": then(
        lambda s: s.post("corpus:regions", s.fresh.pk, kind="other", words="Another text"),
        lambda s, _: s.post("corpus:region_unmark", s.fresh.pk, s.fresh.regions.get().pk),
    ),
    "assignment:plan": planning,
    "assignment:article": at_once(
        lambda s: s.post(
            "assignment:article", s.spare.pk, annotator=s.bob.pk, round=s.round.pk
        )
    ),
    "assignment:remove": at_once(lambda s: s.post("assignment:remove", s.waiting.pk)),
    "assignment:person_clear": at_once(lambda s: s.post("assignment:person_clear", s.bob.pk)),
    "assignment:hand_over": at_once(
        lambda s: s.post("assignment:hand_over", s.waiting.pk, to=s.carol.pk)
    ),
    "assignment:person_hand_over": at_once(
        lambda s: s.post("assignment:person_hand_over", s.bob.pk, to=s.carol.pk)
    ),
    "assignment:return": at_once(
        lambda s: s.post("assignment:return", s.submitted.pk, reason="Look again.")
    ),
    "marking:ops": saving,
    "marking:time": at_once(timing),
    "marking:sentences": marking_by_sentence,
    "marking:submit": at_once(
        lambda s: s.annotator.post(address("submit", s.fresh), {"confirmed": "1"})
    ),
    "marking:restore": putting_back,
    "marking:merge_label": merging_labels,
    "marking:reading": at_once(
        lambda s: s.post("marking:reading", s.fresh.pk, s.waiting.pk, reason="A complaint")
    ),
    "curation:ops": deciding,
    "curation:case": deciding_by_form,
    "curation:add_span": then(
        lambda s: s.curator.get(s.at("curation:add_span", s.article.pk)),  # begins the adjudication
        lambda s, _: s.decide("curation:add_span", s.article.pk, label="extent", words="alleged"),
    ),
    "curation:add_link": adding_link,
    "curation:unanimous": then(
        lambda s: s.curator.get(s.at("curation:adjudicate", s.article.pk)),
        lambda s, _: s.curator.post(s.at("curation:unanimous", s.article.pk)),
    ),
    "curation:close": closing,
    "curation:reopen": reopening,
    "curation:names": at_once(lambda s: s.post("curation:names", s.article.pk)),
    "curation:merge": at_once(
        lambda s: s.decide("curation:merge", unanimous="on", least_votes="2")
    ),
    "curation:merge_state": then(merge, lambda s, found: s.decide("curation:merge_state", found)),
    "curation:article_discussion": at_once(
        lambda s: s.decide(
            "curation:article_discussion", s.article.pk, words="two people", **TALK
        )
    ),
    "curation:discuss": discussing,
    "curation:thread_comment": then(
        thread, lambda s, found: s.post("curation:thread_comment", found, **TALK)
    ),
    "curation:comment_correct": then(
        own_comment, lambda s, found: s.decide("curation:comment_correct", found, text="Who?")
    ),
    "curation:comment_take_back": then(
        own_comment, lambda s, found: s.decide("curation:comment_take_back", found)
    ),
    "curation:thread_resolve": then(
        thread, lambda s, found: s.decide("curation:thread_resolve", found, resolved="yes")
    ),
    "curation:thread_rule": then(
        lambda s: (made_rule(s), thread(s)),
        lambda s, found: s.decide("curation:thread_rule", found[1], rule=found[0]),
    ),
    "curation:thread_seen": then(
        thread, lambda s, found: s.post("curation:thread_seen", found)
    ),
    "curation:thread_hard_case": then(
        cited, lambda s, found: s.post("curation:thread_hard_case", found)
    ),
    "curation:thread_codebook": then(
        thread,
        lambda s, found: s.post(
            "curation:thread_codebook", found, name="X9", text="Mark.", reason="Talked over"
        ),
    ),
    "curation:meeting_new": at_once(
        lambda s: s.decide("curation:meeting_new", s.article.pk, seats=[s.bob.pk, s.carol.pk])
    ),
    "curation:meeting_verdict": lambda s: verdict(s, meeting(s)),
    "curation:meeting_notes": then(
        meeting, lambda s, found: s.decide("curation:meeting_notes", found, notes="We met.")
    ),
    "curation:meeting_end": then(
        meeting, lambda s, found: s.decide("curation:meeting_end", found, meeting="end")
    ),
    "curation:calibrations": at_once(
        lambda s: s.post("curation:calibrations", round=s.round.pk)
    ),
    "curation:calibration_reveal": then(
        calibration, lambda s, found: s.post("curation:calibration_reveal", found)
    ),
    "curation:calibration_revise": then(
        lambda s: calibration(s, "reveal"),
        lambda s, found: s.post("curation:calibration_revise", found),
    ),
    "curation:calibration_end": then(
        lambda s: calibration(s, "reveal"),
        lambda s, found: s.post("curation:calibration_end", found),
    ),
    "reports:make": at_once(
        lambda s: s.post("reports:make", name="First", seed="1", address="")
    ),
    "reports:again": then(report, lambda s, found: s.post("reports:again", found)),
    "exchange:export": at_once(
        lambda s: s.post("exchange:export", file_format="csv", states=["submitted"])
    ),
    "exchange:export_remove": then(
        export, lambda s, found: s.post("exchange:export_remove", found)
    ),
    "exchange:import": at_once(
        lambda s: s.post("exchange:import", uploads=corpus_file(), file_format="")
    ),
    "exchange:import_store": storing_corpus,
    "exchange:import_cancel": then(
        corpus, lambda s, found: s.post("exchange:import_cancel", found)
    ),
}  # fmt: skip

# Addresses that take a POST and are not in the table, by how their names begin.
REASONS = {
    "account_": "django-allauth’s pages: it writes its own rows one at a time",
    "admin:": "Django’s admin wraps each form in a transaction; its acts call the rooms’ actions",
    "api:nothing_here": "answers 404",
    "exchange:study_import": "stores a whole study in one transaction: tests/exchange",
    "api:openapi": "writes nothing",
    "accounts:tokens": "writes nothing",
    "accounts:sessions": "one DELETE of sessions, which are no part of a study",
    "mfa_": "django-allauth’s pages for second factors",
    "openid_connect_": "django-allauth’s pages for signing in elsewhere",
    "socialaccount_": "django-allauth’s pages for signing in elsewhere",
}
