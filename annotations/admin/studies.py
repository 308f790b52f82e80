"""Studies, their people, rounds and outlets."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from annotations.accounts.models import User
from annotations.corpus.models import Outlet
from annotations.study.actions.people import set_roles
from annotations.study.actions.studies import bring_back, throw_away
from annotations.study.models import Invitation, Membership, Role, Round, Study
from annotations.study.queries.people import roles_of
from annotations.text.refusal import Refusal

from .site import ReadOnlyAdmin, link


@admin.action(description="Put into the bin: hidden from everybody, nothing deleted")
def archive(model_admin: "StudyAdmin", request: HttpRequest, studies: QuerySet[Study]) -> None:
    assert isinstance(request.user, User)
    chosen = list(studies.filter(deleted_at=None))
    for study in chosen:
        throw_away(study=study, actor=request.user)
    messages.success(request, f"In the bin: {', '.join(map(str, chosen)) or 'nothing'}.")


@admin.action(description="Bring back from the bin")
def restore(model_admin: "StudyAdmin", request: HttpRequest, studies: QuerySet[Study]) -> None:
    assert isinstance(request.user, User)
    chosen = list(studies.exclude(deleted_at=None))
    for study in chosen:
        bring_back(study=study, actor=request.user)
    messages.success(request, f"Back: {', '.join(map(str, chosen)) or 'nothing'}.")


@admin.register(Study)
class StudyAdmin(ReadOnlyAdmin):
    list_display = ("name", "created_by", "created_at", "hide_source", "deleted_at", "page")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter), "hide_source")
    search_fields = ("name", "created_by__username")
    actions = (archive, restore)

    @admin.display(description="In the app")
    def page(self, study: Study) -> SafeString:
        if study.deleted_at is not None:
            return link(reverse("study:bin"), "Bin")
        return link(reverse("assignment:study", args=[study.pk]))

    def view_on_site(self, study: Study) -> str | None:
        return None if study.deleted_at else reverse("assignment:study", args=[study.pk])


@admin.action(description="End these roles: the person's work stays")
def end_roles(
    model_admin: "MembershipAdmin", request: HttpRequest, memberships: QuerySet[Membership]
) -> None:
    assert isinstance(request.user, User)
    ended = 0
    for each in memberships.current().select_related("study", "user"):  # type: ignore[attr-defined]
        kept = roles_of(each.study, each.user) - {Role(each.role)}
        try:
            set_roles(study=each.study, actor=request.user, user=each.user, roles=kept)
            ended += 1
        except Refusal as refusal:
            messages.error(request, f"{each.user} in “{each.study}”: {refusal}")
    if ended:
        messages.success(request, f"Ended: {ended} role{'' if ended == 1 else 's'}.")


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "study", "role", "started_at", "ended_at", "page")
    list_filter = ("role", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("user__username", "user__display_name", "study__name")
    actions = (end_roles,)

    @admin.display(description="In the app")
    def page(self, each: Membership) -> SafeString:
        return link(self.view_on_site(each))

    def view_on_site(self, each: Membership) -> str:
        return reverse("study:people_member", args=[each.study_id, each.user_id])


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("study", "email", "created_by", "expires_at", "used_by", "revoked_at")
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    search_fields = ("email", "study__name")
    exclude = ("token_sha256",)

    def view_on_site(self, each: Invitation) -> str:
        return reverse("study:people", args=[each.study_id])


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    list_display = ("name", "study", "purpose", "starts_on", "ends_on", "comparison_opened_at")
    list_filter = ("purpose", ("comparison_opened_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "study__name")

    def view_on_site(self, each: Round) -> str:
        return reverse("study:settings_round", args=[each.study_id, each.pk])


@admin.register(Outlet)
class OutletAdmin(ReadOnlyAdmin):
    list_display = ("name", "study")
    list_filter = ("study",)
    search_fields = ("name", "study__name")

    def view_on_site(self, each: Outlet) -> str:
        return f"{reverse('corpus:articles', args=[each.study_id])}?outlet={each.pk}"
