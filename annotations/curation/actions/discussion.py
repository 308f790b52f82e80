"""Speaking in threads, settling them, and what they lead to in the codebook.

What is said is its own record: comments name their author and time, corrections keep what stood
before. Only acts of the desk are in the study's audit too: whoever reads that learns nothing of
who is who where curation is blind.
"""

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.marking.models import Span
from annotations.study.actions import record
from annotations.study.actions.codebook import add_rule, change_rule
from annotations.study.models import CodebookVersion, Label, Rule
from annotations.study.policy import Act
from annotations.text.cleaning import clean
from annotations.text.refusal import Refusal
from annotations.text.tokens import trim

from ..models import Case, Comment, CommentVersion, Meeting, Mention, Thread
from ..queries.discussion import Seen, find_named
from ..queries.talk import Talk, readers_of

MOST_WORDS = 2_000  # code points that a thread may be about
MOST_SAID = 10_000  # code points of one comment


class NothingSaid(Refusal):
    """Write something first."""


class TooMuchSaid(Refusal):
    """A comment has at most 10,000 characters."""


class IdTaken(Refusal):
    """This comment was already sent to another place. Load the page anew and send it again."""


class NoSuchWords(Refusal):
    """These words are not in the article exactly like this."""


class NotForYou(Refusal):
    """Only curators and managers settle threads."""


class NoRuleChosen(Refusal):
    """Choose the rule that this belongs to."""


class AlreadyInCodebook(Refusal):
    """This thread has already become a change of the codebook."""


@dataclass(frozen=True)
class About:
    """One of: a span, a case, or the code points [start, end) of the article."""

    span: Span | None = None
    case: Case | None = None
    start: int | None = None
    end: int | None = None
    meeting: Meeting | None = None  # in which the thread was begun


def passage_of(article: Article, words: str, start: int | None) -> About:
    """The place of words that were selected or typed; they must stand there, or but once."""
    quote = clean(words)
    left, right = trim(quote, 0, len(quote))
    quote = quote[left:right]
    if not quote:
        raise NoSuchWords("Give the words that you want to talk about.")
    if len(quote) > MOST_WORDS:
        raise NoSuchWords(f"Choose fewer words: at most {MOST_WORDS:,} characters.")
    if start is not None and article.text[start : start + len(quote)] == quote:
        return About(start=start, end=start + len(quote))
    first = article.text.find(quote)
    if first < 0:
        raise NoSuchWords
    if article.text.find(quote, first + 1) >= 0:
        raise NoSuchWords("These words are in the article more than once. Give more of them.")
    return About(start=first, end=first + len(quote))


def open_thread(
    *, talk: Talk, article: Article, about: About, text: str, comment_id: uuid.UUID
) -> Thread:
    """A thread with its first comment; on a span or case that has one, the next comment in it.

    The same `comment_id` again gives the thread that it made.
    """
    said = _checked(text)
    try:
        with transaction.atomic():
            known = _known(comment_id, talk.user)
            if known is not None:
                return known.thread
            thread = _thread_about(talk, article, about)
            _write(thread, talk.user, said, comment_id)
            return thread
    except IntegrityError:  # a double click: the other one made it
        return _other(comment_id, talk.user).thread


def _thread_about(talk: Talk, article: Article, about: About) -> Thread:
    made = {"study": talk.study, "article": article, "opened_by": talk.user}
    if about.span is not None:
        flag, quote = about.span.flag, quote_of(about.span)
        thread, _ = Thread.objects.get_or_create(
            span=about.span, defaults={**made, "flag": flag, "quote": quote}
        )
        return thread
    if about.case is not None:
        quote = article.text[about.case.start : about.case.end]
        thread, _ = Thread.objects.get_or_create(
            case=about.case,
            defaults={
                **made,
                "flag": about.case.reason,
                "quote": quote,
                "meeting": about.meeting,
            },
        )
        return thread
    assert about.start is not None
    assert about.end is not None
    quote = article.text[about.start : about.end]
    return Thread.objects.create(start=about.start, end=about.end, quote=quote, **made)


def quote_of(span: Span) -> str:
    return " … ".join(fragment.quote for fragment in span.fragments.all())[:MOST_WORDS]


def add_comment(*, seen: Seen, text: str, comment_id: uuid.UUID) -> Comment:
    """Say something in a thread. The same `comment_id` again changes nothing."""
    said = _checked(text)
    try:
        with transaction.atomic():
            known = _known(comment_id, seen.talk.user)
            if known is None:
                return _write(seen.thread, seen.talk.user, said, comment_id)
    except IntegrityError:
        known = _other(comment_id, seen.talk.user)
    if known.thread_id != seen.thread.pk:
        raise IdTaken
    return known


def _checked(text: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise NothingSaid
    if len(said) > MOST_SAID:
        raise TooMuchSaid
    return said


def _known(comment_id: uuid.UUID, author: User) -> Comment | None:
    found = Comment.objects.select_related("thread").filter(pk=comment_id).first()
    if found is not None and found.author_id != author.pk:
        raise IdTaken
    return found


def _other(comment_id: uuid.UUID, author: User) -> Comment:
    found = _known(comment_id, author)
    if found is None:
        raise IdTaken
    return found


def _write(thread: Thread, author: User, text: str, comment_id: uuid.UUID) -> Comment:
    comment = Comment.objects.create(
        pk=comment_id, study_id=thread.study_id, thread=thread, author=author, text=text
    )
    _note_named(comment, thread.article)
    return comment


def _note_named(comment: Comment, article: Article) -> None:
    """Whoever is named and may read the thread finds it on their first page."""
    named = find_named(comment.text, readers_of(article))
    held = set(comment.mentions.values_list("user", flat=True))
    Mention.objects.bulk_create(
        Mention(study_id=comment.study_id, comment=comment, user=user)
        for user in named
        if user.pk not in held and user.pk != comment.author_id
    )


@transaction.atomic
def correct_comment(*, comment: Comment, text: str) -> Comment:
    """Its author says it better. What it said before stays readable."""
    said = _checked(text)
    held = Comment.objects.select_for_update().get(pk=comment.pk)
    if said == held.text or held.deleted_at is not None:
        return held
    now = timezone.now()
    CommentVersion.objects.create(
        study_id=held.study_id,
        comment=held,
        number=held.versions.count() + 1,
        text=held.text,
        replaced_at=now,
    )
    held.text, held.changed_at = said, now
    held.save(update_fields=["text", "changed_at"])
    _note_named(held, comment.thread.article)
    return held


@transaction.atomic
def take_back_comment(*, comment: Comment) -> None:
    """Its author takes it back: the thread says so, the row keeps its words."""
    held = Comment.objects.select_for_update().get(pk=comment.pk)
    if held.deleted_at is None:
        held.deleted_at = timezone.now()
        held.save(update_fields=["deleted_at"])


@transaction.atomic
def set_resolved(*, seen: Seen, resolved: bool) -> Thread:
    """Settle a thread, or open it again. Doing it twice changes nothing."""
    if not seen.talk.on_desk:
        raise NotForYou
    held = Thread.objects.select_for_update().get(pk=seen.thread.pk)
    if (held.resolved_at is not None) == resolved:
        return held
    held.resolved_at = timezone.now() if resolved else None
    held.resolved_by = seen.talk.user if resolved else None
    held.save(update_fields=["resolved_at", "resolved_by"])
    action = "thread.resolved" if resolved else "thread.reopened"
    record(study=seen.talk.study, actor=seen.talk.user, action=action, subject=held)
    return held


@transaction.atomic
def cite_rule(*, seen: Seen, rule: Rule | None) -> Thread:
    """Name the rule of the codebook that the thread is about, or none."""
    if not seen.talk.on_desk:
        raise NotForYou
    held = Thread.objects.select_for_update().get(pk=seen.thread.pk)
    if held.rule_id != (rule.pk if rule else None):
        before = {"rule": str(held.rule) if held.rule else ""}
        held.rule = rule
        held.save(update_fields=["rule"])
        record(
            study=seen.talk.study,
            actor=seen.talk.user,
            action="thread.changed",
            subject=held,
            before=before,
            after={"rule": str(rule) if rule else ""},
        )
    return held


@transaction.atomic
def add_hard_case(*, seen: Seen, example: str, reason: str) -> CodebookVersion:
    """The thread's passage becomes a hard case of the rule it is about: a new codebook version."""
    held = _for_codebook(seen)
    rule = held.rule
    if rule is None:
        raise NoRuleChosen
    line = " ".join(clean(example).split())
    cases = "\n".join(filter(None, [rule.hard_cases, line]))
    kept = ("title", "label", "text", "examples_yes", "examples_no")
    values = {name: getattr(rule, name) for name in kept}
    change_rule(rule=rule, actor=seen.talk.user, reason=reason, hard_cases=cases, **values)
    return _settled_by_codebook(seen, held)


@transaction.atomic
def make_rule(
    *, seen: Seen, name: str, title: str, label: Label | None, text: str, case: str, reason: str
) -> CodebookVersion:
    """The thread becomes a new rule of the codebook, and so a new codebook version."""
    held = _for_codebook(seen)
    held.rule = add_rule(
        study=seen.talk.study,
        actor=seen.talk.user,
        reason=reason,
        name=name,
        title=title,
        label=label,
        text=clean(text).strip(),
        examples_yes="",
        examples_no="",
        hard_cases=" ".join(clean(case).split()),
    )
    return _settled_by_codebook(seen, held)


def _for_codebook(seen: Seen) -> Thread:
    if not seen.talk.standing.may(Act.EDIT_CODEBOOK):
        raise NotForYou("Only managers change the codebook.")
    held = (
        Thread.objects.select_for_update(of=("self",)).select_related("rule").get(pk=seen.thread.pk)
    )
    if held.codebook_version_id is not None:
        raise AlreadyInCodebook
    return held


def _settled_by_codebook(seen: Seen, held: Thread) -> CodebookVersion:
    """The newest version is the one just made: the study's row is locked until the end."""
    version = seen.talk.study.codebook_versions.latest("number")
    held.codebook_version = version
    held.resolved_at = held.resolved_at or timezone.now()
    held.resolved_by = held.resolved_by or seen.talk.user
    held.save(update_fields=["rule", "codebook_version", "resolved_at", "resolved_by"])
    record(
        study=seen.talk.study,
        actor=seen.talk.user,
        action="thread.became_rule",
        subject=held,
        after={"rule": str(held.rule), "codebook": version.number},
    )
    return version


def mark_seen(*, seen: Seen) -> int:
    """The person has looked at the thread: what names them there is no news any more."""
    mine = Mention.objects.filter(comment__thread=seen.thread, user=seen.talk.user, seen_at=None)
    return mine.update(seen_at=timezone.now())
