"""Bringing in, second half: what was mapped becomes articles, assignments and marks."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState
from annotations.corpus.actions.articles import add_article
from annotations.corpus.actions.regions import mark_region
from annotations.corpus.models import Article, RegionKind
from annotations.corpus.queries import import_limits
from annotations.corpus.records import RecordWrong
from annotations.marking.actions.submission import submit_imported
from annotations.marking.models import Origin, Span
from annotations.marking.queries import read_regions
from annotations.study.actions import record
from annotations.study.models import Round, Study
from annotations.study.queries.codebook import codebook_content, latest_version
from annotations.text.offsets import Stretch
from annotations.text.refusal import Refusal

from ..bringing import (
    LEFT_OUT,
    NEW,
    Book,
    Here,
    Leaving,
    Mapping,
    NewLabel,
    Survey,
    fit_work,
    is_unseen,
    refuse_worked,
    taken,
    works_of,
)
from ..frame import FileRefused, Findings, Kind, Reading
from ..models import CorpusFile, CorpusImport, CorpusImportState
from ..operations import Operations
from ..packing.wording import number_of
from ..records import ArticleRecord, AssignmentRecord, MarksRecord
from .marks import store_operations
from .newcomers import make_account, make_annotator, make_labels

Tell = Callable[[int], object]
Held = dict[uuid.UUID, Assignment]  # by their annotators
MOST_SAID = 200  # findings that the page of a stored import lists


class UnseenLosses(Refusal):
    """Nothing was stored yet: chosen so, more is left out than was shown. Look at it below, then
    store it."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        super().__init__()


def find_here(study: Study, digest: str) -> tuple[Article, Here] | None:
    """The article of this text that the study has already."""
    kept = Article.objects.kept().filter(study=study, text_sha256=digest)
    row = kept.select_related("outlet").first()
    if row is None:
        return None
    told = {name: getattr(row, name) for name in ("title", "byline", "url", "language", "event")}
    told["outlet"] = row.outlet.name if row.outlet else ""
    told["published_on"] = row.published_on.isoformat() if row.published_on else ""
    return row, Here(told, _regions(row), dict(_worked(row)))


def _worked(row: Article) -> Iterator[tuple[str, str]]:
    """Who has work on it that files may not add to: submitted, or with marks."""
    works = Assignment.objects.filter(article=row).select_related("annotator")
    marked = Exists(Span.objects.filter(assignment=OuterRef("pk")))
    for work in works.filter(~Q(state__in=OPEN_STATES) | marked):
        yield work.annotator.username, str(work.annotator)


def _held(row: Article) -> Held:
    return {work.annotator_id: work for work in Assignment.objects.filter(article=row)}


def _regions(row: Article) -> list[Stretch]:
    return [(start, end) for start, end, _ in read_regions(row)]


class Storing:
    def __init__(
        self,
        made: CorpusImport,
        mapping: Mapping,
        open_reading: Callable[[CorpusImport], Reading],
        tell: Tell,
    ) -> None:
        self.made = made
        self.study = made.study
        self.actor = made.created_by
        self.mapping = mapping
        self.tell = tell
        self.open_reading = open_reading
        self.found = Survey.from_json(made.survey)
        self.findings = Findings()
        self.counts: Counter[str] = Counter()
        self.queued: dict[uuid.UUID, int] = {}  # the next place in each person's queue

    def run(self) -> None:
        with transaction.atomic():
            Study.objects.select_for_update(no_key=True).only("pk").get(pk=self.study.pk)
            still = CorpusImport.objects.filter(pk=self.made.pk, state=CorpusImportState.RUNNING)
            if still.exists():  # another run of the same job may have been quicker
                self._store()

    def _store(self) -> None:
        reading = self.open_reading(self.made)
        self.findings = reading.findings
        self.round = self._round()
        chosen, new = self._labels(reading)
        content = codebook_content(self.study)
        self.labels = {label["slug"]: label for label in content["labels"]}
        self.book = Book.with_new(self.labels, chosen, new)
        self.version = latest_version(self.study).number
        self.accounts = self._accounts()
        self.leaving = Leaving(reading.study, self.mapping, self.findings)
        for number, article in enumerate(taken(reading, import_limits()), 1):
            self._article(article)
            self.tell(number)
        self.leaving.conclude()
        self._refuse_wrong()
        if is_unseen(self.found, self.findings) or (
            self.mapping.leave_out and is_unseen(self.found, self.findings, "refused")
        ):
            raise UnseenLosses(self.findings)
        CorpusFile.objects.filter(brought_in=self.made).delete()
        CorpusImport.objects.filter(pk=self.made.pk).update(
            state=CorpusImportState.DONE,
            n_done=self.counts["articles"],
            survey={
                **self.made.survey,
                "stored": dict(self.counts),
                "said": [*self._chosen_out(), *self._said("repaired", "lost")],
                "not_taken": self._said("refused"),
            },
            finished_at=timezone.now(),
        )
        record(
            study=self.study,
            actor=self.actor,
            action="corpus.imported",
            subject=self.made,
            after={
                "format": self.made.file_format,
                **self.counts,
                "not_taken": self.findings.counts["refused"],
            },
        )

    def _chosen_out(self) -> Iterator[str]:
        """What a person left out by the mapping, which is no finding."""
        for name, seen in self.found.labels.items():
            if self.mapping.labels.get(name, LEFT_OUT) == LEFT_OUT:
                n = number_of(seen.n_spans, "span")
                yield f"Left out as chosen: the label “{name[:60]}”, {n}."
        for name, seen_of in self.found.people.items():
            if self.mapping.people.get(name, LEFT_OUT) == LEFT_OUT:
                n = number_of(seen_of["spans"] + seen_of["suggestions"], "span")
                yield f"Left out as chosen: the work of “{name[:60]}”, {n}."

    def _said(self, *kinds: Kind) -> list[str]:
        said = [str(finding) for finding in self.findings if finding.kind in kinds][:MOST_SAID]
        more = sum(self.findings.counts[kind] for kind in kinds) - len(said)
        return [*said, f"And {more:,} more."] if more else said

    def _refuse_wrong(self) -> None:
        wrong = self.findings.of("refused")
        if wrong and not self.mapping.leave_out:
            more = self.findings.counts["refused"] - len(wrong[:20])
            said = [str(finding) for finding in wrong[:20]]
            said += [f"And {more} more."] if more else []
            raise FileRefused("", "Nothing was stored.\n" + "\n".join(said))

    def _round(self) -> Round:
        rounds = {str(each.pk): each for each in self.study.rounds.filter(closed_at=None)}
        found = rounds.get(self.mapping.round)
        if found is None:
            raise FileRefused("", "Choose an open round for the imported work.")
        return found

    def _labels(self, reading: Reading) -> tuple[dict[str, str], dict[str, NewLabel]]:
        """The files' names that get a label of the study, and those that get a new one."""
        chosen = self.mapping.labels
        there = set(self.study.labels.filter(archived_at=None).values_list("slug", flat=True))
        wrong = sorted(set(chosen.values()) - there - {NEW, LEFT_OUT})
        if wrong:
            raise FileRefused("", f"The codebook has no label “{wrong[0]}”.")
        names = [name for name in self.found.labels if chosen.get(name) == NEW]
        made = make_labels(
            study=self.study,
            actor=self.actor,
            names=names,
            found=self.found,
            told=reading.study,
        )
        kept = {name: slug for name, slug in chosen.items() if slug not in (NEW, LEFT_OUT)}
        return kept, made

    def _accounts(self) -> dict[str, User]:
        """By the files' names; "" is who gets the gold."""
        found: dict[str, User] = {}
        wanted = dict(self.mapping.people)
        if self.mapping.gold_as:
            wanted[""] = self.mapping.gold_as
        for name, choice in sorted(wanted.items()):
            if choice == LEFT_OUT:
                continue
            if choice == NEW:
                found[name] = make_account(name=name or "gold")
            else:
                members = User.objects.filter(memberships__study=self.study, username=choice)
                member = members.first()
                if member is None:
                    raise FileRefused("", f"“{choice}” is not in the study.")
                found[name] = member
            make_annotator(study=self.study, actor=self.actor, user=found[name])
        self._refuse_shared(found)
        return found

    def _refuse_shared(self, found: dict[str, User]) -> None:
        """Two of the files' people may not become one, or their work on an article would mix."""
        owners = Counter(user.pk for name, user in found.items() if name not in self.mapping.models)
        for name, user in found.items():
            if owners[user.pk] > 1:
                reason = f"Two people of the files, “{name}” among them, were mapped to {user}."
                raise FileRefused("", reason)

    # --- an article -------------------------------------------------------------------------------

    def _article(self, article: ArticleRecord) -> None:
        there = find_here(self.study, article.sha256)
        self.leaving.article(article, there[1] if there else None)
        row = there[0] if there else self._row(article)
        regions = there[1].regions if there else _regions(row)
        self.counts["articles"] += 1
        works = works_of(article, self.mapping)
        by_user: dict[uuid.UUID, Assignment] = {}
        held = {} if there is None else _held(row)
        self.begun: list[uuid.UUID] = []
        for work, is_model in works:
            user = self.accounts[work.annotator]
            fitted = fit_work(work, article, self.book, regions, self.findings, is_model=is_model)
            counted = self.counts.copy()
            try:
                with transaction.atomic():  # one person's work stands whole or not at all
                    made = by_user.get(user.pk) or self._assignment(row, user, article, held)
                    if made is not None:
                        self._marks(made, row, fitted, is_model)
            except FileRefused as refused:
                self.counts = counted
                self.findings.refused(article.file, article.place, refused.reason)
            else:
                if made is not None:
                    by_user[user.pk] = made
        started = Assignment.objects.filter(pk__in=self.begun, state=AssignmentState.WAITING)
        started.update(state=AssignmentState.IN_PROGRESS, started_at=timezone.now())
        self._submit(by_user, [work for work, _ in works])

    def _row(self, article: ArticleRecord) -> Article:
        self.counts["new_articles"] += 1
        particulars = {
            "outlet": article.outlet,
            "byline": article.byline,
            "url": article.url,
            "published_on": article.published_on,
            "language": article.language or self.made.hints.get("language") or "en",
            "event": article.event,
        }
        try:
            row = self._add(article, particulars)
        except RecordWrong as wrong:
            raise FileRefused(article.file, str(wrong), place=article.place) from wrong
        for region in article.regions:
            self._region(row, article, region.kind, region.start, region.end)
        return row

    def _add(self, article: ArticleRecord, particulars: dict[str, str]) -> Article:
        title = " ".join(article.title.split())[:500] or f"Article {self.counts['articles'] + 1}"
        try:
            return add_article(
                study=self.study, actor=self.actor, text=article.text, title=title, **particulars
            )
        except RecordWrong as wrong:
            sentence = f"“{title[:60]}”: {wrong} Its particulars are left out."
            self.findings.lost(article.file, article.place, sentence)
            return add_article(study=self.study, actor=self.actor, text=article.text, title=title)

    def _region(
        self, row: Article, article: ArticleRecord, kind: str, start: int, end: int
    ) -> None:
        known = kind if kind in RegionKind.values else RegionKind.OTHER
        try:
            mark_region(
                article=row, actor=self.actor, kind=RegionKind(known), start=start, end=end,
                quote=row.text[start:end],
            )  # fmt: skip
        except Refusal as refused:
            if (start, end) not in [(each.start, each.end) for each in row.regions.all()]:
                sentence = f"“{row.title[:60]}”, {start}–{end} is not article text: {refused}"
                self.findings.lost(article.file, article.place, sentence)

    def _assignment(
        self, row: Article, user: User, article: ArticleRecord, held: Held
    ) -> Assignment | None:
        """Open work without marks: what waits already, or new. `held` is what there was before."""
        there = held.get(user.pk)
        if there is None:
            self.counts["assignments"] += 1
            return Assignment.objects.create(
                study=self.study, round=self.round, article=row, annotator=user,
                position=self._end_of_queue(user), created_by=self.actor,
            )  # fmt: skip
        if there.state not in OPEN_STATES or there.spans.exists():
            refuse_worked(article, str(user), row.title, self.findings)
            return None
        there.study, there.article, there.annotator = self.study, row, user
        return there

    def _end_of_queue(self, user: User) -> int:
        """Asked once for each person; from then on it is this import that adds to their queue."""
        if user.pk not in self.queued:
            mine = Assignment.objects.filter(study=self.study, annotator=user)
            last = mine.aggregate(last=Max("position"))["last"]
            self.queued[user.pk] = 0 if last is None else last + 1
        self.queued[user.pk] += 1
        return self.queued[user.pk] - 1

    def _marks(
        self, assignment: Assignment, row: Article, work: AssignmentRecord, is_model: bool
    ) -> None:
        if not work.spans:
            return
        marks = MarksRecord(
            row.text_sha256,
            row.n_code_points,
            work.annotator,
            self.version,
            entities=work.entities,
            spans=work.spans,
            links=work.links,
        )
        operations = Operations(marks, self.labels, Origin.MODEL if is_model else Origin.IMPORT)
        try:
            store_operations(assignment, self.actor, operations)
        except Refusal as refused:
            raise FileRefused("", f"“{row.title[:60]}”, {work.annotator}: {refused}") from refused
        if not is_model:
            self.begun.append(assignment.pk)
        n_suggested = sum(span.suggested for span in work.spans)
        self.counts["spans"] += len(work.spans) - n_suggested
        self.counts["suggestions"] += n_suggested
        self.counts["links"] += len(work.links)

    def _submit(
        self, by_user: dict[uuid.UUID, Assignment], works: Sequence[AssignmentRecord]
    ) -> None:
        """Hand in whole work; what has suggestions to decide on stays open."""
        suggested = {
            self.accounts[work.annotator].pk
            for work in works
            if work.annotator in self.accounts
            and (work.annotator in self.mapping.models or any(s.suggested for s in work.spans))
        }
        unfinished = {
            self.accounts[work.annotator].pk
            for work in works
            if work.annotator in self.accounts and work.state not in ("", "submitted")
        }
        if self.mapping.submit:
            open_still = suggested | unfinished
            whole = [work for key, work in by_user.items() if key not in open_still]
            submit_imported(assignments=whole, actor=self.actor)
