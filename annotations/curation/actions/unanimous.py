"""What everybody marked alike needs no hand: it is gold once a curator has opened the article."""

import uuid

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.actions import record
from annotations.study.models import CodebookVersion

from ..models import AdjudicationState, Merge, MergeState
from ..queries import read_cases
from ..queries.unanimous import FIRST_RULES, latest_rules, unanimous_left
from .adjudications import open_docket
from .merges import Ground, merge_articles, save_merge_rules


@transaction.atomic
def settle_unanimous(*, user: User, study_id: uuid.UUID, article_id: uuid.UUID) -> int:
    """Make gold of it by the rule “unanimous”; how many spans and links. Nothing else is touched.

    Raises Http404 and PermissionDenied as `open_docket`, and NothingToDecide.
    """
    docket = open_docket(user, study_id, article_id)
    assert docket.adjudication is not None
    left = {one.id for one in unanimous_left(docket, read_cases(docket))}
    if not left or docket.adjudication.state != AdjudicationState.OPEN:
        return 0
    study = docket.study
    merge = Merge.objects.create(
        study=study,
        rules=latest_rules(study) or save_merge_rules(study=study, actor=user, **FIRST_RULES),
        created_by=user,
        state=MergeState.DONE,
        articles=[str(article_id)],
        n_all=1,
        n_done=1,
        finished_at=timezone.now(),
    )
    version = CodebookVersion.objects.filter(study=study).order_by("-number")[0]
    works = {article_id: (docket.article.n_code_points, docket.works)}
    made = merge_articles(merge, Ground.read(study, version), works, makes=True, only=left)
    n_made = made.counts["unanimous"]
    if not n_made:
        merge.delete()
        return 0
    Merge.objects.filter(pk=merge.pk).update(counts=dict(made.counts))
    told = {"unanimous": n_made}
    record(study=study, actor=user, action="gold.merged", subject=docket.article, after=told)
    return n_made
