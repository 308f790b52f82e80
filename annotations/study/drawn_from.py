"""What a form was drawn from: whoever saves an older page does not undo what others saved since.

The page bears a digest of the values that it shows. Under the study's lock it is compared with what
is stored then; where that differs, nothing is saved and the page comes again (409) with both: what
is stored now, and what was typed. Saving once more keeps what was typed. A request without a digest
is carried out as it is: a program that posts a form has no page that could be old.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.http import Http404, HttpRequest

from annotations.text.refusal import Refusal

from .models import Study

NAME = "drawn_from"  # of the hidden field, and in the page's context
Values = Mapping[str, Any]


class ChangedMeanwhile(Refusal):
    """This was changed since you opened it. What is stored now stands below beside what
    you typed. Save again to keep yours."""


@dataclass(frozen=True)
class Differing:
    """A field whose stored value is not what was typed."""

    label: str
    stored: str
    typed: str


class DrawnFrom:
    """`read` gives the values that the form begins with; `rows` are read anew under the lock."""

    def __init__(
        self,
        request: HttpRequest,
        study: Study,
        read: Callable[[], Values],
        rows: Iterable[models.Model] = (),
    ) -> None:
        self._study, self._read, self._rows = study, read, tuple(rows)
        self._seen = request.POST.get(NAME, "") if request.method == "POST" else ""
        self.digest = self._seen or digest_of(read())
        self.differing: list[Differing] = []
        self.is_old = False

    def attempt(
        self,
        form: forms.BaseForm,
        act: Callable[[], Any],
        field: str | None = None,
        *,
        typed: Values | None = None,
    ) -> bool:
        """Do it; when it is refused, the form says why and False comes back. `typed` is what the
        form's fields hold, and what stands beside them on the page."""
        try:
            with transaction.atomic():
                self._lock()
                self._refuse_old(form, typed or form.cleaned_data)
                act()
        except ChangedMeanwhile as refusal:
            self.is_old = True
            form.add_error(None, str(refusal))
            return False
        except Refusal as refusal:
            form.add_error(field, str(refusal))
            return False
        self.digest = digest_of(self._read())  # for a page that shows what is stored now
        return True

    def status(self, form: forms.BaseForm) -> int:
        return 409 if self.is_old else 422 if form.is_bound else 200

    def _lock(self) -> None:
        Study.objects.select_for_update(no_key=True).only("pk").get(pk=self._study.pk)
        try:
            for row in self._rows:
                row.refresh_from_db()
        except ObjectDoesNotExist as error:
            raise Http404("It is not there any more.") from error

    def _refuse_old(self, form: forms.BaseForm, typed: Values) -> None:
        """The same once more, by a second click or a browser that heard no answer, is not old."""
        stored = self._read()
        if self._seen and self._seen != digest_of(stored):
            self.digest = digest_of(stored)
            self.differing = list(differing(form, stored, typed))
            if self.differing:
                raise ChangedMeanwhile


def digest_of(values: Values) -> str:
    told = json.dumps(values, sort_keys=True, default=lambda each: str(getattr(each, "pk", each)))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def differing(form: forms.BaseForm, stored: Values, typed: Values) -> Iterable[Differing]:
    for name, value in stored.items():
        field = form.fields.get(name)
        if name in typed:
            now, then = _words(field, value), _words(field, typed[name])
            if now != then:
                label = field.label if field is not None and field.label else name.capitalize()
                yield Differing(str(label), now, then)


def _words(field: forms.Field | None, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        words = [_words(field, each) for each in value]
        if isinstance(field, forms.MultipleChoiceField):  # in any order; "Curator: decides …"
            words = sorted(each.partition(":")[0] for each in words)
        return ", ".join(words) or "–"
    if isinstance(value, dict):  # a choice of a question
        return str(value["title"]) + (" (no longer offered)" if value.get("archived") else "")
    choices = getattr(field, "choices", None)
    if choices is not None and not isinstance(value, models.Model):
        return str(dict(choices).get(value, "" if value is None else value)) or "–"
    return "–" if value is None or value == "" else str(value).replace("\r\n", "\n")
