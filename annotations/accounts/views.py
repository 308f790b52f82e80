"""Pages about oneself. Sign-in and passwords are django-allauth's views with our templates."""

import uuid

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.text.refusal import Refusal

from .actions import change_profile, end_sessions
from .forms import ProfileForm, TokenForm
from .models import User
from .security import note
from .sessions import end_session, list_sessions
from .tokens import list_tokens, make_token, revoke_token


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = ProfileForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            change_profile(user=request.user, **form.changes())
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, "Your profile is saved.")
            return redirect("accounts:profile")
    return render(
        request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; `end` names one browser, or `others` for all but this."""
    assert isinstance(request.user, User)
    user, mine = request.user, request.session.session_key
    if request.method == "POST":
        meant = request.POST.get("end", "")
        ended = (
            end_sessions(user=user, keep=mine) if meant == "others" else end_session(user, meant)
        )
        if ended:
            note("signed out elsewhere", person=user.pk, sessions=int(ended))
            messages.success(request, "Signed out there.")
        return redirect("accounts:sessions")
    return render(request, "accounts/sessions.html", {"sessions": list_sessions(user, mine)})


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens for programs."""
    assert isinstance(request.user, User)
    context = {
        "tokens": list_tokens(request.user),
        "per_minute": settings.SOURCEMARK_API_PER_MINUTE,
    }
    return render(request, "accounts/tokens.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def token_new(request: HttpRequest) -> HttpResponse:
    """Whoever sits at an open browser must know the password: a token outlives the session."""
    assert isinstance(request.user, User)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = make_token(user=request.user, **form.asked())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            context = {"token": made.row, "secret": made.secret}
            return render(request, "accounts/token_made.html", context)
    status = 422 if form.errors else 200
    return render(request, "accounts/token_new.html", {"form": form}, status=status)


@require_POST
def token_revoke(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    token = get_object_or_404(list_tokens(request.user), pk=token_id)
    revoke_token(token=token, actor=request.user)
    messages.success(request, f"The token “{token.name}” opens nothing any more.")
    return redirect("accounts:tokens")
