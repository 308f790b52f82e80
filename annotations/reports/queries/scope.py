"""Whose figures a person may see: curators and managers all, annotators their own pairs."""

import uuid
from dataclasses import dataclass, replace

from django.core.exceptions import PermissionDenied

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.assignment.queries.released import OPENED
from annotations.study.models import Study
from annotations.study.policy import Act, Phase, Standing
from annotations.study.queries import fetch_standing

from ..passages import Wanted
from ..selection import Selection
from .inputs import ArticleInput, read_inputs


class NotOpenYet(PermissionDenied):
    """An annotator for whom nothing is open yet; their `standing` along with the sentence."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(
            "You can see how far you agree with the others once you have submitted an article "
            "and a manager of the study has opened the comparison."
        )
        self.standing = standing


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a study's agreement a person may see.

    own       None for those who may see all; else the person, whose submitted articles of opened
              rounds are all there is, and of those only pairs that include them.
    opened    then: submitted work on these articles, own and others', whose rounds are opened.
    withheld  articles that a curator or manager is still marking: left out until they submit.
    """

    standing: Standing
    own: uuid.UUID | None
    opened: frozenset[uuid.UUID] = frozenset()
    withheld: frozenset[uuid.UUID] = frozenset()

    @property
    def study(self) -> Study:
        return self.standing.study

    @property
    def seen(self) -> frozenset[uuid.UUID] | None:
        """The assignments whose people may be named; None for all."""
        return None if self.sees_all else self.opened

    @property
    def sees_all(self) -> bool:
        return self.own is None

    def inputs(self, selection: Selection) -> list[ArticleInput]:
        found = read_inputs(self.study, selection)
        if self.own is None:
            return [one for one in found if one.article_id not in self.withheld]
        seen = (one.only(self.opened) for one in found)
        return [one for one in seen if self.own in one.work]

    def wanted(self, wanted: Wanted) -> Wanted:
        """The same passages, but only of pairs that include the person."""
        if self.own is None:
            return wanted
        own = str(self.own)
        others = [one for one in (wanted.a, wanted.b) if one not in ("", own)]
        return replace(wanted, a=own, b=others[0] if others else "")


def fetch_scope(user: User, study_id: uuid.UUID) -> Scope:
    """Raises Http404 for strangers, NotOpenYet for annotators before comparison."""
    standing = fetch_standing(user, study_id, Act.SEE_AGREEMENT)
    if standing.may(Act.SEE_AGREEMENT, Phase.OPEN):
        return Scope(standing, None, withheld=_still_marking(standing))
    compared = Assignment.objects.filter(OPENED, study=standing.study)
    articles = compared.filter(annotator=user).values("article")
    opened = frozenset(compared.filter(article__in=articles).values_list("pk", flat=True))
    if not opened:
        raise NotOpenYet(standing)
    return Scope(standing, user.pk, opened)


def _still_marking(standing: Standing) -> frozenset[uuid.UUID]:
    """Whoever marks an article sees nobody else's marks on it first, whatever else they are."""
    if not standing.is_annotator:
        return frozenset()
    own = Assignment.objects.filter(
        study=standing.study, annotator=standing.user, state__in=OPEN_STATES
    )
    return frozenset(own.values_list("article_id", flat=True))
