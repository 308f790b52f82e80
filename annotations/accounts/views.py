"""Pages about oneself. Sign-in and passwords are django-allauth's views with our templates."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.text.refusal import Refusal

from .actions import change_profile, end_sessions
from .forms import ProfileForm
from .models import User
from .security import note
from .sessions import end_session, list_sessions


@require_http_methods(["GET", "POST"])
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


@require_http_methods(["GET", "POST"])
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
