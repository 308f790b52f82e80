"""How many cases there are, kept, because finding them costs; and what is to be counted anew."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from annotations.corpus.models import Article
from annotations.study.models import Study


class ArticleCases(models.Model):
    """How many cases an article with submitted work has and how many are decided.

    `token`: another one each time it is counted. counts: {"kinds": {kind: [all, decided]},
    "labels": {slug: [all, decided]}, "flagged": [all, decided], "undecided": n, "new": n
    since it was closed, "looks": [`seen.Look`], "by": [ids of all annotators who submitted]}.
    """

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="article_cases")
    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="case_counts")
    token = models.UUIDField()
    n_works = models.PositiveIntegerField()
    is_closed = models.BooleanField()
    n_all = models.PositiveIntegerField()
    n_decided = models.PositiveIntegerField()
    n_changed = models.PositiveIntegerField(default=0)  # decided, but votes changed since
    contest = models.FloatField(default=0)  # how contested the open cases are, in sum
    counts = models.JSONField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "article cases"
        ordering: ClassVar = ["article"]
        indexes: ClassVar = [
            models.Index(
                models.F("study"),
                models.F("is_closed"),
                models.F("contest").desc(),
                models.F("article"),
                name="cases_by_contest",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(n_decided__lte=models.F("n_all")), name="article_cases_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.n_decided} of {self.n_all}"


class StudyCases(models.Model):
    """The sums of a study's article cases. Whoever changes one of those locks this row first.

    `engine` tells how they were counted: where it is another, all of the study is counted anew.
    """

    study = models.OneToOneField(
        Study, on_delete=models.CASCADE, primary_key=True, related_name="case_totals"
    )
    engine = models.CharField(max_length=8, default="")
    totals = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "study cases"

    def __str__(self) -> str:
        return f"Cases of {self.study}"


class RecountDue(models.Model):
    """An article whose cases are no longer as they were counted: the database itself writes it
    down (annotations/notices.py), in the transaction that changes what is counted."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = "recounts due"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"Recount of {self.article_id}"
