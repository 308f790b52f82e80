"""The OpenAPI file, for everybody: it tells nothing of any study."""

from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from ..serving import finished, not_allowed

FILE = Path(__file__).resolve().parents[1] / "openapi.json"


@cache
def content() -> tuple[str, str]:
    import hashlib

    body = FILE.read_text(encoding="utf-8")
    return body, hashlib.sha256(body.encode()).hexdigest()[:32]


@csrf_exempt
@login_not_required
def openapi(request: HttpRequest) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        return not_allowed(["GET", "HEAD"])
    body, tag = content()
    response = HttpResponse(body, content_type="application/json", headers={"ETag": f'"{tag}"'})
    return finished(request, response)
