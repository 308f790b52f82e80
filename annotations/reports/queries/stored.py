"""Stored reports, for those who may see everybody's figures."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404

from annotations.accounts.models import User

from ..models import Report
from .scope import Scope, fetch_scope


def fetch_desk_scope(user: User, study_id: uuid.UUID) -> Scope:
    """Stored reports are of everybody: for curators and managers."""
    scope = fetch_scope(user, study_id)
    if not scope.sees_all:
        raise PermissionDenied("Stored reports are for curators and managers.")
    return scope


def fetch_report(scope: Scope, report_id: uuid.UUID) -> Report:
    found = Report.objects.filter(study=scope.study, pk=report_id).select_related("created_by")
    report = found.first()
    if report is None:
        raise Http404("There is no such report.")
    return report
