"""Who takes part: members, roles, invitations; leaving."""

import uuid
from functools import partial

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.mail import send_mail
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.actions import open_account
from annotations.accounts.asking import me, posted
from annotations.accounts.letters import is_sent
from annotations.accounts.models import User
from annotations.text.refusal import Refusal

from ..actions import people as actions
from ..drawn_from import DrawnFrom
from ..forms import attempt
from ..forms.people import CloseAccountForm, InviteForm, JoinForm, RolesForm
from ..models import Invitation, Role, Study
from ..policy import Act
from ..queries import fetch_standing
from ..queries.people import (
    fetch_invitation,
    fetch_member,
    is_only_manager,
    list_members,
    open_invitations,
    roles_of,
)
from ..undo_offers import say_done


@require_safe
def people(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_PEOPLE)
    members = list_members(standing.study)
    context = {
        "standing": standing,
        "members": [member for member in members if member.roles],
        "former": [member for member in members if not member.roles],
        "invitations": [
            (invitation, [Role(role).label for role in invitation.roles])
            for invitation in open_invitations(standing.study)
        ],
    }
    return render(request, "study/people.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """The link is in this one answer and nowhere else."""
    standing = fetch_standing(me(request), study_id, Act.MANAGE_PEOPLE)
    form = InviteForm(posted(request))
    if not form.is_valid():
        context = {"standing": standing, "form": form}
        return render(request, "study/invite.html", context, status=422 if form.is_bound else 200)
    invitation, token = actions.invite(study=standing.study, actor=me(request), **form.cleaned_data)
    link = request.build_absolute_uri(reverse("study:accept", args=[token]))
    unsent = bool(invitation.email) and not is_sent(partial(send_invitation, invitation, link))
    context = {"standing": standing, "invitation": invitation, "link": link, "is_unsent": unsent}
    return render(request, "study/invited.html", context)


def send_invitation(invitation: Invitation, link: str) -> None:
    context = {"invitation": invitation, "link": link}
    subject = f"[Sourcemark] You are invited to “{' '.join(invitation.study.name.split())}”"
    body = render_to_string("study/invitation.txt", context)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])


@require_POST
def revoke(request: HttpRequest, study_id: uuid.UUID, invitation_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_PEOPLE)
    invitation = standing.study.invitations.filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404("No such invitation.")
    actions.revoke(invitation=invitation, actor=me(request))
    say_done(request, "The invitation is withdrawn. Its link lets nobody in.")
    return redirect("study:people", study_id)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, study_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_PEOPLE)
    user = fetch_member(standing.study, user_id)
    held = roles_of(standing.study, user)
    drawn_from = DrawnFrom(
        request, standing.study, lambda: {"roles": sorted(roles_of(standing.study, user))}
    )
    form = RolesForm(posted(request), initial={"roles": list(held)})
    if form.is_valid() and drawn_from.attempt(
        form,
        lambda: actions.set_roles(
            study=standing.study,
            actor=me(request),
            user=user,
            roles=[Role(role) for role in form.cleaned_data["roles"]],
        ),
        "roles",
    ):
        say_done(request, f"The roles of {user} are saved.")
        return after_roles(standing.study, me(request))
    context = {
        "standing": standing,
        "form": form,
        "member": user,
        "held": held,
        "is_oneself": user == me(request),
        "is_only_manager": is_only_manager(standing.study, user),
        "drawn_from": drawn_from,
    }
    return render(request, "study/member.html", context, status=drawn_from.status(form))


@require_POST
def member_end(request: HttpRequest, study_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_PEOPLE)
    user = fetch_member(standing.study, user_id)
    try:
        actions.set_roles(study=standing.study, actor=me(request), user=user, roles=())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("study:people_member", study_id, user_id)
    say_done(request, f"{user} has left the study. Their work stays.")
    return after_roles(standing.study, me(request))


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """Ask what leaving means, then end one's own membership."""
    standing = fetch_standing(me(request), study_id, Act.SEE_STUDY)
    study, user = standing.study, me(request)
    held = roles_of(study, user)  # none: a site admin, who only looks after it
    refused = ""
    if request.method == "POST" and held:
        try:
            actions.set_roles(study=study, actor=user, user=user, roles=())
        except Refusal as refusal:
            refused = str(refusal)
        else:
            messages.success(request, f"You have left “{study.name}”. Your work stays there.")
            return redirect("/")
    alone = is_only_manager(study, user)
    context = {"standing": standing, "held": held, "is_only_manager": alone}
    return render(request, "study/leave.html", context, status=422 if refused else 200)


def after_roles(study: Study, user: User) -> HttpResponse:
    """Back to the list, unless one has just taken oneself the right to see it."""
    manages = user.is_superuser or Role.MANAGER in roles_of(study, user)
    return redirect("study:people", study.pk) if manages else redirect("/")


@sensitive_post_parameters("password")
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    invitation = fetch_invitation(token)
    try:
        actions.refuse_stale(invitation)
    except Refusal as refusal:
        return render(request, "study/invitation_gone.html", {"why": str(refusal)}, status=410)
    if isinstance(request.user, User):
        return accept_as(request, invitation, request.user)
    return accept_as_newcomer(request, invitation)


def accept_as(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    if request.method == "POST":
        try:
            study = actions.accept(invitation=invitation, user=user)
        except Refusal as refusal:  # somebody else was quicker
            return render(request, "study/invitation_gone.html", {"why": str(refusal)}, status=410)
        messages.success(request, f"Welcome to “{study.name}”.")
        return redirect("/")
    return render(request, "study/accept.html", about(invitation))


def accept_as_newcomer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="signup")
    if limited is not None:
        return limited
    form = JoinForm(posted(request), initial={"email": invitation.email})
    if form.is_valid():
        user = join(form, invitation)
        if user is not None:
            get_adapter().login(request, user)
            messages.success(request, f"Welcome to “{invitation.study.name}”.")
            return redirect("/")
    context = {"form": form, **about(invitation)}
    return render(request, "study/accept.html", context, status=422 if form.is_bound else 200)


def join(form: JoinForm, invitation: Invitation) -> User | None:
    """A new account that has accepted, or neither and a form that says why."""
    joined = []

    def act() -> None:
        with transaction.atomic():
            user = open_account(**form.cleaned_data)
            actions.accept(invitation=invitation, user=user)
            joined.append(user)

    return joined[0] if attempt(form, act) else None


def about(invitation: Invitation) -> dict[str, object]:
    roles = [Role(role).label for role in invitation.roles]
    return {"invitation": invitation, "roles": roles}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def close_account(request: HttpRequest) -> HttpResponse:
    form = CloseAccountForm(posted(request), user=me(request))
    if form.is_valid() and attempt(form, lambda: actions.close_account(user=me(request))):
        logout(request)
        return redirect("account_inactive")
    status = 422 if form.is_bound else 200
    return render(request, "study/close_account.html", {"form": form}, status=status)
