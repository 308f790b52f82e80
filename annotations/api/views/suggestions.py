"""Suggestions of a model, for annotators to accept or to drop."""

import re

from annotations.accounts.models import Scope
from annotations.corpus.queries import fetch_article
from annotations.exchange.actions.suggestions import (
    Model,
    NobodyMarks,
    NotOpen,
    SuggestionsNotAllowed,
    bring_suggestions,
)
from annotations.exchange.records import (
    Answer as Given,
)
from annotations.exchange.records import (
    EntityRecord,
    FragmentRecord,
    MarksRefused,
    SpanRecord,
)
from annotations.study.models import AttributeKind, Study
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing

from ..calls import Answer, Call, route
from ..problems import Fault, Problem, conflict, refused
from ..shapes.marks import SuggestedSpan, SuggestionsIn, SuggestionsShape

ABOUT = "Suggestions"
TOLD = 20  # faults


@route(
    "POST",
    "/studies/{study_id}/articles/{article_id}/suggestions",
    scope=Scope.SUGGEST,
    about=ABOUT,
    body=SuggestionsIn,
    answer=SuggestionsShape,
    status=201,
    refuses=(409,),
)
def create_suggestions(call: Call[None, SuggestionsIn]) -> Answer:
    """Suggest what a model found to those who mark the article. The study must allow it."""
    study = fetch_standing(call.user, call.study_id, Act.SUGGEST).study
    article = fetch_article(study, call.id("article_id"))
    asked = call.body
    reader = Reader(study)
    spans = [reader.span(at, span) for at, span in enumerate(asked.spans)]
    try:
        done = bring_suggestions(
            study=study,
            actor=call.user,
            article=article,
            model=Model(asked.model.name, asked.model.version),
            spans=spans,
            entities=list(reader.entities.values()),
            only=asked.assignments,
        )
    except SuggestionsNotAllowed as error:
        raise Problem(403, "suggestions-not-allowed", str(error)) from error
    except (NobodyMarks, NotOpen) as error:
        raise conflict(str(error)) from error
    except MarksRefused as error:
        faults = [fault_of(said) for said in error.problems[:TOLD]]
        raise refused(f"Nothing was stored. {faults[0].message}", *faults) from error
    told = {"batch": done.batch, "n_spans": len(spans), "assignments": list(done.assignments)}
    return Answer(told, 201)


def fault_of(said: str) -> Fault:
    """The sentence begins with its span, whose name is its number in the body."""
    named = re.match(r"Span (\d+)\b", said)
    return Fault(said, "body", f"/spans/{named[1]}" if named else "/spans")


class Reader:
    """From the spans of the body to neutral records; names become entries of a ledger."""

    def __init__(self, study: Study) -> None:
        rows = study.attributes.filter(kind=AttributeKind.ENTITY)
        self.asks_for_name = set(rows.values_list("label__slug", "name"))
        self.entities: dict[str, EntityRecord] = {}

    def span(self, at: int, span: SuggestedSpan) -> SpanRecord:
        parts = sorted(
            (FragmentRecord(part.start, part.end, part.quote) for part in span.fragments),
            key=lambda part: part.start,
        )
        return SpanRecord(
            id=str(at),
            label=span.label,
            fragments=tuple(parts),
            attributes={
                name: self.answer(span.label, name, value)
                for name, value in span.attributes.items()
            },
            note=span.note,
            suggested=True,
        )

    def answer(self, label: str, name: str, value: Given) -> Given:
        if isinstance(value, bool) or (label, name) not in self.asks_for_name:
            return value
        entity = self.entities.setdefault(value, EntityRecord(f"E{len(self.entities) + 1}", value))
        return entity.id
