"""The demo's curator at work: one article adjudicated and closed, one half way, one not begun."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.curation.actions import (
    apply_merge,
    close_adjudication,
    count_merge,
    decide,
    open_docket,
    run_merge,
    save_merge_rules,
)
from annotations.curation.queries import read_cases
from annotations.curation.seen import SeenCase
from annotations.curation.telling import Teller
from annotations.marking.wire import Wire
from annotations.study.models import Study

from ..demo.clock import as_of

PACE = timedelta(seconds=40)  # a decision
RULES = {"attribution": "B2", "allegation": "B4", "characterization": "B5", "reporting": "R2"}
EXTENT_RULE = "B3"
REASONS = {"label": "label", "nesting": "label", "boundary": "boundary", "attribute": "source"}
NOTES = {
    "boundary": "Taken as the rule has it, without what is said about the source beside it.",
    "nesting": "Whoever answers for the words decides; the inner reading nests.",
    "no_span": "Only one of us saw it, and the words do not carry it.",
}


@dataclass(frozen=True)
class Curating:
    """A curator begins on an article. `until`: the share of its open cases that are decided."""

    study: Study
    curator: User
    article: Article
    at: datetime
    until: float

    def tell(self) -> None:
        with as_of(self.at):
            self.merge()
            docket = open_docket(self.curator, self.study.pk, self.article.pk)
            found = [case for case in read_cases(docket) if case.is_open]
        found.sort(key=lambda case: case.on == "link")  # the ends of a link come first
        for n, case in enumerate(found[: round(len(found) * self.until)], 1):
            with as_of(self.at + n * PACE):
                self.decide(case)
        if self.until == 1:
            with as_of(self.at + (len(found) + 2) * PACE):
                close_adjudication(
                    user=self.curator, study_id=self.study.pk, article_id=self.article.pk
                )

    def merge(self) -> None:
        """What all three agree on, and what two of three agree on exactly, needs no hand."""
        rules = save_merge_rules(
            study=self.study,
            actor=self.curator,
            unanimous=True,
            at_least=2,
            boundary="",
            least_votes=2,
        )
        merge = count_merge(
            study=self.study, actor=self.curator, rules=rules, articles=[self.article.pk]
        )
        run_merge.call(str(merge.pk))
        apply_merge(merge=merge, actor=self.curator)
        run_merge.call(str(merge.pk))

    def decide(self, case: SeenCase) -> None:
        docket = open_docket(self.curator, self.study.pk, self.article.pk)
        now = next((one for one in read_cases(docket) if one.id == case.id), None)
        if now is None or not now.is_open:
            return  # a link whose end has become nothing
        decide(
            user=self.curator,
            study_id=self.study.pk,
            article_id=self.article.pk,
            case_id=now.id,
            ver=now.ver,
            decision=decision_on(now, Teller(docket).votes(now)),
        )


def decision_on(case: SeenCase, told: Wire) -> Wire:
    """The majority where there is one; else what a careful curator would take."""
    if case.on == "link":
        return {"choice": "variant", "variant": 1}
    if told["offers"]["majority"] == "nothing":
        return {"choice": "no_span", "reason": "slip", "note": NOTES["no_span"]}
    label = case.labels[0]
    why = {"reason": REASONS.get(case.kind, ""), "rule": RULES.get(label, EXTENT_RULE)}
    if told["offers"]["majority"]:
        return {"choice": "majority", **why}
    if case.kind == "boundary" and told["offers"].get("intersection"):
        return {"choice": "intersection", "note": NOTES["boundary"], **why}
    return {"choice": "variant", "variant": 1, "note": NOTES.get(case.kind, ""), **why}
